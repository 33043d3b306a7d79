"""Shows the caption, its confidence, the other captions, and what the program is doing."""

import time
import tkinter as tk
from collections.abc import Mapping, Sequence
from tkinter import ttk
from typing import TYPE_CHECKING, Any

from captioner.gui.style.fonts import scaled
from captioner.gui.style.palettes import Palette
from captioner.gui.tk.focus import has_focus
from captioner.gui.widgets.alternatives import Alternatives
from captioner.gui.widgets.caption_editor import CaptionEditor
from captioner.gui.widgets.caption_text import CaptionText
from captioner.gui.widgets.picture_text_view import PictureTextView
from captioner.gui.widgets.read_only_text import ReadOnlyText
from captioner.gui.widgets.scrollable_frame import ScrollableFrame

if TYPE_CHECKING:
    from captioner.caption import Caption, Word
    from captioner.gui.session.photo_text import PhotoText
    from captioner.ocr.picture_text import PictureText

# Milliseconds of being busy until the progress bar appears. It then stays at least as long, so it never flashes.
PROGRESS_DELAY = 500

# Below the caption while the user edits it.
EDITING = "Return keeps the change, Esc discards it."

# Pixels between two parts of the view, on a 96 dpi screen.
GAP = 6

# Lines of a long caption that stay visible, whatever else there is.
MIN_LINES = 2


