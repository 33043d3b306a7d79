"""What the user sees of a photo, pixel by pixel on a real screen."""

import io
import subprocess
import sys
import threading
import tkinter as tk
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageGrab

from captioner.caption import FIRST_REGION, REGION_STEP
from captioner.gui.style.palettes import PALETTES
from captioner.gui.widgets import attention_overlay
from captioner.gui.widgets.photo_view import PhotoView
from tests.support.program import wait_for

RED, GREEN, BLUE, GREY = (200, 30, 30), (30, 160, 30), (30, 30, 200), (128, 128, 128)
DIM = 51  # what dimming makes of GREY
BACKGROUND = tuple(bytes.fromhex(PALETTES["dark"].background[1:]))


class Eye:
    """Looks at a view of a photo."""

    def __init__(self, root: tk.Tk, display: str, width: int = 400, height: int = 400):
        self.root = root
        self.display = display
        root.geometry(f"{width}x{height}+100+100")
        self.view = PhotoView(root)
        self.view.apply_palette(PALETTES["dark"])
        self.view.pack(fill="both", expand=True)
        self.until(lambda: self.colour() == BACKGROUND)

    def see(self, left: int = 0, top: int = 0, width: int = 0, height: int = 0) -> np.ndarray:
        """A part of the view as it is on the screen: uint8 [height, width, 3]; all of it if no size is given."""
        self.root.update()
        x, y = self.view.winfo_rootx() + left, self.view.winfo_rooty() + top
        box = (x, y, x + (width or self.view.winfo_width()), y + (height or self.view.winfo_height()))
        return np.asarray(ImageGrab.grab(box, xdisplay=self.display).convert("RGB"))

    def colour(self, x: float = 0.5, y: float = 0.5) -> tuple[int, ...]:
        """The colour at a point of the view, given as fractions of its size."""
        left, top = int(x * self.view.winfo_width()), int(y * self.view.winfo_height())
        return tuple(int(channel) for channel in self.see(left, top, 1, 1)[0, 0])

    def box(self) -> tuple[int, ...]:
        """Left, top, right and bottom of everything that is not background."""
        there = Image.fromarray((self.see() != BACKGROUND).any(-1))
        return there.getbbox() or (0, 0, 0, 0)

    def until(self, predicate: Callable[[], object]) -> None:
        """Run the window until something is true."""

        def look() -> object:
            self.root.update()
            return predicate()

        wait_for(look)


class Gate:
    """Holds up a drawing function. Each call waits until it is let through."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, function: str):
        self.calls = 0
        self._pass = threading.Semaphore(0)
        draw = getattr(attention_overlay, function)

        def wait(*arguments: object) -> object:
            self.calls += 1
            assert self._pass.acquire(timeout=60)
            return draw(*arguments)

        monkeypatch.setattr(attention_overlay, function, wait)

    def let_through(self, calls: int = 1) -> None:
        self._pass.release(calls)


@pytest.fixture
def eye(root: tk.Tk, display: str) -> Eye:
    return Eye(root, display)


def photo(colour: tuple[int, ...] = GREY, size: tuple[int, int] = (60, 40)) -> Image.Image:
    return Image.new("RGB", size, colour)


def attention(*cells: tuple[int, int, float]) -> np.ndarray:
    """Attention weights that are higher in some cells, given as row, column, weight."""
    weights = np.full((10, 10), 0.01, np.float32)
    for row, column, weight in cells:
        weights[row, column] = weight
    return weights / weights.sum()


def centre(index: int) -> float:
    """The centre of a row or column of attention weights, as a share of the photo."""
    return FIRST_REGION + index * REGION_STEP


def colours_until(eye: Eye, predicate: Callable[[], object], x: float = 0.5, y: float = 0.5) -> set[tuple[int, ...]]:
    """All colours that appear at a point until something is true."""
    seen = set()

    def look() -> object:
        seen.add(eye.colour(x, y))
        return predicate()

    eye.until(look)
    return seen


def passed(eye: Eye, milliseconds: int) -> Callable[[], bool]:
    """What is true when so much of the window's life has passed."""
    over = tk.BooleanVar(eye.root)
    eye.root.after(milliseconds, over.set, True)
    return over.get


def dark(eye: Eye, x: float, y: float = 0.5) -> bool:
    return eye.colour(x, y) == (DIM,) * 3


def shown_in(eye: Eye, size: int) -> bool:
    return eye.box() == (0, 0, size, size)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1, 1), (0, 0, 400, 400)),
        ((8000, 100), (0, 197, 400, 202)),
        ((100, 8000), (197, 0, 202, 400)),
        ((30, 20), (0, 66, 400, 333)),
        ((2000, 1000), (0, 100, 400, 300)),
    ],
)
def test_a_photo_of_any_size_is_fitted_in_the_middle(
    eye: Eye, size: tuple[int, int], expected: tuple[int, ...]
) -> None:
    eye.view.show(photo(GREEN, size))
    eye.until(lambda: eye.box() == expected)
    assert eye.colour() == GREEN

    plain = eye.see()
    eye.view.show_attention(attention((4, 4, 1.0)))
    eye.until(lambda: (eye.see() != plain).any())
    assert eye.box() == expected


