"""Speaks through the screen reader that is running, and shows the text on its braille display if it has one.

prismatoid knows how NVDA, JAWS, Narrator, VoiceOver, Orca and others take texts. Unlike pyttsx3 it runs in this
process, in a thread: Narrator and VoiceOver take texts only from the process that owns the window.
"""

import itertools
import os
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from captioner.speech.speaker import Event
from captioner.system import screen_reader

CONNECT_TIMEOUT = 5  # seconds; Speech Dispatcher may have to load a voice first
SECONDS_PER_CHARACTER = 0.06  # of slow speech
# Of prismatoid's outputs, those that are voices and not screen readers. Speech Dispatcher is both: Orca before version
# 49 takes no texts, but speaks through it.
VOICES = {"SAPI", "ONE_CORE", "AV_SPEECH", "SPIEL", "WEB_SPEECH", "ANDROID_TTS"}
LOST = "The screen reader can no longer be reached, so Captioner speaks with its own voice."


class ScreenReader(NamedTuple):
    """What was found.

    Attributes:
        running: whether a screen reader is running.
        output: speaks through it; None if there is none, or it takes no texts.
    """

    running: bool
    output: "ScreenReaderOutput | None"


def find(report: Callable[[Event], None]) -> ScreenReader:
    """Look for a screen reader. May take some seconds, so call it in a thread.

    Args:
        report: called with each Event of the output in a thread, and should return quickly.
    """
    if not screen_reader.running():
        return ScreenReader(False, None)
    output = ScreenReaderOutput(report)
    return ScreenReader(True, output if output.connect() else None)


class ScreenReaderOutput:
    """Gives texts to a screen reader. Each method returns at once, except `connect`.

    Screen readers do not say when they have spoken a text, so "finished" comes after the time that slow speech takes.
    The numbers of texts are negative, unlike those of a Speaker.
    """

    def __init__(self, report: Callable[[Event], None]) -> None:
        self._report = report
        self._numbers = itertools.count(-1, -1)
        self._texts: queue.SimpleQueue[_Text | None] = queue.SimpleQueue()
        self._connected: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="screen-reader", daemon=True)

    def connect(self) -> bool:
        """Return whether a screen reader takes texts. Call this first, and once."""
        self._thread.start()
        try:
            return self._connected.get(timeout=CONNECT_TIMEOUT)
        except queue.Empty:
            self._texts.put(None)
            return False

    def say(self, text: str, interrupt: bool) -> int:
        """Speak a text, at once or after those before it, and return its number."""
        number = next(self._numbers)
        # Without what Python or prismatoid would refuse; a file's name may contain surrogates.
        plain = text.encode(errors="replace").decode().replace("\0", " ")
        self._texts.put(_Text(number, plain, interrupt))
        return number

    def stop(self) -> None:
        """Stop speaking, if the screen reader supports that. Any key stops most of them."""
        self._texts.put(_Text(0, "", True))

    def close(self) -> None:
        """Stop speaking, and report nothing more."""
        self.stop()
        self._texts.put(None)
        self._thread.join(timeout=1)

    def _run(self) -> None:
        """Connect and speak in one thread: some screen readers talk only to the thread that found them."""
        try:
            backend = _backend()
        except Exception:  # prismatoid is missing or does not fit this system
            backend = None
        self._connected.put(backend is not None)
        last, until = 0, 0.0
        while backend:
            try:
                text = self._texts.get(timeout=max(0.0, until - time.monotonic()) if last else None)
            except queue.Empty:
                self._report(Event("finished", last))
                last = 0
                continue
            if text is None:
                break
            begins = time.monotonic() if text.interrupt else max(until, time.monotonic())
            last, until = text.number, begins + len(text.text) * SECONDS_PER_CHARACTER
            try:
                text.give_to(backend)
            except Exception:  # it has ended
                self._report(Event("failed", last, LOST))
                break


class _Text(NamedTuple):
    number: int  # 0 for none: only stop
    text: str
    interrupt: bool

    def give_to(self, backend: Any) -> None:
        if self.text:
            backend.output(self.text, self.interrupt)
        elif backend.features.supports_stop:
            backend.stop()


def _backend() -> Any:
    """prismatoid's way to the screen reader that runs; None if that takes no texts."""
    import prism  # 70 ms and 20 MB, which only users of screen readers pay

    context = prism.Context()
    identifiers = [context.id_of(index) for index in range(context.backends_count)]
    for identifier in sorted(identifiers, key=context.priority_of, reverse=True):
        if identifier.name in VOICES or not NEEDS.get(identifier.name, lambda: True)():
            continue
        try:
            backend = context.acquire(identifier)
        except (prism.PrismError, ValueError):
            continue
        if backend.features.is_supported_at_runtime:
            return backend
    return None


def _speech_dispatcher_runs() -> bool:
    """Whether Speech Dispatcher runs, which the reader may not use."""
    address = Path(os.environ.get("XDG_RUNTIME_DIR", "/"), "speech-dispatcher", "speechd.sock")
    return "SPEECHD_ADDRESS" in os.environ or address.exists()


# What must be there for these, as prismatoid would start it.
NEEDS = {"SPEECH_DISPATCHER": _speech_dispatcher_runs, "ORCA": screen_reader.has_session_bus}
