"""Decides what is spoken when: captions, replies to the user, and notices."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from captioner.speech import speaker

if TYPE_CHECKING:
    from captioner.speech.screen_reader_output import ScreenReaderOutput


class Voice:
    """Speaks one thing at a time. Belongs to the main thread; no method waits.

    Captions and replies to the user (`say`) replace what is being spoken. What nobody asked for (`announce`) waits for
    silence; only the latest waits, and it is dropped when something else is said. A screen reader lets such texts wait
    itself.

    Args:
        notify: called with a sentence to show: what is wrong with speech and what to do, once until speech works again,
            or how saving speech ended.
        post: called in other threads with each `Event` of the Speaker, to be handed to `handle` in the main thread.
        record: called with each text when it is given to the Speaker, in order. None to append it as a line, with the
            time (time.monotonic) before it, to the file that the environment variable CAPTIONER_UTTERANCES names, if it
            is set.

    reader: the screen reader to speak through; None to speak with the program's own voice.
    speak_captions: whether `caption` speaks.
    last_caption_time: when (time.monotonic) the last caption appeared or was last requested.
    last_request_time: when the last photo was opened.
    """

    def __init__(
        self,
        notify: Callable[[str], None],
        post: Callable[[speaker.Event], None],
        record: Callable[[str], None] | None = None,
    ):
        self.reader: ScreenReaderOutput | None = None
        self.speak_captions = True
        self.last_caption_time = self.last_request_time = 0.0
        self._notify = notify
        self._record = record or _append
        self._speaker = speaker.Speaker(post)
        self._spoken = 0  # the number of what is being spoken, 0 for nothing
        self._text = ""  # what was spoken last
        self._waiting = ""
        self._caption = ""
        self._problem = ""  # the last one reported since speech worked
        self._saved: dict[int, Path] = {}

    def handle(self, event: speaker.Event) -> None:
        """Take an event of the Speaker."""
        if event.number in self._saved and event.kind != "began":
            path = self._saved.pop(event.number)
            self._notify(event.sentence or f"Speech saved as {path.name}.")
        elif event.kind == "failed" and event.number < 0:  # the screen reader has ended
            if self.reader and self._spoken:
                self._spoken = self._speaker.say(self._text)
                self._notify(event.sentence)
            self.reader = None
        elif event.kind == "failed":
            if event.number == self._spoken:
                self._spoken, self._waiting = 0, ""
            if event.sentence != self._problem:
                self._problem = event.sentence
                self._notify(event.sentence)
        elif event.kind == "finished" and event.number == self._spoken:
            self._spoken, self._problem = 0, ""
            self.announce(self._waiting)

    @property
    def speaking(self) -> bool:
        """Whether something is being spoken, or is about to be."""
        return bool(self._spoken)

    def clear(self) -> None:
        """Stop, and forget the caption: another photo is coming."""
        self.stop()
        self._caption = ""
        self.last_request_time = time.monotonic()

    def caption(self, text: str) -> None:
        """Take the shown photo's caption, and speak it if captions are to be spoken."""
        self._caption = text
        self.last_caption_time = time.monotonic()
        if self.speak_captions:
            self.say(text)

    def correct(self, text: str) -> None:
        """Take the shown photo's caption again, and let it stop the one before."""
        before, self._caption = self._caption, text
        if self.speak_captions:
            if self._text == before:
                self.say(text)
            else:
                self.follow(text)

    def add(self, text: str) -> None:
        """Take what belongs to the shown photo's caption, and speak it after what is being spoken."""
        self._caption = f"{self._caption} {text}"
        if self.speak_captions:
            self.follow(text)

    def remember(self, text: str) -> None:
        """Take another caption of the shown photo, to speak it when the user asks for it."""
        self._caption = text

    def say(self, text: str) -> None:
        """Speak the reply to something that the user did."""
        self._say(text, interrupt=True)

    def announce(self, text: str) -> None:
        """Speak as soon as nothing else is being spoken, and not at all while speech does not work."""
        if self.reader:
            self._say(text, interrupt=False)
        elif self._spoken:
            self._waiting = text
        elif not self._problem:
            self.say(text)

    def follow(self, text: str) -> None:
        """Speak after what is being spoken, and after what waits."""
        self.announce(f"{self._waiting} {text}".strip())

    def toggle(self) -> None:
        """Stop if something is being spoken, otherwise speak the last caption again."""
        if self._spoken:
            self.stop()
        else:
            self.last_caption_time = time.monotonic()
            self._problem = ""  # a user who asks for speech hears again why there is none
            self.say(self._caption)

    def stop(self) -> None:
        """Stop speaking."""
        self._spoken, self._waiting = 0, ""
        self._speaker.stop()
        if self.reader:
            self.reader.stop()

    def configure(self, voice: str | None, rate: int | None, volume: float | None) -> None:
        """Set a voice's id, the words per minute, and the volume (0 to 1) of what is spoken from now on."""
        self._speaker.voice, self._speaker.rate, self._speaker.volume = voice, rate, volume

    def voices(self) -> list[speaker.Voice]:
        """The voices of this computer; empty until they are known."""
        return self._speaker.voices()

    def save(self, text: str, path: Path) -> None:
        """Write the spoken text to a WAV file. Whether that worked is reported through `notify`."""
        self._saved[self._speaker.save(text, path)] = path

    def close(self) -> None:
        """Stop for good."""
        self._speaker.close()
        if self.reader:
            self.reader.close()

    def _say(self, text: str, interrupt: bool) -> None:
        self._waiting = ""
        if text.strip():
            self._record(text)
            self._text = text
            self._spoken = self.reader.say(text, interrupt) if self.reader else self._speaker.say(text)


def _append(text: str) -> None:
    if path := os.environ.get("CAPTIONER_UTTERANCES"):
        with open(path, "a", encoding="utf-8", errors="replace") as file:
            print(f"{time.monotonic():.3f}", *text.split(), file=file)
