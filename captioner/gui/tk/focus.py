"""Which widget has the keyboard focus."""

import tkinter as tk


def has_focus(widget: tk.Misc) -> bool:
    """Whether a widget has the focus. Tkinter's focus_get fails while one of Tk's own dialogs has it."""
    return str(widget.tk.call("focus")) == str(widget)
