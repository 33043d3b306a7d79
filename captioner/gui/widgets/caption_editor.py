"""The field in which the user edits a caption."""

import tkinter as tk
from typing import Any

from captioner.gui.style.fonts import scaled
from captioner.gui.style.palettes import Palette, text_colours
from captioner.gui.widgets.read_only_text import PADDING, RING_WIDTH, fit_height


class CaptionEditor(tk.Text):
    """A caption that can be changed. It wraps, and is as high as its text.

    Generates <<Done>> on Return and Tab, and <<Back>> on Escape. The window's keys do nothing in it.
    """

    def __init__(self, master: tk.Misc) -> None:
        super().__init__(master, wrap="word", width=1, height=1, undo=True)
        padding, ring = scaled(self, PADDING), scaled(self, RING_WIDTH)
        self.configure(relief="flat", borderwidth=0, highlightthickness=ring, padx=padding, pady=padding)
        self.bindtags((str(self), "Text", "all"))
        for key in "<Return>", "<KP_Enter>", "<Tab>", "<<PrevWindow>>":
            self.bind(key, lambda event: self._end("<<Done>>"))
        self.bind("<Escape>", lambda event: self._end("<<Back>>"))
        self.bind("<Control-a>", lambda event: self._select_all())
        self.bind("<Configure>", lambda event: fit_height(self))
        self.bind("<<Modified>>", lambda event: self._grow())

    @property
    def text(self) -> str:
        """The text on one line."""
        return " ".join(self.get("1.0", "end").split())

    def begin(self, text: str) -> None:
        """Edit a text, with the cursor at its end."""
        self.delete("1.0", "end")
        self.insert("1.0", text)
        self.edit_reset()
        self.mark_set("insert", "end - 1 chars")
        self.focus_set()

    def apply_palette(self, palette: Palette, font: Any) -> None:
        """Use the colours of a palette, and a font."""
        self.configure(
            font=font, **text_colours(palette), insertbackground=palette.text, highlightbackground=palette.focus
        )

    def _end(self, event: str) -> str:
        self.event_generate(event)
        return "break"

    def _grow(self) -> None:
        if self.edit_modified():
            self.edit_modified(False)
            fit_height(self)

    def _select_all(self) -> str:
        self.tag_add("sel", "1.0", "end - 1 chars")
        return "break"
