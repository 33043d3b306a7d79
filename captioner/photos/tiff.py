"""Reads the TIFF files that Pillow refuses or misreads: samples of unusual sizes or number, and other formats inside.

Pillow takes most TIFF files, and libtiff in it unpacks nearly every compression, but Pillow lacks a mode for most
layouts of samples. `tiff_chunks` gets them out of such a file, and `samples` makes an image of them.
"""

import io
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from itertools import islice
from typing import IO, Any

import numpy as np
from PIL import Image, TiffImagePlugin

from captioner.errors import PhotoError
from captioner.photos import jpeg
from captioner.photos.samples import Samples
from captioner.photos.tiff_chunks import (
    BITS,
    CHANNELS,
    COLOR_MAP,
    COMPRESSION,
    EXTRA_SAMPLES,
    FILL_ORDER,
    HEIGHT,
    ICC_PROFILE,
    MAX_SAMPLE,
    ORIENTATION,
    PHOTOMETRIC,
    PLANAR,
    SAMPLE_FORMAT,
    SUB_IFDS,
    SUBFILE_TYPE,
    UNCOMPRESSED,
    WIDTH,
    Chunks,
    Tags,
)
from captioner.photos.unsupported import SAVE_JPEG, sentence

# Compressions that say nothing about samples: they pack bytes.
OF_BYTES = (UNCOMPRESSED, 5, 8, 32773, 32946, 34925, 50000)
# Photos of these formats are in the file, one for each strip or tile.
OF_PHOTOS = {33003: "JPEG2000", 33005: "JPEG2000", 34712: "JPEG2000", 34933: "PNG", 50001: "WEBP"}
APERIO_YCBCR = 33003
# JPEG, some kinds of which no decoder here knows.
OF_JPEG = (7,)
# What there is no decoder for.
UNREADABLE = {
    22610: "JPEG XR",
    34676: "LogLuv",
    34677: "LogLuv",
    34887: "LERC",
    34934: "JPEG XR",
    34661: "JBIG",
    50002: "JPEG XL",
    52546: "JPEG XL",
}

# Colours of each photometric interpretation, as `Samples.mode` has them. A palette's are looked up. The last two are
# raw data, which detectors save as they are; those of cameras come with a preview.
MODES = {0: "L", 1: "L", 2: "RGB", 3: "RGB", 5: "CMYK", 8: "LAB", 32803: "L", 34892: "RGB"}
BLACK_IS_ZERO, RGB, PALETTE, LAB = 1, 2, 3, 8
# The kinds of samples by SampleFormat; a file that does not know them has integers.
KINDS = {1: "u", 2: "i", 3: "f", 4: "u"}

MAX_PAGES = 20

UNUSUAL = sentence("a TIFF file with an unusual kind of colours", SAVE_JPEG)


def directories(file: IO[bytes], *, below: bool = False) -> Iterator[Tags]:
    """The tags of each page; also those of the pages that belong to another one, such as previews, if `below`."""
    file.seek(0)
    header = file.read(16)
    order = header[:2]
    if header[2:4] == b"\0+":  # a BigTIFF file with the upper byte first, which Pillow does not know
        header = b"II+\0" + header[4:]
    elif header[2:4] != b"+\0":
        header = header[:8]
    offsets = [Tags(header, prefix=order).next]
    seen = set()
    while offsets:
        offset = offsets.pop(0)
        if offset in seen:
            return
        seen.add(offset)
        tags = Tags(header, prefix=order)
        file.seek(offset)
        tags.load(file)
        yield tags
        children = tags.get(SUB_IFDS, ()) if below else ()
        offsets += filter(None, (tags.next, *(children if isinstance(children, tuple) else [children])))


