"""The progress of an archive, on a terminal and in a log."""

import time
from datetime import datetime
from typing import TextIO

from captioner.archive.worker import Report
from captioner.batch.progress import duration

# Seconds between two updates.
ON_TERMINAL = 1.0
IN_LOG = 60.0


class ArchiveProgress:
    """Says how many photos are captioned, at what rate, and how long the rest will take.

    A terminal shows one line, which changes. A log gets a line a minute, with the time.

    Args:
        total: units of the whole archive.
        done: those that were captioned before.
    """

    def __init__(self, total: int, done: int, stream: TextIO) -> None:
        self._total, self._done_before, self._stream = total, done, stream
        self._is_terminal = stream.isatty()
        self._begun = self._shown = time.monotonic()
        self._width = 0
        self.photos = self.errors = self.units = 0

    def add(self, report: Report) -> None:
        self.photos += report["photos"]
        self.errors += report["errors"]
        self.units += report["units"]
        now = time.monotonic()
        if now - self._shown >= (ON_TERMINAL if self._is_terminal else IN_LOG):
            self._shown = now
            self._show()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begun

    @property
    def rate(self) -> str:
        return f"{self.photos / self.seconds:.1f} photos a second"

    def clear(self) -> None:
        """Remove the line from a terminal, so that something else can be printed."""
        if self._width:
            self._stream.write(f"\r{' ' * self._width}\r")
            self._stream.flush()
            self._width = 0

    def _show(self) -> None:
        done = self._done_before + self.units
        percent = 100 * done // self._total
        line = f"{self.photos:,} photos, {percent} %, {self.rate}"
        if self.units:
            line += f", {duration(self.seconds / self.units * (self._total - done))} left"
        if self._is_terminal:
            self._stream.write(f"\r{line.ljust(self._width)}")
            self._width = len(line)
        else:
            self._stream.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} {line}\n")
        self._stream.flush()
