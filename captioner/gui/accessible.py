"""Tells screen readers about widgets where Tk can: from version 9.1 on, by `tk accessible`."""

import tkinter as tk


def describe(widget: tk.Misc, name: str, role: str, value: str, description: str = "") -> None:
    """Tell screen readers a widget's name, role (a word as `self_voicing` says it), value and description.

    Does nothing where Tk is older.
    """