def test_a_photo_stays_inside_the_ring_around_the_focus(eye: Eye) -> None:
    eye.view.configure(takefocus=True, highlightthickness=5, highlightbackground="#ff0000")
    eye.view.show(photo(GREEN, (100, 100)))
    eye.until(lambda: eye.colour() == GREEN)
    assert (eye.see(5, 5, 390, 390) == GREEN).all()
    assert (eye.see(0, 0, 400, 5) == (255, 0, 0)).all()


def test_a_photo_is_sharp(eye: Eye) -> None:
    halves = photo(RED, (1000, 1000))
    halves.paste(BLUE, (500, 0, 1000, 1000))
    eye.view.show(halves)
    eye.until(lambda: eye.colour(0.1) == RED)
    row = eye.see(0, 200, 400, 1)[0]
    assert (row[: 200 - 4] == RED).all()
    assert (row[200 + 4 :] == BLUE).all()

    fine = Image.fromarray(np.tile(np.array([[[0] * 3], [[255] * 3]], np.uint8), (400, 800, 1)))
    eye.view.show(fine)  # stripes that two times as many pixels have room for: no moiré
    eye.until(lambda: (abs(eye.see()[10:-10].astype(int) - 127) < 10).all())

    stripes = Image.fromarray(np.tile(np.array([[[0] * 3], [[255] * 3]], np.uint8), (200, 400, 1)))
    eye.view.show(stripes)  # as large as the view, so that each pixel is one on the screen
    eye.until(lambda: (eye.see() == np.asarray(stripes)).all())


def test_the_old_picture_stays_until_the_new_one_is_ready(eye: Eye) -> None:
    eye.view.show(photo(GREEN, (500, 500)))
    eye.until(lambda: eye.colour() == GREEN)

    for size in 300, 620, 410:
        eye.root.geometry(f"{size}x{size}")
        assert colours_until(eye, partial(shown_in, eye, size)) == {GREEN}

    eye.view.show(photo(BLUE, (500, 500)))
    assert colours_until(eye, lambda: eye.colour() == BLUE) <= {GREEN, BLUE}


def test_only_the_latest_photo_is_shown(eye: Eye, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, "fit")
    eye.view.show(photo(RED))
    eye.until(lambda: gate.calls == 1)
    eye.view.show(photo(GREEN))
    eye.view.show(photo(BLUE))
    gate.let_through()
    eye.until(lambda: gate.calls == 2)  # the red one is ready
    assert colours_until(eye, passed(eye, 100)) == {BACKGROUND}
    gate.let_through(calls=9)
    assert colours_until(eye, lambda: eye.colour() == BLUE) <= {BACKGROUND, BLUE}

    eye.view.show(photo(RED))
    eye.view.show(None)
    assert eye.box() == (0, 0, 0, 0)
    eye.view.show(photo(GREEN))
    eye.until(lambda: eye.colour() != BACKGROUND)
    assert eye.colour() == GREEN


def test_the_window_responds_while_a_photo_is_drawn(eye: Eye, monkeypatch: pytest.MonkeyPatch) -> None:
    eye.view.show(photo(GREEN))
    eye.until(lambda: eye.colour() == GREEN)
    gate = Gate(monkeypatch, "fit")
    eye.view.show(photo(BLUE))
    eye.until(lambda: gate.calls)
    assert colours_until(eye, passed(eye, 100)) == {GREEN}
    gate.let_through()
    eye.until(lambda: eye.colour() == BLUE)


def test_a_large_picture_comes_in_strips() -> None:
    large = Image.fromarray(np.random.default_rng(1).integers(0, 255, (1080, 1920, 3), np.uint8))
    strips = [np.asarray(Image.open(io.BytesIO(strip))) for strip in attention_overlay.strips(large)]
    assert all(strip.shape[0] * strip.shape[1] <= attention_overlay.STRIP_PIXELS for strip in strips)
    assert (np.concatenate(strips) == np.asarray(large)).all()


def test_the_region_with_the_attention_is_bright_and_outlined(eye: Eye) -> None:
    eye.view.show(photo(GREY, (400, 400)))
    eye.until(lambda: eye.colour() == GREY)
    eye.view.show_attention(attention((2, 2, 0.5), (7, 7, 0.45)))
    eye.until(lambda: eye.colour() == (DIM,) * 3)
    assert eye.colour(centre(2), centre(2)) == GREY
    assert DIM + 40 < eye.colour(centre(7), centre(7))[0] < GREY[0]
    column = eye.see(round(400 * centre(7)), 0, 1, 400)[:, 0, 0].astype(int)
    assert abs(np.diff(column)).max() < 10  # smooth where there is no line

    eye.view.show_attention(None)
    eye.until(lambda: (eye.see() == GREY).all())


