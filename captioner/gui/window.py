"""The window's layout: the menus and toolbar, the photo, and the caption."""

import tkinter as tk
from collections.abc import Callable, Sequence
from pathlib import Path
from tkinter import ttk
from typing import TYPE_CHECKING

from captioner.gui.controls import Controls
from captioner.gui.style.fonts import FONTS, line_height, scaled, use_desktop_dpi
from captioner.gui.style.palettes import Palette
from captioner.gui.style.ttk_theme import apply_theme
from captioner.gui.widgets.caption_view import CaptionView
from captioner.gui.widgets.photo_view import PhotoView

if TYPE_CHECKING:
    from captioner.gui.widgets.invitation import Invitation

TITLE = "Captioner"
PLACEHOLDER = "The caption appears here."

SETTLING_MILLISECONDS = 200  # for the window manager to resize the window

# In pixels of a 96 dpi screen, at a text size of 100 %.
SIZE = (960, 760)
MIN_SIZE = (480, 360)
MIN_PHOTO_HEIGHT = 160
MIN_PHOTO_SHARE = 0.35  # of the window's height; the captions scroll
TITLE_AND_TASKBAR_HEIGHT = 60
MENU_PADDING = 14  # of the menu bar, above and below its line together
GAP = 8  # around the parts
RING_WIDTH = 3  # of the focus ring around the photo


class Window:
    """Lays out the window's parts. What happens in them is decided elsewhere.

    Args:
        run_command: called with the name of the command that the user chose.
        palette, text_size: as `apply_theme` takes them.
    """

    def __init__(self, root: tk.Tk, run_command: Callable[[str], None], palette: Palette, text_size: int) -> None:
        self.root = root
        root.title(TITLE)
        use_desktop_dpi(root)
        apply_theme(root, palette, text_size)
        self._resizing = ""
        self._size = width, height = self._wanted_size(text_size)
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
        self.invitation: Invitation | None = None
        self._apply_to_views(palette)
        self.caption_view.statement.show(PLACEHOLDER, ())
        self.photo_view.focus_set()

    def apply_theme(self, palette: Palette, text_size: int) -> None:
        """Take the colours of a palette, and a text size in percent. The window grows with the text."""
        apply_theme(self.root, palette, text_size)
        self._apply_to_views(palette)
        # Once it has the size of the change before.
        if self._resizing:
            self.root.after_cancel(self._resizing)
        self._resizing = self.root.after(SETTLING_MILLISECONDS, self._resize, text_size)

    def invite(self, samples: Sequence[Path]) -> None:
        """Say how to begin, and offer sample photos, in the place of the photo."""
        from captioner.gui.widgets.invitation import Invitation  # later, as the window appears without it

        self.invitation = Invitation(self.photo_view, self.controls.run, samples)
        self.invitation.apply_palette(self._palette)

    def end_invitation(self) -> None:
        """Make room for a photo."""
        if self.invitation:
            if str(self.root.tk.call("focus", "-lastfor", self.root)).startswith(str(self.invitation)):
                self.photo_view.focus_set()
            self.invitation.destroy()
            self.invitation = None

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

    def _wanted_size(self, text_size: int) -> tuple[int, int]:
        """The window's width and height for a text size: as much more as the text is larger, if it fits the screen."""
        scale, (max_width, max_height) = max(1, text_size / 100), self._max_size()
        return min(scaled(self.root, SIZE[0] * scale), max_width), min(scaled(self.root, SIZE[1] * scale), max_height)

    def _max_size(self) -> tuple[int, int]:
        """The largest width and height with which the window fits the screen, below its title and menu."""
        root = self.root
        menu = round(1.5 * line_height(root)) + scaled(root, MENU_PADDING)
        height = root.winfo_screenheight() - scaled(root, TITLE_AND_TASKBAR_HEIGHT) - menu
        return root.winfo_screenwidth(), height

    def _resize(self, text_size: int) -> None:
        """Grow with the text, and shrink with it again unless the user has chosen a size."""
        self._resizing = ""
        root, before = self.root, self._size
        self._size = wanted = self._wanted_size(text_size)
        if wanted == before or root.wm_state() != "normal" or _is_maximized(root):
            return
        now = root.winfo_width(), root.winfo_height()
        size = wanted if now == before else tuple(map(max, now, wanted))
        if size == now:
            return
        root.geometry("{}x{}".format(*size))
        # Move it where it would stick out.
        (width, height), (max_width, max_height) = size, self._max_size()
        if root.winfo_rootx() + width > max_width or root.winfo_rooty() + height > root.winfo_screenheight():
            left = max(0, min(root.winfo_rootx(), max_width - width))
            root.geometry(f"+{left}+{max(0, max_height - height)}")

    def _fit_photo(self) -> None:
        """Let the photo give way where there would be too little room to read the caption."""
        room = self.frame.winfo_height() - self.toolbar.winfo_reqheight() - self.caption_view.min_height()
        wanted = max(scaled(self.root, MIN_PHOTO_HEIGHT), round(MIN_PHOTO_SHARE * self.frame.winfo_height()))
        height = min(wanted, room - 4 * self._gap)
        self.photo_view.configure(height=max(1, height))

    def _apply_to_views(self, palette: Palette) -> None:
        self._palette = palette
        self.photo_view.apply_palette(palette)
        self.photo_view.configure(highlightcolor=palette.focus, highlightbackground=palette.background)
        self.caption_view.apply_palette(palette, FONTS)
        self.toolbar.apply_palette(palette)
        if self.invitation:
            self.invitation.apply_palette(palette)


def _is_maximized(root: tk.Tk) -> bool:
    """Whether the window fills the screen; on Windows and macOS its state says so."""
    return root.tk.call("tk", "windowingsystem") == "x11" and bool(root.attributes("-zoomed"))
