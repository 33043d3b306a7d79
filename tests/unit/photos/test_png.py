"""PNG files that Pillow refuses or misreads. Each must look like its plain twin."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from captioner import PhotoError
from captioner.model.preprocess import LOADED_SIDE
from captioner.photos.load import load
from tests.support.photos import read_photo
from tests.support.png import SIGNATURE, chunk, png_file

COLOURS = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

# Chunks that the pixels do not need, as they should be.
CHUNKS = {
    b"pHYs": bytes([0, 0, 11, 19, 0, 0, 11, 19, 1]),
    b"iCCP": b"sRGB\0\0" + zlib.compress(PROFILE),
    b"tEXt": b"Title\0A photo",
    b"zTXt": b"Title\0\0" + zlib.compress(b"A photo"),
    b"iTXt": b"Title\0\1\0en\0Title\0" + zlib.compress(b"A photo"),
    b"gAMA": (45455).to_bytes(4, "big"),
    b"sRGB": b"\0",
    b"cHRM": bytes(32),
    b"eXIf": b"II*\0\x08\0\0\0\0\0\0\0\0\0",
    b"tIME": bytes([7, 230, 1, 1, 1, 1, 1]),
    b"bKGD": bytes(6),
    b"sBIT": b"\x08\x08\x08",
    b"caBX": b"\0\0\0\x20jumb" + bytes(40),
    b"caNv": bytes(16),
    b"dSIG": bytes(20),
}


def assert_is_whole(content: bytes, expected: np.ndarray = COLOURS) -> None:
    (image,), note = load(content, (LOADED_SIDE,))
    assert note == ""
    np.testing.assert_array_equal(np.asarray(image), expected)


@pytest.mark.parametrize("kind", CHUNKS, ids=bytes.decode)
@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("fault", ["none", "checksum", "empty", "short", "long", "zeros", "ones", "twice"])
def test_a_faulty_chunk_that_the_pixels_do_not_need(kind, place, fault):
    good = CHUNKS[kind]
    faulty = {
        "none": chunk(kind, good),
        "checksum": chunk(kind, good, checksum=0),
        "empty": chunk(kind, b""),
        "short": chunk(kind, good[: len(good) // 2]),
        "long": chunk(kind, good + bytes(100)),
        "zeros": chunk(kind, bytes(len(good))),
        "ones": chunk(kind, b"\xff" * len(good)),
        "twice": chunk(kind, good) * 2,
    }[fault]
    (image,), note = load(png_file(COLOURS, **{place: faulty}), (LOADED_SIDE,))
    assert note == ""
    if kind == b"gAMA" and fault in ("long", "zeros", "ones", "short"):
        return  # a gamma that says something else makes another picture
    np.testing.assert_array_equal(np.asarray(image), COLOURS)


@pytest.mark.parametrize("length", [0, 1, 5])
def test_a_transparent_colour_that_is_cut_off_is_left_out(length):
    assert_is_whole(png_file(COLOURS, chunk(b"tRNS", bytes(length))))


@pytest.mark.parametrize("megabytes", [2, 40])
@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("kind", ["zTXt", "iTXt", "iCCP"])
def test_text_and_profiles_that_unpack_to_many_megabytes(megabytes, place, kind):
    packed = zlib.compress(bytes(megabytes * 1_000_000))
    head = {"zTXt": b"Title\0\0", "iTXt": b"Title\0\1\0en\0Title\0", "iCCP": b"profile\0\0"}[kind]
    assert_is_whole(png_file(COLOURS, **{place: chunk(kind.encode(), head + packed)}))


def test_much_text_in_many_chunks():
    text = chunk(b"zTXt", b"Title\0\0" + zlib.compress(bytes(900_000)))
    assert_is_whole(png_file(COLOURS, text * 80))


def test_a_chunk_longer_than_the_file():
    assert_is_whole(png_file(COLOURS, b"\x7f\xff\xff\xff" + b"tEXt" + b"Title\0A photo"))


def test_a_faulty_chunk_does_not_hide_the_orientation():
    exif = Image.Exif()
    exif[0x0112] = 3
    turned = np.ascontiguousarray(COLOURS[::-1, ::-1])
    chunks = chunk(b"pHYs", b"", checksum=1) + chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0"))
    assert_is_whole(png_file(turned, chunks))


def test_an_animation_with_a_faulty_chunk_keeps_its_frames():
    frames = [Image.fromarray(COLOURS), Image.fromarray(COLOURS[::-1])]
    file = io.BytesIO()
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:])
    content = file.getvalue()
    content = content[:33] + chunk(b"tIME", b"", checksum=7) + content[33:]
    (image,), note = load(content, (LOADED_SIDE,))
    assert note == "The file contains several pictures; this is the first."
    np.testing.assert_array_equal(np.asarray(image), COLOURS)


def test_faulty_pixels_are_still_reported():
    content = bytearray(png_file(COLOURS, chunk(b"pHYs", b"", checksum=1)))
    at = content.index(b"IDAT") + 1000
    content[at] ^= 1
    note = load(bytes(content), (LOADED_SIDE,)).note
    assert note in ("The photo is damaged: part of it is missing.", "The photo is damaged: part of it may look wrong.")


@pytest.mark.parametrize("alpha", [255, 128])
@pytest.mark.parametrize("channels", [3, 4])
def test_reads_the_png_files_of_iphone_apps(alpha, channels):
    samples = COLOURS[..., ::-1]
    expected = COLOURS.astype(int)
    if channels == 4:
        multiplied = np.rint(samples * (alpha / 255)).astype(np.uint8)
        samples = np.dstack([multiplied, np.full((30, 40), alpha, np.uint8)])
        expected = np.rint(COLOURS * (alpha / 255) + 255 - alpha).astype(int)
    photo = read_photo(png_file(samples, cgbi=True))
    np.testing.assert_allclose(photo.astype(int), expected, atol=2)


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("declared", [True, False])
def test_few_bits_in_16(bits, channels, declared):
    colours = 3 if channels > 2 else 1
    plain = COLOURS[..., :colours].copy()
    plain[0, 0] = 255
    samples = np.rint(plain.astype(float) / 255 * (2**bits - 1)).astype(np.uint16)
    if channels in (2, 4):
        samples = np.dstack([samples, np.full((30, 40), 65535, np.uint16)])
    significant = chunk(b"sBIT", bytes([bits] * channels)) if declared else b""
    photo = read_photo(png_file(samples, significant))
    np.testing.assert_allclose(photo.astype(int), np.broadcast_to(plain, (30, 40, 3)), atol=1)


def test_interlaced_pixels_of_10_bits_in_16(tmp_path):
    """Each of the seven passes of one pixel in eight; here of a picture of one pixel, which has just the first."""
    header = chunk(b"IHDR", (1).to_bytes(4, "big") * 2 + bytes([16, 2, 0, 0, 1]))
    row = b"\0" + np.array([1023, 512, 0], ">u2").tobytes()
    content = SIGNATURE + header + chunk(b"IDAT", zlib.compress(row)) + chunk(b"IEND", b"")
    np.testing.assert_allclose(read_photo(content)[0, 0].astype(int), [255, 128, 0], atol=1)


def test_a_transparent_value_of_16_bit_grey():
    samples = np.full((30, 40, 1), 40_000, np.uint16)
    samples[:, :20] = 1234
    photo = read_photo(png_file(samples, chunk(b"tRNS", (1234).to_bytes(2, "big"))))
    assert photo[5, 5].tolist() == [255, 255, 255]
    np.testing.assert_allclose(photo[5, 30].astype(int), 156, atol=1)


def test_a_file_with_a_faulty_header_is_damaged():
    whole = png_file(COLOURS)
    with pytest.raises(PhotoError, match="damaged or incomplete"):
        read_photo(whole[:16] + bytes(4) + whole[20:])


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_black_page_is_black(channels, dtype):
    page = np.zeros((30, 40, channels), dtype)
    if channels in (2, 4):
        page[..., -1] = np.iinfo(dtype).max
    assert (read_photo(png_file(page)) == 0).all()
