"""Shows the photo, fitted into the window, and the light on where the captioner looked."""

import threading
import time
import tkinter as tk
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from captioner.gui.style.theme import Palette

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

# Milliseconds between two looks for a picture that is being drawn.
LOOK_AGAIN = 5

# Seconds after which the main loop goes on, and comes back for the rest of a picture.
ENOUGH = 0.008


class Wish(NamedTuple):
    """A picture to be drawn, in pixels. Of two wishes with the same number the later only has another size."""

    number: int
    photo: "Image.Image"
    attention: "np.ndarray | None"
    width: int
    height: int
    line: float


class Picture(NamedTuple):
    """A picture that was drawn: strips from top to bottom, each as a PPM file's content."""

    wish: Wish
    width: int
    height: int
    strips: list[bytes]


class PhotoView(tk.Canvas):
    """Shows a photo as large as it fits. It is drawn in a thread; what was shown stays until the new picture is ready.

    It stays inside the ring around the focus, which is the window's to set, as is what is clicked or dropped here.
    """

    def __init__(self, master: tk.Misc, **options: Any) -> None:
        super().__init__(master, highlightthickness=0, borderwidth=0, takefocus=False, **options)
        self._photo: Image.Image | None = None
        self._attention: np.ndarray | None = None
        self._number = 0
        self._wishes: SimpleQueue[Wish | None] = SimpleQueue()
        self._pictures: SimpleQueue[Picture] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._wish: Wish | None = None  # the newest one, until its picture is shown
        self._timer = ""
        self._arriving: Picture | None = None
        self._arrived: list[tk.PhotoImage] = []
        self._shown: list[tk.PhotoImage] = []
        self._shown_size = 0, 0
        self._shown_at = 0, 0
        self.bind("<Configure>", lambda event: self._resized())
        self.bind("<Destroy>", lambda event: self._end())

    def show(self, photo: "Image.Image | None") -> None:
        """Show a photo (PIL, RGB) without any light, or nothing."""
        self._photo, self._attention = photo, None
        self._number += 1
        if photo is None:
            self._wish = None
            self.delete("shown")
            self._shown = []
        self._draw()

    def light(self, attention: "np.ndarray | None") -> None:
        """Light up where the captioner looked, or show the plain photo again.

        Args:
            attention: float [rows, columns], how much it looked at each region of the photo.
        """
        if attention is not self._attention:
            self._attention = attention
            self._number += 1
            self._draw()

    def apply(self, palette: Palette) -> None:
        """Take the colours of a palette."""
        self.configure(background=palette.background)

    def _draw(self) -> None:
        if self._photo is None or self.winfo_width() == self.winfo_height() == 1:  # 1: not on screen yet
            return
        ring = int(self["highlightthickness"])
        width, height = (max(1, size - 2 * ring) for size in (self.winfo_width(), self.winfo_height()))
        if self._thread is None:
            self._thread = threading.Thread(
                target=_draw_wishes, args=(self._wishes, self._pictures), name="photo view", daemon=True
            )
            self._thread.start()
        line = max(2.0, self.winfo_fpixels("2p"))
        self._wish = Wish(self._number, self._photo, self._attention, width, height, line)
        self._wishes.put(self._wish)
        if not self._timer:
            self._timer = self.after(LOOK_AGAIN, self._look)

    def _look(self) -> None:
        """Take some strips of the newest picture, and come again for the next."""
        self._timer = ""
        if self._arriving is None:
            self._arriving = _newest(self._pictures)
        if self._arriving is not None and self._arriving.wish.number != self._number:
            self._drop()
        end = time.perf_counter() + ENOUGH
        while self._arriving is not None and time.perf_counter() < end:
            self._take_strip(self._arriving)
        if self._arriving is not None or self._wish is not None:
            self._timer = self.after(1 if self._arriving else LOOK_AGAIN, self._look)

    def _take_strip(self, picture: Picture) -> None:
        # Each strip is an image of its own: Tk takes four times as long to put a part into a larger image.
        top = sum(image.height() for image in self._arrived)
        image = tk.PhotoImage(master=self, data=picture.strips[len(self._arrived)], format="ppm")
        self._arrived.append(image)
        self.create_image(0, top, image=image, anchor="nw", state="hidden", tags="arriving")
        if len(self._arrived) < len(picture.strips):
            return
        self.delete("shown")
        self.itemconfigure("arriving", state="normal")
        self.addtag_withtag("shown", "arriving")
        self.dtag("arriving", "arriving")
        self._shown, self._arrived, self._arriving = self._arrived, [], None
        self._shown_size, self._shown_at = (picture.width, picture.height), (0, 0)
        self._centre()
        if picture.wish is self._wish:
            self._wish = None

    def _drop(self) -> None:
        self.delete("arriving")
        self._arriving, self._arrived = None, []

    def _resized(self) -> None:
        self._centre()
        self._draw()

    def _centre(self) -> None:
        x = (self.winfo_width() - self._shown_size[0]) // 2
        y = (self.winfo_height() - self._shown_size[1]) // 2
        self.move("shown", x - self._shown_at[0], y - self._shown_at[1])
        self._shown_at = x, y

    def _end(self) -> None:
        self._wishes.put(None)
        if self._timer:
            self.after_cancel(self._timer)
        # Now, in the thread that Tk runs in: later they might be found and deleted in another.
        self._shown, self._arrived = [], []


def _newest(queue: "SimpleQueue[Any]") -> Any:
    """Empty the queue and return what was put last, None if there was nothing."""
    newest = None
    try:
        while True:
            newest = queue.get_nowait()
    except Empty:
        return newest


def _draw_wishes(wishes: "SimpleQueue[Wish | None]", pictures: "SimpleQueue[Picture]") -> None:
    """Draw the newest wish, again and again, until it is None. Knows nothing of Tk, which is not for threads."""
    from captioner.gui.widgets import attention_overlay

    last: Wish | None = None
    fitted: Image.Image | None = None
    dimmed: Image.Image | None = None
    while True:
        wish = wishes.get()
        while not wishes.empty():
            wish = wishes.get()
        if wish is None:
            return
        size = wish.width, wish.height
        if fitted is None or last is None or wish.photo is not last.photo or size != (last.width, last.height):
            fitted, dimmed = attention_overlay.fit(wish.photo, *size), None
        last, drawn = wish, fitted
        if wish.attention is not None:
            dimmed = dimmed or attention_overlay.dim(fitted)
            drawn = attention_overlay.light(fitted, dimmed, wish.attention, wish.line)
        pictures.put(Picture(wish, drawn.width, drawn.height, attention_overlay.strips(drawn)))
