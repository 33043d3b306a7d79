#!/usr/bin/env python3
"""The program with its window, for benchmark_window.py, recording how long its main thread was blocked.

    watched_window.py RECORD [PHOTO...]

In its main loop a function is called every few milliseconds. Each time, RECORD gets a line: when that was
(time.monotonic), and how many seconds later than it should have been.
"""

import sys
import time
import tkinter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from captioner.gui import main  # noqa: E402

MILLISECONDS = 5

record = Path(sys.argv.pop(1)).open("w", buffering=1)  # noqa: SIM115


class WatchedWindow(tkinter.Tk):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._tick_again()

    def _tick_again(self) -> None:
        self.after(MILLISECONDS, self._tick, time.monotonic() + MILLISECONDS / 1000)

    def _tick(self, due: float) -> None:
        now = time.monotonic()
        print(now, now - due, file=record)
        self._tick_again()


tkinter.Tk = WatchedWindow  # type: ignore[misc]
sys.exit(main())
