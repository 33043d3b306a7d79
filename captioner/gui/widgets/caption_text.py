"""The caption's statement, which the user can explore word by word."""

import re
import tkinter as tk
from collections.abc import Sequence
from typing import NamedTuple

from captioner.gui.widgets.read_only_text import ReadOnlyText


class Mark(NamedTuple):
    """A word of a statement.

    Attributes:
        begin, end: its place, as a slice of the statement.
        word: its index in the caption's words, None for a word that is not part of the caption.
    """

    begin: int
    end: int
    word: int | None


def marks(statement: str, words: Sequence[str]) -> list[Mark]:
    """Find each word of a statement, in order. "man's" is one word here, and belongs to the caption's "man".

    Args:
        words: the caption's words, in which "man" and "'s" are two. The statement may have more before and after them.
    """
    pattern = r"(?<!\w)" + r"\W*?".join(f"({re.escape(word)})" for word in words) + r"(?!\w)"
    found = list(re.finditer(pattern, statement, re.IGNORECASE)) if words else []
    begin, end = found[-1].span() if found else (0, 0)
    caption: list[Mark] = []
    for index in range(len(words)) if found else ():
        mark = Mark(*found[-1].span(index + 1), index)
        if caption and caption[-1].end == mark.begin:
            caption[-1] = caption[-1]._replace(end=mark.end)
        else:
            caption.append(mark)
    others = [Mark(*word.span(), None) for word in re.finditer(r"\w[\w'’-]*", statement)]
    before = [other for other in others if other.end <= begin]
    return before + caption + [other for other in others if other.begin >= end]


class CaptionText(ReadOnlyText):
    """A caption's statement, with the word marked that is under the mouse or that the arrow keys reached.

    Generates <<Marked>> when another word, or no word, becomes the marked one; <<FirstWord>> and <<LastWord>> when a
    key goes no further; <<WordsLeft>> when Escape leaves the words.

    Attributes:
        marked: the marked word, or None.
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
        self.bind("<Motion>", lambda event: self._mark(self._word_at(event.x, event.y) or self._reached))
        self.bind("<Leave>", lambda event: self._mark(self._reached))

    def show(self, statement: str, words: Sequence[str]) -> None:
        """Show a statement that contains these words of a caption."""
        self._reach(None)
        self.write(statement)
        self._marks = marks(statement, words)

    def _step(self, event: "tk.Event[CaptionText]") -> str:
        """Go to another word from the text's cursor, which the mouse or Shift and arrows may have moved."""
        cursor = int(self.index("insert").split(".")[1])
        before = [mark for mark in self._marks if mark.begin < cursor]
        # The word at the cursor comes first if it is not marked yet.
        after = [mark for mark in self._marks if mark.begin >= cursor and mark != self._reached]
        steps = {"Left": before[-1:], "Right": after[:1], "Home": self._marks[:1], "End": self._marks[-1:]}
        found = steps[event.keysym]
        if found and found[0] != self._reached:
            self._reach(found[0])
        elif self._marks:
            self.event_generate("<<FirstWord>>" if event.keysym in ("Left", "Home") else "<<LastWord>>")
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
        self.event_generate("<<WordsLeft>>")
        return "break"

    def _leave_to_select(self) -> None:
        if self.selection():
            self._reach(None)

    def _word_at(self, x: int, y: int) -> Mark | None:
        """The word at a point of the widget; in the gap between two words of a line, the one before it."""
        index = self.index(f"@{x},{y}")  # the nearest character
        left, top, width, height = self.bbox(index) or (0, 0, 0, 0)
        if not (left <= x < left + width and top <= y < top + height):
            return None
        if self.compare(index, "==", f"{index} display lineend") and self.get(index).isspace():
            return None  # to the right of the line
        return next((mark for mark in reversed(self._marks) if mark.begin <= int(index.split(".")[1])), None)

    def _mark(self, mark: Mark | None) -> None:
        if mark == self.marked:
            return
        self.marked = mark
        self.tag_remove("marked", "1.0", "end")
        if mark:
            self.tag_add("marked", f"1.{mark.begin}", f"1.{mark.end}")
        self.event_generate("<<Marked>>")
