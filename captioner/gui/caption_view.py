"""Shows the caption, how sure it is, what else it might be, and what the program is doing."""

import math
import re
import time
import tkinter as tk
from collections.abc import Mapping, Sequence
from tkinter import ttk
from typing import TYPE_CHECKING, Any, NamedTuple

from captioner.gui.theme import Palette

if TYPE_CHECKING:
    from captioner import Caption

# Milliseconds of being busy before the bar comes, and that it then stays at least: it never flashes.
PATIENCE = 500

# Milliseconds until parts that asked for more or less room have got what there is.
SETTLED = 30

# Pixels between two parts of the view, and around text.
GAP = 6


class CaptionView(ttk.Frame):
    """Shows a caption and what the program is doing; it is as high as its text needs in the width that it has.

    In less height it scrolls, and follows the marked word; the message always stays in sight.

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
        self.rowconfigure(0, weight=1)
        self._window = tk.Canvas(self, height=1, width=1, highlightthickness=0, borderwidth=0, takefocus=False)
        self._scrollbar = ttk.Scrollbar(self, orient="vertical", command=self._window.yview)
        self._window.configure(yscrollcommand=self._scrollbar.set)
        self.status = ttk.Label(self)
        self._bar = ttk.Progressbar(self, mode="indeterminate")
        self._window.grid(row=0, column=0, sticky="nsew")
        self._scrollbar.grid(row=0, column=1, sticky="ns")
        self.status.grid(row=1, columnspan=2, sticky="ew", pady=GAP)
        self._bar.grid(row=2, columnspan=2, sticky="ew")

        self._page = ttk.Frame(self._window)
        self._page.columnconfigure(0, weight=1)
        self._window.create_window(0, 0, window=self._page, anchor="nw", tags="page")
        self.statement = Statement(self._page)
        self.sureness = ttk.Label(self._page)
        self._heading = ttk.Label(self._page, text="Other captions for this photo")
        self.alternatives = Alternatives(self._page)
        for part in self.statement, self.sureness, self._heading, self.alternatives:
            part.grid(sticky="ew", pady=(0, GAP))

        self._busy = False
        self._bar_since = 0.0  # seconds; 0 while it is not shown
        self._bar_timer = self._scroll_timer = ""
        self._bar.grid_remove()
        self._scrollbar.grid_remove()
        self._follow()
        self.show(None)

    def _follow(self) -> None:
        for label in self.sureness, self._heading, self.status:
            label.bind("<Configure>", lambda event: event.widget.configure(wraplength=event.width))
        for frame in self._window, self._page:
            frame.bind("<Configure>", lambda event: self._fit())
        for part in self._window, self._page, self.statement, self.sureness, self._heading, self.alternatives:
            part.bind("<MouseWheel>", lambda event: self._scroll(-1 if event.delta > 0 else 1))
            part.bind("<Button-4>", lambda event: self._scroll(-1))
            part.bind("<Button-5>", lambda event: self._scroll(1))
        for prose in self.statement, self.alternatives:
            prose.bind("<<Copied>>", lambda event: self.event_generate("<<Copied>>"))
            for moved in "<FocusIn>", "<<Reached>>", "<<Selection>>":
                prose.bind(moved, lambda event: self._reveal(event.widget), add="+")
        self.statement.bind("<<Marked>>", lambda event: self.event_generate("<<Word>>"))
        self.statement.bind("<Down>", lambda event: self._go_down())
        self.alternatives.bind("<<Above>>", lambda event: self.statement.focus_set())
        self.bind("<Destroy>", lambda event: self._stop_timers())

    @property
    def word(self) -> int | None:
        """The marked word's index in the caption's words; None for no word, or one that is none of the caption's."""
        return self.statement.marked.word if self.statement.marked else None

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
        self._window.yview_moveto(0)

    def message(self, text: str, busy: bool = False) -> None:
        """Say what the program is doing; after half a second of being busy a bar moves until it is busy no more."""
        self.status.configure(text=text)
        if busy == self._busy:
            return
        self._busy = busy
        if self._bar_timer:
            self.after_cancel(self._bar_timer)
        shown_for = round((time.monotonic() - self._bar_since) * 1000) if self._bar_since else PATIENCE
        self._bar_timer = self.after(PATIENCE if busy else max(0, PATIENCE - shown_for), self._move_bar)

    def selection(self) -> str:
        """The text that is selected in the statement or in the alternatives, "" for none."""
        return self.statement.selection() or self.alternatives.selection()

    def apply(self, palette: Palette, fonts: Mapping[str, Any]) -> None:
        """Take a palette's colours and new fonts: fonts["statement"], large, and fonts["text"]."""
        self.statement.apply(palette, fonts["statement"])
        self.alternatives.apply(palette, fonts["text"])
        self._heading.configure(foreground=palette.muted)
        self._window.configure(background=palette.background)
        # The bar's place stays free: nothing jumps when it comes and goes.
        self.rowconfigure(2, minsize=self._bar.winfo_reqheight())

    def _go_down(self) -> str:
        if self.alternatives.sentences:
            self.alternatives.focus_set()
        return "break"

    def _move_bar(self) -> None:
        self._bar_timer = ""
        if self._busy and not self._bar_since:
            self._bar_since = time.monotonic()
            self._bar.grid()
            self._bar.start(30)
        elif not self._busy and self._bar_since:
            self._bar_since = 0.0
            self._bar.stop()
            self._bar.grid_remove()

    def _fit(self) -> None:
        """Ask for the page's height, and scroll what is left out."""
        width, height = self._window.winfo_width(), self._page.winfo_reqheight()
        self._window.itemconfigure("page", width=width)
        self._window.configure(height=height, scrollregion=(0, 0, width, height))
        if not self._scroll_timer:
            self._scroll_timer = self.after(SETTLED, self._show_scrollbar)

    def _show_scrollbar(self) -> None:
        self._scroll_timer = ""
        if self._page.winfo_reqheight() > self._window.winfo_height():
            self._scrollbar.grid()
        else:
            self._scrollbar.grid_remove()

    def _scroll(self, lines: int) -> str:
        if self._page.winfo_reqheight() > self._window.winfo_height():
            self._window.yview_scroll(lines, "units")
        return "break"

    def _reveal(self, prose: "Prose") -> None:
        """Scroll until the line with the text's cursor is in sight."""
        if not (line := prose.dlineinfo("insert")):
            return
        top = prose.winfo_y() + line[1]
        above, height = self._window.canvasy(0), self._window.winfo_height()
        if top < above or top + line[3] > above + height:
            self._window.yview_moveto((top - (height - line[3]) / 2) / max(1, self._page.winfo_reqheight()))

    def _stop_timers(self) -> None:
        for timer in self._bar_timer, self._scroll_timer:
            if timer:
                self.after_cancel(timer)


