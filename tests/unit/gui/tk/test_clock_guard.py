"""The window when the system's clock is set back, which would make Tcl's timers wait."""

import time
import tkinter as tk
from types import SimpleNamespace

import pytest

from captioner.gui.tk import clock_guard

HOUR = 3600


def test_timers_run_when_the_clock_is_set_back(root: tk.Tk, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the clock goes back an hour, a timer that is due waits an hour. Here a timer of an hour stands for it."""
    shift = [0.0]
    monkeypatch.setattr(clock_guard, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(
        clock_guard, "time", SimpleNamespace(time=lambda: time.time() + shift[0], monotonic=time.monotonic)
    )
    ran: list[str] = []
    clock_guard.watch(root)
    root.after(HOUR * 1000, ran.append, "due")
    root.after(500, lambda: ran.append("not yet"))
    root.after(600, lambda: shift.append(shift.pop() - HOUR))
    root.after(10_000, root.quit)  # also runs early
    root.mainloop()
    root.update_idletasks()
    assert ran == ["not yet", "due"]
