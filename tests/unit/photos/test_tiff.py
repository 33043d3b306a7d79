"""TIFF files of the kinds that Pillow refuses or misreads. Each must look like its plain twin."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from captioner import PhotoError
from captioner.model.preprocess import LOADED_SIDE
from captioner.photos.load import load
from tests.support.photos import read_photo
from tests.support.tiff import DEFLATE, LZW, PACKERS, tiff_file

MIN_IS_WHITE, MIN_IS_BLACK, RGB, PALETTE, CMYK, LAB = 0, 1, 2, 3, 5, 8
EXTRA_SAMPLES, MAX_SAMPLE, FILL_ORDER, ORIENTATION, COLOR_MAP = 338, 281, 266, 274, 320


def picture(channels: int = 3) -> np.ndarray:
    """Numbers from 0 to 255, all different from channel to channel: an array [40, 61, channels]."""
    rows, columns = np.mgrid[0:40, 0:61]
    plane = (rows * 3 + columns * 255 // 60) % 256
    plane[0, 0], plane[0, 1] = 0, 255
    return np.stack([(plane + 60 * channel) % 256 for channel in range(channels)], axis=2).astype(np.uint8)


COLOURS, GREY = picture(), picture(1)


def assert_looks_like(content: bytes, expected: np.ndarray, *, within: int = 1) -> None:
    (image,), note = load(content, (LOADED_SIDE,))
    assert note == ""
    np.testing.assert_allclose(np.asarray(image).astype(int), np.broadcast_to(expected, (40, 61, 3)), atol=within)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("layout", [{}, {"rows": 7}, {"tile": (16, 32)}], ids=["one strip", "strips", "tiles"])
@pytest.mark.parametrize("compression", PACKERS)
def test_16_bit_colours_in_any_layout(order, planar, layout, compression):
    samples = COLOURS.astype(np.uint16) * 257
    content = tiff_file(samples, RGB, order=order, planar=planar, compression=compression, **layout)
    assert_looks_like(content, COLOURS)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True], ids=["TIFF", "BigTIFF"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"])
@pytest.mark.parametrize("photometric", [MIN_IS_WHITE, MIN_IS_BLACK, RGB])
def test_samples_of_any_size_that_use_all_of_it(order, big, dtype, photometric):
    plain = COLOURS if photometric == RGB else GREY
    largest = 1.0 if dtype.startswith("float") else float(np.iinfo(dtype).max)
    samples = np.rint(plain / 255 * largest) if largest > 1 else plain / 255
    samples = np.minimum(samples, largest).astype(dtype) if largest < 2**60 else plain.astype(dtype) * (2**64 // 255)
    expected = 255 - plain if photometric == MIN_IS_WHITE else plain
    assert_looks_like(tiff_file(samples, photometric, order=order, big=big), expected)


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("dtype", ["uint16", "uint32", "int32"])
@pytest.mark.parametrize("photometric", [MIN_IS_WHITE, MIN_IS_BLACK, RGB])
def test_few_bits_in_many(bits, declared, dtype, photometric):
    plain = COLOURS if photometric == RGB else GREY
    samples = np.rint(plain / 255 * (2**bits - 1)).astype(dtype)
    tags = {MAX_SAMPLE: (2**bits - 1,) * samples.shape[2]} if declared else {}
    expected = 255 - plain if photometric == MIN_IS_WHITE else plain
    assert_looks_like(tiff_file(samples, photometric, tags=tags), expected)


@pytest.mark.parametrize("bits", [2, 3, 4, 5, 6, 10, 12, 14])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("planar", [False, True])
def test_samples_without_space_between_them(bits, channels, planar):
    plain = picture(channels)
    samples = np.rint(plain / 255 * (2**bits - 1)).astype(np.uint16)
    content = tiff_file(samples, RGB if channels == 3 else MIN_IS_BLACK, bits=bits, planar=planar, rows=9)
    assert_looks_like(content, np.rint(samples / (2**bits - 1) * 255))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", ["int8", "int16", "int32"])
def test_signed_samples(order, dtype):
    bits = np.iinfo(dtype).bits
    scale = (2**bits - 1) / 255
    whole = np.rint(GREY * scale - 2 ** (bits - 1)).astype(dtype)
    assert_looks_like(tiff_file(whole, MIN_IS_BLACK, order=order), GREY)
    positive = np.rint(GREY * ((2 ** (bits - 1) - 1) / 255)).astype(dtype)
    assert_looks_like(tiff_file(positive, MIN_IS_BLACK, order=order), GREY, within=2)


def test_measurements_around_zero_use_all_greys():
    heights = (GREY.astype(np.int16) - 30) * 4
    assert_looks_like(tiff_file(heights, MIN_IS_BLACK), GREY)


@pytest.mark.parametrize("predictor", [2, 3])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compression", [LZW, DEFLATE])
@pytest.mark.parametrize("planar", [False, True])
def test_samples_saved_as_differences(predictor, order, compression, planar):
    samples = (COLOURS / np.float32(255)) if predictor == 3 else COLOURS.astype(np.uint16) * 257
    how = {"predictor": predictor, "order": order, "compression": compression, "planar": planar}
    assert_looks_like(tiff_file(samples, RGB, rows=11, **how), COLOURS)
    assert_looks_like(tiff_file(samples, RGB, tile=(16, 16), **how), COLOURS)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_few_highlights_do_not_make_floats_black(dtype):
    samples = (COLOURS / 255).astype(dtype)
    samples[5:8, 5:20] = 40
    samples[9, 9], samples[9, 10], samples[9, 11] = np.inf, -np.inf, -0.01
    expected = COLOURS.copy()
    expected[5:8, 5:20] = 255
    photo = read_photo(tiff_file(samples, RGB))
    elsewhere = np.ones((40, 61), bool)
    elsewhere[9, 9:12] = False
    np.testing.assert_allclose(photo.astype(int)[elsewhere], expected[elsewhere], atol=1)


@pytest.mark.parametrize("scale", [1.0, 255.0, 65535.0])
def test_what_is_not_a_number_is_not_part_of_the_picture(scale):
    samples = GREY.astype(np.float32) / 255 * scale
    samples[:, :10] = np.nan
    photo = read_photo(tiff_file(samples, MIN_IS_BLACK)).astype(int)
    np.testing.assert_allclose(photo[:, 10:, 0], GREY[:, 10:, 0], atol=2)
    assert (photo[:, :10] == 255).all()


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("photometric", [MIN_IS_BLACK, RGB, CMYK])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("extra", [(0,), (1,), (2,), (2, 0), (1, 0)], ids=str)
def test_extra_channels(dtype, photometric, planar, extra):
    """Alpha hides the left third, and channels of which nothing is known are left out."""
    channels = {MIN_IS_BLACK: 1, RGB: 3, CMYK: 4}[photometric]
    plain = picture(channels)
    alpha = np.full((40, 61, 1), 255, np.uint8)
    alpha[:, :20] = 0
    colours = plain * (alpha > 0) if 1 in extra else plain
    further = [alpha if kind else picture(1)[::-1] for kind in extra]
    samples = np.concatenate([colours, *further], axis=2)
    scale = {"uint8": 1, "uint16": 257, "float32": 1 / 255}[dtype]
    samples = (samples * np.float64(scale)).astype(dtype)
    if photometric == CMYK:
        expected = np.asarray(Image.frombytes("CMYK", (61, 40), plain.tobytes()).convert("RGB")).copy()
    else:
        expected = np.broadcast_to(plain, (40, 61, 3)).copy()
    if any(extra):
        expected[:, :20] = 255
    content = tiff_file(samples, photometric, planar=planar, tags={EXTRA_SAMPLES: extra})
    assert_looks_like(content, expected, within=2)


def test_several_channels_of_which_nothing_is_said_are_colours():
    five = np.concatenate([COLOURS, GREY, GREY], axis=2).astype(np.uint16) * 257
    assert_looks_like(tiff_file(five, MIN_IS_BLACK, tags={EXTRA_SAMPLES: (0, 0, 0, 0)}), COLOURS)
    assert_looks_like(tiff_file(five, MIN_IS_BLACK, planar=True, tags={EXTRA_SAMPLES: (0, 0, 0, 0)}), COLOURS)


def test_a_palette_of_16_bit_numbers():
    indices = np.arange(40 * 61, dtype=np.uint16).reshape(40, 61)
    colours = np.zeros((3, 65536), int)
    colours[:, : 40 * 61] = COLOURS.reshape(-1, 3).T.astype(int) * 257
    assert_looks_like(tiff_file(indices, PALETTE, tags={COLOR_MAP: tuple(colours.reshape(-1).tolist())}), COLOURS)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_lab_colours(dtype):
    lab = np.zeros((40, 61, 3), np.int64)
    lab[..., 0], lab[:, 30:, 1], lab[:20, :, 2] = 150, 70, -60
    lab = lab if dtype == "uint8" else lab * 256
    photo = read_photo(tiff_file(lab.astype(dtype), LAB)).astype(int)
    assert photo[30, 10].max() - photo[30, 10].min() <= 3  # neutral grey
    assert photo[30, 50, 0] > photo[30, 50, 1] + 80  # red
    assert photo[5, 10, 2] > photo[5, 10, 0] + 60  # blue


def test_orientation_of_16_bit_colours():
    samples = np.rot90(COLOURS, 1).astype(np.uint16) * 257
    assert_looks_like(tiff_file(samples, RGB, tags={ORIENTATION: (6,)}), COLOURS)


def test_bytes_with_their_bits_reversed():
    turned = np.array([int(f"{value:08b}"[::-1], 2) for value in range(256)], np.uint8)
    samples = turned[(COLOURS.astype("<u2") * 257).view(np.uint8)].view("<u2")
    assert_looks_like(tiff_file(samples, RGB, tags={FILL_ORDER: (2,)}), COLOURS)


@pytest.mark.parametrize("format", ["WEBP", "PNG", "JPEG2000"])
@pytest.mark.parametrize("layout", [{}, {"rows": 16}, {"tile": (16, 32)}], ids=["one strip", "strips", "tiles"])
def test_photos_of_other_formats_inside(format, layout):
    code = {"WEBP": 50001, "PNG": 34933, "JPEG2000": 34712}[format]
    height, width = layout.get("tile") or (layout.get("rows", 40), 61)

    def pack(content: bytes) -> bytes:
        piece = Image.frombytes("RGB", (width, len(content) // width // 3), content)
        file = io.BytesIO()
        piece.save(file, format, **({"lossless": True} if format == "WEBP" else {}))
        return file.getvalue()

    assert_looks_like(tiff_file(COLOURS, RGB, compression=code, pack=pack, **layout), COLOURS)
    assert_looks_like(tiff_file(COLOURS, RGB, compression=code, pack=pack, order=">", **layout), COLOURS)


@pytest.mark.parametrize(
    ("code", "kind"), [(34887, "LERC"), (50002, "JPEG XL"), (52546, "JPEG XL"), (22610, "JPEG XR"), (34934, "JPEG XR")]
)
def test_says_which_compression_cannot_be_read(code, kind):
    with pytest.raises(PhotoError, match=f"^This is a TIFF file with {kind} compression, .* save it as JPEG"):
        read_photo(tiff_file(COLOURS, RGB, compression=code, pack=bytes))


def test_says_what_kind_of_jpeg_is_inside():
    lossless = b"\xff\xd8\xff\xc3\x00\x0b\x08" + bytes(20)
    with pytest.raises(PhotoError, match="^This is a TIFF file with a lossless JPEG in it, which Captioner can't read"):
        read_photo(tiff_file(COLOURS, RGB, compression=7, pack=lambda content: lossless))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "CMYK", "YCbCr"])
@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits", "group4", "jpeg"])
def test_what_pillow_writes_looks_as_before(mode, compression):
    image = Image.fromarray(COLOURS).convert(mode)
    if compression == "group4" and mode != "1" or compression == "jpeg" and mode not in ("L", "RGB"):
        return  # no such files
    file = io.BytesIO()
    image.save(file, "TIFF", **({"compression": compression} if compression else {}))
    within = 40 if compression == "jpeg" or mode == "YCbCr" else 1
    assert_looks_like(file.getvalue(), np.asarray(image.convert("RGB")), within=within)


def test_says_that_colours_are_unusual():
    with pytest.raises(PhotoError, match="^This is a TIFF file with an unusual kind of colours"):
        read_photo(tiff_file(COLOURS.astype(np.uint16), 32845))


def test_blank_pages_are_skipped_whatever_their_samples_are():
    pages = [
        tiff_file(samples, RGB) for samples in (np.full((40, 61, 3), 9, np.uint16), COLOURS.astype(np.uint16) * 257)
    ]
    (image,), note = load(joined(pages), (LOADED_SIDE,))
    assert note == "The file contains several pictures; this is the first that is not blank."
    np.testing.assert_allclose(np.asarray(image).astype(int), COLOURS, atol=1)
    (image,), note = load(joined([tiff_file(COLOURS, RGB), pages[1]]), (LOADED_SIDE,))
    assert note == "The file contains several pictures; this is the first."


@pytest.mark.parametrize(("kept", "shown"), [(30, True), (10, False)])
def test_the_larger_part_of_a_damaged_file_is_shown(kept, shown):
    """The directory is at the end, and comes first here, so that the file can be cut off."""
    whole = tiff_file(COLOURS.astype(np.uint16) * 257, RGB, rows=40)
    (directory,) = struct.unpack_from("<I", whole, 4)
    content, rest = whole[16:directory], whole[directory:]
    moved = bytearray(whole[:16] + rest + content[: kept * 61 * 6])
    struct.pack_into("<I", moved, 4, 16)
    count = struct.unpack_from("<H", moved, 16)[0]
    for entry in range(18, 18 + 12 * count, 12):
        tag, _, number, value = struct.unpack_from("<HHII", moved, entry)
        if tag == 273:
            struct.pack_into("<I", moved, entry + 8, 16 + len(rest))
        elif number > 1:
            struct.pack_into("<I", moved, entry + 8, value - directory + 16)
    if shown:
        (image,), note = load(bytes(moved), (LOADED_SIDE,))
        assert note == "The photo is damaged: part of it is missing."
        np.testing.assert_allclose(np.asarray(image)[:kept].astype(int), COLOURS[:kept], atol=1)
    else:
        with pytest.raises(PhotoError, match="^The photo is damaged or incomplete"):
            load(bytes(moved), (LOADED_SIDE,))


def joined(pages: list[bytes]) -> bytes:
    """One file of several of a page each, all with the lower byte first."""
    whole, last = bytearray(pages[0]), 4
    for index, page in enumerate(pages):
        start = len(whole) if index else 0
        whole += page if index else b""
        (directory,) = struct.unpack_from("<I", page, 4)
        struct.pack_into("<I", whole, last, start + directory)
        at = start + directory
        (count,) = struct.unpack_from("<H", whole, at)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            tag, _, number, value = struct.unpack_from("<HHII", whole, entry)
            if tag == 273 or number > 1:
                struct.pack_into("<I", whole, entry + 8, value + start)
        last = at + 2 + 12 * count
    return bytes(whole)


def without_tag(content: bytes, tag: int) -> bytes:
    """A file with the lower byte first, without one of its tags."""
    (directory,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, directory)
    entries = [content[start : start + 12] for start in range(directory + 2, directory + 2 + 12 * count, 12)]
    kept = [entry for entry in entries if struct.unpack_from("<H", entry)[0] != tag]
    shorter = struct.pack("<H", len(kept)) + b"".join(kept) + bytes(4)
    return content[:directory] + shorter + content[directory + len(shorter) :]


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("channels", [1, 3])
def test_without_a_photometric_interpretation_black_is_black(dtype, channels):
    """https://github.com/photopea/UTIF.js/issues/85"""
    plain = picture(channels)
    samples = plain.astype(dtype) * (257 if dtype == "uint16" else 1)
    assert_looks_like(without_tag(tiff_file(samples, RGB if channels == 3 else MIN_IS_BLACK), 262), plain)


