"""JPEG files that Pillow refuses although every pixel is there, and kinds that no decoder here knows."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from captioner import PhotoError
from captioner.model.preprocess import LOADED_SIDE
from captioner.photos import jpeg
from captioner.photos.load import load
from tests.support.photos import read_photo

REPORTS = Path(__file__).parents[4] / "shared" / "reports"

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (99, 130, 3), np.uint8))
FLAT = Image.new("RGB", (99, 130), (200, 40, 90))
SKY = Image.fromarray(np.vstack([np.asarray(NOISE)[:60], np.full((39, 130, 3), 90, np.uint8)]))
DAMAGED = "The photo is damaged: part of it is missing."


def encoded(image: Image.Image, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    return file.getvalue()


WAYS = [
    {},
    {"progressive": True},
    {"subsampling": 0},
    {"subsampling": 2, "quality": 95},
    {"quality": 5},
    {"restart_marker_rows": 1},
    {"optimize": True},
]


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize(
    "image", [NOISE, FLAT, SKY, NOISE.convert("L"), NOISE.convert("CMYK")], ids=["noise", "flat", "sky", "grey", "CMYK"]
)
def test_only_the_end_marker_is_missing(way, image):
    whole = encoded(image, **way)
    expected = read_photo(whole)
    for missing in (whole[:-2], whole[:-1]):
        (image,), note = load(missing, (LOADED_SIDE,))
        assert note == ""
        np.testing.assert_array_equal(np.asarray(image), expected)


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("share", [0.6, 0.8, 0.95])
def test_rows_are_missing_too(way, share):
    whole = encoded(NOISE, **way)
    start = whole.index(b"\xff\xda")
    assert load(whole[: start + int((len(whole) - start) * share)], (LOADED_SIDE,)).note == DAMAGED


@pytest.mark.parametrize("side", [50, LOADED_SIDE])
def test_arithmetic_coding_of_more_than_64_kb(side):
    path = REPORTS / "images" / "arithmetic_large.jpg"
    if not path.exists():
        pytest.skip(f"nothing here writes such files, and {path} is missing")
    (image,), note = load(path, (side,))
    twin = load(path.with_name("control.jpg"), (side,)).images[0]
    assert note == ""
    difference = np.asarray(image.resize((64, 64))).astype(int) - np.asarray(twin.resize((64, 64)))
    assert np.abs(difference).mean() < 6


@pytest.mark.parametrize(
    ("marker", "bits", "kind"),
    [
        (0xC3, 8, "a lossless JPEG"),
        (0xC3, 16, "a lossless JPEG"),
        (0xCB, 8, "a lossless JPEG"),
        (0xF7, 8, "a JPEG-LS photo"),
        (0xC5, 8, "a hierarchical JPEG"),
        (0xC1, 12, "a JPEG with 12 bits a colour"),
    ],
)
def test_says_what_kind_of_jpeg_it_is(marker, bits, kind):
    content = encoded(NOISE)
    at = content.index(b"\xff\xc0")
    content = content[:at] + bytes([0xFF, marker]) + content[at + 2 : at + 4] + bytes([bits]) + content[at + 5 :]
    with pytest.raises(PhotoError, match=f"^This is {kind}, which Captioner can't read[.] .* save it as JPEG"):
        read_photo(content)


@pytest.mark.parametrize(("marker", "arithmetic"), [(0xC0, False), (0xC2, False), (0xC9, True), (0xCA, True)])
def test_arithmetic_coding_is_recognised(marker, arithmetic):
    content = encoded(NOISE).replace(b"\xff\xc0", bytes([0xFF, marker]), 1)
    assert jpeg.is_arithmetic(io.BytesIO(content)) is arithmetic


@pytest.mark.parametrize("length", [1, 100, 100_000])
def test_a_file_of_zeros_is_empty_inside(length):
    with pytest.raises(PhotoError, match="^The file is empty inside"):
        read_photo(bytes(length))
