"""The text in a picture, which the user can explore word by word and line by line."""

import tkinter as tk
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from captioner.gui.widgets.read_only_text import ReadOnlyText

if TYPE_CHECKING:
    from captioner.ocr.picture_text import TextLine


class Place(NamedTuple):
    """Where a word or line of a picture is in the widget: Tk's indices of its start and end."""

    begin: str
    end: str
    line: "TextLine"
    spoken: str


class PictureTextView(ReadOnlyText):
    """The lines of a picture, a paragraph of the picture in each paragraph.

    Left and Right go from word to word, Up and Down from line to line of the picture. Generates <<Word>> when another
    word or line, or none, is marked; <<Above>>, <<FirstWord>> and <<LastWord>> when a key goes no further; and
    <<WordsLeft>> when Escape leaves the words.

    Attributes:
        marked: the marked word or line, or None.
    """

    def __init__(self, master: tk.Misc) -> None:
        super().__init__(master)
        self.marked: Place | None = None
        self._words: list[Place] = []
        self._lines: list[Place] = []
        for key in "Left", "Right", "Home", "End":
            self.bind(f"<{key}>", lambda event: self._step(event.keysym, self._words))
        for key in "Up", "Down":
            self.bind(f"<{key}>", lambda event: self._step(event.keysym, self._lines))
        self.bind("<Escape>", lambda event: self._leave())
        self.bind("<FocusOut>", lambda event: self._mark(None))
        self.bind("<<Selection>>", lambda event: self._mark(None) if self.selection() else None)

    def spoken_size(self) -> str:
        """How much text there is."""
        return "1 line" if len(self._lines) == 1 else f"{len(self._lines)} lines"

    @property
    def spoken_word(self) -> str:
        """What self-voicing says of the marked word or line."""
        return self.marked.spoken if self.marked else ""

    def show(self, lines: "Sequence[TextLine]") -> None:
        """Show the lines of a picture."""
        self._mark(None)
        self._words, self._lines = [], []
        rows = []
        for row, (_, paragraph) in enumerate(groupby(lines, key=lambda line: line.paragraph), 1):
            written = ""
            for line in paragraph:
                begin = len(written)
                for word in line.words:
                    self._words.append(_place(row, len(written), word.marked, line))
                    written += f"{word.marked} "
                self._lines.append(_place(row, begin, line.marked, line))
            rows.append(written.rstrip())
        self.write("\n".join(rows))

    def _step(self, key: str, places: list[Place]) -> str:
        """Go to another word or line from the text's cursor."""
        before = [place for place in places if self.compare(place.begin, "<", "insert")]
        # The one at the cursor comes first if it is not marked yet.
        after = [place for place in places if self.compare(place.begin, ">=", "insert") and place != self.marked]
        if key == "Up" and self.marked and self.marked not in places:  # a word: its line is the one before
            before = before[:-1] if before and before[-1].line is self.marked.line else before
        found = {"Left": before[-1:], "Up": before[-1:], "Right": after[:1], "Down": after[:1]}.get(key)
        found = found if found is not None else places[:1] if key == "Home" else places[-1:]
        if found and found[0] != self.marked:
            self.tag_remove("sel", "1.0", "end")
            self.mark_set("insert", found[0].begin)
            self._mark(found[0])
            self.event_generate("<<Reached>>")
        else:
            ends = {"Up": "<<Above>>", "Left": "<<FirstWord>>", "Home": "<<FirstWord>>"}
            self.event_generate(ends.get(key, "<<LastWord>>"))
        return "break"

    def _leave(self) -> str | None:
        if not self.marked:
            return None
        self._mark(None)
        self.event_generate("<<WordsLeft>>")
        return "break"

    def _mark(self, place: Place | None) -> None:
        if place == self.marked:
            return
        self.marked = place
        self.tag_remove("marked", "1.0", "end")
        if place:
            self.tag_add("marked", place.begin, place.end)
        self.event_generate("<<Word>>")


def _place(row: int, begin: int, text: str, line: "TextLine") -> Place:
    return Place(f"{row}.{begin}", f"{row}.{begin + len(text)}", line, text)
