"""The toolbar's icons: drawn for this program, of lines, so that they fit any size and palette."""

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageDraw

Point = tuple[float, float]
Line = Sequence[Point]

# Icons are drawn on a square of GRID units, with lines of WIDTH units.
GRID = 24
WIDTH = 2

# How much larger than shown an icon is drawn, so that its edges are smooth.
OVERSAMPLING = 4


def _arc(x: float, y: float, radius: float, begin: float = 0, end: float = 360) -> Line:
    """An arc around a point as a line. Angles are in degrees, clockwise from the right."""
    steps = max(2, round(abs(end - begin) / 6))
    angles = (math.radians(begin + (end - begin) * step / steps) for step in range(steps + 1))
    return [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]


def _box(left: float, top: float, right: float, bottom: float) -> Line:
    return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]


def _slider(y: float, knob: float) -> Sequence[Line]:
    return [(2.5, y), (knob - 2.5, y)], [(knob + 2.5, y), (21.5, y)], _arc(knob, y, 2.5)


# The lines of each icon, by the name of its command; a line of one point is a dot.
ICONS: dict[str, Sequence[Line]] = {
    "open": ([(2.5, 5), (9, 5), (11.5, 8), (21.5, 8), (21.5, 19.5), (2.5, 19.5), (2.5, 5)],),
    "paste": (
        [(8.5, 5), (4.5, 5), (4.5, 21.5), (19.5, 21.5), (19.5, 5), (15.5, 5)],
        _box(8.5, 2.5, 15.5, 7),
        [(8.5, 12), (15.5, 12)],
        [(8.5, 16.5), (13, 16.5)],
    ),
    "previous_photo": ([(20, 12), (4, 12)], [(11, 5), (4, 12), (11, 19)]),
    "next_photo": ([(4, 12), (20, 12)], [(13, 5), (20, 12), (13, 19)]),
    "speak": (
        [(2.5, 9), (6.5, 9), (11.5, 4.5), (11.5, 19.5), (6.5, 15), (2.5, 15), (2.5, 9)],
        _arc(11.5, 12, 4.5, -50, 50),
        _arc(11.5, 12, 9, -50, 50),
    ),
    "copy_caption": (_box(9, 8.5, 20.5, 21.5), [(5.5, 15.5), (3.5, 15.5), (3.5, 2.5), (15, 2.5), (15, 4.5)]),
    "save_caption": (
        [(12, 2.5), (12, 15)],
        [(6.5, 9.5), (12, 15), (17.5, 9.5)],
        [(3, 15.5), (3, 21), (21, 21), (21, 15.5)],
    ),
    "history": (_arc(12, 12, 9.5), [(12, 6.5), (12, 12), (16, 14.5)]),
    "settings": (*_slider(5, 15.5), *_slider(12, 8), *_slider(19, 15.5)),
    "help": (_arc(12, 12, 9.5), [*_arc(12, 9.5, 3, 180, 400), (12, 13), (12, 14)], [(12, 17.5)]),
    "more": ([(5, 12)], [(12, 12)], [(19, 12)]),
}


def draw_icon(name: str, size: int, colour: str) -> bytes:
    """An icon as a PNG file on a transparent background.

    Args:
        size: of its sides, in pixels.
        colour: as "#rrggbb".
    """
    from PIL import Image, ImageDraw  # later, as the window appears without it

    large = Image.new("L", (size * OVERSAMPLING,) * 2)
    for line in ICONS[name]:
        _draw_line(ImageDraw.Draw(large), line, large.width / GRID)
    icon = Image.new("RGBA", (size, size), colour)
    icon.putalpha(large.resize((size, size), Image.Resampling.BOX))
    file = io.BytesIO()
    icon.save(file, "PNG", compress_level=1)
    return file.getvalue()


def _draw_line(draw: "ImageDraw.ImageDraw", line: Line, unit: float) -> None:
    points = [(x * unit, y * unit) for x, y in line]
    draw.line(points, 255, round(WIDTH * unit))
    reach = WIDTH * unit / 2 * (1.5 if len(points) == 1 else 1)
    for x, y in points:  # round ends and corners
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), 255)
