"""Reads the strips and tiles of TIFF files, in which the samples are.

Where they are compressed, Pillow, with libtiff in it, unpacks them as if they were bytes of grey.
"""

import io
import struct
from collections.abc import Iterator
from functools import cached_property
from typing import IO

import numpy as np
from PIL import Image, ImageFile, TiffImagePlugin

from captioner.errors import PhotoError
from captioner.photos.unsupported import SAVE_JPEG, sentence

Tags = TiffImagePlugin.ImageFileDirectory_v2

# https://www.loc.gov/preservation/digital/formats/content/tiff_tags.shtml
SUBFILE_TYPE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 254, 256, 257, 258, 259, 262, 266
STRIP_OFFSETS, ORIENTATION, CHANNELS, STRIP_ROWS, STRIP_LENGTHS, MAX_SAMPLE, PLANAR = 273, 274, 277, 278, 279, 281, 284
PREDICTOR, COLOR_MAP, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_LENGTHS = 317, 320, 322, 323, 324, 325
SUB_IFDS, EXTRA_SAMPLES, SAMPLE_FORMAT, ICC_PROFILE = 330, 338, 339, 34675

UNCOMPRESSED = 1
# Bytes of the largest strip or tile that is unpacked. It is in memory twice.
MAX_CHUNK = 450_000_000
REVERSED_BITS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Chunks:
    """The strips or tiles of a page.

    Args:
        kind: "u", "i" or "f", as NumPy names what all samples are.
        bits: of a sample.
    """

    def __init__(self, file: IO[bytes], tags: Tags, kind: str, bits: int):
        self._file, self._tags, self._kind, self._bits = file, tags, kind, bits
        self._size: tuple[int, int] = tags[WIDTH], tags[HEIGHT]
        self._channels: int = tags.get(CHANNELS, 1)
        self._compression: int = tags.get(COMPRESSION, UNCOMPRESSED)
        self._planar = tags.get(PLANAR, 1) == 2 and self._channels > 1
        self._chunks: dict[int, tuple[int, Image.Image]] = {}

    @cached_property
    def _chunk_size(self) -> tuple[int, int]:
        """Columns and rows of a strip or tile."""
        width, height = self._size
        if TILE_OFFSETS in self._tags:
            return self._tags[TILE_WIDTH], self._tags[TILE_HEIGHT]
        return width, min(self._tags.get(STRIP_ROWS, height), height)

    @cached_property
    def _offsets(self) -> tuple[int, ...]:
        return tuple(self._tags[TILE_OFFSETS] if TILE_OFFSETS in self._tags else self._tags[STRIP_OFFSETS])

    @cached_property
    def _across(self) -> int:
        """Strips or tiles side by side."""
        return -(-self._size[0] // self._chunk_size[0])

    @property
    def _in_chunk(self) -> int:
        """Channels of each strip or tile."""
        return 1 if self._planar else self._channels

    @property
    def _row_bytes(self) -> int:
        return -(-self._chunk_size[0] * self._in_chunk * self._bits // 8)

    def places(self) -> Iterator[tuple[tuple[int, int], int]]:
        """The left upper corner of each strip or tile, and its number."""
        columns, rows = self._chunk_size
        for number in range(self._across * -(-self._size[1] // rows)):
            yield (number % self._across * columns, number // self._across * rows), number

    def rows(self, top: int, bottom: int, wanted: list[int]) -> np.ndarray:
        """Rows of the wanted channels: an array [rows, width, channels]. They are requested from the top down."""
        columns, rows = self._chunk_size
        width, height = self._size
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
        return band

    def _chunk_rows(self, number: int, row: int, first: int, last: int) -> np.ndarray:
        """Rows of a strip or tile, which are counted from the page's top: an array [rows, columns, channels]."""
        start = row * self._chunk_size[1]
        if self._compression == UNCOMPRESSED:
            self._file.seek(self._offsets[number] + (first - start) * self._row_bytes)
            content = self._file.read((last - first) * self._row_bytes)
            if self._tags.get(FILL_ORDER, 1) == 2:
                content = content.translate(REVERSED_BITS)
        else:
            image = self._unpacked(number, row)
            content = image.crop((0, first - start, image.width, last - start)).tobytes()
        needed = (last - first) * self._row_bytes
        if len(content) < needed:
            size = self._file.seek(0, io.SEEK_END)
            if not ImageFile.LOAD_TRUNCATED_IMAGES or 2 * size < self._size[0] * self._size[1] * self._bits // 8:
                raise EOFError("samples are missing")
            content = content.ljust(needed, b"\0")
        return self._samples_of(np.frombuffer(content, np.uint8, needed).reshape(last - first, self._row_bytes))

    def _unpacked(self, number: int, row: int) -> Image.Image:
        """A strip or tile, unpacked, as if its bytes were grey."""
        if number not in self._chunks:
            for other in [other for other, (of_row, _) in self._chunks.items() if of_row != row]:
                del self._chunks[other]
            rows = min(self._chunk_size[1], self._size[1] - row * self._chunk_size[1])
            rows = self._chunk_size[1] if TILE_OFFSETS in self._tags else rows
            if rows * self._row_bytes > MAX_CHUNK:
                raise Image.DecompressionBombError("a strip is too large")
            file = _grey(self.packed(number), self._row_bytes, rows, self._compression, self._tags.get(FILL_ORDER, 1))
            limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # they are bytes here
            try:
                with Image.open(file, formats=("TIFF",)) as image:
                    image.load()
            finally:
                Image.MAX_IMAGE_PIXELS = limit
            self._chunks[number] = row, image
        return self._chunks[number][1]

    def packed(self, number: int) -> bytes:
        lengths = self._tags[TILE_LENGTHS] if TILE_OFFSETS in self._tags else self._tags[STRIP_LENGTHS]
        self._file.seek(self._offsets[number])
        return self._file.read(lengths[number])

    def _samples_of(self, rows: np.ndarray) -> np.ndarray:
        """The samples that are in rows of bytes."""
        order = "<" if self._tags.prefix == b"II" else ">"
        shape = (len(rows), self._chunk_size[0], self._in_chunk)
        predictor = self._tags.get(PREDICTOR, 1) if self._compression != UNCOMPRESSED else 1
        if predictor == 3:
            return _undo_float_predictor(rows, self._bits // 8, shape)
        if self._bits in (8, 16, 32, 64):
            samples = rows.view(f"{order}{self._kind}{self._bits // 8}").reshape(shape)
        elif self._bits == 24 and self._kind == "u":
            parts = rows.reshape(*shape, 3).astype(np.uint32)
            low, high = (0, 2) if order == "<" else (2, 0)
            samples = parts[..., low] | parts[..., 1] << 8 | parts[..., high] << 16
        elif self._bits <= 16 and self._kind == "u":
            samples = _unpack_bits(rows, self._bits, shape)
        else:
            raise PhotoError(sentence(f"a TIFF file with {self._bits} bits a sample", SAVE_JPEG))
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
