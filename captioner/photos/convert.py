"""Converts an image that Pillow has opened to what people should see: upright, 8-bit RGB, no larger than needed."""

import io
import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from PIL import Image

# Larger photos are reduced to this many pixels: a photo goes from one process to another, and is in memory twice.
MAX_PIXELS = 32_000_000

# Pixels of a photo that are converted at a time, so that a large one is in memory only once.
STRIP_PIXELS = 4_000_000

# Modes that may be made smaller before they are converted.
PLAIN = ("L", "RGB", "CMYK", "YCbCr", "LAB")

# What transparent parts are put over: the first of these on which anything can be seen. None ignores transparency.
BACKGROUNDS = ("white", "grey", None)
# How much the values of a channel may differ in a picture on which nothing can be seen.
BLANK_CONTRAST = 8

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
    """Convert any image to RGB: upright as EXIF says, in sRGB as its ICC profile or gamma says, over white.

    It is put over grey if nothing can be seen over white, and an alpha that hides everything is ignored. `samples`
    finds black and white where pixels have more than 8 bits.

    Args:
        side: the image comes smaller by the largest whole factor with which both of its sides keep this many pixels,
            and smaller still if it has more than MAX_PIXELS.
    """
    image.load()
    orientation = _orientation(image)
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        from captioner.photos import samples  # and NumPy, which takes a while

        image = samples.to_image(samples.from_image(image))
    width, height = image.size
    factor = max(1, min(width, height) // side, math.ceil(math.sqrt(width * height / MAX_PIXELS)))
    plain = image.mode in PLAIN and not image.has_transparency_data
    rgb = _in_srgb(_reduced(image, factor) if plain else _over_background(image, factor), image.info)
    return rgb.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else rgb


def _orientation(image: Image.Image) -> int:
    with suppress(Exception):  # damaged EXIF data
        value = image.getexif().get(ORIENTATION, 1)
        return value[0] if isinstance(value, bytes) else int(value)  # some programs write it as a byte or as text
    return 1


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    return image if factor == 1 else Image.Image.reduce(image, factor)  # that of JPEG 2000 is something else


def _over_background(image: Image.Image, factor: int) -> Image.Image:
    """The image in a plain mode, without transparency, and smaller by a factor."""
    first = None
    for background in BACKGROUNDS:
        converted = _converted(image, factor, background)
        if not is_blank(converted, BLANK_CONTRAST) or not _has_alpha(image):
            return converted
        first = first or converted
    assert first
    return first


def is_blank(image: Image.Image, contrast: int = 0) -> bool:
    """Whether the values of each channel of an image differ by this much at most."""
    extrema = image.getextrema()
    return all(high - low <= contrast for low, high in (extrema if isinstance(extrema[0], tuple) else [extrema]))


def _has_alpha(image: Image.Image) -> bool:
    return image.has_transparency_data or image.mode == "La"


def _converted(image: Image.Image, factor: int, background: str | None) -> Image.Image:
    width, height = image.size
    rows = factor * max(1, STRIP_PIXELS // (width * factor))
    whole, done = None, 0
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height)))
        strip.info = image.info  # a transparent colour
        strip = _reduced(_plain(strip, background), factor)
        if whole is None:
            whole = Image.new(strip.mode, (strip.width, -(-height // factor)))
        whole.paste(strip, (0, done))
        done += strip.height
    assert whole
    return whole


def _plain(image: Image.Image, background: str | None) -> Image.Image:
    if image.mode == "1":
        return image.convert("L")
    if _has_alpha(image) and background:
        rgba = (image.convert("LA") if image.mode == "La" else image).convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, background), rgba)
    return image.convert("RGBA" if image.mode == "PA" else "LA" if image.mode == "La" else image.mode).convert("RGB")


def _in_srgb(image: Image.Image, info: Mapping[str | tuple[int, int], Any]) -> Image.Image:
    profile = info.get("icc_profile")
    if profile or image.mode == "LAB":
        from PIL import ImageCms

        srgb = ImageCms.createProfile("sRGB")
        with suppress(Exception):  # a damaged profile, or that of another kind of image
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile or b""))
            if not (ImageCms.getProfileDescription(source) or "").startswith("sRGB"):
                return ImageCms.profileToProfile(image, source, srgb, outputMode="RGB") or image
        if image.mode == "LAB":
            return ImageCms.profileToProfile(image, ImageCms.createProfile("LAB"), srgb, outputMode="RGB") or image
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    return rgb if {"icc_profile", "srgb"} & info.keys() else _corrected(rgb, info.get("gamma") or USUAL_GAMMA)


def _corrected(image: Image.Image, gamma: float) -> Image.Image:
    """An image that was saved with some gamma (PNG's gAMA chunk, https://www.w3.org/TR/png-3/#13Decoder-gamma-handling)."""
    exponent = USUAL_GAMMA / gamma
    if abs(exponent - 1) < 0.05:
        return image
    return image.point([round(255 * (value / 255) ** exponent) for value in range(256)] * 3)
