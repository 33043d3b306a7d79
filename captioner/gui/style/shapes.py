"""Draws the few shapes of the ttk theme by hand: importing a library would take longer than drawing them."""

import math
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

Point = tuple[float, float]
Pixels = list[list[bytes]]  # rows of pixels, each of three bytes: red, green and blue

# In pixels: the middle of a stretchable image.
STRETCH_WIDTH = 64

_T = TypeVar("_T")


class Layer(NamedTuple):
    """A shape in one colour.

    Attributes:
        distance: takes a point (x, y) and returns how far it is from the shape's edge in pixels, negative inside.
        colour: as "#rrggbb".
    """

    distance: Callable[[float, float], float]
    colour: str


def box(size: float, radius: float, colour: str, inset: float = 0) -> Layer:
    """A square with round corners, centred in a square of `size` pixels and smaller by `inset` on each side."""
    middle, straight = size / 2, size / 2 - inset - radius

    def distance(x: float, y: float) -> float:
        dx, dy = abs(x - middle) - straight, abs(y - middle) - straight
        return (math.hypot(dx, dy) if dx > 0 and dy > 0 else max(dx, dy)) - radius

    return Layer(distance, colour)


def line(points: Sequence[Point], width: float, colour: str) -> Layer:
    """A line through points, with round ends."""

    def distance(x: float, y: float) -> float:
        return min(_distance_to_segment(x, y, *ends) for ends in zip(points, points[1:], strict=False)) - width / 2

    return Layer(distance, colour)


def draw(size: int, background: str, layers: Iterable[Layer]) -> Pixels:
    """Draw layers with smooth edges on a square of `size` pixels, the lowest layer first."""
    inks = [(distance, _rgb(colour)) for distance, colour in layers]
    return [[_mix(x + 0.5, y + 0.5, _rgb(background), inks) for x in range(size)] for y in range(size)]


def stretchable(corner: Pixels) -> Pixels:
    """Mirror an image's upper left corner to all four corners, and widen what is between them.

    Tk fills a large widget with copies of an image's middle, so a wide middle is drawn faster.
    """
    return _mirror([_mirror(row) for row in corner])


def png(rows: Pixels) -> bytes:
    """Encode pixels as a PNG file.

    It has no transparency: for that Tk would ask the X server each time what is below the image.
    """

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 2, 0, 0, 0)
    content = zlib.compress(b"".join(b"\0" + b"".join(row) for row in rows), 1)  # each row without a filter
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", content) + chunk(b"IEND", b"")


def _distance_to_segment(x: float, y: float, start: Point, end: Point) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = ((x - start[0]) * dx + (y - start[1]) * dy) / (dx * dx + dy * dy)
    along = min(max(along, 0), 1)
    return math.hypot(x - start[0] - along * dx, y - start[1] - along * dy)


def _mix(x: float, y: float, mixed: bytes, inks: Sequence[tuple[Callable[[float, float], float], bytes]]) -> bytes:
    for distance, ink in inks:
        cover = 0.5 - distance(x, y)
        if cover >= 1:
            mixed = ink
        elif cover > 0:
            mixed = bytes(round(old + (new - old) * cover) for old, new in zip(mixed, ink, strict=True))
    return mixed


def _rgb(colour: str) -> bytes:
    return bytes.fromhex(colour[1:])


def _mirror(half: list[_T]) -> list[_T]:
    return half + half[-1:] * STRETCH_WIDTH + half[::-1]