class Prose(tk.Text):
    """Text to read, to select and to copy, but not to change. It wraps, and grows with what it holds.

    Generates <<Reached>> when an arrow key has moved on in it, and <<Copied>>.
    """

    def __init__(self, master: tk.Misc) -> None:
        # Text that cannot be changed gets no focus unless that is said.
        super().__init__(master, state="disabled", takefocus=True, wrap="word", width=1, height=1)
        self.configure(relief="flat", borderwidth=0, highlightthickness=2, padx=GAP, pady=GAP)
        self.text = ""
        self.bind("<Configure>", lambda event: self._grow())
        self.bind("<Button-1>", lambda event: self.focus_set())
        self.bind("<<Copy>>", lambda event: self._copy())
        mac = self.tk.call("tk", "windowingsystem") == "aqua"
        if not mac:  # where the key goes to the line's start
            self.bind("<Control-a>", lambda event: self._select_all())
        # With these, Tk's own bindings of a text select or jump; the window's, which come after them, are not meant.
        self.bindtags((str(self), "Text", "Prose", str(self.winfo_toplevel()), "all"))
        for modifier in (
            ("Shift", "Option", "Command", "Shift-Option") if mac else ("Shift", "Control", "Shift-Control")
        ):
            for key in "Left", "Right", "Up", "Down", "Home", "End", "Prior", "Next":
                self.bind(f"<{modifier}-{key}>", lambda event: None)  # no more than Tk does
                self.bind_class("Prose", f"<{modifier}-{key}>", lambda event: "break")

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
        self.event_generate("<<Copied>>")
        return "break"

    def _select_all(self) -> str:
        self.tag_add("sel", "1.0", "end - 1 chars")
        return "break"


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
        for mark in steps[event.keysym]:
            self._reach(mark)
        return "break"

    def _reach(self, mark: Mark | None) -> None:
        self._reached = mark
        if mark:
            self.tag_remove("sel", "1.0", "end")
            self.mark_set("insert", f"1.{mark.begin}")
            self.event_generate("<<Reached>>")
        self._mark(mark)

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
        return next((mark for mark in reversed(self._marks) if mark.begin <= int(index.split(".")[1])), None)

    def _mark(self, mark: Mark | None) -> None:
        if mark == self.marked:
            return
        self.marked = mark
        self.tag_remove("marked", "1.0", "end")
        if mark:
            self.tag_add("marked", f"1.{mark.begin}", f"1.{mark.end}")
        self.event_generate("<<Marked>>")


class Alternatives(Prose):
    """Numbered sentences, a paragraph each. While it has the focus one is marked: Up, Down, Home and End choose it.

    Generates <<Above>> when Up leads out of it.

    sentences: all of them; chosen: the position from 0 of the one that is marked.
    """

    def __init__(self, master: tk.Misc) -> None:
        super().__init__(master)
        self.sentences: list[str] = []
        self.chosen = 0
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
            self.event_generate("<<Above>>")
        elif position < len(self.sentences):
            self.chosen = position
            self.tag_remove("marked", "1.0", "end")
            self.tag_add("marked", f"{position + 1}.0", f"{position + 1}.end")
            self.mark_set("insert", f"{position + 1}.0")
            self.event_generate("<<Reached>>")
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