@pytest.mark.parametrize("scale", [1, 257])
def test_palettes_of_8_and_16_bit_colours(scale):
    """https://github.com/python-pillow/Pillow/issues/2157"""
    indices = np.arange(40 * 61, dtype=np.uint32).reshape(40, 61).astype(np.uint8)
    colours = np.stack([np.arange(256), 255 - np.arange(256), np.full(256, 40)])
    content = tiff_file(indices, PALETTE, tags={COLOR_MAP: tuple((colours * scale).reshape(-1).tolist())})
    assert_looks_like(content, colours.T[indices])


@pytest.mark.parametrize("extra", [(2, 2), (0, 0, 0)], ids=str)
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_more_extra_samples_are_declared_than_there_are(extra, dtype):
    """https://github.com/python-pillow/Pillow/issues/6266"""
    four = np.dstack([COLOURS, np.full((40, 61), 255, np.uint8)]).astype(dtype) * (257 if dtype == "uint16" else 1)
    assert_looks_like(tiff_file(four, RGB, tags={EXTRA_SAMPLES: extra}), COLOURS)


def test_raw_data_of_a_detector():
    """https://github.com/python-pillow/Pillow/issues/5814"""
    assert_looks_like(tiff_file(GREY.astype(np.uint16) * 257, 32803), GREY)
    assert_looks_like(tiff_file(COLOURS.astype(np.uint16) * 257, 34892), COLOURS)


def test_more_sizes_of_samples_are_given_than_there_are():
    assert_looks_like(tiff_file(COLOURS, RGB, tags={258: (8, 8, 8, 1)}), COLOURS)
    assert_looks_like(tiff_file(COLOURS.astype(np.uint16) * 257, RGB, tags={258: (16, 16, 16, 1)}), COLOURS)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "uint32", "float32"])
def test_a_black_page_is_black(dtype):
    assert (read_photo(tiff_file(np.zeros((40, 61, 3), dtype), RGB)) == 0).all()
