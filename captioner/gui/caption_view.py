"""Shows the caption, how sure it is, what else it might be, and what the program is doing."""

import math
import re
import time
import tkinter as tk
from collections.abc import Callable, Mapping, Sequence
from tkinter import ttk
from typing import TYPE_CHECKING, Any, NamedTuple

from captioner.gui.theme import Palette

if TYPE_CHECKING:
    from captioner import Caption

# Milliseconds of being busy before the bar comes, and that it then stays at least: it never flashes.
PATIENCE = 500

# Pixels between two parts of the view, and around text.
GAP = 6


class CaptionView(ttk.Frame):
    """Shows a caption and what the program is doing; it is as high as its text needs in the width that it has.

    Generates <<Word>> when another word of the statement is marked, by the mouse or with the arrow keys, and <<Copied>>
    when text was copied from here.

    Attributes:
        statement: the caption with its doubt in words; give it the first focus.
        sureness: says how sure the caption is.
        alternatives: the other sentences; not on screen if there are none.
        status: the message.
    """

    def __init__(self, master: tk.Misc) -> None:
        super().__init__(master)
        self.columnconfigure(0, weight=1)
        self.statement = Statement(self, lambda: self.event_generate("<<Word>>"))
        self.sureness = ttk.Label(self)
        self._heading = ttk.Label(self, text="Other captions for this photo")
        self.alternatives = Alternatives(self, self.statement.focus_set)
        self.status = ttk.Label(self)
        self._bar = ttk.Progressbar(self, mode="indeterminate")
        self._busy = False
        self._bar_since = 0.0  # seconds; 0 while it is not shown
        self._timer = ""

        parts = self.statement, self.sureness, self._heading, self.alternatives, self.status, self._bar
        for row, part in enumerate(parts):
            part.grid(row=row, sticky="ew", pady=(0, GAP))
        self._bar.grid_remove()
        for label in self.sureness, self._heading, self.status:
            label.bind("<Configure>", lambda event: event.widget.configure(wraplength=event.width))
        self.statement.bind("<Down>", lambda event: self._go_down())
        self.bind("<Destroy>", lambda event: self._stop_timer())
        self.show(None)

    @property
    def word(self) -> int | None:
        """The marked word's index in the caption's words; None for no word, or one that is none of the caption's."""
        return self.statement.marked.index if self.statement.marked else None

    @property
    def marked_text(self) -> str:
        """The marked word as it is written, "" for none."""
        marked = self.statement.marked
        return self.statement.text[marked.begin : marked.end] if marked else ""

    def show(self, caption: "Caption | None") -> None:
        """Show a caption, or none."""
        if caption is None:
            self.statement.show("", ())
            self.sureness.configure(text="")
            self.alternatives.show(())
        else:
            self.statement.show(caption.statement, [word.text for word in caption.words])
            self.sureness.configure(text=sureness(caption.confidence))
            self.alternatives.show([alternative.text for alternative in caption.alternatives])
        for part in self._heading, self.alternatives:
            if self.alternatives.sentences:
                part.grid()
            else:
                part.grid_remove()

    def message(self, text: str, busy: bool = False) -> None:
        """Say what the program is doing; after half a second of being busy a bar moves until it is busy no more."""
        self.status.configure(text=text)
        if busy == self._busy:
            return
        self._busy = busy
        self._stop_timer()
        shown_for = round((time.monotonic() - self._bar_since) * 1000) if self._bar_since else 0
        self._timer = self.after(PATIENCE if busy else max(0, PATIENCE - shown_for), self._move_bar)

    def selection(self) -> str:
        """The text that is selected in the statement or in the alternatives, "" for none."""
        return self.statement.selection() or self.alternatives.selection()

    def apply(self, palette: Palette, fonts: Mapping[str, Any]) -> None:
        """Take a palette's colours and new fonts: fonts["statement"], large, and fonts["text"]."""
        self.statement.apply(palette, fonts["statement"])
        self.alternatives.apply(palette, fonts["text"])
        # The bar's place stays free: nothing jumps when it comes and goes.
        self.rowconfigure(5, minsize=self._bar.winfo_reqheight() + GAP)

    def _go_down(self) -> str:
        if self.alternatives.sentences:
            self.alternatives.focus_set()
        return "break"

    def _move_bar(self) -> None:
        self._timer = ""
        if self._busy and not self._bar_since:
            self._bar_since = time.monotonic()
            self._bar.grid()
            self._bar.start(30)
        elif not self._busy and self._bar_since:
            self._bar_since = 0.0
            self._bar.stop()
            self._bar.grid_remove()

    def _stop_timer(self) -> None:
        if self._timer:
            self.after_cancel(self._timer)
            self._timer = ""


