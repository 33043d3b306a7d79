"""Shows the caption, how sure it is, what else it might be, and what the program is doing."""

import time
import tkinter as tk
from collections.abc import Mapping
from tkinter import ttk
from typing import TYPE_CHECKING, Any

from captioner.gui.style.theme import Palette
from captioner.gui.widgets.alternatives import Alternatives
from captioner.gui.widgets.caption_text import Statement
from captioner.gui.widgets.read_only_text import Prose
from captioner.gui.widgets.scrollable_frame import ScrolledPage

if TYPE_CHECKING:
    from captioner import Caption

# Milliseconds of being busy before the bar comes, and that it then stays at least: it never flashes.
PATIENCE = 500

# Pixels between two parts of the view.
GAP = 6


class CaptionView(ttk.Frame):
    """Shows a caption and what the program is doing; it is as high as its text needs in the width that it has.

    In less height it scrolls, and follows the marked word; the message always stays in sight.

    Generates <<Word>> when another word of the statement is marked, by the mouse or with the arrow keys.

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
        self._page = ScrolledPage(self)
        self.status = ttk.Label(self)
        self._bar = ttk.Progressbar(self, mode="indeterminate")
        self._page.grid(sticky="nsew")
        self.status.grid(sticky="ew", pady=GAP)
        self._bar.grid(sticky="ew")

        page = self._page.content
        self.statement = Statement(page)
        self.sureness = ttk.Label(page)
        self._heading = ttk.Label(page, text="Other captions for this photo")
        self.alternatives = Alternatives(page)
        for part in self.statement, self.sureness, self._heading, self.alternatives:
            part.grid(sticky="ew", pady=(0, GAP))
            self._page.follow_wheel(part)

        self._busy = False
        self._bar_since = 0.0  # seconds; 0 while it is not shown
        self._timer = ""
        self._bar.grid_remove()
        self._follow()
        self.show(None)

    def _follow(self) -> None:
        for label in self.sureness, self._heading, self.status:
            # Two gaps: a style may pad a label.
            label.bind("<Configure>", lambda event: event.widget.configure(wraplength=max(1, event.width - 2 * GAP)))
        for prose in self.statement, self.alternatives:
            for moved in "<FocusIn>", "<<Reached>>", "<<Selection>>":
                prose.bind(moved, lambda event: self._reveal(event.widget), add="+")
        self.statement.bind("<<Marked>>", lambda event: self.event_generate("<<Word>>"))
        self.statement.bind("<Down>", lambda event: self._go_down())
        self.alternatives.bind("<<Above>>", lambda event: self.statement.focus_set())
        self.bind("<Destroy>", lambda event: self._stop_timer())

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
        """Show a caption, or none: its place stays free for the next one, so that the photo keeps its size."""
        self._page.keep_height(caption is None)
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
        self._page.reveal(0, 0)

    def message(self, text: str, busy: bool = False) -> None:
        """Say what the program is doing; after half a second of being busy a bar moves until it is busy no more."""
        self.status.configure(text=text)
        if busy == self._busy:
            return
        self._busy = busy
        self._stop_timer()
        shown_for = round((time.monotonic() - self._bar_since) * 1000) if self._bar_since else PATIENCE
        self._timer = self.after(PATIENCE if busy else max(0, PATIENCE - shown_for), self._move_bar)

    def selection(self) -> str:
        """What there is to be copied instead of the caption: selected text, or the chosen alternative; or ""."""
        chosen = self.alternatives.sentence if self.focus_get() is self.alternatives else ""
        return self.statement.selection() or self.alternatives.selection() or chosen

    def apply(self, palette: Palette, fonts: Mapping[str, Any]) -> None:
        """Take a palette's colours and new fonts: fonts["statement"], large, and fonts["text"]."""
        self.statement.apply(palette, fonts["statement"])
        self.alternatives.apply(palette, fonts["text"])
        self._heading.configure(foreground=palette.muted)
        self._page.apply(palette)
        # The bar's place stays free: nothing jumps when it comes and goes.
        self.rowconfigure(2, minsize=self._bar.winfo_reqheight())

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

    def _reveal(self, prose: Prose) -> None:
        """Scroll until what is marked, or the text's cursor, is in sight."""
        marked = prose.tag_ranges("marked")
        first, last = prose.dlineinfo("insert"), prose.dlineinfo(f"{marked[1]} - 1 chars" if marked else "insert")
        if first and last:
            self._page.reveal(prose.winfo_y() + first[1], prose.winfo_y() + last[1] + last[3])

    def _stop_timer(self) -> None:
        if self._timer:
            self.after_cancel(self._timer)
            self._timer = ""


def sureness(confidence: float) -> str:
    """How likely it is, in [0, 1], that a caption is right, as a sentence."""
    tenths = round(confidence * 10)
    share = {0: "hardly any", 10: "nearly every"}.get(tenths, f"about {tenths} in 10")
    noun = "caption like this is" if tenths in (0, 10) else "captions like this are"
    return f"How sure: {share} {noun} right."
