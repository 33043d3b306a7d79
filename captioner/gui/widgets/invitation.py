"""What an empty window shows: what the program is for, how to begin, and sample photos to try."""

import io
import tkinter as tk
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from tkinter import ttk

from captioner.gui.commands import BY_NAME
from captioner.gui.style.fonts import FONTS, scaled
from captioner.gui.style.palettes import Palette
from captioner.gui.widgets.photo_view import PhotoView

WELCOME = "Open a photo, drop one here, or paste one."
PURPOSE = "Captioner describes it in a sentence and speaks it. It works offline: no photo leaves this computer."
SAMPLES = "Or try a sample photo:"

# In pixels of a 96 dpi screen.
GAP = 8
THUMBNAIL_HEIGHT = 80


def spoken_invitation() -> str:
    """What is said once, at an empty start."""
    from captioner.gui.accessibility.phrases import shortcut  # later, as the window appears without it

    opening, pasting = (shortcut(BY_NAME[name].shortcut) for name in ("open", "paste"))
    return f"Open a photo with {opening}, paste one with {pasting}, or press Tab for sample photos."


class Invitation(ttk.Frame):
    """Lies over the middle of an empty photo view. Parts that have no room there are hidden, the least needed first.

    Generates <<Sample>> when the user chooses a sample photo.

    Args:
        photo_view: the photo view; the invitation becomes its sibling, next in the Tab order.
        run: called with the name of a command.
        samples: the paths of the sample photos.

    Attributes:
        samples: all of them; sample: the chosen one.
        open_button, sample_buttons: its buttons; the latter by the paths of the samples.
    """

    def __init__(self, photo_view: PhotoView, run: Callable[[str], None], samples: Sequence[Path]) -> None:
        super().__init__(photo_view.master)
        self.samples = samples
        self.sample = Path()
        self._photo_view = photo_view
        self._thumbnails: dict[Path, tk.PhotoImage] = {}
        gap = scaled(self, GAP)
        self._welcome = ttk.Label(self, text=WELCOME, font=FONTS["statement"], justify="center")
        self._purpose = ttk.Label(self, text=PURPOSE, justify="center")
        open_command = BY_NAME["open"]
        self.open_button = ttk.Button(
            self,
            text=f"{open_command.label}  {open_command.shortcut}",
            style="Primary.TButton",
            command=partial(run, "open"),
        )
        self._heading = ttk.Label(self, text=SAMPLES)
        self._samples = ttk.Frame(self)
        self.sample_buttons = {path: self._sample_button(path) for path in samples}
        self._keys = ttk.Label(self, text=f"{BY_NAME['help'].shortcut} lists all keys.")
        parts = self._welcome, self._purpose, self.open_button, self._heading, self._samples, self._keys
        for row, part in enumerate(parts):
            part.grid(row=row, pady=(2 * gap if part in (self.open_button, self._heading, self._keys) else gap, 0))
        self.place(in_=photo_view, relx=0.5, rely=0.5, anchor="center")
        self.lift(photo_view)  # before the caption in the Tab order
        photo_view.bind("<Configure>", lambda event: self._fit_soon(), add="+")

    def show_thumbnails(self, thumbnails: Mapping[Path, bytes]) -> None:
        """Show the sample photos in small, from PPM files."""
        if not self.winfo_exists():
            return
        for path, content in thumbnails.items():
            self._thumbnails[path] = tk.PhotoImage(master=self, data=content, format="ppm")
            self.sample_buttons[path].configure(image=self._thumbnails[path])
        self._fit_soon()

    def apply_palette(self, palette: Palette) -> None:
        """Use the colours of a palette."""
        for label in self._purpose, self._heading, self._keys:
            label.configure(foreground=palette.muted)
        self._fit_soon()

    def thumbnail_height(self) -> int:
        return scaled(self, THUMBNAIL_HEIGHT)

    def _sample_button(self, path: Path) -> ttk.Button:
        def choose() -> None:
            self.sample = path
            self.event_generate("<<Sample>>")

        name = path.stem.capitalize()
        button = ttk.Button(self._samples, text=name, compound="top", style="Toolbar.TButton", command=choose)
        button.pack(side="left")
        return button

    def _fit_soon(self) -> None:
        self.after_idle(self._fit)

    def _fit(self) -> None:
        """Hide what has no room."""
        if not self.winfo_exists():
            return
        ring = int(self._photo_view["highlightthickness"])
        width, height = self._photo_view.winfo_width() - 2 * ring, self._photo_view.winfo_height() - 2 * ring
        if width <= 1:
            return
        for label in self._welcome, self._purpose:
            label.configure(wraplength=width)
        for part in self._keys, self._purpose, self._heading, self._samples, self._welcome:
            part.grid()
        for compound in "top", "none":
            for button in self.sample_buttons.values():
                button.configure(compound=compound)
            self.update_idletasks()
            if self._fits(width, height):
                return
        for part in self._keys, self._purpose, self._samples, self._welcome:
            part.grid_remove()
            if part is self._samples:
                self._heading.grid_remove()
            self.update_idletasks()
            if self._fits(width, height):
                return

    def _fits(self, width: int, height: int) -> bool:
        return self.winfo_reqwidth() <= width and self.winfo_reqheight() <= height


def draw_thumbnails(paths: Sequence[Path], height: int) -> dict[Path, bytes]:
    """Photos in small, as PPM files. Takes a while, so call it in a thread.

    Args:
        height: in pixels.

    Raises:
        OSError: one cannot be read.
    """
    from PIL import Image

    thumbnails = {}
    for path in paths:
        with Image.open(path) as photo:
            photo.draft("RGB", (2 * height, 2 * height))
            small = photo.convert("RGB").resize((round(height * photo.width / photo.height), height))
        file = io.BytesIO()
        small.save(file, "PPM")
        thumbnails[path] = file.getvalue()
    return thumbnails
