"""Tells screen readers about widgets where Tk can: from version 9.1 on, by `tk accessible`."""

import tkinter as tk

# Tk's names for what is spoken as these.
ROLES = {
    "button": "Button",
    "check box": "Checkbutton",
    "combo box": "Combobox",
    "list": "Listbox",
    "menu button": "Button",
    "picture": "Canvas",
    "progress bar": "Progressbar",
    "radio button": "Radiobutton",
    "slider": "Scale",
    "spin box": "Spinbox",
    "tabs": "Notebook",
    "text": "Text",
    "text field": "Entry",
}


def describe(root: tk.Misc, path: str, name: str, role: str, value: str, description: str) -> None:
    """Tell screen readers a widget's name, role (a word as `self_voicing` says it), value and description.

    Does nothing where Tk is older.
    """
    if not root.tk.call("info", "commands", "::tk::accessible"):
        return
    # The role has to come first. Tk's own description of a button is its text, which some screen readers read alone.
    for what, text in (
        ("role", ROLES.get(role, "Label")),
        ("name", name),
        ("description", description),
        ("value", value),
    ):
        root.tk.call("tk", "accessible", f"set_acc_{what}", path, text)
