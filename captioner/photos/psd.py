"""Photoshop files that Pillow refuses: those with 16 or 32 bits a sample, and large documents (PSB).

https://www.adobe.com/devnet-apps/photoshop/fileformatashtml/ describes them.
"""

import io
import struct
from typing import IO

import numpy as np
from PIL import Image, ImageFile

from captioner.errors import PhotoError
from captioner.photos.samples import Samples

HEADER = struct.Struct(">4sH6xHIIHH")
# The colours of Photoshop's modes.
MODES = {1: "L", 3: "RGB", 4: "CMYK", 8: "L", 9: "LAB"}
LARGE_DOCUMENT = 2
RAW, PACK_BITS = 0, 1
ICC_PROFILE = 1039


def needs_samples(head: bytes) -> bool:
    """Whether a file that begins so is a Photoshop file that Pillow does not read."""
    if not head.startswith(b"8BPS") or len(head) < HEADER.size:
        return False
    _, version, _, _, _, depth, _ = HEADER.unpack_from(head)
    return bool(version == LARGE_DOCUMENT or depth in (16, 32))


def samples(file: IO[bytes]) -> Samples:
    """The samples of the picture of all layers.

    Raises:
        PhotoError: its colours are of a kind that is not known.
        EOFError: a part of the file is missing.
    """
    file.seek(0)
    _, version, channels, height, width, depth, mode = HEADER.unpack(file.read(HEADER.size))
    if mode not in MODES or depth not in (8, 16, 32):
        raise PhotoError("This Photoshop file has an unusual kind of colours. Save it as JPEG or PNG in Photoshop.")
    large = version == LARGE_DOCUMENT
    _section(file, 4)  # palette
    profile = _profile(_section(file, 4))
    file.seek(_length(file, 8 if large else 4), 1)  # layers
    compression = int.from_bytes(file.read(2), "big")
    colours = len(MODES[mode])
    if channels < colours or compression not in (RAW, PACK_BITS):
        raise EOFError("no picture of all layers")
    row_bytes = width * depth // 8
    start = file.tell()
    if compression == RAW and 2 * (file.seek(0, io.SEEK_END) - start) < channels * height * row_bytes:
        raise EOFError("most samples are missing")
    file.seek(start)
    if compression == PACK_BITS:
        lengths = np.frombuffer(file.read(channels * height * (4 if large else 2)), ">u4" if large else ">u2")
        ends = file.tell() + np.cumsum(lengths, dtype=np.int64)

    def plane(channel: int, top: int, bottom: int) -> bytes:
        if compression == RAW:
            file.seek(start + (channel * height + top) * row_bytes)
            return file.read((bottom - top) * row_bytes)
        first = channel * height + top
        begin, end = ends[first] - lengths[first], ends[first + bottom - top - 1]
        file.seek(int(begin))
        grey = Image.frombytes("L", (row_bytes, bottom - top), file.read(int(end - begin)), "packbits", "L")
        return grey.tobytes()

    def rows(top: int, bottom: int) -> np.ndarray:
        kind = {8: "u1", 16: ">u2", 32: ">f4"}[depth]
        size = (bottom - top) * row_bytes
        contents = [plane(channel, top, bottom) for channel in range(colours)]
        if ImageFile.LOAD_TRUNCATED_IMAGES:
            contents = [content.ljust(size, b"\0") for content in contents]
        planes = [np.frombuffer(content, kind).reshape(bottom - top, width) for content in contents]
        stacked = np.stack(planes, axis=2)
        return _to_srgb(stacked) if linear else stacked

    linear = depth == 32 and bool(profile)  # the profiles of such files are those of other files, but linear
    info = {"icc_profile": profile} if profile and not linear else {}
    full = {8: 255.0, 16: 65535.0, 32: 1.0}[depth]
    return Samples((width, height), MODES[mode], rows, min_is_white=MODES[mode] == "CMYK", max_value=full, info=info)


def _to_srgb(light: np.ndarray) -> np.ndarray:
    light = np.clip(np.nan_to_num(light.astype(np.float32)), 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def _length(file: IO[bytes], size: int) -> int:
    return int.from_bytes(file.read(size), "big")


def _section(file: IO[bytes], size: int) -> bytes:
    return file.read(_length(file, size))


def _profile(resources: bytes) -> bytes:
    """The colour profile among Photoshop's image resources, or b""."""
    position = 0
    while resources[position : position + 4] == b"8BIM":
        number, name = struct.unpack_from(">HB", resources, position + 4)
        position += 6 + (name + 2) // 2 * 2
        length = int.from_bytes(resources[position : position + 4], "big")
        position += 4
        if number == ICC_PROFILE:
            return resources[position : position + length]
        position += (length + 1) // 2 * 2
    return b""