def pages(file: IO[bytes]) -> "list[Page]":
    """The pages that are pictures, not thumbnails; of a damaged file those that come before the damage."""
    found: list[Page] = []
    try:
        for index, tags in enumerate(islice(directories(file), MAX_PAGES)):
            if WIDTH in tags and HEIGHT in tags and not (found and tags.get(SUBFILE_TYPE, 0) & 1):
                found.append(Page(file, tags, index))
    except Exception:
        if not found:
            raise
    return found


class Page:
    """One picture of a TIFF file."""

    def __init__(self, file: IO[bytes], tags: Tags, index: int):
        self.file, self.tags, self.index = file, tags, index
        self.size: tuple[int, int] = tags[WIDTH], tags[HEIGHT]
        self.compression: int = tags.get(COMPRESSION, UNCOMPRESSED)
        self.channels: int = tags.get(CHANNELS, 1)
        # Without this tag Pillow takes black for white. Faxes mean that, but those have compressions of their own.
        self.photometric: int = tags.get(PHOTOMETRIC, BLACK_IS_ZERO if self.channels < 3 else RGB)
        bits = tags.get(BITS, (1,))[: self.channels]
        self.bits: int = bits[0]
        formats = tags.get(SAMPLE_FORMAT, (1,))
        self.kind = KINDS.get(formats[0], "") if len({*formats}) == len({*bits}) == 1 else ""
        self._chunks = Chunks(file, tags, self.kind, self.bits)

    @property
    def holds_photos(self) -> bool:
        """Whether the strips or tiles are files of other formats."""
        return self.compression in OF_PHOTOS

    @property
    def needs_samples(self) -> bool:
        """Whether Pillow has no mode for the page's samples, or loses a part of them."""
        if self.compression not in OF_BYTES or self.photometric not in MODES:
            return False
        if self.bits > 8 or self.kind != "u" or PHOTOMETRIC not in self.tags or self._is_unknown_to_pillow:
            return True
        if self.photometric == PALETTE and max(self.tags[COLOR_MAP]) < 256:
            return True  # Pillow takes the colours for 16-bit ones
        in_planes = self.tags.get(PLANAR, 1) == 2 and (self.bits != 8 or self.channels > len(self._mode))
        return in_planes or not self._has_pillow_mode

    @property
    def _has_pillow_mode(self) -> bool:
        """Whether Pillow has a mode for the layout of the samples."""
        bits = self.tags.get(BITS, (1,))
        bits = (bits * self.channels if len(bits) == 1 else bits)[: self.channels]
        formats = tuple(set(self.tags.get(SAMPLE_FORMAT, (1,))))
        extra, order = self.tags.get(EXTRA_SAMPLES, ()), self.tags.get(FILL_ORDER, 1)
        key: Any = (self.tags.prefix, self.photometric, formats, order, bits, extra)
        return key in TiffImagePlugin.OPEN_INFO

    @property
    def _is_unknown_to_pillow(self) -> bool:
        """Whether this is a BigTIFF file with the upper byte first."""
        self.file.seek(0)
        return self.file.read(4) == b"MM\0+"

    def refusal(self) -> str:
        """A sentence that says why the page can't be read, or "" if it should be readable."""
        if self.compression in UNREADABLE:
            return sentence(f"a TIFF file with {UNREADABLE[self.compression]} compression", SAVE_JPEG)
        with suppress(LookupError):  # a strip of which nothing is said
            if self.compression in OF_JPEG and (kind := jpeg.unreadable_kind(io.BytesIO(self._chunks.packed(0)))):
                return sentence(f"a TIFF file with {kind} in it", SAVE_JPEG)
        readable = self.photometric in MODES and self.kind
        if self.compression in OF_BYTES and not readable and not self._has_pillow_mode:
            return UNUSUAL
        return ""

    def samples(self) -> Samples:
        """The page's samples.

        Raises:
            PhotoError: they are of a kind that is not known.
        """
        if not self.kind or self.channels < len(self._mode) > 1 and self.photometric != PALETTE:
            raise PhotoError(UNUSUAL)
        alpha = self._alpha
        colours = 1 if self.photometric == PALETTE else len(self._mode)
        wanted = [*range(colours), *([alpha] if alpha else [])]
        declared = self.tags.get(MAX_SAMPLE, ())
        declared = max(declared if isinstance(declared, tuple) else (declared,), default=0)
        full = (1 << self.bits) - 1
        if self.photometric == LAB:
            max_value = full
        elif self.photometric == PALETTE:
            max_value = 0xFFFF if max(self.tags[COLOR_MAP]) > 0xFF else 0xFF
        elif self.kind == "u" and (self.bits not in (8, 16, 32, 64) or 0 < declared < full):
            max_value = min(declared or full, full)
        else:
            max_value = None
        return Samples(
            self.size,
            self._mode,
            lambda top, bottom: self._rows(top, bottom, wanted),
            alpha={1: "a"}.get(self._extra_kind, "A") if alpha and self.photometric != PALETTE else "",
            min_is_white=self.photometric == 0,
            max_value=max_value,
            info=self._info,
            orientation=self.tags.get(ORIENTATION, 1),
        )

    def by_pillow(self) -> Image.Image:
        """The page as Pillow reads it."""
        self.file.seek(0)
        image = Image.open(self.file, formats=("TIFF",))
        image.seek(self.index)
        image.load()
        return image

    def assembled(self) -> Image.Image:
        """The page of the photos that are its strips or tiles."""
        image = None
        for (left, top), chunk in self._chunks.places():
            formats = (OF_PHOTOS[self.compression],)
            with Image.open(io.BytesIO(self._chunks.packed(chunk)), formats=formats) as opened:
                piece: Image.Image = opened.copy()
                if self.compression == APERIO_YCBCR and piece.mode == "RGB":
                    piece = Image.frombytes("YCbCr", piece.size, piece.tobytes()).convert("RGB")
                if image is None:
                    image = Image.new(piece.mode, self.size)
                image.paste(piece, (left, top))
        assert image
        image.info.update(self._info)
        return image

    # What the samples are

    @property
    def _mode(self) -> str:
        """The mode of the colours. Several channels of which nothing is said are taken for red, green and blue."""
        grey = MODES[self.photometric] == "L"
        return "RGB" if grey and self.channels >= 3 and not self._extra_kind else MODES[self.photometric]

    @property
    def _extra_kind(self) -> int:
        """What comes after the colours: 0 unknown, 1 alpha that the colours are multiplied by, 2 alpha."""
        extra = self.tags.get(EXTRA_SAMPLES, ())
        if extra:
            return int(next(filter(None, extra), 0))
        return 2 if self.channels == {"L": 1, "RGB": 3, "CMYK": 4}.get(MODES[self.photometric], 9) + 1 else 0

    @property
    def _alpha(self) -> int:
        """Which channel is alpha, or 0."""
        if self._extra_kind not in (1, 2):
            return 0
        extra = self.tags.get(EXTRA_SAMPLES, ()) or (2,)
        alpha = len(MODES[self.photometric]) + extra.index(self._extra_kind)
        return alpha if alpha < self.channels else 0

    @property
    def _info(self) -> dict[str, Any]:
        profile = self.tags.get(ICC_PROFILE)
        return {"icc_profile": profile} if profile else {}

    # The samples

    def _rows(self, top: int, bottom: int, wanted: list[int]) -> np.ndarray:
        """Rows of the wanted channels as `Samples.rows` returns them."""
        band = self._chunks.rows(top, bottom, wanted)
        if self.photometric == LAB:
            band[..., 1:3] ^= 1 << (self.bits - 1)  # a and b are signed
        return self._palette[band[..., 0]] if self.photometric == PALETTE else band

    @cached_property
    def _palette(self) -> np.ndarray:
        return np.array(self.tags[COLOR_MAP], np.uint16).reshape(3, -1).T
