"""Says what has the keyboard focus and what the user changes, as a screen reader would: Tk 8.6 is unknown to those."""

import tkinter as tk
from collections.abc import Callable

from captioner.gui.voice import Voice


def describe(
    widget: tk.Misc, name: str = "", role: str = "", value: Callable[[], str] | str = "", shortcut: str = ""
) -> None:
    """Set what is said of a widget when the focus reaches it; may be called again to change it.

    What is left out is found in the widget: its text (or that of the label before it), a word for its class, its state,
    and the value of check and radio buttons, entries, combo and spin boxes, scales, lists, trees, tabs and texts. So a
    button needs no more than its shortcut. A toplevel may be described, too: its value is said after its title.

    Args:
        name: "Rate".
        role: "slider".
        value: or what tells it: "180 words a minute".
        shortcut: as menus show it: "Ctrl+O".
    """


def spoken_shortcut(shortcut: str) -> str:
    """A shortcut as menus show it in words: "Ctrl+," as "Control comma"."""
    return shortcut


class SelfVoicing:
    """Follows the focus, menus and changes in all windows of a program, and says them while it is on.

    Said are: windows when they open, widgets when they get the focus (name, role, state, value, position, shortcut),
    menu entries, and what the user changes in the widget that has the focus. A focus that the user did not move does
    not interrupt anything.

    on: may be set at any time.
    """

    def __init__(self, root: tk.Misc, voice: Voice, on: bool = False):
        self.on = on

    def greet(self) -> None:
        """Say the window's name and how to get help."""

    def toggle(self) -> bool:
        """Switch on or off, say so in any case, and return what it is now."""
        self.on = not self.on
        return self.on

    def say(self, text: str) -> None:
        """Speak, while on, what answers something that the user did: errors, "Copied", Help."""

    def announce(self, text: str) -> None:
        """Speak, while on, what the program has to say of itself; never over something else."""

    def busy(self, text: str) -> None:
        """Something takes time ("Captioning…"): announce it after a second, unless busy("") ends it before."""
