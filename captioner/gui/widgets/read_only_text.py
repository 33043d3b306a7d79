"""Text that the user can select and copy but not change."""

import math
import tkinter as tk
from typing import Any

from captioner.gui.style.fonts import scaled
from captioner.gui.style.palettes import Palette, text_colours

PADDING = 6  # pixels around the text, on a 96 dpi screen
RING_WIDTH = 2  # of the focus ring, likewise


class ReadOnlyText(tk.Text):
    """Text that the user can select and copy but not change. It wraps, and is as high as its content.

    Generates <<Reached>> when an arrow key has moved on in it.
    """

    def __init__(self, master: tk.Misc) -> None:
        # A disabled text gets no focus unless takefocus is set.
        super().__init__(master, state="disabled", takefocus=True, wrap="word", width=1, height=1)
        padding, ring = scaled(self, PADDING), scaled(self, RING_WIDTH)
        self.configure(relief="flat", borderwidth=0, highlightthickness=ring, padx=padding, pady=padding)
        self.text = ""
        self.bind("<Configure>", lambda event: self._fit_height())
        self.bind("<Button-1>", lambda event: self.focus_set())
        mac = self.tk.call("tk", "windowingsystem") == "aqua"
        if not mac:  # where Control+A goes to the start of the line
            self.bind("<Control-a>", lambda event: self._select_all())
        # With these keys Tk's own bindings of a text select or jump. The tag keeps the window's bindings, which come
        # after it, from acting on them as well.
        self.bindtags((str(self), "Text", "ReadOnlyText", str(self.winfo_toplevel()), "all"))
        modifiers = ("Shift", "Option", "Command", "Shift-Option") if mac else ("Shift", "Control", "Shift-Control")
        for modifier in modifiers:
            for key in "Left", "Right", "Up", "Down", "Home", "End", "Prior", "Next":
                self.bind(f"<{modifier}-{key}>", lambda event: None)  # hides the bindings of the key alone
                self.bind_class("ReadOnlyText", f"<{modifier}-{key}>", lambda event: "break")

    def write(self, text: str) -> None:
        """Replace the text."""
        self.text = text
        self.configure(state="normal")
        self.delete("1.0", "end")
        self.insert("1.0", text)
        self.configure(state="disabled")
        self.mark_set("insert", "1.0")
        self._fit_height()

    def apply_palette(self, palette: Palette, font: Any) -> None:
        """Use the colours of a palette, and a font."""
        self.configure(font=font, **text_colours(palette), highlightbackground=palette.surface)
        self.tag_configure("marked", background=palette.accent, foreground=palette.on_accent, underline=True)
        self.tag_raise("sel")
        self._fit_height()

    def selection(self) -> str:
        """The selected text, "" for none."""
        return self.get("sel.first", "sel.last").strip() if self.tag_ranges("sel") else ""

    def _fit_height(self) -> None:
        fit_height(self)

    def _select_all(self) -> str:
        self.tag_add("sel", "1.0", "end - 1 chars")
        return "break"


def fit_height(text: tk.Text) -> None:
    """Make a text as high as its content."""
    if text.winfo_width() > 1:  # it is on screen
        pixels = int(text.tk.call(text, "count", "-update", "-ypixels", "1.0", "end"))
        lines = math.ceil(pixels / int(text.tk.call("font", "metrics", text["font"], "-linespace")))
        if lines != text["height"]:
            text.configure(height=lines)
