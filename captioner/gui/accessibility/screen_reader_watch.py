"""Looks for the screen reader that is running, and lets the voice speak through it."""

import time
import tkinter as tk
from collections.abc import Callable

from captioner.gui.accessibility import tk_accessible
from captioner.gui.tk.main_thread import MainThreadQueue
from captioner.gui.voice import Voice
from captioner.speech import screen_reader_output
from captioner.speech.speaker import Event

LOOK_AGAIN_SECONDS = 10  # at least, between two looks


class ScreenReaderWatch:
    """Looks when asked to, and again each time the user comes back to the window, until one is found.

    Args:
        handle_speech: called in the main thread with the events of the screen reader's speech.

    tk_speaks: whether Tk itself speaks to the screen reader, so that self-voicing is not needed.
    """

    def __init__(
        self, root: tk.Tk, voice: Voice, main_thread: MainThreadQueue, handle_speech: Callable[[Event], object]
    ) -> None:
        self.tk_speaks = False
        self._root = root
        self._voice = voice
        self._main_thread = main_thread
        self._handle_speech = handle_speech
        self._looked = 0.0  # time.monotonic()

    def look(self, then: Callable[[], object]) -> None:
        """Look for a screen reader, speak through it if it takes texts, and call `then`."""

        def take(found: screen_reader_output.ScreenReader) -> None:
            self._voice.reader = found.output
            self.tk_speaks = found.running and tk_accessible.available(self._root)
            then()

        self._looked = time.monotonic()
        self._main_thread.run(
            lambda: screen_reader_output.find(lambda event: self._main_thread.put(self._handle_speech, event)), take
        )

    def look_again(self, then: Callable[[], object]) -> None:
        """Look again when the window gets the focus: a screen reader may have been started in between."""

        def focus_in(event: "tk.Event[tk.Misc]") -> None:
            is_time = time.monotonic() - self._looked > LOOK_AGAIN_SECONDS
            if event.widget is self._root and is_time and not self._voice.reader:
                self.look(then)

        self._root.bind("<FocusIn>", focus_in, add="+")
