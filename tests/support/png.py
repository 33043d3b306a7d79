"""Writes PNG files chunk by chunk, with what Pillow does not write."""

import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# The kinds of pixels by their number of channels.
COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}


def chunk(kind: bytes, content: bytes, checksum: int | None = None) -> bytes:
    """A chunk, with the right checksum unless another is given."""
    checksum = zlib.crc32(kind + content) if checksum is None else checksum
    return len(content).to_bytes(4, "big") + kind + content + checksum.to_bytes(4, "big")


def png_file(samples: np.ndarray, before: bytes = b"", after: bytes = b"", *, cgbi: bool = False) -> bytes:
    """A PNG file.

    Args:
        samples: uint8 or uint16 array [height, width, channels].
        before: chunks between the header and the pixels.
        after: chunks after the pixels.
        cgbi: whether it is one of Apple's kind; then `samples` are as that has them.
    """
    height, width, channels = samples.shape
    bits = 8 * samples.dtype.itemsize
    sizes = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    header = chunk(b"IHDR", sizes + bytes([bits, COLOUR_TYPES[channels], 0, 0, 0]))
    rows = b"".join(b"\0" + row.astype(f">u{bits // 8}").tobytes() for row in samples)
    packer = zlib.compressobj(wbits=-15 if cgbi else 15)
    pixels = chunk(b"IDAT", packer.compress(rows) + packer.flush())
    mark = chunk(b"CgBI", b"P\0 \2") if cgbi else b""
    return SIGNATURE + mark + header + before + pixels + after + chunk(b"IEND", b"")
