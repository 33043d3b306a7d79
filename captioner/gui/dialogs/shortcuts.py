"""The help: all commands with their keys."""

import tkinter as tk
from tkinter import ttk

from captioner.gui.accessibility.phrases import joined, sentences, shortcut
from captioner.gui.accessibility.self_voicing import describe
from captioner.gui.commands import COMMANDS
from captioner.gui.dialogs.base import ListDialog

# Keys that are not in the table of commands: label, keys, help.
OTHERS = (
    ("Next Part of the Window", "Tab", "Go to the next button or list. Shift+Tab goes back."),
    ("Menus", "F10", "Go to the menus. The arrow keys move in them, and Escape leaves them."),
)


class Help(ListDialog):
    """Lists the commands and explains the selected one."""

    def __init__(self, parent: tk.Tk) -> None:
        super().__init__(parent, "Keyboard Shortcuts", widths=(32, 16), lines=14)
        commands = ((command.label.rstrip("…"), command.shortcut, command.help) for command in COMMANDS)
        self._lines = [*commands, *OTHERS]
        self.fill((label, keys) for label, keys, _ in self._lines)
        describe(self.list, name="Shortcuts", value=self._spoken)
        ttk.Button(self.buttons, text="Close", command=self.close).pack()
        self.open(self.list)

    def describe(self, line: str) -> str:
        return self._lines[int(line)][2]

    def _spoken(self) -> str:
        label, keys, text = self._lines[int(self.selected)]
        return sentences(joined(label, shortcut(keys)), text, f"{int(self.selected) + 1} of {len(self._lines)}")
