"""Runs functions in Tk's main loop on behalf of other threads."""

import threading
import time
import tkinter as tk
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, NoReturn

from captioner.errors import CaptionerError

# Milliseconds between two looks at the queue: while something is expected, and otherwise.
BUSY_POLL_MILLISECONDS, IDLE_POLL_MILLISECONDS = 12, 60

# Seconds that calls may hold up the main loop before the window can react again.
MAX_CALLS_SECONDS = 0.01


class MainThreadQueue:
    """Calls functions in the main loop. Any thread may use `put`; the rest is for the main thread.

    Attributes:
        hurry: whether something is expected, so that the queue is read more often.
    """

    def __init__(self, root: tk.Misc) -> None:
        self.hurry = False
        self._closed = False
        self._root = root
        self._calls: SimpleQueue[tuple[Callable[..., object], tuple[Any, ...]]] = SimpleQueue()
        self._timer = root.after(BUSY_POLL_MILLISECONDS, self._poll)

    def put(self, call: Callable[..., object], *arguments: Any) -> None:
        self._calls.put((call, arguments))

    def run(self, work: Callable[[], Any], done: Callable[[Any], object]) -> None:
        """Run `work` in a thread, then call `done` with its result, or with the OSError or CaptionerError it raised."""

        def run() -> None:
            try:
                self.put(done, work())
            except (OSError, CaptionerError) as error:
                self.put(done, error)
            except Exception as error:
                self.put(_raise, error)

        threading.Thread(target=run, daemon=True).start()

    def close(self) -> None:
        self._closed = True
        self._root.after_cancel(self._timer)

    def _poll(self) -> None:
        end = time.perf_counter() + MAX_CALLS_SECONDS
        wait = BUSY_POLL_MILLISECONDS if self.hurry else IDLE_POLL_MILLISECONDS
        try:
            while time.perf_counter() < end:
                call, arguments = self._calls.get_nowait()
                wait = BUSY_POLL_MILLISECONDS
                call(*arguments)
        except Empty:
            pass
        finally:  # an error in a call does not end the polling
            if not self._closed:
                self._timer = self._root.after(wait, self._poll)


def _raise(error: Exception) -> NoReturn:
    """Raise a thread's error in the main loop, which reports it."""
    raise error
