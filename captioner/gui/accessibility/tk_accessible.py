"""Describes widgets to screen readers through `tk accessible`, which Tk has from version 9.1 on."""

import tkinter as tk

# Tk's names for the roles that self-voicing speaks.
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


def available(root: tk.Misc) -> bool:
    """Whether this Tk speaks to screen readers itself."""
    return bool(root.tk.call("info", "commands", "::tk::accessible"))


def describe(root: tk.Misc, path: str, name: str, role: str, value: str, description: str) -> None:
    """Set a widget's name, role (as self-voicing speaks it), value and description. Does nothing in an older Tk."""
    if not available(root):
        return
    # The role must come first. The description replaces Tk's own, the text of a button, as some screen readers read
    # nothing else.
    for what, text in (
        ("role", ROLES.get(role, "Label")),
        ("name", name),
        ("description", description),
        ("value", value),
    ):
        root.tk.call("tk", "accessible", f"set_acc_{what}", path, text)
