"""Buttons in as many rows as they need."""

import tkinter as tk
from tkinter import ttk

from captioner.gui.style.fonts import scaled

GAP = 2  # pixels of a 96 dpi screen, around and between the buttons, next to the room for their focus rings


class ButtonRows(ttk.Frame):
    """Buttons in as many rows as they need.

    Attributes:
        buttons: in their order; children of the frame.
    """

    def __init__(self, parent: tk.Misc) -> None:
        super().__init__(parent)
        self.buttons: list[ttk.Button] = []
        self.bind("<Configure>", lambda event: self.arrange(event.width))

    def arrange(self, width: int = 0) -> None:
        """Place the buttons again, after their size or the width has changed."""
        width = width or self.winfo_width()
        gap = scaled(self, GAP)
        x, y, height = gap, gap, 0
        for button in self.buttons:
            if x > gap and x + button.winfo_reqwidth() + gap > width:
                x, y = gap, y + height + gap
            button.place(x=x, y=y)
            x += button.winfo_reqwidth() + gap
            height = button.winfo_reqheight()
        self.configure(height=y + height + gap)
