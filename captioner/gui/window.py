"""The window's layout: the menus and toolbar, the photo, and the caption."""

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

from captioner.gui.controls import Controls
from captioner.gui.style.fonts import FONTS, scaled, use_desktop_dpi
from captioner.gui.style.palettes import Palette
from captioner.gui.style.ttk_theme import apply_theme
from captioner.gui.widgets.caption_view import CaptionView
from captioner.gui.widgets.photo_view import PhotoView

TITLE = "Captioner"
WELCOME = "Open a photo, drop one here, or paste one."

# In pixels of a 96 dpi screen, at a text size of 100 %.
SIZE = (960, 760)
MIN_SIZE = (480, 360)
MIN_PHOTO_HEIGHT = 160
TITLE_AND_TASKBAR_HEIGHT = 60
GAP = 8  # around the parts
RING_WIDTH = 3  # of the focus ring around the photo


class Window:
    """Lays out the window's parts. What happens in them is for others to say.

    Args:
        run_command: called with the name of the command that the user chose.
        palette, text_size: as `apply_theme` takes them.
    """

    def __init__(self, root: tk.Tk, run_command: Callable[[str], None], palette: Palette, text_size: int) -> None:
        self.root = root
        root.title(TITLE)
        use_desktop_dpi(root)
        apply_theme(root, palette, text_size)
        scale = max(1, text_size / 100)
        max_height = root.winfo_screenheight() - scaled(root, TITLE_AND_TASKBAR_HEIGHT)
        width = min(scaled(root, SIZE[0] * scale), root.winfo_screenwidth())
        height = min(scaled(root, SIZE[1] * scale), max_height)
        root.geometry(f"{width}x{height}")
        root.minsize(min(scaled(root, MIN_SIZE[0]), width), min(scaled(root, MIN_SIZE[1]), height))
        self._gap = scaled(root, GAP)
        self.controls = Controls(root, run_command)
        self.frame = ttk.Frame(root, padding=self._gap)
        self.frame.pack(fill="both", expand=True)
        self.toolbar = self.controls.toolbar(self.frame)
        self.toolbar.pack(fill="x")
        self.photo_view = PhotoView(self.frame, height=scaled(root, MIN_PHOTO_HEIGHT))
        self.photo_view.configure(takefocus=True, highlightthickness=scaled(root, RING_WIDTH))
        self.photo_view.bind("<Button-1>", lambda event: self.photo_view.focus_set())
        self.photo_view.pack(fill="both", expand=True, pady=self._gap)
        # Packed last, so that the caption gets less room in a small window: it can be scrolled.
        self.caption_view = CaptionView(self.frame)
        self.caption_view.pack(fill="x")
        for part in self.frame, self.toolbar, self.caption_view.statement:
            part.bind("<Configure>", lambda event: self._fit_photo(), add="+")
        self._apply_to_views(palette)
        self.caption_view.statement.show(WELCOME, ())
        self.photo_view.focus_set()

    def apply_theme(self, palette: Palette, text_size: int) -> None:
        """Take the colours of a palette, and a text size in percent."""
        apply_theme(self.root, palette, text_size)
        self._apply_to_views(palette)

    def show_name(self, name: str) -> None:
        """Put a photo's name in the title."""
        self.root.title(f"{name} – {TITLE}")

    def bring_to_front(self) -> None:
        """Close an open menu, raise the window, and give it or its dialog the keyboard."""
        # In Tcl, because tkinter has no widgets for open menus and Tk's own dialogs.
        tcl = self.root.tk.call
        if tcl("winfo", "class", focus := tcl("focus") or self.root) == "Menu":
            tcl("tk::MenuUnpost", focus)  # else it keeps the mouse grabbed and never hears of key presses
        self.root.deiconify()
        self.root.lift()
        tcl("focus", "-force", tcl("focus", "-lastfor", tcl("grab", "current", self.root) or self.root))

    def _fit_photo(self) -> None:
        """Let the photo give way where there would be too little room to read the caption."""
        room = self.frame.winfo_height() - self.toolbar.winfo_reqheight() - self.caption_view.min_height()
        height = min(scaled(self.root, MIN_PHOTO_HEIGHT), room - 4 * self._gap)
        self.photo_view.configure(height=max(1, height))

    def _apply_to_views(self, palette: Palette) -> None:
        self.photo_view.apply_palette(palette)
        self.photo_view.configure(highlightcolor=palette.focus, highlightbackground=palette.background)
        self.caption_view.apply_palette(palette, FONTS)
        self.root.update_idletasks()  # for the buttons' new sizes
        self.toolbar.arrange()
