"""The previews in raw files that are not TIFF files: made up here after the formats' descriptions."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from captioner import PhotoError
from tests.support.photos import read_photo

# Upright: a red left half and a blue right one.
HALVES = Image.new("RGB", (400, 200), "blue")
HALVES.paste("red", (0, 0, 200, 200))
THUMBNAIL = Image.new("RGB", (160, 120), "green")
FILLING = np.random.default_rng(0).integers(0, 256, 6_000_000, np.uint8).tobytes()


def jpeg(image: Image.Image, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    image.save(file, "JPEG", quality=95, **({"exif": exif} if orientation != 1 else {}))
    return file.getvalue()


def directory(orientation: int, start: int) -> bytes:
    """A directory of tags, as TIFF files have it, with just an orientation."""
    return struct.pack("<HHHIII", 1, 0x0112, 3, 1, orientation, 0).ljust(start, b"\0")


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def raw_file(kind: str, previews: list[bytes], orientation: int = 1) -> bytes:
    """A file that begins as those of a camera do, with previews somewhere in it."""
    content = b"".join(FILLING[:4_100_000] + preview for preview in previews) + FILLING[:5000]
    if kind == "RAF":
        return b"FUJIFILMCCD-RAW 0201FF383501X-T10".ljust(84, b"\0") + content
    if kind in ("ORF", "RW2"):
        return {"ORF": b"IIRO", "RW2": b"IIU\0"}[kind] + struct.pack("<I", 8) + directory(orientation, 100) + content
    if kind == "CR3":
        tags = b"II*\0" + struct.pack("<I", 8) + directory(orientation, 100)
        return box(b"ftyp", b"crx \0\0\0\1") + box(b"moov", box(b"uuid", box(b"CMT1", tags))) + box(b"mdat", content)
    return {"CRW": b"II\x1a\0\0\0HEAPCCDR", "MRW": b"\0MRM\0\0\0\0", "X3F": b"FOVb\0\0\2\0"}[kind] + content


def assert_halves(photo: np.ndarray) -> None:
    assert photo.shape == (200, 400, 3)
    np.testing.assert_allclose(photo[100, 100].astype(int), [255, 0, 0], atol=4)
    np.testing.assert_allclose(photo[100, 300].astype(int), [0, 0, 255], atol=4)


@pytest.mark.parametrize("kind", ["RAF", "ORF", "RW2", "CR3", "CRW", "MRW", "X3F"])
@pytest.mark.parametrize("order", [1, -1])
def test_the_largest_preview_is_read(kind, order):
    assert_halves(read_photo(raw_file(kind, [jpeg(THUMBNAIL), jpeg(HALVES)][::order])))


@pytest.mark.parametrize("kind", ["ORF", "RW2", "CR3"])
def test_the_file_says_how_its_preview_is_turned(kind):
    turned = HALVES.transpose(Image.Transpose.ROTATE_90)
    assert_halves(read_photo(raw_file(kind, [jpeg(turned)], orientation=6)))


@pytest.mark.parametrize("kind", ["RAF", "ORF", "RW2", "CR3"])
def test_or_the_preview_says_it_itself(kind):
    turned = HALVES.transpose(Image.Transpose.ROTATE_90)
    assert_halves(read_photo(raw_file(kind, [jpeg(turned, orientation=6)], orientation=6)))


@pytest.mark.parametrize("kind", ["RAF", "ORF", "RW2", "CR3", "CRW", "MRW", "X3F"])
def test_without_a_preview_it_says_so(kind):
    with pytest.raises(PhotoError, match="^This is a camera's raw file without a preview, .* the camera's program"):
        read_photo(raw_file(kind, []))


def test_bytes_that_begin_like_a_jpeg_are_not_a_preview():
    false = b"\xff\xd8\xff\xe0\x00\x10JFIF" + FILLING[:1000]
    assert_halves(read_photo(raw_file("RAF", [false, jpeg(HALVES), false])))
