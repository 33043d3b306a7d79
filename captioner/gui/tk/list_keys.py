"""Keys in lists that Tk leaves out: Page Up, Page Down, Home and End choose a line, and letters search for one.

The arrow keys are here because Tk does not say when they go no further.
"""

import re
import time
import tkinter as tk
from collections.abc import Sequence
from typing import Any

SEARCH_SECONDS = 1  # letters that follow each other faster are searched for together
CONTROL_OR_ALT = 0x4 | 0x8  # in an event's state
KINDS = ("ComboboxListbox", "Treeview")  # the lists that combo boxes drop down, and lists without lines below lines


def extend_lists(root: tk.Misc) -> None:
    """Make these keys work in all lists of the program. What Return takes is always the line that they chose.

    A list generates <<NoMatch>> if no line has a word that begins with the letters, <<FirstLine>> or <<LastLine>> if an
    arrow key goes no further.
    """
    keys = _ListKeys(root)
    for kind in KINDS:
        for key in "Up", "Down", "Home", "End", "Prior", "Next":
            root.bind_class(kind, f"<{key}>", keys.move)
        root.bind_class(kind, "<Key>", keys.search)


def match(lines: Sequence[str], letters: str, start: int) -> int | None:
    """Find the next line, from `start` and round to it, that begins with the letters; else the next with such a word.

    Returns:
        Its index, None if there is none.
    """
    order: list[int] = [*range(start, len(lines)), *range(start)]
    for pattern in "", r".*\b":
        for index in order:
            if re.match(pattern + re.escape(letters), lines[index], re.IGNORECASE):
                return index
    return None


class _ListKeys:
    def __init__(self, root: tk.Misc) -> None:
        self._call = root.tk.call
        self._split = root.tk.splitlist
        self._list = ""  # where letters were typed last
        self._letters = ""
        self._typed = 0.0

    def move(self, event: "tk.Event[Any]") -> str | None:
        path, key = str(event.widget), event.keysym
        if int(event.state) & CONTROL_OR_ALT:
            return None
        size, current = self._size(path), self._current(path)
        page = self._page(path, current)
        moved = {"Home": 0, "End": size - 1, "Prior": current - page, "Next": current + page}
        moved |= {"Up": current - 1, "Down": current + 1}
        if size:
            self._choose(path, min(max(0, moved[key]), size - 1))
        if key in ("Up", "Down") and not 0 <= moved[key] < size:
            self._call("event", "generate", path, "<<FirstLine>>" if key == "Up" else "<<LastLine>>")
        return "break"

    def search(self, event: "tk.Event[Any]") -> str | None:
        if not event.char.isprintable() or not event.char.strip() or int(event.state) & CONTROL_OR_ALT:
            return None
        path, now = str(event.widget), time.monotonic()
        goes_on = path == self._list and now - self._typed < SEARCH_SECONDS
        self._list, self._typed = path, now
        self._letters = self._letters * goes_on + event.char
        is_one = len(set(self._letters.lower())) == 1  # the same letter again goes to the next line that has it
        found = match(
            self._lines(path), self._letters[:1] if is_one else self._letters, self._current(path) + int(is_one)
        )
        if found is None:
            self._call("event", "generate", path, "<<NoMatch>>")
        else:
            self._choose(path, found)
        return "break"

    def _is_tree(self, path: str) -> bool:
        return str(self._call("winfo", "class", path)) == "Treeview"

    # In Tcl, because a list may have 10,000 lines.

    def _row(self, path: str, index: int) -> str:
        """A tree's row, "" if there is none."""
        return str(self._call("eval", f"lindex [{path} children {{}}] {index}"))

    def _size(self, path: str) -> int:
        if self._is_tree(path):
            return int(self._call("eval", f"llength [{path} children {{}}]"))
        return int(self._call(path, "size"))

    def _lines(self, path: str) -> list[str]:
        if self._is_tree(path):
            texts = self._call("eval", f"lmap row [{path} children {{}}] {{{path} item $row -text}}")
            return [str(text) for text in self._split(texts)]
        return [str(line) for line in self._split(self._call(path, "get", 0, "end"))]

    def _current(self, path: str) -> int:
        if self._is_tree(path):
            row = str(self._call(path, "focus"))
            return int(self._call(path, "index", row)) if row else 0
        return int(self._call(path, "index", "active"))

    def _page(self, path: str, current: int) -> int:
        """How many lines are visible, less one."""
        line = self._row(path, current) if self._is_tree(path) else current
        box = self._split(self._call(path, "bbox", line))
        return max(1, int(self._call("winfo", "height", path)) // int(box[3]) - 1) if box else 10

    def _choose(self, path: str, index: int) -> None:
        if self._is_tree(path):
            row = self._row(path, index)
            self._call(path, "focus", row)
            self._call(path, "selection", "set", row)
            self._call(path, "see", row)
        else:
            self._call(path, "selection", "clear", 0, "end")
            self._call(path, "selection", "set", index)
            self._call(path, "activate", index)
            self._call(path, "see", index)
            self._call("event", "generate", path, "<<ListboxSelect>>")