@pytest.mark.parametrize("brightness", [0, 128, 255])
@pytest.mark.parametrize("cell", [(4, 4), (0, 9), (9, 0)])
def test_a_line_goes_round_the_strongest_region(eye: Eye, cell: tuple[int, int], brightness: int) -> None:
    eye.view.show(photo((brightness,) * 3, (400, 300)))
    eye.until(lambda: eye.colour() == (brightness,) * 3)
    before = eye.see()
    eye.view.show_attention(attention((*cell, 0.5), (cell[0], 5 if cell[1] != 4 else 8, 0.4)))
    eye.until(lambda: (eye.see() != before).any())

    seen = eye.see()[50:350, :, 0]
    line = seen > 200 if brightness < 255 else (seen < 90)  # white, between black ones
    # The line stays within the photo, near whose edges the outer regions have their centres.
    row, column = np.clip([centre(index) for index in cell], 0.03, 0.97)
    middle = int(column * 400), int(row * 300)
    ways = Image.fromarray(np.where(line, 255, 0).astype(np.uint8)).copy()
    assert ways.getpixel(middle) == 0
    ImageDraw.floodfill(ways, middle, 100)
    inside = np.asarray(ways) == 100
    shown = 30 * 40 / (1 if cell == (4, 4) else 4)  # of the outer cells the photo's edges cut off a part
    assert shown / 3 < inside.sum() < 4 * 30 * 40  # closed, and of about a cell's size
    rows, columns = np.nonzero(line)
    assert abs(rows - middle[1]).max() < 60  # and none around the other region
    assert abs(columns - middle[0]).max() < 80


def test_the_line_grows_with_the_screens_resolution(root: tk.Tk, display: str) -> None:
    white = []
    for scaling in 1.0, 3.0:
        root.tk.call("tk", "scaling", scaling)
        eye = Eye(root, display)
        eye.view.show(photo())
        eye.view.show_attention(attention((4, 4, 0.5)))
        eye.until(partial(dark, eye, 0.9))
        white.append((eye.see() == 255).all(-1).sum())
        eye.view.destroy()
    assert white[1] > 2 * white[0] > 0


def test_an_older_attention_is_never_shown(eye: Eye, monkeypatch: pytest.MonkeyPatch) -> None:
    eye.view.show(photo(GREY, (400, 400)))
    eye.view.show_attention(attention((0, 9, 0.5)))
    eye.until(lambda: dark(eye, centre(2), centre(2)))
    gate = Gate(monkeypatch, "draw_attention")
    eye.view.show_attention(attention((2, 2, 0.5)))
    eye.until(lambda: gate.calls == 1)
    eye.view.show_attention(attention((7, 7, 0.5)))
    gate.let_through()
    eye.until(lambda: gate.calls == 2)
    assert colours_until(eye, passed(eye, 100), centre(2), centre(2)) == {(DIM,) * 3}
    gate.let_through()
    assert colours_until(eye, lambda: eye.colour(centre(7), centre(7)) == GREY, centre(2), centre(2)) == {(DIM,) * 3}


def test_uniform_attention_dims_nothing(eye: Eye) -> None:
    eye.view.show(photo(GREY))
    eye.until(lambda: eye.colour() == GREY)
    before = eye.see()
    eye.view.show_attention(np.full((10, 10), 0.01, np.float32))
    eye.until(lambda: eye.view._pending is None)
    assert (eye.see() == before).all()


def test_another_photo_is_shown_without_the_attention_of_the_last(eye: Eye) -> None:
    eye.view.show(photo(GREY))
    eye.view.show_attention(attention((0, 0, 1.0)))
    eye.until(lambda: eye.colour() == (DIM,) * 3)
    eye.view.show(photo(BLUE))
    eye.until(lambda: eye.colour() == BLUE)


def test_its_thread_ends_with_it(eye: Eye) -> None:
    eye.view.show(photo())
    eye.until(lambda: eye.colour() == GREY)
    eye.view.show(photo(GREEN, (3000, 3000)))
    threads = [thread for thread in threading.enumerate() if thread.name == "photo view"]
    assert threads
    eye.view.destroy()
    wait_for(lambda: not any(thread.is_alive() for thread in threads))
    eye.root.update()


def test_nothing_heavy_is_imported_before_the_window_appears() -> None:
    script = (
        "import sys, captioner.gui.widgets.photo_view, captioner.gui.widgets.caption_view; "
        "print({'numpy', 'PIL'} & sys.modules.keys())"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "set()\n"
