"""Keeps the window going when the system's clock is set back, as it often is soon after a computer has started.

Tcl's timers wait until its clock shows a certain time. If the clock goes back an hour, the window would ignore the
answers of threads for an hour.
"""

import threading
import time
import tkinter as tk

CHECK_SECONDS = 1  # between two looks at the clock
TOLERATED_SECONDS = 0.3  # how far the clock may go back without consequences

# Only Tcl knows when its timers are due, so this runs them all now. None of the program's does harm when it runs early.
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
    """Watch the clock in a thread for as long as the process runs."""

    def look() -> None:
        ahead = time.time() - time.monotonic()
        while not threading.Event().wait(CHECK_SECONDS):
            now = time.time() - time.monotonic()
            if now < ahead - TOLERATED_SECONDS:
                try:
                    root.tk.call("eval", _RUN_TIMERS)  # Tk runs this in the main loop
                except RuntimeError:  # the main loop has not begun
                    continue
            ahead = now

    threading.Thread(target=look, daemon=True).start()
