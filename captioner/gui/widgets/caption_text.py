"""What the captioner says of a photo, word by word."""

import re
import tkinter as tk
from collections.abc import Sequence
from typing import NamedTuple

from captioner.gui.widgets.read_only_text import Prose


class Mark(NamedTuple):
    """Where a word stands in a statement, and its index in the caption's words, None if it is none of them."""

    begin: int
    end: int
    word: int | None


def marks(statement: str, words: Sequence[str]) -> list[Mark]:
    """Where each word of a statement stands, in order; "man's" is one, and is the caption's "man".

    Args:
        words: those of the caption: "man" and "'s" are two. The statement may say more before and after them.
    """
    pattern = r"(?<!\w)" + r"\W*?".join(f"({re.escape(word)})" for word in words) + r"(?!\w)"
    found = list(re.finditer(pattern, statement, re.IGNORECASE)) if words else []
    begin, end = found[-1].span() if found else (0, 0)
    said: list[Mark] = []
    for index in range(len(words)) if found else ():
        mark = Mark(*found[-1].span(index + 1), index)
        if said and said[-1].end == mark.begin:
            said[-1] = said[-1]._replace(end=mark.end)
        else:
            said.append(mark)
    others = [Mark(*word.span(), None) for word in re.finditer(r"\w[\w'’-]*", statement)]
    before = [other for other in others if other.end <= begin]
    return before + said + [other for other in others if other.begin >= end]


class Statement(Prose):
    """A caption's statement, in which the word under the mouse is marked, or the one that the arrow keys reach.

    Generates <<Marked>> when that is another one.

    marked: where it stands, or None.
    """

    def __init__(self, master: tk.Misc) -> None:
        super().__init__(master)
        self.marked: Mark | None = None
        self._marks: list[Mark] = []
        self._reached: Mark | None = None  # with the keyboard
        for key in "Left", "Right", "Home", "End":
            self.bind(f"<{key}>", self._step)
        self.bind("<Escape>", lambda event: self._leave())
        self.bind("<FocusOut>", lambda event: self._reach(None))
        self.bind("<<Selection>>", lambda event: self._leave_to_select())
        self.bind("<Motion>", lambda event: self._mark(self._under(event.x, event.y) or self._reached))
        self.bind("<Leave>", lambda event: self._mark(self._reached))

    def show(self, statement: str, words: Sequence[str]) -> None:
        """Show a statement that says these words of a caption."""
        self._reach(None)
        self.write(statement)
        self._marks = marks(statement, words)

    def _step(self, event: "tk.Event[Statement]") -> str:
        """Go to another word, from the text's cursor, which is there where the mouse or Shift and arrows left it."""
        cursor = int(self.index("insert").split(".")[1])
        before = [mark for mark in self._marks if mark.begin < cursor]
        # The word at the cursor comes first if it is not marked yet.
        after = [mark for mark in self._marks if mark.begin >= cursor and mark != self._reached]
        steps = {"Left": before[-1:], "Right": after[:1], "Home": self._marks[:1], "End": self._marks[-1:]}
        if found := steps[event.keysym]:
            self._reach(found[0])
        return "break"

    def _reach(self, mark: Mark | None) -> None:
        self._reached = mark
        if mark:
            self.tag_remove("sel", "1.0", "end")
            self.mark_set("insert", f"1.{mark.begin}")
        self._mark(mark)
        if mark:
            self.event_generate("<<Reached>>")

    def _leave(self) -> str | None:
        if not self._reached:
            return None
        self._reach(None)
        return "break"

    def _leave_to_select(self) -> None:
        if self.selection():
            self._reach(None)

    def _under(self, x: int, y: int) -> Mark | None:
        """The word at a point of the widget, or the one before, in the gap to the next word of the line."""
        index = self.index(f"@{x},{y}")  # the nearest character
        left, top, width, height = self.bbox(index) or (0, 0, 0, 0)
        if not (left <= x < left + width and top <= y < top + height):
            return None
        if self.compare(index, "==", f"{index} display lineend") and self.get(index).isspace():
            return None  # beside the line
        return next((mark for mark in reversed(self._marks) if mark.begin <= int(index.split(".")[1])), None)

    def _mark(self, mark: Mark | None) -> None:
        if mark == self.marked:
            return
        self.marked = mark
        self.tag_remove("marked", "1.0", "end")
        if mark:
            self.tag_add("marked", f"1.{mark.begin}", f"1.{mark.end}")
        self.event_generate("<<Marked>>")
