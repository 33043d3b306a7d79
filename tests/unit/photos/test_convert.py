"""Transparency: what hides everything hides nothing, and what cannot be seen over white is put over grey."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from captioner.photos import decode
from captioner.photos.convert import to_rgb
from captioner.photos.load import load
from tests.support.photos import read_photo

decode.load_plugins()  # for this process to write AVIF and HEIF, too

COLOURS = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
LOSSLESS: dict[str, dict[str, object]] = {
    "WEBP": {"lossless": True, "exact": True},
    "AVIF": {"quality": 100},
    "HEIF": {"quality": -1},
}


def encoded(pixels: np.ndarray, format: str) -> bytes:
    file = io.BytesIO()
    mode = "LA" if pixels.shape[2] == 2 else None
    image = Image.fromarray(pixels) if mode is None else Image.frombytes("LA", pixels.shape[1::-1], pixels.tobytes())
    image.save(file, format, **LOSSLESS.get(format, {}))
    return file.getvalue()


def bmp(pixels: np.ndarray, header: int) -> bytes:
    """A BMP file of 32 bits with an alpha mask, with a header of version 4 or 5 (its size in bytes)."""
    height, width = pixels.shape[:2]
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    info = struct.pack("<IiiHHIIiiII", header, width, height, 1, 32, 3, pixels.size, 2835, 2835, 0, 0) + masks
    content = pixels[::-1][..., [2, 1, 0, 3]].tobytes()
    start = 14 + header
    return struct.pack("<2sIHHI", b"BM", start + len(content), 0, 0, start) + info.ljust(header, b"\0") + content


def tga(pixels: np.ndarray, attributes: int) -> bytes:
    """A TGA file of 32 bits that says how many of them are alpha."""
    height, width = pixels.shape[:2]
    header = struct.pack("<BBBHHBHHHHBB", 0, 0, 2, 0, 0, 0, 0, 0, width, height, 32, 0x20 | attributes)
    return header + pixels[..., [2, 1, 0, 3]].tobytes()


@pytest.mark.parametrize(
    "content",
    [
        lambda pixels: tga(pixels, 0),
        lambda pixels: tga(pixels, 8),
        lambda pixels: bmp(pixels, 108),
        lambda pixels: bmp(pixels, 124),
        lambda pixels: encoded(pixels, "PNG"),
        lambda pixels: encoded(pixels, "WEBP"),
        lambda pixels: encoded(pixels, "TIFF"),
        lambda pixels: encoded(pixels, "QOI"),
        lambda pixels: encoded(pixels, "SGI"),
        lambda pixels: encoded(pixels, "JPEG2000"),
    ],
    ids=["TGA0", "TGA8", "BMP4", "BMP5", "PNG", "WEBP", "TIFF", "QOI", "SGI", "JPEG2000"],
)
@pytest.mark.parametrize("alpha", [0, 255])
def test_an_alpha_that_hides_everything_is_ignored(content, alpha):
    pixels = np.dstack([COLOURS, np.full((30, 40), alpha, np.uint8)])
    np.testing.assert_array_equal(read_photo(content(pixels)), COLOURS)


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
@pytest.mark.parametrize("white", [255, 250])
def test_white_drawn_on_nothing_is_put_over_grey(format, white):
    drawing = np.full((64, 64, 4), white, np.uint8)
    drawing[..., 3] = 0
    drawing[20:40, 20:40, 3] = 255
    photo = read_photo(encoded(drawing, format))
    assert abs(int(photo[30, 30, 0]) - white) < 4
    assert abs(int(photo[5, 5, 0]) - 128) < 4


def test_white_drawn_on_nothing_in_grey_and_palettes():
    grey = np.full((64, 64, 2), 255, np.uint8)
    grey[..., 1] = 0
    grey[20:40, 20:40, 1] = 255
    assert read_photo(encoded(grey, "PNG"))[5, 5].tolist() == [128, 128, 128]
    palette = Image.new("P", (64, 64), 0)
    palette.putpalette([255, 255, 255, 255, 255, 255])
    palette.paste(1, (20, 20, 40, 40))
    for format in ("PNG", "GIF"):
        file = io.BytesIO()
        palette.save(file, format, transparency=0)
        photo = read_photo(file.getvalue())
        if format == "PNG":  # of a GIF file Pillow merges the colours
            assert photo[5, 5].tolist() == [128, 128, 128]
            assert photo[30, 30].tolist() == [255, 255, 255]


def test_what_can_be_seen_over_white_stays_over_white():
    drawing = np.zeros((64, 64, 4), np.uint8)
    drawing[20:40, 20:40] = 200, 200, 200, 255
    photo = read_photo(encoded(drawing, "PNG"))
    assert photo[5, 5].tolist() == [255, 255, 255]
    assert photo[30, 30].tolist() == [200, 200, 200]


def test_a_white_page_stays_white():
    assert (read_photo(encoded(np.full((30, 40, 4), 255, np.uint8), "PNG")) == 255).all()
    assert (read_photo(encoded(np.full((30, 40, 3), 255, np.uint8), "PNG")) == 255).all()


@pytest.mark.parametrize(
    "mode",
    [
        "1",
        "L",
        "LA",
        "La",
        "P",
        "PA",
        "RGB",
        "RGBA",
        "RGBX",
        "RGBa",
        "CMYK",
        "YCbCr",
        "LAB",
        "HSV",
        "I",
        "F",
        "I;16",
        "I;16B",
    ],
)
def test_images_of_any_mode(mode):
    image = Image.new("RGB", (40, 30), "white")
    image.paste("black", (0, 0, 20, 30))
    if mode == "LAB":
        made = Image.new("LAB", (40, 30), (255, 128, 128))
        made.paste((0, 128, 128), (0, 0, 20, 30))
    elif mode in ("PA", "La", "RGBa"):
        made = image.convert({"PA": "P", "La": "LA", "RGBa": "RGBA"}[mode]).convert(mode)
    elif mode.startswith(("I;16", "I")):
        made = image.convert("L").convert("I").point(lambda value: value * 257).convert(mode)
    elif mode == "RGBX":
        made = Image.frombytes("RGBX", (40, 30), image.convert("RGBA").tobytes())
    else:
        made = image.convert(mode)
    photo = np.asarray(to_rgb(made, 100)).astype(int)
    np.testing.assert_allclose(photo[15, 10], [0, 0, 0], atol=2)
    np.testing.assert_allclose(photo[15, 30], [255, 255, 255], atol=2)


def test_floats_and_deep_integers_given_as_images():
    values = np.linspace(0, 1, 40 * 30, dtype=np.float32).reshape(30, 40)
    with_highlight = values.copy()
    with_highlight[3, 3] = 90
    for image in (values, with_highlight, values * 255):
        photo = np.asarray(load(Image.fromarray(image), (100,)).images[0])[..., 0].astype(int)
        photo[3, 3] = round(values[3, 3] * 255)
        np.testing.assert_allclose(photo, values * 255, atol=1)
