"""Keeps the window going when the system's clock is set back, as it often is soon after a computer has started.

Tcl waits until its clock shows a time: an hour back is an hour in which no answer of a thread would be looked at.
"""

import threading
import time
import tkinter as tk

SECONDS = 1  # between looks at the clock
TOLERATED = 0.3  # seconds that it may be set back before anybody cares

# The times of its timers are known to Tcl alone, so all run now: none of ours does harm early.
_RUN_TIMERS = """
foreach timer [after info] {
    lassign [after info $timer] script kind
    if {$kind eq "timer"} {
        after cancel $timer
        after idle $script
    }
}
"""


def watch(root: tk.Tk) -> None:
    """Look at the clock for as long as the process runs, in a thread."""

    def look() -> None:
        ahead = time.time() - time.monotonic()
        while not threading.Event().wait(SECONDS):
            now = time.time() - time.monotonic()
            if now < ahead - TOLERATED:
                try:
                    root.tk.call("eval", _RUN_TIMERS)  # in the main loop: Tk sees to that
                except RuntimeError:  # which has not begun
                    continue
            ahead = now

    threading.Thread(target=look, daemon=True).start()
