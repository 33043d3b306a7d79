"""Who may speak when: captions, what the user asked for, and what the program has to say of itself."""

from collections.abc import Callable
from pathlib import Path

from captioner import speech


class Voice:
    """Speaks one thing at a time. Belongs to the main thread; nothing here waits.

    What the user does ("asked") and captions replace what is spoken. What the program has to say of itself ("unasked")
    waits until it is silent, the latest only, and is dropped as soon as the user does something.

    Args:
        tell: called in the main thread with a sentence to show: what is wrong with speech and what to do, once until it
            works again; or how the saving of speech ended. It may be given to `unasked`, too.
        post: called in other threads with each `speech.Event`, which the main loop hands to `heard`: the put of the
            queue that it drains.
        record: called with each text when it is given to the Speaker, in order. None for appending it as a line to the
            file that the environment variable CAPTIONER_UTTERANCES names, if any.

    speak_captions: whether `caption` speaks.
    """

    def __init__(
        self,
        tell: Callable[[str], None],
        post: Callable[[speech.Event], None],
        record: Callable[[str], None] | None = None,
    ):
        self.speak_captions = True

    def heard(self, event: speech.Event) -> None:
        """Take an event of the Speaker."""

    @property
    def speaking(self) -> bool:
        """Whether something is spoken, or is about to be."""
        return False

    def new_photo(self) -> None:
        """Another photo is wanted: be silent, there is no caption to speak any more."""

    def caption(self, text: str) -> None:
        """The shown photo's caption has come: speak it if captions are to be spoken."""

    def asked(self, text: str) -> None:
        """Speak what answers something that the user did, in place of what is spoken."""

    def unasked(self, text: str) -> None:
        """Speak when nothing else is spoken."""

    def toggle(self) -> None:
        """Be silent if something is spoken; else speak the last caption again."""

    def stop(self) -> None:
        """Be silent."""

    def settings(self, voice: str | None, rate: int | None, volume: float | None) -> None:
        """Set the voice (a `speech.Voice`'s id), words a minute and volume (0 to 1) for what is spoken from now on."""

    def voices(self) -> list[speech.Voice]:
        """The voices of this machine; empty until they are known."""
        return []

    def save(self, text: str, path: Path) -> None:
        """Write the spoken text as a WAV file, and tell when that has been done or has failed."""

    def close(self) -> None:
        """Be silent for good."""
