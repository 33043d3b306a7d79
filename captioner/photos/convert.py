"""From an image that Pillow has opened to what the eye should see: upright, 8 bits of RGB, not larger than needed."""

import io
import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from PIL import Image

# No photo gets larger than so many pixels: it has to go from one process to another, and into memory twice.
MOST_PIXELS = 32_000_000

# Pixels of a photo that are converted at a time, so that a large one is in memory only once.
STRIP = 4_000_000

# Modes that may be made smaller before they are converted.
PLAIN = ("L", "RGB", "CMYK", "YCbCr", "LAB")

# Of PNG files that look as they should without any correction.
USUAL_GAMMA = 1 / 2.2

# EXIF's orientation tag, and how to turn upright what each value says is stored another way.
ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def to_rgb(image: Image.Image, side: int) -> Image.Image:
    """Make an RGB image of any: upright as EXIF says, in sRGB as its ICC profile or gamma says, over white.

    16-bit grey keeps its upper 8 bits. Floats are white at 1, or at 255 if some are above 1; where they, or integers,
    go further than that, the smallest becomes black and the largest white.

    Args:
        side: the image comes smaller by the largest whole factor with which both of its sides keep this many pixels,
            and smaller still if it has more than MOST_PIXELS.
    """
    image.load()
    width, height = image.size
    factor = max(1, min(width, height) // side, math.ceil(math.sqrt(width * height / MOST_PIXELS)))
    plain = image.mode in PLAIN and not image.has_transparency_data
    small = _reduced(image, factor) if plain else _converted(image, factor)
    rgb = _in_srgb(small, image.info)
    with suppress(Exception):  # without EXIF data, or with damaged, the photo stays as it is
        rgb = rgb.transpose(UPRIGHT[image.getexif()[ORIENTATION]])
    return rgb


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    return image if factor == 1 else Image.Image.reduce(image, factor)  # that of JPEG 2000 is something else


def _converted(image: Image.Image, factor: int) -> Image.Image:
    """The image in a plain mode, made smaller by a factor."""
    width, height = image.size
    scale, offset = _scale(image)
    rows = factor * max(1, STRIP // (width * factor))
    strips = []
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height)))
        strip.info = image.info  # a transparent colour
        strips.append(_reduced(_plain(strip, scale, offset), factor))
    whole = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    top = 0
    for strip in strips:
        whole.paste(strip, (0, top))
        top += strip.height
    return whole


def _plain(image: Image.Image, scale: float, offset: float) -> Image.Image:
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I;"):
        image = image.convert("I")
    if image.mode in ("I", "F"):
        return image.point(lambda value: value * scale + offset).convert("L")
    if image.has_transparency_data or image.mode == "La":
        rgba = (image.convert("LA") if image.mode == "La" else image).convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), rgba)
    return image.convert("RGB")


def _scale(image: Image.Image) -> tuple[float, float]:
    """By what to multiply the pixels of a mode with more than 8 bits, and what to add, to have them from 0 to 255."""
    if image.mode not in ("I", "F"):
        return 1 / 256, 0.0
    low, high = image.getextrema()
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    if image.mode == "I" and low >= 0 and high <= 0xFFFF:
        return 1 / 256, 0.0
    if image.mode == "F" and not (low < 0 or high > 255):  # also where they are no numbers
        return (1.0 if high > 1 else 255.0), 0.0
    scale = 255 / (high - low or 1)
    return scale, -low * scale


def _in_srgb(image: Image.Image, info: Mapping[str | tuple[int, int], Any]) -> Image.Image:
    if profile := info.get("icc_profile"):
        from PIL import ImageCms

        with suppress(Exception):  # a damaged profile, or that of another kind of image
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if not (ImageCms.getProfileDescription(source) or "").startswith("sRGB"):
                srgb = ImageCms.createProfile("sRGB")
                return ImageCms.profileToProfile(image, source, srgb, outputMode="RGB") or image
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    return rgb if {"icc_profile", "srgb"} & info.keys() else _corrected(rgb, info.get("gamma") or USUAL_GAMMA)


def _corrected(image: Image.Image, gamma: float) -> Image.Image:
    """An image that was saved with some gamma (PNG's gAMA chunk, https://www.w3.org/TR/png-3/#13Decoder-gamma-handling)."""
    exponent = USUAL_GAMMA / gamma
    if abs(exponent - 1) < 0.05:
        return image
    return image.point([round(255 * (value / 255) ** exponent) for value in range(256)] * 3)