class Prose(tk.Text):
    """Text to read, to select and to copy, but not to change. It wraps, and grows with what it holds."""

    def __init__(self, master: tk.Misc) -> None:
        # Text that cannot be changed gets no focus unless that is said.
        super().__init__(master, state="disabled", takefocus=True, wrap="word", width=1, height=1)
        self.configure(relief="flat", borderwidth=0, highlightthickness=2, padx=GAP, pady=GAP)
        self.text = ""
        self.bind("<Configure>", lambda event: self._grow())
        self.bind("<Button-1>", lambda event: self.focus_set())
        self.bind("<<Copy>>", lambda event: self._copy())
        if self.tk.call("tk", "windowingsystem") != "aqua":  # where the key goes to the line's start
            self.bind("<Control-a>", lambda event: self._select_all())

    def write(self, text: str) -> None:
        self.text = text
        self.configure(state="normal")
        self.delete("1.0", "end")
        self.insert("1.0", text)
        self.configure(state="disabled")
        self.mark_set("insert", "1.0")
        self._grow()

    def apply(self, palette: Palette, font: Any) -> None:
        self.configure(
            font=font,
            background=palette.surface,
            foreground=palette.text,
            selectbackground=palette.accent,
            selectforeground=palette.on_accent,
            inactiveselectbackground=palette.accent,
            highlightcolor=palette.focus,
            highlightbackground=palette.surface,
        )
        self.tag_configure("marked", background=palette.accent, foreground=palette.on_accent, underline=True)
        self.tag_raise("sel")
        self._grow()

    def selection(self) -> str:
        """The selected text, "" for none."""
        return self.get("sel.first", "sel.last").strip() if self.tag_ranges("sel") else ""

    def to_copy(self) -> str:
        """What is copied; where it is "", the key is left to the window."""
        return self.selection()

    def _grow(self) -> None:
        if self.winfo_width() > 1:  # it is on screen
            pixels = int(self.tk.call(self, "count", "-update", "-ypixels", "1.0", "end"))
            lines = math.ceil(pixels / int(self.tk.call("font", "metrics", self["font"], "-linespace")))
            if lines != self["height"]:
                self.configure(height=lines)

    def _copy(self) -> str | None:
        if not (text := self.to_copy()):
            return None
        self.clipboard_clear()
        self.clipboard_append(text)
        self.master.event_generate("<<Copied>>")
        return "break"

    def _select_all(self) -> str:
        self.tag_add("sel", "1.0", "end - 1 chars")
        return "break"


class Mark(NamedTuple):
    """Where a word stands in a statement, and its index in the caption's words, None if it is none of them."""

    begin: int
    end: int
    index: int | None


def marks(statement: str, words: Sequence[str]) -> list[Mark]:
    """Where each word of a statement stands, in order.

    Args:
        words: as the caption has them: "man" and "'s" are written "man's", the first one with a capital; the statement
            may say more before or after them.
    """
    pattern = r"(?<!\w)" + r"\W*?".join(f"({re.escape(word)})" for word in words) + r"(?!\w)"
    found = list(re.finditer(pattern, statement, re.IGNORECASE)) if words else []
    begin, end = found[-1].span() if found else (0, 0)
    said = [Mark(*found[-1].span(index + 1), index) for index in range(len(words))] if found else []
    others = [Mark(*word.span(), None) for word in re.finditer(r"\w[\w'’-]*", statement)]
    return sorted(said + [other for other in others if other.end <= begin or other.begin >= end])


