"""Small pictures of the photos in a list, loaded in a thread while their lines are in sight."""

import io
import threading
import tkinter as tk
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

from captioner.errors import PhotoError
from captioner.gui.tk.main_thread import MainThreadQueue
from captioner.photos.source import PhotoSource

MAX_KEPT = 200  # pictures; about 2 MB


class Thumbnails:
    """Loads the pictures that are wanted now, the first ones first. Belongs to the main thread.

    Args:
        side: the longest side of a picture, in pixels.
        show: called with a photo and its picture.
    """

    def __init__(self, root: tk.Misc, main_thread: MainThreadQueue, side: int, show: Callable[[Path, str], object]):
        self._root = root
        self._main_thread = main_thread
        self._side = side
        self._show = show
        self._pictures: OrderedDict[Path, tk.PhotoImage] = OrderedDict()
        self._failed: set[Path] = set()
        self._wanted: list[Path] = []
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def want(self, photos: Sequence[Path]) -> None:
        """These photos are in sight now."""
        for photo in photos:
            if picture := self._pictures.get(photo):
                self._pictures.move_to_end(photo)
                self._show(photo, str(picture))
        with self._changed:
            self._wanted = [photo for photo in photos if photo not in self._pictures and photo not in self._failed]
            self._changed.notify_all()
        if self._wanted and not self._thread:
            self._thread = threading.Thread(target=self._run, name="thumbnails", daemon=True)
            self._thread.start()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        while photo := self._next():
            self._main_thread.put(self._take, photo, _load(photo, self._side))

    def _next(self) -> Path | None:
        with self._changed:
            self._changed.wait_for(lambda: self._wanted or self._closed)
            return None if self._closed else self._wanted.pop(0)

    def _take(self, photo: Path, content: bytes) -> None:
        if self._closed:
            return
        if not content:
            self._failed.add(photo)
            return
        picture = self._pictures[photo] = tk.PhotoImage(master=self._root, data=content, format="png")
        self._show(photo, str(picture))
        while len(self._pictures) > MAX_KEPT:
            self._pictures.popitem(last=False)  # Tk shows nothing in its place; its line is out of sight


def picture_width(side: int) -> int:
    """The width of a picture, with room on its right."""
    return side + side // 6


def _load(photo: Path, side: int) -> bytes:
    """A picture as a PNG file; empty if the photo cannot be read."""
    from PIL import Image

    from captioner.photos.load import load

    try:
        picture = load(PhotoSource(path=photo), (side,)).images[0]
    except PhotoError:
        return b""
    picture.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    # Transparent where the photo is not, so that names begin at the same place, a little to the right.
    square = Image.new("RGBA", (picture_width(side), side))
    square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    content = io.BytesIO()
    square.save(content, "PNG", compress_level=1)
    return content.getvalue()
