"""Menus, toolbar, shortcuts and tooltips, all made from the table of commands."""

import tkinter as tk
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from tkinter import ttk
from typing import Any

from captioner.gui.commands import BY_NAME, COMMANDS, MENUS, Command, State, sequences
from captioner.gui.style.ttk_theme import MENU_SPACER
from captioner.gui.tk.keyboard import extend_keyboard, latin_key
from captioner.gui.tk.list_keys import extend_lists
from captioner.gui.widgets.toolbar import Toolbar

# The classes of widgets that use Space themselves.
PRESSED_BY_SPACE = ("TButton", "TCheckbutton", "TMenubutton", "TCombobox", "TEntry", "Listbox")

SHIFT = 1  # in an event's state
KEY_NAMES = {",": "comma", "-": "minus", "=": "equal"}

# Shows a button as pressed when a key presses it. ttk's own procedure blocks the main loop for that time.
PRESS = """
proc ttk::button::activate {button} {
    if {[$button instate disabled]} return
    $button state pressed
    after 100 [list catch [list $button state !pressed]]
    $button invoke
}
"""


class Controls:
    """Everything that starts a command.

    Args:
        run: called with the command's name.

    run: the same.
    buttons: the toolbar's, by the names of their commands.
    """

    def __init__(self, root: tk.Tk, run: Callable[[str], None]) -> None:
        self._root = root
        self.run = run
        self._entries: list[tuple[Command, tk.Menu, int]] = []
        self._checks = {command.name: tk.BooleanVar(root) for command in COMMANDS if command.checked}
        self._enabled: dict[str, bool] = {}
        self.buttons: dict[str, ttk.Button] = {}
        root.tk.eval(PRESS)
        extend_keyboard(root)
        extend_lists(root)
        root.configure(menu=self._menu_bar())
        self.bind(root, BY_NAME)

    def bind(self, window: tk.Misc, names: Iterable[str]) -> None:
        """Bind the shortcuts of these commands in a window."""
        by_sequence: dict[str, str] = {}
        for name in names:
            for key in BY_NAME[name].keys:
                for sequence in sequences(key):
                    by_sequence[sequence] = name
                    window.bind(sequence, partial(self._pressed, name))
        window.bind("<Control-Key>", partial(self._pressed_foreign, by_sequence))

    def toolbar(self, parent: tk.Misc) -> Toolbar:
        """Make the toolbar."""
        bar = Toolbar(parent, self.run)
        self.buttons = bar.buttons
        return bar

    def add_tooltips(self) -> None:
        """Give the buttons tooltips."""
        for name, button in self.buttons.items():
            button.bind("<Enter>", partial(self._add_tooltip, name))

    def _add_tooltip(self, name: str, event: "tk.Event[ttk.Button]") -> None:
        """Make a button's tooltip, which is a window, the first time that the pointer enters the button."""
        from tktooltip import ToolTip

        event.widget.unbind("<Enter>")
        text = f"{BY_NAME[name].help}  ({BY_NAME[name].shortcut})"
        look = {"highlightthickness": 1, "borderwidth": 0, "padx": 6, "pady": 4}
        tooltip = ToolTip(event.widget, msg=text, delay=0.6, follow=False, parent_kwargs={"padx": 0}, **look)
        tooltip.on_enter(event)

    def refresh(self, state: State) -> None:
        """Enable the commands that can be used now, disable the others, and set the check marks."""
        for command in COMMANDS:
            if command.checked:
                self._checks[command.name].set(command.checked(state))
            enabled = command.enabled(state)
            if self._enabled.get(command.name) == enabled:
                continue
            self._enabled[command.name] = enabled
            if command.name in self.buttons:
                self.buttons[command.name].state(["!disabled" if enabled else "disabled"])
            for entry, menu, index in self._entries:
                if entry is command:
                    menu.entryconfigure(index, state="normal" if enabled else "disabled")

    def _menu_bar(self) -> tk.Menu:
        bar = tk.Menu(self._root, tearoff=False)
        drawn_by_tk = self._root.tk.call("tk", "windowingsystem") == "x11"
        space: dict[str, Any] = {"image": MENU_SPACER, "compound": "left"} if drawn_by_tk else {}
        for name in MENUS:
            menu = tk.Menu(bar, tearoff=False)
            taken: set[str] = set()
            for command in COMMANDS:
                if command.menu != name:
                    continue
                options: dict[str, Any] = {
                    "label": command.label,
                    "accelerator": command.shortcut,
                    "command": partial(self.run, command.name),
                    "underline": _underline(command.label, taken),
                    **space,
                }
                if command.checked:
                    menu.add_checkbutton(**options, variable=self._checks[command.name])
                else:
                    menu.add_command(**options)
                self._entries.append((command, menu, int(menu.index("end") or 0)))
            bar.add_cascade(label=name, menu=menu, underline=0, **space)
        return bar

    def _pressed(self, name: str, event: "tk.Event[tk.Misc]") -> str | None:
        if event.keysym == "space" and event.widget.winfo_class() in PRESSED_BY_SPACE:
            return None
        self.run(name)
        return "break"

    def _pressed_foreign(self, by_sequence: Mapping[str, str], event: "tk.Event[tk.Misc]") -> str | None:
        """Run the command of a shortcut whose letter this keyboard does not have, by the place of its key."""
        shift = "Shift-" if event.state & SHIFT else ""  # type: ignore[operator]  # a number, for keys
        key = latin_key(event)
        name = by_sequence.get(f"<Control-{shift}{KEY_NAMES.get(key, key)}>")
        return self._pressed(name, event) if key and name else None


def _underline(label: str, taken: set[str]) -> int:
    """The index of the first letter of a label that no other entry of the menu uses; pressing it chooses the entry."""
    for index, letter in enumerate(label.lower()):
        if letter.isalpha() and letter not in taken:
            taken.add(letter)
            return index
    return -1
