"""Shows the photo as large as it fits, and where in it a word of the caption came from."""

import threading
import time
import tkinter as tk
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from captioner.gui.style.palettes import Palette

if TYPE_CHECKING:
    from PIL import Image

    from captioner.output.attention_map import Floats

# Milliseconds until the main loop looks again for a picture that is being drawn.
POLL_MILLISECONDS = 5

# Seconds that putting strips on the screen may hold up the main loop, before it goes on and comes back for the rest.
MAX_STRIPS_SECONDS = 0.008

_T = TypeVar("_T")


class RenderRequest(NamedTuple):
    """A picture to draw, in pixels. Two requests with the same number differ in nothing but the size."""

    number: int
    photo: "Image.Image"
    attention: "Floats | None"
    width: int
    height: int
    line_width: float


class Picture(NamedTuple):
    """A drawn picture: strips from top to bottom, each encoded as a PPM file."""

    request: RenderRequest
    width: int
    height: int
    strips: list[bytes]


class PhotoView(tk.Canvas):
    """Shows a photo as large as it fits. A thread draws it; the old picture stays until the new one is ready.

    The photo stays inside the focus ring (`highlightthickness`), which the window sets, as it does the bindings for
    clicks and drops.
    """

    def __init__(self, master: tk.Misc, **options: Any) -> None:
        super().__init__(master, highlightthickness=0, borderwidth=0, takefocus=False, **options)
        self._photo: Image.Image | None = None
        self._attention: Floats | None = None
        self._number = 0
        self._requests: SimpleQueue[RenderRequest | None] = SimpleQueue()
        self._pictures: SimpleQueue[Picture] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._pending: RenderRequest | None = None  # the newest one, until its picture is shown
        self._timer = ""
        self._arriving: Picture | None = None
        self._arrived: list[tk.PhotoImage] = []
        self._shown: list[tk.PhotoImage] = []
        self._shown_size = 0, 0
        self._shown_at = 0, 0
        self.bind("<Configure>", lambda event: self._resized())
        self.bind("<Destroy>", lambda event: self._end())

    def show(self, photo: "Image.Image | None") -> None:
        """Show a photo (PIL, RGB) without attention, or nothing."""
        self._photo, self._attention = photo, None
        self._number += 1
        if photo is None:
            self._pending = None
            self.delete("shown")
            self._shown = []
        self._draw()

    def show_attention(self, attention: "Floats | None") -> None:
        """Highlight where the attention is, or show the plain photo again.

        Args:
            attention: float [rows, columns], the attention weight of each region of the photo.
        """
        if attention is not self._attention:
            self._attention = attention
            self._number += 1
            self._draw()

    def apply_palette(self, palette: Palette) -> None:
        """Use the colours of a palette."""
        self.configure(background=palette.background)

    def _draw(self) -> None:
        if self._photo is None or self.winfo_width() == self.winfo_height() == 1:  # 1: not on screen yet
            return
        ring = int(self["highlightthickness"])
        width, height = (max(1, size - 2 * ring) for size in (self.winfo_width(), self.winfo_height()))
        if self._thread is None:
            self._thread = threading.Thread(
                target=_draw_requests, args=(self._requests, self._pictures), name="photo view", daemon=True
            )
            self._thread.start()
        line_width = max(2.0, self.winfo_fpixels("2p"))
        self._pending = RenderRequest(self._number, self._photo, self._attention, width, height, line_width)
        self._requests.put(self._pending)
        if not self._timer:
            self._timer = self.after(POLL_MILLISECONDS, self._poll)

    def _poll(self) -> None:
        """Show some strips of the newest picture, and come back for the next ones."""
        self._timer = ""
        if self._arriving is None:
            self._arriving = _newest(self._pictures)
        if self._arriving is not None and self._arriving.request.number != self._number:
            self._drop()
        end = time.perf_counter() + MAX_STRIPS_SECONDS
        while self._arriving is not None and time.perf_counter() < end:
            self._take_strip(self._arriving)
        if self._arriving is not None or self._pending is not None:
            self._timer = self.after(1 if self._arriving else POLL_MILLISECONDS, self._poll)

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
        if picture.request is self._pending:
            self._pending = None

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
        self._requests.put(None)
        if self._timer:
            self.after_cancel(self._timer)
        # Delete the images now, in Tk's own thread: the garbage collector may run in another one.
        self._shown, self._arrived = [], []


def _newest(queue: "SimpleQueue[_T]") -> _T | None:
    """Empty the queue and return the last item, None if there was none."""
    newest = None
    try:
        while True:
            newest = queue.get_nowait()
    except Empty:
        return newest


def _draw_requests(requests: "SimpleQueue[RenderRequest | None]", pictures: "SimpleQueue[Picture]") -> None:
    """Draw the newest request, again and again, until it is None. Runs in a thread, so it must not use Tk."""
    from captioner.gui.widgets import attention_overlay

    last: RenderRequest | None = None
    fitted: Image.Image | None = None
    dimmed: Image.Image | None = None
    while True:
        request = requests.get()
        while not requests.empty():
            request = requests.get()
        if request is None:
            return
        size = request.width, request.height
        if fitted is None or last is None or request.photo is not last.photo or size != (last.width, last.height):
            fitted, dimmed = attention_overlay.fit(request.photo, *size), None
        last, drawn = request, fitted
        if request.attention is not None:
            dimmed = dimmed or attention_overlay.dim(fitted)
            drawn = attention_overlay.draw_attention(fitted, dimmed, request.attention, request.line_width)
        pictures.put(Picture(request, drawn.width, drawn.height, attention_overlay.strips(drawn)))
