"""Reads the TIFF files that Pillow refuses or misreads: samples of unusual sizes or number, and other formats inside.

Pillow takes most TIFF files, and libtiff in it unpacks nearly every compression. What Pillow lacks is a mode for most
layouts of samples. So it unpacks them here as if they were bytes of grey, and `samples` makes an image of them.

https://www.loc.gov/preservation/digital/formats/content/tiff_tags.shtml lists the tags.
"""

import io
import struct
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import IO, Any

import numpy as np
from PIL import Image, ImageFile, TiffImagePlugin

from captioner.errors import PhotoError
from captioner.photos.samples import Samples
from captioner.photos.unsupported import SAVE_JPEG, sentence

Tags = TiffImagePlugin.ImageFileDirectory_v2

SUBFILE_TYPE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 254, 256, 257, 258, 259, 262, 266
STRIP_OFFSETS, ORIENTATION, CHANNELS, STRIP_ROWS, STRIP_LENGTHS, MAX_SAMPLE, PLANAR = 273, 274, 277, 278, 279, 281, 284
PREDICTOR, COLOR_MAP, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_LENGTHS = 317, 320, 322, 323, 324, 325
SUB_IFDS, EXTRA_SAMPLES, SAMPLE_FORMAT, ICC_PROFILE = 330, 338, 339, 34675

# Compressions that say nothing about samples: they pack bytes.
UNCOMPRESSED = 1
OF_BYTES = (UNCOMPRESSED, 5, 8, 32773, 32946, 34925, 50000)
# Photos of these formats are in the file, one for each strip or tile.
OF_PHOTOS = {33003: "JPEG2000", 33005: "JPEG2000", 34712: "JPEG2000", 34933: "PNG", 50001: "WEBP"}
APERIO_YCBCR = 33003
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
BLACK_IS_ZERO, RGB, PALETTE = 1, 2, 3
# The kinds of samples by SampleFormat; a file that does not know them has integers.
KINDS = {1: "u", 2: "i", 3: "f", 4: "u"}

