"""Writes TIFF files byte by byte, in all the ways that Pillow cannot write."""

import lzma
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

UNCOMPRESSED, LZW, DEFLATE, PACK_BITS, LZMA = 1, 5, 8, 32773, 34925


def _lzw(content: bytes) -> bytes:
    """LZW as TIFF has it, with a table that is cleared so often that no code has more than 9 bits."""
    digits = []
    for start in range(0, len(content), 200):
        digits += [256, *content[start : start + 200]]
    bits = "".join(f"{code:09b}" for code in [*digits, 257])
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")


def _pack_bits(content: bytes) -> bytes:
    pieces = (content[start : start + 128] for start in range(0, len(content), 128))
    return b"".join(bytes([len(piece) - 1]) + piece for piece in pieces)


PACKERS: dict[int, Callable[[bytes], bytes]] = {
    UNCOMPRESSED: bytes,
    LZW: _lzw,
    DEFLATE: zlib.compress,
    PACK_BITS: _pack_bits,
    LZMA: lambda content: lzma.compress(content, check=lzma.CHECK_NONE),
}


def tiff_file(
    samples: np.ndarray,
    photometric: int,
    *,
    order: str = "<",
    bits: int = 0,
    compression: int = UNCOMPRESSED,
    pack: Callable[[bytes], bytes] | None = None,
    predictor: int = 1,
    planar: bool = False,
    rows: int = 0,
    tile: tuple[int, int] | None = None,
    big: bool = False,
    tags: dict[int, tuple[int, ...]] | None = None,
) -> bytes:
    """A TIFF file of one page.

    Args:
        samples: array [height, width] or [height, width, channels].
        bits: of each sample, if they are packed without space between them.
        pack: compresses a strip or tile, where `compression` is none of PACKERS.
        rows: of each strip; all if 0.
        tile: height and width of tiles, in place of strips.
        big: whether it is a BigTIFF file.
        tags: further ones, or other values for those that are written anyway.
    """
    samples = samples[..., None] if samples.ndim == 2 else samples
    height, width, channels = samples.shape
    bits_each = bits or 8 * samples.dtype.itemsize
    planes = [samples[..., channel : channel + 1] for channel in range(channels)] if planar else [samples]
    chunk_rows, chunk_columns = tile or (rows or height, width)
    chunks = []
    for plane in planes:
        for top in range(0, height, chunk_rows):
            for left in range(0, width, chunk_columns):
                chunk = plane[top : top + chunk_rows, left : left + chunk_columns]
                if tile:
                    missing = [(0, chunk_rows - chunk.shape[0]), (0, chunk_columns - chunk.shape[1]), (0, 0)]
                    chunk = np.pad(chunk, missing)
                content = _content(chunk, order, bits, predictor)
                chunks.append((pack or PACKERS[compression])(content))
    kind = {"u": 1, "i": 2, "f": 3}[samples.dtype.kind]
    values: dict[int, tuple[int, ...]] = {
        256: (width,),
        257: (height,),
        258: (bits_each,) * channels,
        259: (compression,),
        262: (photometric,),
        277: (channels,),
        284: (2 if planar else 1,),
        339: (kind,) * channels,
    }
    if predictor > 1:
        values[317] = (predictor,)
    values |= {322: (chunk_columns,), 323: (chunk_rows,)} if tile else {278: (chunk_rows,)}
    values |= tags or {}
    places, lengths = (324, 325) if tile else (273, 279)
    start = 16
    offsets = []
    for chunk_content in chunks:
        offsets.append(start)
        start += len(chunk_content)
    values |= {places: tuple(offsets), lengths: tuple(map(len, chunks))}
    return _file(values, b"".join(chunks), order, big)


def _content(chunk: np.ndarray, order: str, bits: int, predictor: int) -> bytes:
    if bits:
        rows = []
        for row in chunk.reshape(len(chunk), -1):
            digits = "".join(f"{int(value):0{bits}b}" for value in row)
            length = -(-len(digits) // 8)
            rows.append(int(digits.ljust(8 * length, "0"), 2).to_bytes(length, "big"))
        return b"".join(rows)
    if predictor == 2:
        chunk = np.diff(chunk, axis=1, prepend=np.zeros_like(chunk[:, :1]))
    if predictor == 3:
        height, width, channels = chunk.shape
        size = chunk.dtype.itemsize
        parts = chunk.astype(chunk.dtype.newbyteorder(">")).tobytes()
        steps = np.frombuffer(parts, np.uint8).reshape(height, width * channels, size).transpose(0, 2, 1)
        steps = steps.reshape(height, -1, channels)
        return bytes(np.diff(steps, axis=1, prepend=np.zeros_like(steps[:, :1])).tobytes())
    return chunk.astype(f"{order}{chunk.dtype.kind}{chunk.dtype.itemsize}").tobytes()


def _file(values: dict[int, tuple[Any, ...]], content: bytes, order: str, big: bool) -> bytes:
    mark = b"II" if order == "<" else b"MM"
    directory_at = 16 + len(content) + len(content) % 2
    inline, count = (8, "Q") if big else (4, "I")
    head_size = 8 if big else 2
    further_at = directory_at + head_size + len(values) * (20 if big else 12) + inline
    entries, further = b"", b""
    for tag, numbers in sorted(values.items()):
        raw = struct.pack(f"{order}{len(numbers)}I", *numbers)
        kind = 4
        if len(raw) > inline:
            place = struct.pack(order + count, further_at + len(further))
            further += raw
        else:
            place = raw.ljust(inline, b"\0")
        entries += struct.pack(f"{order}HH{count}", tag, kind, len(numbers)) + place
    directory = struct.pack(order + ("Q" if big else "H"), len(values)) + entries + bytes(inline) + further
    if big:
        header = mark + struct.pack(order + "HHHQ", 43, 8, 0, directory_at)
    else:
        header = (mark + struct.pack(order + "HI", 42, directory_at)).ljust(16, b"\0")
    return header + content.ljust(directory_at - 16, b"\0") + directory
