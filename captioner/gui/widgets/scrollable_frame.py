"""A frame that scrolls where its content is too high."""

import tkinter as tk
from tkinter import ttk

from captioner.gui.style.fonts import scaled
from captioner.gui.style.palettes import Palette

# Milliseconds until the geometry managers have settled after a widget has asked for another size.
SETTLING_MILLISECONDS = 30

# Pixels of a 96 dpi screen that one click of the mouse wheel scrolls by.
WHEEL_STEP = 40


class ScrollableFrame(ttk.Frame):
    """As wide as its place and as high as its content. Where there is less room, it scrolls.

    Attributes:
        content: the frame to put widgets into.
    """

    def __init__(self, master: tk.Misc) -> None:
        super().__init__(master)
        self.columnconfigure(0, weight=1)
        self.rowconfigure(0, weight=1)
        # Two pixels, as grid does not lay out again a widget that asks for one.
        self._view = tk.Canvas(self, width=2, height=2, highlightthickness=0, borderwidth=0, takefocus=False)
        self._scrollbar = ttk.Scrollbar(self, orient="vertical", command=self._view.yview)
        self._view.configure(yscrollcommand=self._scrollbar.set, yscrollincrement=1)
        self._view.grid(row=0, column=0, sticky="nsew")
        self._scrollbar.grid(row=0, column=1, sticky="ns")
        self._scrollbar.grid_remove()
        self.content = ttk.Frame(self._view)
        self.content.columnconfigure(0, weight=1)
        self._view.create_window(0, 0, window=self.content, anchor="nw", tags="content")
        self._kept_height = 0
        self._timer = ""
        for frame in self._view, self.content:
            frame.bind("<Configure>", lambda event: self._fit())
        self.bind("<Destroy>", lambda event: self._stop_timer())

    def follow_wheel(self, widget: tk.Misc) -> None:
        """Let the mouse wheel over a widget scroll the frame."""
        widget.bind("<MouseWheel>", lambda event: self._scroll(-1 if event.delta > 0 else 1))
        widget.bind("<Button-4>", lambda event: self._scroll(-1))
        widget.bind("<Button-5>", lambda event: self._scroll(1))

    def reveal(self, top: int, bottom: int) -> None:
        """Scroll, if necessary, until these pixels of the content are visible, or at least the top ones."""
        above, height = self._view.canvasy(0), self._view.winfo_height()
        if top < above or bottom > above + height:
            spare = max(0, height - (bottom - top)) / 2
            self._view.yview_moveto((top - spare) / max(1, self.content.winfo_reqheight()))

    def apply_palette(self, palette: Palette) -> None:
        """Use the colours of a palette."""
        self._view.configure(background=palette.background)

    def keep_height(self, keep: bool) -> None:
        """Ask for at least the current height, while new content is on its way, or for what the content needs."""
        self._kept_height = self._view.winfo_reqheight() if keep else 0
        self._settle_soon()

    def _fit(self) -> None:
        width, height = self._view.winfo_width(), self.content.winfo_reqheight()
        self._view.itemconfigure("content", width=width)
        self._view.configure(height=max(height, self._kept_height), scrollregion=(0, 0, width, height))
        self._settle_soon()

    def _settle_soon(self) -> None:
        if not self._timer:
            self._timer = self.after(SETTLING_MILLISECONDS, self._settle)

    def _settle(self) -> None:
        self._timer = ""
        self._view.configure(height=max(self.content.winfo_reqheight(), self._kept_height))
        self.update_idletasks()  # all frames around this one have their sizes now
        if self._is_too_high():
            self._scrollbar.grid()
        else:
            self._scrollbar.grid_remove()

    def _is_too_high(self) -> bool:
        # Frames that shrink may cost it a pixel.
        return self.content.winfo_reqheight() > self._view.winfo_height() + 1

    def _scroll(self, direction: int) -> str:
        if self._is_too_high():
            self._view.yview_scroll(direction * scaled(self, WHEEL_STEP), "units")
        return "break"

    def _stop_timer(self) -> None:
        if self._timer:
            self.after_cancel(self._timer)