MAX_PAGES = 20
# Bytes of the largest strip or tile that is unpacked. It is in memory twice.
MAX_CHUNK = 450_000_000
REVERSED_BITS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


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
        bits = tags.get(BITS, (1,))
        self.bits: int = bits[0]
        formats = tags.get(SAMPLE_FORMAT, (1,))
        self.kind = KINDS.get(formats[0], "") if len({*formats}) == len({*bits}) == 1 else ""
        self._chunks: dict[int, tuple[int, Image.Image]] = {}

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
        extra = self.tags.get(EXTRA_SAMPLES, ())
        bits = self.tags.get(BITS, (1,))
        bits = bits * self.channels if len(bits) == 1 else bits
        order = self.tags.get(FILL_ORDER, 1)
        key: Any = (self.tags.prefix, self.photometric, (1,), order, bits[: self.channels], extra)
        in_planes = self.tags.get(PLANAR, 1) == 2 and (self.bits != 8 or self.channels > len(self._mode))
        return in_planes or key not in TiffImagePlugin.OPEN_INFO

    @property
    def _is_unknown_to_pillow(self) -> bool:
        """Whether this is a BigTIFF file with the upper byte first."""
        self.file.seek(0)
        return self.file.read(4) == b"MM\0+"

    def refusal(self) -> str:
        """A sentence that says why the page can't be read, or "" if it should be readable."""
        if self.compression in UNREADABLE:
            return sentence(f"a TIFF file with {UNREADABLE[self.compression]} compression", SAVE_JPEG)
        if self.compression in OF_BYTES and (self.photometric not in MODES or not self.kind):
            return sentence("a TIFF file with an unusual kind of colours", SAVE_JPEG)
        return ""

    def samples(self) -> Samples:
        """The page's samples.

        Raises:
            PhotoError: they are of a kind that is not known.
        """
        if not self.kind or self.channels < len(self._mode) > 1 and self.photometric != PALETTE:
            raise PhotoError(self.refusal())
        alpha = self._alpha
        colours = 1 if self.photometric == PALETTE else len(self._mode)
        wanted = [*range(colours), *([alpha] if alpha else [])]
        declared = self.tags.get(MAX_SAMPLE, ())
        declared = max(declared if isinstance(declared, tuple) else (declared,), default=0)
        full = (1 << self.bits) - 1
        if self.photometric == 8:
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
        for (left, top), chunk in self._places():
            formats = (OF_PHOTOS[self.compression],)
            with Image.open(io.BytesIO(self._packed(chunk)), formats=formats) as opened:
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
    def _planar(self) -> bool:
        return bool(self.tags.get(PLANAR, 1) == 2 and self.channels > 1)

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

    # Where the samples are

    @cached_property
    def _chunk_size(self) -> tuple[int, int]:
        """Columns and rows of a strip or tile."""
        width, height = self.size
        if TILE_OFFSETS in self.tags:
            return self.tags[TILE_WIDTH], self.tags[TILE_HEIGHT]
        return width, min(self.tags.get(STRIP_ROWS, height), height)

    @cached_property
    def _offsets(self) -> tuple[int, ...]:
        return tuple(self.tags[TILE_OFFSETS] if TILE_OFFSETS in self.tags else self.tags[STRIP_OFFSETS])

    @cached_property
    def _across(self) -> int:
        """Strips or tiles side by side."""
        return -(-self.size[0] // self._chunk_size[0])

    @property
    def _in_chunk(self) -> int:
        """Channels of each strip or tile."""
        return 1 if self._planar else self.channels

    @property
    def _row_bytes(self) -> int:
        return -(-self._chunk_size[0] * self._in_chunk * self.bits // 8)

    def _places(self) -> Iterator[tuple[tuple[int, int], int]]:
        """The left upper corner of each strip or tile, and its number."""
        columns, rows = self._chunk_size
        for number in range(self._across * -(-self.size[1] // rows)):
            yield (number % self._across * columns, number // self._across * rows), number

    def _rows(self, top: int, bottom: int, wanted: list[int]) -> np.ndarray:
        """Some rows of the channels that are wanted: an array [rows, width, channels], or the colours of a palette."""
        columns, rows = self._chunk_size
        width, height = self.size
        band = None
        for row in range(top // rows, -(-bottom // rows)):
            first, last = max(top, row * rows), min(bottom, (row + 1) * rows)
            for column in range(self._across):
                left, right = column * columns, min((column + 1) * columns, width)
                for index, channel in enumerate(wanted):
                    if self._planar:
                        number = (channel * -(-height // rows) + row) * self._across + column
                        piece = self._chunk_rows(number, row, first, last)[:, : right - left, 0]
                    else:
                        if index == 0:
                            number = row * self._across + column
                            pieces = self._chunk_rows(number, row, first, last)[:, : right - left]
                        piece = pieces[..., channel]
                    if band is None:
                        band = np.zeros((bottom - top, width, len(wanted)), piece.dtype)
                    band[first - top : last - top, left:right, index] = piece
        assert band is not None
        if self.photometric == 8:
            band[..., 1:3] ^= 1 << (self.bits - 1)  # a and b are signed
        return self._palette[band[..., 0]] if self.photometric == PALETTE else band

    @cached_property
    def _palette(self) -> np.ndarray:
        return np.array(self.tags[COLOR_MAP], np.uint16).reshape(3, -1).T

    def _chunk_rows(self, number: int, row: int, first: int, last: int) -> np.ndarray:
        """Rows of a strip or tile, which are counted from the page's top: an array [rows, columns, channels]."""
        start = row * self._chunk_size[1]
        if self.compression == UNCOMPRESSED:
            self.file.seek(self._offsets[number] + (first - start) * self._row_bytes)
            content = self.file.read((last - first) * self._row_bytes)
            if self.tags.get(FILL_ORDER, 1) == 2:
                content = content.translate(REVERSED_BITS)
        else:
            image = self._unpacked(number, row)
            content = image.crop((0, first - start, image.width, last - start)).tobytes()
        needed = (last - first) * self._row_bytes
        if len(content) < needed:
            size = self.file.seek(0, io.SEEK_END)
            if not ImageFile.LOAD_TRUNCATED_IMAGES or 2 * size < self.size[0] * self.size[1] * self.bits // 8:
                raise EOFError("samples are missing")
            content = content.ljust(needed, b"\0")
        return self._samples_of(np.frombuffer(content, np.uint8, needed).reshape(last - first, self._row_bytes))

    def _unpacked(self, number: int, row: int) -> Image.Image:
        """A strip or tile, unpacked, as if its bytes were grey."""
        if number not in self._chunks:
            for other in [other for other, (of_row, _) in self._chunks.items() if of_row != row]:
                del self._chunks[other]
            rows = min(self._chunk_size[1], self.size[1] - row * self._chunk_size[1])
            rows = self._chunk_size[1] if TILE_OFFSETS in self.tags else rows
            if rows * self._row_bytes > MAX_CHUNK:
                raise Image.DecompressionBombError("a strip is too large")
            file = _grey(self._packed(number), self._row_bytes, rows, self.compression, self.tags.get(FILL_ORDER, 1))
            limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # they are bytes here
            try:
                with Image.open(file, formats=("TIFF",)) as image:
                    image.load()
            finally:
                Image.MAX_IMAGE_PIXELS = limit
            self._chunks[number] = row, image
        return self._chunks[number][1]

    def _packed(self, number: int) -> bytes:
        lengths = self.tags[TILE_LENGTHS] if TILE_OFFSETS in self.tags else self.tags[STRIP_LENGTHS]
        self.file.seek(self._offsets[number])
        return self.file.read(lengths[number])

    def _samples_of(self, rows: np.ndarray) -> np.ndarray:
        """The samples that are in rows of bytes."""
        order = "<" if self.tags.prefix == b"II" else ">"
        shape = (len(rows), self._chunk_size[0], self._in_chunk)
        predictor = self.tags.get(PREDICTOR, 1) if self.compression != UNCOMPRESSED else 1
        if predictor == 3:
            return _undo_float_predictor(rows, self.bits // 8, shape)
        if self.bits in (8, 16, 32, 64):
            samples = rows.view(f"{order}{self.kind}{self.bits // 8}").reshape(shape)
        elif self.bits == 24 and self.kind == "u":
            parts = rows.reshape(*shape, 3).astype(np.uint32)
            low, high = (0, 2) if order == "<" else (2, 0)
            samples = parts[..., low] | parts[..., 1] << 8 | parts[..., high] << 16
        elif self.bits <= 16 and self.kind == "u":
            samples = _unpack_bits(rows, self.bits, shape)
        else:
            raise PhotoError(sentence(f"a TIFF file with {self.bits} bits a sample", SAVE_JPEG))
        if predictor == 2:
            native = samples.astype(samples.dtype.newbyteorder("="))
            return np.cumsum(native, axis=1, dtype=native.dtype)
        return samples


def _grey(content: bytes, width: int, height: int, compression: int, fill_order: int) -> IO[bytes]:
    """A TIFF file that has compressed bytes for its pixels."""
    tags = {WIDTH: width, HEIGHT: height, BITS: 8, COMPRESSION: compression, PHOTOMETRIC: 1, FILL_ORDER: fill_order}
    tags |= {STRIP_OFFSETS: 8 + 2 + 10 * 12 + 4, CHANNELS: 1, STRIP_ROWS: height, STRIP_LENGTHS: len(content)}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return io.BytesIO(struct.pack("<4sIH", b"II*\0", 8, len(tags)) + entries + bytes(4) + content)


def _undo_float_predictor(rows: np.ndarray, size: int, shape: tuple[int, int, int]) -> np.ndarray:
    """Floats whose first bytes come first in each row, as differences, then their second bytes ..."""
    height, width, channels = shape
    steps = np.cumsum(rows.reshape(height, -1, channels), axis=1, dtype=np.uint8).reshape(
        height, size, width * channels
    )
    return np.ascontiguousarray(steps.transpose(0, 2, 1)).view(f">f{size}").reshape(shape)


def _unpack_bits(rows: np.ndarray, bits: int, shape: tuple[int, int, int]) -> np.ndarray:
    """Unsigned integers of up to 16 bits without space between them; each row starts with a new byte."""
    height, width, channels = shape
    digits = np.unpackbits(rows, axis=1)[:, : width * channels * bits].reshape(height, -1, bits)
    padded = np.zeros((*digits.shape[:2], 16), np.uint8)
    padded[..., 16 - bits :] = digits
    samples = np.packbits(padded, axis=2).view(">u2").reshape(shape)
    return samples.astype(np.uint8) if bits <= 8 else samples
