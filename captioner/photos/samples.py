"""Converts pixels with more than 8 bits, which often don't say what white is, to an 8-bit image.

A sample is one number of a pixel. Files store samples as integers of 8 to 64 bits, signed or not, or as floats, and
often use a small part of that range: 12 bits of a camera in 16 bits, for instance, or floats from 0 to 1.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from captioner.photos.convert import MAX_PIXELS, ORIENTATION

# Pixels that are converted at a time, so that a large photo is not in memory twice.
BAND_PIXELS = 1_000_000
# Bits that cameras, scanners and programs use. Integers use the fewest of these that hold the brightest one.
USUAL_BITS = (8, 10, 12, 14, 16)
# Samples that are looked at to find the range of floats.
INSPECTED = 1_000_000


@dataclass
class Samples:
    """The pixels of a picture as its file stores them.

    Attributes:
        size: width and height.
        mode: "L", "RGB", "CMYK" or "LAB" (a and b positive, with neutral in the middle).
        rows: from the first row and the one after the last to an array [rows, width, channels], with channels as `mode`
            and `alpha` say. They are requested from the top down.
        alpha: "A" if the last channel is alpha, "a" if the others are multiplied by it, too; or "".
        min_is_white: whether the largest value is black.
        max_value: that of white, where the file says it.
        info: as Pillow images have it: "icc_profile", "gamma" ...
        orientation: as EXIF has it.
    """

    size: tuple[int, int]
    mode: str
    rows: Callable[[int, int], np.ndarray]
    alpha: str = ""
    min_is_white: bool = False
    max_value: float | None = None
    info: dict[Any, Any] = field(default_factory=dict)
    orientation: int = 1

    def bands(self, multiple: int = 1) -> Iterator[np.ndarray]:
        """All rows, some at a time: a multiple of a number, except for the last ones."""
        width, height = self.size
        rows = multiple * max(1, BAND_PIXELS // (width * multiple))
        for top in range(0, height, rows):
            yield self.rows(top, min(top + rows, height))


def from_image(image: Image.Image) -> Samples:
    """The samples of an image that has a mode with more than 8 bits: "I", "F" or "I;16" in any byte order."""

    def rows(top: int, bottom: int) -> np.ndarray:
        values = np.asarray(image.crop((0, top, image.width, bottom)))[..., None]
        if not isinstance(transparent, int):
            return values
        opaque = np.where(values == transparent, 0, np.iinfo(values.dtype).max).astype(values.dtype)
        return np.concatenate([values, opaque], axis=2)

    transparent = image.info.get("transparency") if image.mode != "F" else None
    info = {key: value for key, value in image.info.items() if key != "transparency"}
    return Samples(image.size, "L", rows, alpha="A" if isinstance(transparent, int) else "", info=info)


def to_image(samples: Samples) -> Image.Image:
    """Make an image of 8 bits: of the mode of the samples, or RGBA, LA or CMYK if they have alpha.

    It comes smaller by a whole factor if it has more than MAX_PIXELS.
    """
    dtype = samples.rows(0, 1).dtype
    # Most files use the full scale. If this one turns out not to, it is converted once more.
    full = _full_scale(samples, dtype)
    image, values = _converted(samples, full)
    actual = _scale(samples, dtype, values)
    if actual != full:
        image, _ = _converted(samples, actual)
    image.info.update(samples.info)
    if samples.orientation != 1:
        image.getexif()[ORIENTATION] = samples.orientation
    return image


class _Scale(NamedTuple):
    """The values of black, of white, and of an alpha that hides nothing."""

    black: float
    white: float
    opaque: float


class _Values:
    """Collects what is needed of all samples to find the scale that they use."""

    def __init__(self, samples: Samples) -> None:
        width, height = samples.size
        self.colours = len(samples.mode)
        self.step = max(1, width * height * self.colours // INSPECTED)
        self.low, self.high, self.alpha = math.inf, -math.inf, 0.0
        self.some: list[np.ndarray] = []

    def add(self, band: np.ndarray) -> None:
        colours, alpha = band[..., : self.colours], band[..., self.colours :]
        if band.dtype.kind == "f":
            some = colours.reshape(-1)[:: self.step].astype(np.float64)
            self.some.append(some[np.isfinite(some)])
        else:
            self.low, self.high = min(self.low, int(colours.min())), max(self.high, int(colours.max()))
        if alpha.size:
            self.alpha = max(self.alpha, float(alpha.max()))


def _converted(samples: Samples, scale: _Scale) -> tuple[Image.Image, _Values]:
    width, height = samples.size
    factor = max(1, math.ceil(math.sqrt(width * height / MAX_PIXELS)))
    values, whole, top = _Values(samples), None, 0
    for band in samples.bands(factor):
        values.add(band)
        piece = _image_of(samples, band, scale)
        if factor > 1:
            piece = piece.reduce(factor)
        if whole is None:
            whole = Image.new(_mode_of(samples, band), (piece.width, -(-height // factor)))
        whole.paste(piece, (0, top))
        top += piece.height
    assert whole
    return whole, values


def _mode_of(samples: Samples, band: np.ndarray) -> str:
    """The mode of the whole image: floats may turn out to be no numbers further down."""
    with_alpha = samples.mode in ("L", "RGB") and (samples.alpha or band.dtype.kind == "f")
    return samples.mode + ("A" if with_alpha else "")


def _image_of(samples: Samples, band: np.ndarray, scale: _Scale) -> Image.Image:
    colours = _to_bytes(band[..., : len(samples.mode)], scale.black, scale.white)
    alpha = samples.alpha
    if alpha:
        opacity = _to_bytes(band[..., len(samples.mode) :], 0, scale.opaque)
    elif band.dtype.kind == "f":
        alpha, opacity = "A", np.isfinite(band).all(axis=2, keepdims=True) * np.uint8(255)  # nothing where it is NaN
    if samples.mode == "LAB":
        return _from_bytes("LAB", colours ^ np.array([0, 128, 128], np.uint8))  # Pillow takes a and b with their signs
    if not alpha:
        return _from_bytes(samples.mode, colours)
    if samples.mode == "CMYK":  # over white paper
        if alpha == "A" and opacity.any():
            colours = (colours * (opacity / np.float32(255))).astype(np.uint8)
        return _from_bytes("CMYK", colours)
    pixels = np.concatenate([colours, opacity], axis=2)
    return _from_bytes(samples.mode + alpha, pixels).convert(samples.mode + "A")


def _from_bytes(mode: str, pixels: np.ndarray) -> Image.Image:
    return Image.frombytes(mode, (pixels.shape[1], pixels.shape[0]), np.ascontiguousarray(pixels).tobytes())


def _to_bytes(values: np.ndarray, black: float, white: float) -> np.ndarray:
    """Scale values so that they go from 0 (black) to 255 (white)."""
    values = values.astype(values.dtype.newbyteorder("="), copy=False)
    if values.dtype.itemsize <= 2 and values.dtype.kind in "iu":
        indices = values.view(f"u{values.dtype.itemsize}")
        every = np.arange(1 << 8 * values.dtype.itemsize, dtype=indices.dtype).view(values.dtype)
        table = _scaled(every, black, white)
        return np.take(table, indices)
    return _scaled(values, black, white)


def _scaled(values: np.ndarray, black: float, white: float) -> np.ndarray:
    low, high = sorted((black, white))
    floats = values.dtype.kind == "f"
    values = values.astype(np.float32 if floats and values.dtype.itemsize <= 4 else np.float64)
    with np.errstate(all="ignore"):
        if floats or high - low < 255:
            scaled = np.rint((values - low) * (255 / (high - low)))
        else:  # of 16 bits the upper 8
            scaled = np.floor((values - low) * (256 / (high - low + 1)))
        result: np.ndarray = np.nan_to_num(np.clip(scaled, 0, 255)).astype(np.uint8)
    return 255 - result if black > white else result


def _full_scale(samples: Samples, dtype: np.dtype) -> _Scale:
    largest = 1.0 if dtype.kind == "f" else float(np.iinfo(dtype).max)
    return _upright(samples, 0.0, samples.max_value or largest, largest)


def _scale(samples: Samples, dtype: np.dtype, values: _Values) -> _Scale:
    if values.some:
        opaque = 1.0 if values.alpha <= 1 else values.alpha
        return _upright(samples, *_float_range(np.concatenate(values.some)), opaque)
    bits = 8 * dtype.itemsize - (dtype.kind == "i")
    opaque = _white(values.alpha, bits) if samples.alpha else float(np.iinfo(dtype).max)
    if values.low < 0:
        return _upright(samples, *_signed_range(values, bits), opaque)
    declared = samples.max_value
    white = declared if declared and values.high <= declared else _white(values.high, bits)
    return _upright(samples, 0.0, white, opaque)


def _upright(samples: Samples, black: float, white: float, opaque: float) -> _Scale:
    return _Scale(white, black, opaque) if samples.min_is_white else _Scale(black, white, opaque)


def _white(high: float, bits: int) -> float:
    """The value of white of integers that are not negative and have at most `bits` bits."""
    used = next((usual for usual in USUAL_BITS if high < 1 << usual), int(high).bit_length())
    return float((1 << min(used, bits)) - 1)


def _signed_range(values: _Values, bits: int) -> tuple[float, float]:
    if values.high - values.low > 1 << bits:  # more than half of what there is
        return -float(1 << bits), float((1 << bits) - 1)
    return float(values.low), float(max(values.high, values.low + 1))


def _float_range(values: np.ndarray) -> tuple[float, float]:
    """Black and white of floats: 0 and 1, 0 and 255, or the smallest and the largest but for a few outliers.

    Args:
        values: finite ones.
    """
    shown = values[values != 0]
    if shown.size == 0:
        return 0.0, 1.0
    low, high = map(float, np.quantile(values, [0.001, 0.999]))
    if low >= -0.05 * high:  # sharpening leaves some that are negative
        if np.mean(shown > 1) < 0.5:
            return 0.0, 1.0  # what is above is a highlight
        if 64 < high <= 255:
            return 0.0, 255.0
    return low, high if high > low else low + 1.0
