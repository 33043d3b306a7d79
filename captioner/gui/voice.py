"""Who may speak when: captions, what the user asked for, and what the program has to say of itself."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from captioner.speech import speaker


class Voice:
    """Speaks one thing at a time. Belongs to the main thread; nothing here waits.

    Captions, and what answers something that the user did ("asked"), replace what is spoken. What the program has to
    say of itself ("unasked") waits until it is silent, the latest only, and is dropped when something else is said.

    Args:
        tell: called in the main thread with a sentence to show: what is wrong with speech and what to do, once until it
            works again; or how the saving of speech ended. The sentence may be given to `unasked`, too.
        post: called in other threads with each `speech.Event`, which the main loop hands to `heard`: the put of the
            queue that it drains.
        record: called with each text when it is given to the Speaker, in order. None for appending it as a line to the
            file that the environment variable CAPTIONER_UTTERANCES names, if any.

    speak_captions: whether `caption` speaks.
    captioned: when (time.monotonic) the last caption came or was last asked for.
    """

    def __init__(
        self,
        tell: Callable[[str], None],
        post: Callable[[speaker.Event], None],
        record: Callable[[str], None] | None = None,
    ):
        self.speak_captions = True
        self.captioned = 0.0
        self._tell = tell
        self._record = record or _append
        self._speaker = speaker.Speaker(post)
        self._spoken = 0  # the number of what is spoken, 0 if nothing is
        self._waiting = ""
        self._caption = ""
        self._problem = ""  # the last one told since speech worked
        self._saved: dict[int, Path] = {}

    def heard(self, event: speaker.Event) -> None:
        """Take an event of the Speaker."""
        if event.number in self._saved and event.kind != "began":
            path = self._saved.pop(event.number)
            self._tell(event.sentence or f"The speech was saved as {path.name}.")
        elif event.kind == "failed":
            if event.number == self._spoken:
                self._spoken, self._waiting = 0, ""
            if event.sentence != self._problem:
                self._problem = event.sentence
                self._tell(event.sentence)
        elif event.kind == "finished" and event.number == self._spoken:
            self._spoken, self._problem = 0, ""
            self.unasked(self._waiting)

    @property
    def speaking(self) -> bool:
        """Whether something is spoken, or is about to be."""
        return bool(self._spoken)

    def new_photo(self) -> None:
        """Another photo is wanted: be silent, there is no caption to speak any more."""
        self.stop()
        self._caption = ""

    def caption(self, text: str) -> None:
        """The shown photo's caption has come: speak it if captions are to be spoken."""
        self._caption = text
        self.captioned = time.monotonic()
        if self.speak_captions:
            self._say(text)

    def asked(self, text: str) -> None:
        """Speak what answers something that the user did."""
        self._say(text)

    def unasked(self, text: str) -> None:
        """Speak as soon as nothing else is spoken; not at all while speech does not work."""
        if self._spoken:
            self._waiting = text
        elif not self._problem:
            self._say(text)

    def toggle(self) -> None:
        """Be silent if something is spoken; else speak the last caption again."""
        if self._spoken:
            self.stop()
        else:
            self.captioned = time.monotonic()
            self._problem = ""  # who asks for speech is told again why there is none
            self._say(self._caption)

    def stop(self) -> None:
        """Be silent."""
        self._spoken, self._waiting = 0, ""
        self._speaker.stop()

    def settings(self, voice: str | None, rate: int | None, volume: float | None) -> None:
        """Set the voice (a `speech.Voice`'s id), words a minute and volume (0 to 1) for what is spoken from now on."""
        self._speaker.voice, self._speaker.rate, self._speaker.volume = voice, rate, volume

    def voices(self) -> list[speaker.Voice]:
        """The voices of this machine; empty until they are known."""
        return self._speaker.voices()

    def save(self, text: str, path: Path) -> None:
        """Write the spoken text as a WAV file, and tell when that has been done or has failed."""
        self._saved[self._speaker.save(text, path)] = path

    def close(self) -> None:
        """Be silent for good."""
        self._speaker.close()

    def _say(self, text: str) -> None:
        self._waiting = ""
        if text.strip():
            self._record(text)
            self._spoken = self._speaker.say(text)


def _append(text: str) -> None:
    if path := os.environ.get("CAPTIONER_UTTERANCES"):
        with open(path, "a", encoding="utf-8", errors="replace") as file:
            print(*text.split(), file=file)
