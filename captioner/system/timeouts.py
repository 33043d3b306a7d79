"""Stops waiting for a call that may never return, such as one to a network drive that has gone."""

import queue
import threading
from collections.abc import Callable
from typing import TypeVar, cast

T = TypeVar("T")


def in_time(call: Callable[[], T], seconds: float, too_late: Exception) -> T:
    """Run a function in a thread and return its result. A thread that takes longer is left to itself.

    Args:
        too_late: raised when `seconds` have passed. It says what took too long, and what to do about it.
    """
    outcomes: queue.SimpleQueue[tuple[T, None] | tuple[None, Exception]] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcomes.put((call(), None))
        except Exception as error:
            outcomes.put((None, error))

    threading.Thread(target=run, name="in-time", daemon=True).start()
    try:
        result, error = outcomes.get(timeout=max(0, seconds))
    except queue.Empty:
        raise too_late from None
    if error:
        raise error
    return cast("T", result)
