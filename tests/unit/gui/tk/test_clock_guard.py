"""The window when the system's clock is set back, for which Tcl's timers would wait."""

import time
import tkinter as tk
from types import SimpleNamespace

import pytest

from captioner.gui.tk import clock_guard

HOUR = 3600


def test_timers_run_when_the_clock_is_set_back(root: tk.Tk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour back, Tcl takes a timer that is due for one of an hour: here it is one."""
    shift = [0.0]
    monkeypatch.setattr(clock_guard, "SECONDS", 0.05)
    monkeypatch.setattr(
        clock_guard, "time", SimpleNamespace(time=lambda: time.time() + shift[0], monotonic=time.monotonic)
    )
    ran: list[str] = []
    clock_guard.watch(root)
    root.after(HOUR * 1000, ran.append, "due")
    root.after(500, lambda: ran.append("not yet"))
    root.after(600, lambda: shift.append(shift.pop() - HOUR))
    root.after(10_000, root.quit)  # runs early, too
    root.mainloop()
    root.update_idletasks()
    assert ran == ["not yet", "due"]