class Statement(Prose):
    """A caption's statement, in which the word under the mouse is marked, or the one that the arrow keys reach.

    marked: that word, or None.
    """

    def __init__(self, master: tk.Misc, word_changed: Callable[[], object]) -> None:
        super().__init__(master)
        self.marked: Mark | None = None
        self._marks: list[Mark] = []
        self._reached: Mark | None = None  # with the keyboard
        self._word_changed = word_changed
        for key in "Left", "Right", "Home", "End":
            self.bind(f"<{key}>", lambda event, key=key: self._step(key))
        self.bind("<Escape>", lambda event: self._leave())
        self.bind("<FocusOut>", lambda event: self._reach(None))
        self.bind("<<Selection>>", lambda event: self._reach(None) if self.selection() else None)
        self.bind("<Motion>", lambda event: self._mark(self._under(event.x, event.y) or self._reached))
        self.bind("<Leave>", lambda event: self._mark(self._reached))

    def show(self, statement: str, words: Sequence[str]) -> None:
        """Show a statement that says these words of a caption."""
        self._reach(None)
        self.write(statement)
        self._marks = marks(statement, words)

    def _step(self, key: str) -> str:
        """Go to another word, from the text's cursor, which is there where the mouse or Shift and arrows left it."""
        cursor = int(self.index("insert").split(".")[1])
        before = [mark for mark in self._marks if mark.begin < cursor]
        # The word at the cursor comes first if it is not marked yet.
        after = [mark for mark in self._marks if mark.begin >= cursor and mark != self._reached]
        reach = {"Left": before[-1:], "Right": after[:1], "Home": self._marks[:1], "End": self._marks[-1:]}[key]
        if reach:
            self._reach(reach[0])
        return "break"

    def _reach(self, mark: Mark | None) -> None:
        self._reached = mark
        if mark:
            self.tag_remove("sel", "1.0", "end")
            self.mark_set("insert", f"1.{mark.begin}")
            self.see("insert")
        self._mark(mark)

    def _leave(self) -> str | None:
        if not self._reached:
            return None
        self._reach(None)
        return "break"

    def _under(self, x: int, y: int) -> Mark | None:
        """The word at a point of the widget, or before it in the gap to the next word of the line."""
        index = self.index(f"@{x},{y}")  # the nearest character
        left, top, width, height = self.bbox(index) or (0, 0, 0, 0)
        if not (left <= x < left + width and top <= y < top + height):
            return None
        return next((mark for mark in reversed(self._marks) if mark.begin <= int(index.split(".")[1])), None)

    def _mark(self, mark: Mark | None) -> None:
        if mark == self.marked:
            return
        self.marked = mark
        self.tag_remove("marked", "1.0", "end")
        if mark:
            self.tag_add("marked", f"1.{mark.begin}", f"1.{mark.end}")
        self._word_changed()


class Alternatives(Prose):
    """Numbered sentences, a paragraph each. While it has the focus one is marked: Up, Down, Home and End choose it.

    sentences: all of them; chosen: the position from 0 of the one that is marked.
    """

    def __init__(self, master: tk.Misc, leave: Callable[[], object]) -> None:
        super().__init__(master)
        self.sentences: list[str] = []
        self.chosen = 0
        self._leave = leave  # upwards
        self.bind("<Up>", lambda event: self._choose(self.chosen - 1))
        self.bind("<Down>", lambda event: self._choose(self.chosen + 1))
        self.bind("<Home>", lambda event: self._choose(0))
        self.bind("<End>", lambda event: self._choose(len(self.sentences) - 1))
        self.bind("<FocusIn>", lambda event: self._choose(self.chosen))
        self.bind("<FocusOut>", lambda event: self.tag_remove("marked", "1.0", "end"))
        self.bind("<ButtonRelease-1>", lambda event: self._choose(self._line(event.x, event.y), keep_selection=True))

    def show(self, sentences: Sequence[str]) -> None:
        self.sentences, self.chosen = list(sentences), 0
        self.write("\n".join(f"{number}. {sentence}" for number, sentence in enumerate(sentences, 1)))

    def reading(self) -> str:
        """What is to be said of the chosen sentence: "A dog runs., 2 of 4"."""
        return f"{self.sentences[self.chosen]}, {self.chosen + 1} of {len(self.sentences)}" if self.sentences else ""

    def to_copy(self) -> str:
        return self.selection() or (self.sentences[self.chosen] if self.sentences else "")

    def _choose(self, position: int, keep_selection: bool = False) -> str:
        if position < 0:
            self._leave()
        elif position < len(self.sentences):
            self.chosen = position
            self.tag_remove("marked", "1.0", "end")
            self.tag_add("marked", f"{position + 1}.0", f"{position + 1}.end")
            self.mark_set("insert", f"{position + 1}.0")
            self.see("insert")
            if not keep_selection:
                self.tag_remove("sel", "1.0", "end")
        return "break"

    def _line(self, x: int, y: int) -> int:
        return int(self.index(f"@{x},{y}").split(".")[0]) - 1


def sureness(confidence: float) -> str:
    """How likely it is, in [0, 1], that a caption is right, as a sentence."""
    tenths = round(confidence * 10)
    share = {0: "hardly any", 10: "nearly every"}.get(tenths, f"about {tenths} in 10")
    noun = "caption like this is" if tenths in (0, 10) else "captions like this are"
    return f"How sure: {share} {noun} right."
