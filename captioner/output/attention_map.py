"""Attention as a smooth map of the photo, its strongest region, and where that is, in words."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from captioner.caption import FIRST_REGION, REGION_STEP

Floats: TypeAlias = npt.NDArray[np.floating]

# A region is strong where its attention, from 0 for the least to 1 for the most, is this or more.
STRONG_LEVEL = 0.5

# Pixels of a coarse map for each attention weight.
COARSE = 4

# The width of a region in words, by the largest share of the photo's width that they apply to.
WIDTHS = (
    (0.19, "narrow"),
    (0.29, "a quarter of the width"),
    (0.42, "a third of the width"),
    (0.58, "half the width"),
    (0.85, "most of the width"),
    (1.00, "the whole width"),
)

# Words for which there is nothing to see in the photo.
EMPTY_WORDS = {
    *(
        "a",
        "an",
        "and",
        "another",
        "are",
        "as",
        "at",
        "by",
        "for",
        "from",
        "her",
        "his",
        "in",
        "into",
        "is",
        "it",
        "its",
    ),
    *(
        "near",
        "next",
        "of",
        "off",
        "on",
        "onto",
        "other",
        "out",
        "over",
        "some",
        "that",
        "the",
        "their",
        "there",
        "this",
    ),
    *("through", "to", "top", "up", "while", "with"),
}


def smooth(attention: Floats, width: int, height: int) -> Floats:
    """Resize attention smoothly to a map of the photo: float32 [height, width] from 0 (least) to 1 (most).

    Args:
        attention: float [rows, columns], the attention weight of each region, in any unit. If it is the same
            everywhere, the map is 1 everywhere.
    """
    grid = Image.fromarray(np.asarray(attention, np.float32))
    left, right = 0.5 - FIRST_REGION / REGION_STEP, 0.5 + (1 - FIRST_REGION) / REGION_STEP  # the photo's edges on it
    x, y = grid.width / 10, grid.height / 10
    box = left * x, left * y, right * x, right * y
    # Bicubic interpolation goes below the least weight next to a high one, which would show as rings.
    least = attention.min()
    levels = np.maximum(np.asarray(grid.resize((width, height), Image.Resampling.BICUBIC, box)), least)
    most = levels.max()
    if most - least <= 1e-3 * abs(most):
        return np.ones_like(levels)
    levels = (levels - least) / (most - least)
    smoothed: Floats = levels * levels * (3 - 2 * levels)  # flat at both ends, so there is no hard edge
    return smoothed


def strongest_region(attention: Floats, margin: bool = True) -> Image.Image:
    """A coarse mask, a few pixels for each weight: 255 in the strongest region, 0 elsewhere.

    Args:
        margin: whether the mask includes a pixel around the region.
    """
    rows, columns = attention.shape
    levels = smooth(attention, COARSE * columns, COARSE * rows)
    strong = Image.fromarray(np.where(levels >= STRONG_LEVEL, 128, 0).astype(np.uint8)).copy()  # a copy is writable
    row, column = np.unravel_index(levels.argmax(), levels.shape)
    ImageDraw.floodfill(strong, (int(column), int(row)), 255)
    region = strong.point(lambda value: 255 if value == 255 else 0)
    return region.filter(ImageFilter.MaxFilter(3)) if margin else region


def place(attention: Floats) -> str:
    """Say where the strongest region is in the photo, and how wide: "left, in the middle, a third of the width"."""
    region = strongest_region(attention, margin=False)
    left, top, right, bottom = region.getbbox() or (0, 0, *region.size)
    share = (right - left) / region.width
    width = next(words for most, words in WIDTHS if share <= most)
    if share > 0.85 and (bottom - top) / region.height > 0.85:
        return "all over the photo"
    rows, columns = np.nonzero(np.asarray(region))
    x, y = (columns.mean() + 0.5) / region.width, (rows.mean() + 0.5) / region.height
    across, down = (0 if middle < 1 / 3 else 1 if middle < 2 / 3 else 2 for middle in (x, y))
    if (across, down) == (1, 1):
        return f"in the centre, {width}"
    return f"{('left', 'centre', 'right')[across]}, {('at the top', 'in the middle', 'at the bottom')[down]}, {width}"
