"""Photoshop files that Pillow refuses. Each must look like its plain twin."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from captioner import PhotoError
from captioner.model.preprocess import LOADED_SIDE
from captioner.photos.load import load
from tests.support.photos import read_photo

COLOURS = np.random.default_rng(0).integers(0, 256, (30, 41, 4), np.uint8)
GREY, RGB, CMYK, DUOTONE, LAB = 1, 3, 4, 8, 9
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def pack_bits(row: bytes) -> bytes:
    pieces = (row[start : start + 128] for start in range(0, len(row), 128))
    return b"".join(bytes([len(piece) - 1]) + piece for piece in pieces)


def psd_file(samples: np.ndarray, mode: int, *, large=False, packed=False, profile=b"", layers=b"") -> bytes:
    height, width, channels = samples.shape
    depth = 8 * samples.dtype.itemsize
    header = struct.pack(">4sH6xHIIHH", b"8BPS", 2 if large else 1, channels, height, width, depth, mode)
    resources = b""
    if profile:
        name = struct.pack(">4sH", b"8BIM", 1005) + b"\4name\0" + struct.pack(">I", 3) + b"odd\0"
        resources = name + struct.pack(">4sHHI", b"8BIM", 1039, 0, len(profile)) + profile
    sections = bytes(4) + struct.pack(">I", len(resources)) + resources
    sections += struct.pack(">Q" if large else ">I", len(layers)) + layers
    kind = {8: "u1", 16: ">u2", 32: ">f4"}[depth]
    rows = [row.astype(kind).tobytes() for plane in np.moveaxis(samples, 2, 0) for row in plane]
    if not packed:
        return header + sections + b"\0\0" + b"".join(rows)
    rows = [
        b"".join(bytes([len(row[at : at + 128]) - 1]) + row[at : at + 128] for at in range(0, len(row), 128))
        for row in rows
    ]
    lengths = struct.pack(f">{len(rows)}{'I' if large else 'H'}", *map(len, rows))
    return header + sections + b"\0\1" + lengths + b"".join(rows)


def deep(pixels: np.ndarray, depth: int) -> np.ndarray:
    if depth == 32:
        return (pixels / 255).astype(np.float32)
    return pixels.astype(np.uint16) * 257 if depth == 16 else pixels


@pytest.mark.parametrize("depth", [8, 16, 32])
@pytest.mark.parametrize("large", [False, True], ids=["PSD", "PSB"])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("mode", [GREY, RGB, CMYK, DUOTONE])
@pytest.mark.parametrize("more", [0, 1, 2])
def test_looks_like_its_plain_twin(depth, large, packed, mode, more):
    channels = {RGB: 3, CMYK: 4}.get(mode, 1)
    samples = COLOURS[..., :channels]
    further = np.repeat(COLOURS[..., :1], more, axis=2)
    content = psd_file(deep(np.dstack([samples, further]), depth), mode, large=large, packed=packed, layers=bytes(99))
    if mode == CMYK:
        expected = np.asarray(Image.frombytes("CMYK", (41, 30), (255 - samples).tobytes()).convert("RGB"))
    else:
        expected = np.broadcast_to(samples, (30, 41, 3))
    (image,), note = load(content, (LOADED_SIDE,))
    assert note == ""
    if depth == 8 and not large and more:
        return  # Pillow's own way with alpha
    np.testing.assert_allclose(np.asarray(image).astype(int), expected, atol=2)


@pytest.mark.parametrize("depth", [8, 16])
def test_lab_colours(depth):
    samples = np.full((30, 41, 3), 128, np.uint8)
    samples[:, 20:, 1] = 220
    photo = read_photo(psd_file(deep(samples, depth), LAB, large=True)).astype(int)
    assert np.ptp(photo[5, 5]) <= 3
    assert photo[5, 30, 0] > photo[5, 30, 1] + 80


def test_floats_are_light_where_a_profile_says_so():
    light = np.full((30, 41, 3), 0.214, np.float32)
    light[0, 0] = 1
    np.testing.assert_allclose(read_photo(psd_file(light, RGB, profile=PROFILE))[5, 5].astype(int), 127, atol=2)


def test_a_colour_profile_counts():
    swapped = PROFILE.replace(b"rXYZ", b"xXYZ").replace(b"bXYZ", b"rXYZ").replace(b"xXYZ", b"bXYZ")
    swapped = swapped.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    red = np.zeros((30, 41, 3), np.uint8)
    red[..., 0] = 255
    photo = read_photo(psd_file(deep(red, 16), RGB, profile=swapped))
    np.testing.assert_allclose(photo[5, 5].astype(int), [0, 0, 255], atol=3)


def test_a_part_is_missing():
    whole = psd_file(deep(COLOURS[..., :1], 16), GREY)
    assert load(whole[:-600], (LOADED_SIDE,)).note == "The photo is damaged: part of it is missing."
    with pytest.raises(PhotoError, match="damaged or incomplete"):
        read_photo(whole[:100])


def test_says_that_colours_are_unusual():
    with pytest.raises(PhotoError, match="^This Photoshop file has an unusual kind of colours"):
        read_photo(psd_file(deep(COLOURS[..., :1], 16), 7))
