"""Text to read."""

import math
import tkinter as tk
from typing import Any

from captioner.gui.style.theme import Palette

# Pixels around it.
PADDING = 6


class Prose(tk.Text):
    """Text to read, to select and to copy, but not to change. It wraps, and grows with what it holds.

    Generates <<Reached>> when an arrow key has moved on in it.
    """

    def __init__(self, master: tk.Misc) -> None:
        # Text that cannot be changed gets no focus unless that is said.
        super().__init__(master, state="disabled", takefocus=True, wrap="word", width=1, height=1)
        self.configure(relief="flat", borderwidth=0, highlightthickness=2, padx=PADDING, pady=PADDING)
        self.text = ""
        self.bind("<Configure>", lambda event: self._grow())
        self.bind("<Button-1>", lambda event: self.focus_set())
        mac = self.tk.call("tk", "windowingsystem") == "aqua"
        if not mac:  # where the key goes to the line's start
            self.bind("<Control-a>", lambda event: self._select_all())
        # With these, Tk's own bindings of a text select or jump; the window's, which come after them, are not meant.
        self.bindtags((str(self), "Text", "Prose", str(self.winfo_toplevel()), "all"))
        modifiers = ("Shift", "Option", "Command", "Shift-Option") if mac else ("Shift", "Control", "Shift-Control")
        for modifier in modifiers:
            for key in "Left", "Right", "Up", "Down", "Home", "End", "Prior", "Next":
                self.bind(f"<{modifier}-{key}>", lambda event: None)  # no more than Tk does
                self.bind_class("Prose", f"<{modifier}-{key}>", lambda event: "break")

    def write(self, text: str) -> None:
        """Replace the text."""
        self.text = text
        self.configure(state="normal")
        self.delete("1.0", "end")
        self.insert("1.0", text)
        self.configure(state="disabled")
        self.mark_set("insert", "1.0")
        self._grow()

    def apply(self, palette: Palette, font: Any) -> None:
        """Take a palette's colours and a new font."""
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

    def _grow(self) -> None:
        if self.winfo_width() > 1:  # it is on screen
            pixels = int(self.tk.call(self, "count", "-update", "-ypixels", "1.0", "end"))
            lines = math.ceil(pixels / int(self.tk.call("font", "metrics", self["font"], "-linespace")))
            if lines != self["height"]:
                self.configure(height=lines)

    def _select_all(self) -> str:
        self.tag_add("sel", "1.0", "end - 1 chars")
        return "break"
