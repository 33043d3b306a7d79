"""Decides which of the lines that were found are text, and whether a picture is mostly text.

The limits were chosen on photos of everyday life and on made pages; docs/text-in-pictures.md has what they give.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from captioner.ocr.recognizer import RawLine

# The mean confidence of a line of a page, and of a line in a photo, in which leaves and bricks may look like letters.
PAGE_CONFIDENCE, PHOTO_CONFIDENCE = 0.6, 0.85
# A line in a photo has three letters or digits, or two of which the recogniser is certain ("31" on a shirt).
MIN_CHARACTERS, MIN_CERTAIN_CHARACTERS, CERTAIN = 3, 2, 0.97
# Of the picture's height: what is higher and has only a few characters is a thing, not a line.
MAX_HEIGHT = 0.4

# A picture is mostly text if lines cover this share of it, or if it has this many letters and digits in a part of this
# size, or if this share of it has one of three colours.
PAGE_COVERED = 0.35
PAGE_PART, PAGE_PART_CHARACTERS = 0.12, 80
PAGE_FLATNESS = ((0.9, 5), (0.75, 40))  # share of the picture, letters and digits
# The side of the square in which colours are counted, and the width of a class of brightness.
COLOUR_SIDE, COLOUR_STEP = 128, 16


def select(lines: Sequence[RawLine], picture: npt.NDArray[np.uint8]) -> tuple[list[RawLine], bool]:
    """Select the lines that are text.

    Args:
        picture: upright, RGB, uint8 [height, width, 3].

    Returns:
        They, and whether the picture is mostly text.
    """
    height, width = picture.shape[:2]
    lines = [line for line in lines if not _is_thing(line, height)]
    page = [line for line in lines if np.mean(line.confidences) >= PAGE_CONFIDENCE and _characters([line])]
    photo = [line for line in page if _is_legible_in_photo(line)]
    if not photo:
        return [], False
    characters = _characters(photo)
    covered = sum(_area(line.corners) for line in photo) / (height * width)
    corners = np.concatenate([line.corners for line in photo])
    part = float(np.prod(np.ptp(corners, axis=0) / (width, height)))
    is_page = (
        (covered >= PAGE_COVERED and characters >= MIN_CHARACTERS)
        or (part >= PAGE_PART and characters >= PAGE_PART_CHARACTERS)
        or any(characters >= least and _flatness(picture) >= share for share, least in PAGE_FLATNESS)
    )
    return (page, True) if is_page else (photo, False)


def _is_thing(line: RawLine, height: int) -> bool:
    return bool(np.ptp(line.corners[:, 1]) > MAX_HEIGHT * height and _characters([line]) < MIN_CHARACTERS)


def _is_legible_in_photo(line: RawLine) -> bool:
    confidence, characters = np.mean(line.confidences), _characters([line])
    if characters >= MIN_CHARACTERS:
        return bool(confidence >= PHOTO_CONFIDENCE)
    return characters >= MIN_CERTAIN_CHARACTERS and bool(confidence >= CERTAIN)


def _characters(lines: Sequence[RawLine]) -> int:
    """The number of letters and digits in lines."""
    return sum(character.isalnum() for line in lines for character in line.text)


def _area(corners: npt.NDArray[np.float32]) -> float:
    """The area of a quadrilateral in square pixels."""
    x, y = corners[:, 0], corners[:, 1]
    return abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))) / 2


def _flatness(picture: npt.NDArray[np.uint8]) -> float:
    """The share of a picture that its three most frequent colours cover: most of a page, little of a photo."""
    size = COLOUR_SIDE, COLOUR_SIDE
    small = Image.fromarray(np.ascontiguousarray(picture)).resize(size, Image.Resampling.BOX)
    classes = np.asarray(small).astype(int) // COLOUR_STEP
    counts = np.bincount((classes @ [256, 16, 1]).ravel())
    return float(np.sort(counts)[-3:].sum() / COLOUR_SIDE**2)
