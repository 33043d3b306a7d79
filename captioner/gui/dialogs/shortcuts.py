"""The help: all commands with their keys, and the keys that are not commands, in groups."""

import tkinter as tk
from tkinter import ttk

from captioner.gui.accessibility.phrases import joined, sentences, shortcut
from captioner.gui.accessibility.self_voicing import describe
from captioner.gui.commands import COMMANDS, MENUS, shown
from captioner.gui.dialogs.base import ListDialog

Line = tuple[str, tuple[str, ...], str]  # label, keys, help

# Keys that are not in the table of commands, by group.
OTHERS: dict[str, tuple[Line, ...]] = {
    "In the Caption": (
        ("Next or Previous Word", ("Right", "Left"), "Go from word to word and highlight where each came from."),
        ("First or Last Word", ("Home", "End"), "Go to an end of the caption. Escape leaves the words."),
        ("Other Captions", ("Down", "Up"), "Go to the other captions and back. Copy and Save take the chosen one."),
        ("Use Another Caption", ("Return",), "In the other captions: make the chosen one the photo's caption."),
    ),
    "In the Text of a Picture": (
        ("Next or Previous Word", ("Right", "Left"), "Go from word to word and highlight its line in the picture."),
        (
            "Next or Previous Line",
            ("Down", "Up"),
            "Go from line to line. Up in the first line goes back to the caption.",
        ),
        ("First or Last Word", ("Home", "End"), "Go to an end of the text. Escape leaves the words."),
    ),
    "In Lists": (
        ("First or Last Line", ("Home", "End"), "Go to an end of the list."),
        ("Page", ("Page Up", "Page Down"), "Move by as many lines as are visible."),
        ("Search", ("letters",), "Go to the next line with a word that begins with the letters."),
    ),
    "In the Photo List": (
        ("Least Certain First", ("F9",), "Show the captions to check first. F9 again goes back to the folder's order."),
        ("Next or Previous Cell", ("Right", "Left"), "Go to the name, caption, confidence or state of the photo."),
        ("Show", ("Return",), "Show the photo in the window."),
        ("Speak", ("Space",), "Speak the caption, or stop."),
        ("Select Several", ("Shift+Down", "Shift+Up"), "Select more photos, to save or export only these."),
        ("Select All", (shown("Mod+A"),), "Select all photos."),
        ("Save", (shown("Mod+S"),), "Save the captions of the selected photos, or of all if there is only one."),
        ("Export", (shown("Mod+Shift+E"),), "Write the captions into a table, a page, or a file for training."),
        ("Find", (shown("Mod+F"),), "Show only photos whose name or caption contains some words."),
        ("Pause", (shown("Mod+P"),), "Pause or resume captioning the folder."),
    ),
    "In the Window": (
        ("Next Part of the Window", ("Tab",), "Go to the next button or list. Shift+Tab goes back."),
        ("Menus", ("F10",), "Go to the menus. The arrow keys move in them, and Escape leaves them."),
    ),
}
ALTERNATIVES = ("Page_Up", "Page_Down")  # second keys of commands that are worth knowing


class Help(ListDialog):
    """Lists the keys, each group below its name, and explains the selected one."""

    def __init__(self, parent: tk.Tk) -> None:
        super().__init__(parent, "Keyboard Shortcuts", widths=(32, 20), lines=14)
        self._lines = _lines()
        self.fill((label, ", ".join(keys)) for label, keys, _ in self._lines)
        describe(self.list, name="Shortcuts", value=self._spoken)
        ttk.Button(self.buttons, text="Close", command=self.close).pack()
        self.open(self.list)

    def describe(self, line: str) -> str:
        return self._lines[int(line)][2]

    def _spoken(self) -> str:
        label, keys, text = self._lines[int(self.selected)]
        spoken = joined(label, *map(shortcut, keys))
        return sentences(spoken, text, f"{int(self.selected) + 1} of {len(self._lines)}")


def _lines() -> list[Line]:
    groups: dict[str, list[Line]] = {menu: [] for menu in MENUS}
    for command in COMMANDS:
        keys = [key for index, key in enumerate(command.keys) if index == 0 or key in ALTERNATIVES]
        groups[command.menu].append((command.label.rstrip("…"), tuple(map(shown, keys)), command.help))
    for name, others in OTHERS.items():
        groups[name] = list(others)
    # A group's name is a line of its own.
    return [line for name, lines in groups.items() for line in ((name, (), f"{len(lines)} shortcuts."), *lines)]
