"""The progress of a long task, on a terminal."""

import time
from typing import TextIO

# Seconds between two updates: a screen reader may speak each of them.
INTERVAL = 1.0


class Progress:
    """A line that says how many photos are done and how long the others will take. It is shown on terminals only."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self._total, self._stream = total, stream
        self._is_terminal = stream.isatty()
        self._first: tuple[float, int] | None = None  # the time before it was spent on loading the model
        self._shown = 0.0
        self._width = 0

    def show(self, done: int) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first, self._shown = (now, done), now
        if not self._is_terminal or now - self._shown < INTERVAL:
            return
        self._shown = now
        start, done_then = self._first
        seconds = (now - start) / (done - done_then) * (self._total - done)
        line = f"{done} of {self._total} photos, {duration(seconds)} left"
        self._stream.write(f"\r{line.ljust(self._width)}")
        self._stream.flush()
        self._width = len(line)

    def clear(self) -> None:
        """Remove the line, so that something else can be printed."""
        if self._width:
            self._stream.write(f"\r{' ' * self._width}\r")
            self._stream.flush()
            self._width = 0


def duration(seconds: float) -> str:
    """A time in words, rounded: "2 minutes"."""
    for unit, length in (("hour", 3600), ("minute", 60)):
        if seconds >= 1.5 * length:
            return f"{round(seconds / length)} {unit}s"
    count = max(1, round(seconds))
    return "1 second" if count == 1 else f"{count} seconds"