class CaptionView(ttk.Frame):
    """Shows a caption and what the program is doing. It is as high as its text needs at its width.

    Where there is less room it scrolls, and follows the marked word. The status message stays below the part that
    scrolls, unless that would leave too little room for the caption: then it comes after the caption, and scrolls.

    Generates <<Word>> when another word of the statement is marked, by the mouse or with the arrow keys. The statement
    generates <<NoOthers>> when Down leads nowhere.

    Attributes:
        statement: the caption as a sentence that also says how reliable it is; give it the first focus.
        editor: in its place while the user edits the caption.
        shows_model: whether the caption is the model's, and not the user's or the author's.
        picture_text: the text in the picture; hidden if there is none.
        confidence: the label that says how often such captions are right; Tab reaches it while there is a caption.
        alternatives: the other sentences; hidden if there are none.
        status: the label with the message.
        speak_places: whether a word is spoken with the place in the photo that it came from.
    """

    def __init__(self, master: tk.Misc) -> None:
        super().__init__(master)
        self._gap = scaled(self, GAP)
        self.columnconfigure(0, weight=1)
        self.rowconfigure(0, weight=1)
        self._frame = ScrollableFrame(self)
        self.status = ttk.Label(self)
        self._bar = ttk.Progressbar(self, mode="indeterminate")
        self._frame.grid(sticky="nsew")
        self.status.grid(sticky="ew", pady=self._gap)
        self._bar.grid(sticky="ew")

        content = self._frame.content
        self.statement = CaptionText(content)
        self.editor = CaptionEditor(content)
        self._text_heading = ttk.Label(content, text="It says:")
        self.picture_text = PictureTextView(content)
        self.shows_model = True
        self._page = ""  # the text of a picture that is mostly text
        self.confidence = ttk.Label(content, style="Reachable.TLabel")
        self._heading = ttk.Label(content, text="Other captions for this photo")
        self.alternatives = Alternatives(content)
        self._scrolled_status = ttk.Label(content)
        for row, part in enumerate(
            (
                self.statement,
                self._text_heading,
                self.picture_text,
                self.confidence,
                self._heading,
                self.alternatives,
                self._scrolled_status,
            )
        ):
            part.grid(row=row, sticky="ew", pady=(0, self._gap))
            self._frame.follow_wheel(part)

        self.speak_places = True
        self._words: Sequence[Word] = ()
        self._origin = ""  # what the confidence says after an edit
        self._busy = False
        self._bar_since = 0.0  # seconds; 0 while it is hidden
        self._timer = ""
        self._bar.grid_remove()
        self._scrolled_status.grid_remove()
        self._add_bindings()
        self.show(None)

    def _add_bindings(self) -> None:
        for label in self._text_heading, self.confidence, self._heading, self.status, self._scrolled_status:
            label.bind("<Configure>", lambda event: self._wrap(event.widget, event.width))
        for widget in self, self.statement, self.status:
            widget.bind("<Configure>", lambda event: self._place_status(), add="+")
        for text in self.statement, self.picture_text, self.alternatives:
            for moved in "<FocusIn>", "<<Reached>>", "<<Selection>>":
                text.bind(moved, lambda event: self._reveal(event.widget), add="+")
        self.statement.bind("<<Marked>>", lambda event: self.event_generate("<<Word>>"))
        self.statement.bind("<Down>", lambda event: self._go_down())
        self.confidence.bind("<FocusIn>", lambda event: self._reveal_confidence())
        for below in self.picture_text, self.alternatives:
            below.bind("<<Above>>", lambda event: self.statement.focus_set())
        self.bind("<Destroy>", lambda event: self._stop_timer())

    @property
    def word(self) -> int | None:
        """The index of the marked word in the caption's words; None for no word, or one that is not in the caption."""
        return self.statement.marked.word if self.statement.marked else None

    @property
    def marked_text(self) -> str:
        """The marked word as it is written, "" for none."""
        marked = self.statement.marked
        return self.statement.text[marked.begin : marked.end] if marked else ""

    @property
    def spoken_word(self) -> str:
        """What self-voicing says of the marked word: "dog: left, in the middle, a third of the width"."""
        if self.word is None or not self.speak_places:
            return self.marked_text
        from captioner.output.attention_map import EMPTY_WORDS, place  # NumPy; later, as a caption has it

        word = self._words[self.word]
        return self.marked_text if word.text in EMPTY_WORDS else f"{self.marked_text}: {place(word.attention_weights)}"

    def show(self, caption: "Caption | None", text: "PhotoText | None" = None) -> None:
        """Show a caption, or none. The place for the next one stays free, so that the photo keeps its size.

        Args:
            text: what stands for the photo; None for the caption.
        """
        self._frame.keep_height(caption is None)
        self.shows_model = not text or not text.origin
        self.show_text(None)
        self._words = caption.words if caption else ()
        if caption is None:
            self.statement.show("", ())
            self.confidence.configure(text="", takefocus=False)
            self.alternatives.show(())
        else:
            # Later, as the window appears without it.
            from captioner.gui.session.photo_text import photo_text

            text = text or photo_text(caption, None, None)
            self.statement.show(text.statement, text.words)
            self.confidence.configure(text=text.origin or caption.trust, takefocus=True)
            self.alternatives.show(text.others)
        self._show_if(bool(self.alternatives.sentences), self._heading, self.alternatives)
        self._frame.reveal(0, 0)

    def show_text(self, text: "PictureText | None") -> None:
        """Show the text in the picture below its caption, or none.

        If the picture is mostly text, it comes in place of a caption of the model.
        """
        lines = text.lines if text else ()
        page = text if text and text.is_page and self.shows_model else None
        self._page = page.text if page else ""
        if page:
            self.statement.show(page.heading, ())
            self.confidence.configure(text=page.size_sentence)
            self.alternatives.show(())
            self._show_if(False, self._heading, self.alternatives)
        if not lines and has_focus(self.picture_text):
            self.statement.focus_set()
        self.picture_text.show(lines)
        self._show_if(bool(lines), self.picture_text)
        self._show_if(bool(lines) and not page, self._text_heading)

    def copied_text(self) -> str:
        """The text in the picture if it has the focus or the picture is mostly text, otherwise ""."""
        return self.picture_text.text if has_focus(self.picture_text) else self._page

    def begin_edit(self, text: str) -> None:
        """Let the user edit a text in place of the statement. The editor generates <<Done>> or <<Back>> at the end."""
        self.statement.grid_remove()
        self.editor.grid(row=0, sticky="ew", pady=(0, self._gap))
        self._origin, self.confidence["text"] = str(self.confidence["text"]), EDITING
        self.editor.begin(text)
        self._frame.reveal(0, self.editor.winfo_reqheight())

    def end_edit(self) -> str:
        """Show the statement again, with the focus if the editor has it, and return the edited text."""
        focused = has_focus(self.editor)
        self.editor.grid_remove()
        self.statement.grid()
        if self.confidence["text"] == EDITING:  # no other caption has come
            self.confidence["text"] = self._origin
        if focused:
            self.statement.focus_set()
        return self.editor.text

    def message(self, text: str, busy: bool = False) -> None:
        """Say what the program is doing. After half a second of being busy a progress bar appears."""
        self.status.configure(text=text)
        self._scrolled_status.configure(text=text)
        self._place_status()
        if busy == self._busy:
            return
        self._busy = busy
        self._stop_timer()
        shown_for = round((time.monotonic() - self._bar_since) * 1000) if self._bar_since else PROGRESS_DELAY
        self._timer = self.after(PROGRESS_DELAY if busy else max(0, PROGRESS_DELAY - shown_for), self._update_bar)

    def selection(self) -> str:
        """The selected text, "" for none."""
        return self.statement.selection() or self.picture_text.selection() or self.alternatives.selection()

    def chosen(self) -> str:
        """The chosen one of the other captions if they have the focus, otherwise ""."""
        return self.alternatives.sentence if has_focus(self.alternatives) else ""

    def apply_palette(self, palette: Palette, fonts: Mapping[str, Any]) -> None:
        """Use the colours of a palette, and fonts: fonts["statement"], which is large, and fonts["text"]."""
        self.statement.apply_palette(palette, fonts["statement"])
        self.editor.apply_palette(palette, fonts["statement"])
        self.picture_text.apply_palette(palette, fonts["text"])
        self.alternatives.apply_palette(palette, fonts["text"])
        self._text_heading.configure(foreground=palette.muted)
        self._heading.configure(foreground=palette.muted)
        self._frame.apply_palette(palette)
        # The bar's place stays free, so that nothing moves when it appears.
        self.rowconfigure(2, minsize=self._bar.winfo_reqheight())

    def min_height(self) -> int:
        """The height in pixels in which a caption can still be read."""
        line_height = int(self.tk.call("font", "metrics", self.statement["font"], "-linespace"))
        ring_and_padding = 2 * (int(self.statement["highlightthickness"]) + int(str(self.statement["pady"])))
        lines = min(self.statement.winfo_reqheight(), MIN_LINES * line_height + ring_and_padding)
        return lines + 2 * self._gap + self._bar.winfo_reqheight()

    def _place_status(self) -> None:
        """Put the message below the caption, or after it into the part that scrolls where there is little room."""
        if self.winfo_height() == 1:  # not on screen yet
            return
        if self.winfo_height() - self.status.winfo_reqheight() - self._gap < self.min_height():
            self.status.grid_remove()
            self._scrolled_status.grid()
        else:
            self._scrolled_status.grid_remove()
            self.status.grid()

    def _wrap(self, label: tk.Misc, width: int) -> None:
        # Less two gaps, as a style may pad a label.
        label.configure(wraplength=max(1, width - 2 * self._gap))  # type: ignore[call-arg]

    def _show_if(self, condition: bool, *parts: tk.Widget) -> None:
        for part in parts:
            if condition:
                part.grid()
            else:
                part.grid_remove()

    def _go_down(self) -> str:
        if self.picture_text.text:
            self.picture_text.focus_set()
        elif self.alternatives.sentences:
            self.alternatives.focus_set()
        else:
            self.statement.event_generate("<<NoOthers>>")
        return "break"

    def _update_bar(self) -> None:
        self._timer = ""
        if self._busy and not self._bar_since:
            self._bar_since = time.monotonic()
            self._bar.grid()
            self._bar.start(30)
        elif not self._busy and self._bar_since:
            self._bar_since = 0.0
            self._bar.stop()
            self._bar.grid_remove()

    def _reveal(self, text: ReadOnlyText) -> None:
        """Scroll until what is marked, or else the text's cursor, is visible."""
        marked = text.tag_ranges("marked")
        first, last = text.dlineinfo("insert"), text.dlineinfo(f"{marked[1]} - 1 chars" if marked else "insert")
        if first and last:
            self._frame.reveal(text.winfo_y() + first[1], text.winfo_y() + last[1] + last[3])

    def _reveal_confidence(self) -> None:
        top = self.confidence.winfo_y()
        self._frame.reveal(top, top + self.confidence.winfo_height())

    def _stop_timer(self) -> None:
        if self._timer:
            self.after_cancel(self._timer)
            self._timer = ""
