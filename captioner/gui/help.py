"""Lists what the program can do, with the keys."""

import tkinter as tk
from tkinter import font, ttk

from captioner.gui.commands import COMMANDS
from captioner.gui.dialog import ListDialog
from captioner.gui.in_words import sentences, shortcut
from captioner.gui.self_voicing import describe

# What no command of the table does: what, keys, help.
OTHERS = (
    ("Next Part of the Window", "Tab", "Go to the next button or list; Shift and Tab go back."),
    ("Menus", "F10", "Go to the menus; the arrow keys move in them, and Escape leaves them."),
)


class Help(ListDialog):
    def __init__(self, parent: tk.Tk) -> None:
        super().__init__(parent, "Keyboard Shortcuts", columns=2, lines=14)
        rows = [(command.label.rstrip("…"), command.shortcut, command.help) for command in COMMANDS]
        self._rows = [(label, keys, text) for label, keys, text in (*rows, *OTHERS)]
        for number, (label, keys, _) in enumerate(self._rows):
            self.list.insert("", "end", str(number), text=label, values=(keys,))
        measure = font.nametofont("TkDefaultFont", parent).measure
        self.list.column("#0", width=max(measure(label) for label, *_ in self._rows) + measure("mmmm"))
        self.list.column("1", width=measure("Ctrl+Shift+mmmm"))
        ttk.Button(self.buttons, text="Close", command=self.close).pack()
        self.choose("0")
        describe(self.list, name="Shortcuts", value=self._spoken)
        self.open(self.list)

    def describe(self, line: str) -> str:
        return self._rows[int(line)][2]

    def _spoken(self) -> str:
        label, keys, text = self._rows[int(self.chosen)]
        return sentences(f"{label}: {shortcut(keys)}", text, f"{int(self.chosen) + 1} of {len(self._rows)}")
