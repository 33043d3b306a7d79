"""What other threads have for the main loop."""

import threading
import time
import tkinter as tk
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, NoReturn

from captioner.errors import CaptionerError

# In milliseconds. The window looks more often while it waits for something.
SOON, LATER = 12, 60

# In seconds: how long calls may keep the main loop before it sees to the window again.
SLICE = 0.01


class Inbox:
    """Calls functions in the main loop. `put` is for any thread, the rest for the main thread.

    hurry: whether something is awaited.
    """

    def __init__(self, root: tk.Misc) -> None:
        self.hurry = False
        self._closed = False
        self._root = root
        self._calls: SimpleQueue[tuple[Callable[..., object], tuple[Any, ...]]] = SimpleQueue()
        self._timer = root.after(SOON, self._look)

    def put(self, call: Callable[..., object], *arguments: Any) -> None:
        self._calls.put((call, arguments))

    def run(self, work: Callable[[], Any], done: Callable[[Any], object]) -> None:
        """Call `done` with what `work` returns, which runs in a thread, or with the OSError or CaptionerError of it."""

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

    def _look(self) -> None:
        end = time.perf_counter() + SLICE
        wait = SOON if self.hurry else LATER
        try:
            while time.perf_counter() < end:
                call, arguments = self._calls.get_nowait()
                wait = SOON
                call(*arguments)
        except Empty:
            pass
        finally:  # an error in a call does not end the looking
            if not self._closed:
                self._timer = self._root.after(wait, self._look)


def _raise(error: Exception) -> NoReturn:
    """Let the main loop tell of a mistake that was found in a thread."""
    raise error
