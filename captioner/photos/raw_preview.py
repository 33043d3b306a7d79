"""Finds the JPEG preview that cameras put into their raw files."""

import io
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import IO

from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from captioner.errors import PhotoError
from captioner.photos import tiff
from captioner.photos.tiff_chunks import COMPRESSION, ORIENTATION, PHOTOMETRIC, STRIP_LENGTHS, STRIP_OFFSETS
from captioner.photos.unsupported import sentence

JPEG_OFFSET, JPEG_LENGTH, DNG_VERSION = 513, 514, 50706
RAW_PHOTOMETRICS = (32803, 34892)  # an array of colour filters, linear raw
JPEG_COMPRESSIONS = (6, 7)

JPEG_START = b"\xff\xd8\xff"
# Bytes that are searched at a time, those in which a JPEG file says its size, and how many files are looked at.
PIECE, JPEG_HEAD, MAX_CANDIDATES = 4_000_000, 300_000, 100
# Bytes in which a raw file says its orientation.
RAW_HEAD = 200_000

NO_PREVIEW = sentence("a camera's raw file without a preview", "Save it as JPEG with the camera's program.")


def in_tiff(file: IO[bytes]) -> Image.Image | None:
    """The largest preview of a raw file that is a TIFF file (DNG, NEF, CR2, ARW ...), or None if it is not a raw file.

    Raises:
        PhotoError: the raw file has no preview.
    """
    file.seek(8)
    raw = from_camera = file.read(2) == b"CR"  # Canon's CR2
    orientation, previews = 1, []
    with suppress(Exception):  # the rest of a damaged file
        for index, tags in enumerate(islice(tiff.directories(file, below=True), tiff.MAX_PAGES)):
            if index == 0:
                orientation = tags.get(ORIENTATION, 1)
            raw = raw or tags.get(PHOTOMETRIC) in RAW_PHOTOMETRICS or DNG_VERSION in tags
            # What detectors save as raw data is the one picture of the file.
            from_camera = from_camera or DNG_VERSION in tags or index > 0
            if JPEG_OFFSET in tags:
                previews.append((tags.get(JPEG_LENGTH, 0), tags[JPEG_OFFSET]))
            elif tags.get(COMPRESSION) in JPEG_COMPRESSIONS and len(tags.get(STRIP_OFFSETS, ())) == 1:
                previews.append((tags[STRIP_LENGTHS][0], tags[STRIP_OFFSETS][0]))
    if not raw or not (previews or from_camera):
        return None
    for length, offset in sorted(previews, reverse=True):
        with suppress(UnidentifiedImageError):  # raw data may be JPEG of a kind that Pillow does not know
            return _preview(file, offset, length, orientation)
    raise PhotoError(NO_PREVIEW)


def in_other(file: IO[bytes]) -> Image.Image:
    """The largest JPEG file within a raw file of another kind, wherever it is.

    Raises:
        PhotoError: the file contains none.
    """
    largest, offset_of_largest = 0, -1
    for offset in islice(_jpeg_offsets(file), MAX_CANDIDATES):
        file.seek(offset)
        with suppress(Exception):  # other bytes that happen to begin like a JPEG file
            width, height = Image.open(io.BytesIO(file.read(JPEG_HEAD)), formats=("JPEG",)).size
            if width * height > largest:
                largest, offset_of_largest = width * height, offset
    if not largest:
        raise PhotoError(NO_PREVIEW)
    return _preview(file, offset_of_largest, -1, _orientation(file))


def _preview(file: IO[bytes], offset: int, length: int, orientation: int) -> Image.Image:
    file.seek(offset)
    preview = Image.open(io.BytesIO(file.read(length)), formats=("JPEG",))
    preview.getexif().setdefault(ORIENTATION, orientation)
    return preview


def _jpeg_offsets(file: IO[bytes]) -> Iterator[int]:
    start = 0
    while True:
        file.seek(start)
        piece = file.read(PIECE + len(JPEG_START) - 1)
        at = piece.find(JPEG_START)
        while at >= 0:
            yield start + at
            at = piece.find(JPEG_START, at + 1)
        if len(piece) < PIECE:
            return
        start += PIECE


def _orientation(file: IO[bytes]) -> int:
    """What a raw file says itself: the previews of some cameras do not."""
    file.seek(0)
    head = file.read(RAW_HEAD)
    if head[:2] in (b"II", b"MM"):  # but for its magic number, it is a TIFF file
        head = head[:2] + (b"*\0" if head[:2] == b"II" else b"\0*") + head[4:]
    else:  # in Canon's CR3 there is one within
        head = head.partition(b"CMT1")[2]
    with suppress(Exception):
        tags = TiffImagePlugin.ImageFileDirectory_v2(head[:8])
        directory = io.BytesIO(head)
        directory.seek(tags.next)
        tags.load(directory)
        return int(tags[ORIENTATION])
    return 1
