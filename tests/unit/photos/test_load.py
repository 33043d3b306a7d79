import io
import os
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from captioner import PhotoError
from captioner.photos import decode
from captioner.photos.decode import load_plugins
from captioner.photos.load import load
from tests.support.photos import read_photo

load_plugins()  # for this process to write HEIF, too

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def encoded(image: Image.Image, format: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def halves(left, right, mode="RGB") -> Image.Image:
    """A photo 64 pixels wide and 32 high whose left and right halves have a colour each."""
    image = Image.new(mode, (64, 32), right)
    image.paste(left, (0, 0, 32, 32))
    return image


NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (32, 64, 3), np.uint8))
JPEG, PNG = encoded(NOISE, "JPEG"), encoded(NOISE, "PNG")


def assert_halves(photo: np.ndarray, left, right) -> None:
    assert photo.dtype == np.uint8
    assert photo.shape == (32, 64, 3)
    np.testing.assert_allclose(photo[8:24, 8:24].astype(int), np.broadcast_to(left, (16, 16, 3)), atol=3)
    np.testing.assert_allclose(photo[8:24, 40:56].astype(int), np.broadcast_to(right, (16, 16, 3)), atol=3)


@pytest.mark.parametrize(
    "format",
    ["AVIF", "BMP", "DDS", "GIF", "HEIF", "JPEG", "JPEG2000", "PCX", "PNG", "PPM", "QOI", "SGI", "TGA", "TIFF", "WEBP"],
)
def test_reads_every_format(format):
    assert_halves(read_photo(encoded(halves(RED, BLUE), format, quality=100)), RED, BLUE)


def test_path_bytes_image_and_array_give_the_same_photo(tmp_path):
    photo = halves(RED, BLUE)
    path = tmp_path / "photo.png"
    photo.save(path)
    for source in (path, str(path), path.read_bytes(), photo, np.asarray(photo)):
        np.testing.assert_array_equal(read_photo(source), np.asarray(photo))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["AVIF", "HEIF", "JPEG", "PNG", "WEBP"])
def test_turns_the_photo_upright(format, orientation):
    upright = halves(RED, BLUE)
    stored = {
        1: lambda image: image,
        2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
        4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
        6: lambda image: image.transpose(Image.Transpose.ROTATE_90),
        7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
        8: lambda image: image.transpose(Image.Transpose.ROTATE_270),
    }[orientation](upright)
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert_halves(read_photo(encoded(stored, format, exif=exif.tobytes(), quality=100)), RED, BLUE)


def test_reads_a_photo_with_damaged_exif_data():
    photo = encoded(halves(RED, BLUE), "JPEG", quality=100, exif=b"Exif\0\0damaged, damaged, damaged")
    assert_halves(read_photo(photo), RED, BLUE)
    text = PngInfo()
    text.add_text("Raw profile type exif", "\n\n\nno hexadecimal digits")
    assert_halves(read_photo(encoded(halves(RED, BLUE), "PNG", pnginfo=text)), RED, BLUE)


def test_turns_a_photo_upright_whose_other_exif_data_are_damaged():
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    damaged = exif.tobytes().replace(b"\x01\x0f", b"\x01\x02")  # the maker's name where numbers belong
    stored = halves(RED, BLUE).transpose(Image.Transpose.ROTATE_90)
    assert_halves(read_photo(encoded(stored, "JPEG", quality=100, exif=damaged)), RED, BLUE)


@pytest.mark.parametrize("format", ["GIF", "PNG", "TIFF", "WEBP"])
def test_takes_the_first_picture_of_several_and_says_so(format):
    photo, other, blank = halves(RED, BLUE), halves(GREEN, WHITE), Image.new("RGB", (64, 32), WHITE)
    way = {"save_all": True} | ({"lossless": True} if format == "WEBP" else {})
    (image,), note = load(encoded(photo, format, append_images=[other], **way), (672,))
    assert_halves(np.asarray(image), RED, BLUE)
    assert note == "The file contains several pictures; this is the first."
    (image,), note = load(encoded(blank, format, append_images=[photo, other], **way), (672,))
    assert_halves(np.asarray(image), RED, BLUE)
    assert note == "The file contains several pictures; this is the first that is not blank."


def test_takes_no_thumbnail_for_the_photo():
    photo, other = halves(RED, BLUE), Image.new("RGB", (16, 8), GREEN)
    (image,), note = load(encoded(photo, "MPO", save_all=True, append_images=[other], quality=100), (672,))
    assert_halves(np.asarray(image), RED, BLUE)
    assert note == ""


def test_reads_the_photo_in_a_raw_file():
    preview = encoded(halves(RED, BLUE).rotate(90, expand=True), "JPEG", quality=100)
    assert_halves(read_photo(raw(preview)), RED, BLUE)
    with pytest.raises(PhotoError, match="This is a camera's raw file without a preview"):
        read_photo(raw(b""))


def raw(preview: bytes) -> bytes:
    """A camera's raw file: a thumbnail, raw data and a preview, which it says to be on its side."""
    start = 1000
    thumbnail = {256: 2, 257: 2, 258: 8, 259: 1, 262: 1, 273: 900, 274: 6, 278: 2, 279: 4, 330: 200}
    data = {256: 2, 257: 2, 258: 16, 259: 1, 262: 32803, 273: 900, 279: 8}
    beside = {259: 7, 262: 6, 273: start, 279: len(preview)} if preview else {}
    file = bytearray(struct.pack("<4sI", b"II*\0", 8).ljust(start, b"\0") + preview)
    for offset, tags, following in ((8, thumbnail, 0), (200, data, 400), (400, beside, 0)):
        entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
        directory = struct.pack("<H", len(tags)) + entries + struct.pack("<I", following)
        file[offset : offset + len(directory)] = directory
    return bytes(file)


def test_reads_a_photo_whose_larger_part_is_there_and_says_so():
    noise = Image.effect_noise((200, 100), 80).convert("RGB")
    for format in ("JPEG", "PNG"):
        whole = encoded(noise, format)
        (image,), note = load(whole[: len(whole) * 3 // 4], (672,))
        assert note == "The photo is damaged: part of it is missing."
        np.testing.assert_array_equal(np.asarray(image)[:60], read_photo(whole)[:60])


def test_puts_what_is_transparent_over_white():
    rgba = halves((*RED, 255), (*BLUE, 0), "RGBA")
    assert_halves(read_photo(encoded(rgba, "PNG")), RED, WHITE)
    assert_halves(read_photo(np.asarray(rgba)), RED, WHITE)
    assert_halves(read_photo(halves((100, 255), (100, 128), "LA")), (100,) * 3, (177,) * 3)
    palette = halves(RED, BLUE).quantize(2)
    blue = palette.getpixel((63, 0))
    assert_halves(read_photo(encoded(palette, "PNG", transparency=blue)), RED, WHITE)


def test_reads_grey_16_bit_and_cmyk_photos():
    grey = halves(200, 50, "L")
    assert_halves(read_photo(encoded(grey, "JPEG", quality=100)), (200,) * 3, (50,) * 3)
    assert_halves(read_photo(np.asarray(grey)), (200,) * 3, (50,) * 3)
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    assert_halves(read_photo(encoded(deep, "PNG")), (200,) * 3, (50,) * 3)
    assert_halves(read_photo(encoded(deep, "TIFF")), (200,) * 3, (50,) * 3)
    cmyk = halves(RED, WHITE).convert("CMYK")
    assert_halves(read_photo(encoded(cmyk, "JPEG", quality=100)), (254, 0, 0), WHITE)


@pytest.mark.parametrize(("scale", "offset"), [(1.0, 0.0), (255.0, 0.0), (1e4, -5e3)])
def test_reads_floats(scale, offset):
    values = np.linspace(0, 1, 64 * 32, dtype=np.float32).reshape(32, 64)
    photo = read_photo(encoded(Image.fromarray(values * scale + offset), "TIFF"))
    np.testing.assert_allclose(photo[:, :, 0], values * 255, atol=1)


def test_reads_colours_as_their_profile_says():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    same = read_photo(encoded(NOISE, "PNG", icc_profile=profile))
    np.testing.assert_array_equal(same, np.asarray(NOISE))
    swapped = profile.replace(b"rXYZ", b"xXYZ").replace(b"bXYZ", b"rXYZ").replace(b"xXYZ", b"bXYZ")
    swapped = swapped.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    assert_halves(read_photo(encoded(halves(RED, BLUE), "PNG", icc_profile=swapped)), BLUE, RED)
    assert_halves(read_photo(encoded(halves(RED, BLUE), "PNG", icc_profile=profile[:200])), RED, BLUE)


def test_a_large_photo_of_any_format_comes_smaller():
    photo = read_photo(encoded(halves(RED, BLUE).resize((2000, 1000)), "PNG"), side=50)
    assert photo.shape == (50, 100, 3)
    assert read_photo(np.zeros((6000, 6000), np.uint8), side=6000).shape == (3000, 3000, 3)


@pytest.mark.slow
def test_a_jpeg_2000_photo_of_many_megapixels_is_decoded_at_half_its_size():
    large = halves(RED, BLUE).resize((8000, 6400), Image.Resampling.NEAREST)
    photo = read_photo(encoded(large, "JPEG2000", tile_size=(2000, 1600)))
    assert photo.shape == (800, 1000, 3)  # of 3200 x 4000; of the whole it would be 712 x 889
    assert_halves(photo[384:416, 468:532], RED, BLUE)


@pytest.mark.slow
def test_of_a_heif_photo_that_is_too_large_the_preview_is_read(monkeypatch):
    monkeypatch.setitem(decode.MEGAPIXELS_OF, "HEIF", 1)  # for as many as it has, such a photo takes a minute to make
    large = halves(RED, BLUE).resize((2000, 1000), Image.Resampling.NEAREST)

    def decoded(**options: object) -> tuple[list[Image.Image], str]:
        return decode.decode(io.BytesIO(encoded(large, "HEIF", **options)), (672,), lambda: None)

    (preview,), note = decoded(thumbnails=[512])
    assert note == decode.PREVIEW
    assert preview.size == (512, 256)
    assert_halves(np.asarray(preview.resize((64, 32), Image.Resampling.BOX)), RED, BLUE)
    with pytest.raises(PhotoError, match="up to 1 megapixels in the format HEIF"):
        decoded()


def test_loads_one_photo_at_several_sizes(samples):
    (large, small), _ = load(samples["coffee"], (300, 100))
    np.testing.assert_array_equal(np.asarray(large), read_photo(samples["coffee"], side=300))
    np.testing.assert_array_equal(np.asarray(small), read_photo(samples["coffee"], side=100))


def test_a_large_jpeg_comes_smaller():
    content = encoded(NOISE.resize((4000, 3000)), "JPEG")
    assert 600 < min(read_photo(content).shape[:2]) < 3000
    assert read_photo(content, side=1400).shape == (1500, 2000, 3)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4, 3)),
        np.zeros((4, 4, 3), np.int64),
        np.zeros((4, 4, 2), np.uint8),
        np.zeros(4, np.uint8),
        np.zeros((1, 4, 4, 3), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
    ],
    ids=lambda array: f"{array.dtype}{list(array.shape)}",
)
def test_says_what_arrays_are_accepted(array):
    with pytest.raises(PhotoError, match=r"uint8 of shape \[height, width, 3\]") as error:
        read_photo(array)
    assert f"{array.dtype} {list(array.shape)}" in str(error.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"Dear Sir or Madam,", "This is text, not a photo. Open a photo."),
        (JPEG[: len(JPEG) // 3], "The photo is damaged or incomplete. Copy or download it again."),
        (PNG[: len(PNG) // 3], "The photo is damaged or incomplete. Copy or download it again."),
        (b"P6 30000 30000 255\n", "The photo is too large. It may have up to 200 megapixels, so save it smaller."),
    ],
    ids=["empty", "text", "cut JPEG", "cut PNG", "bomb"],
)
def test_refuses_in_one_sentence_what_is_not_a_photo(content, sentence, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(PhotoError) as error:
        read_photo(path)
    assert (error.value.name, error.value.sentence) == (str(path), sentence)
    assert str(error.value) == f"{path}: {sentence}"
    with pytest.raises(PhotoError) as error:
        read_photo(content)
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "a PostScript drawing"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">', "a drawing"),
        (b"\n<!DOCTYPE html><html><svg>", "a web page"),
        (b"\0\0\0\x20ftypisom\0\0\2\0", "a video"),
        (b"\0\0\0\x20ftypcrx \0\0\0\1", "a camera's raw file"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", "a sound"),
        (b"ID3\4\0\0", "a sound"),
        (b"PK\3\4" + bytes(26) + b"[Content_Types].xml", "an Office document"),
        (b"PK\3\4" + bytes(26) + b"photo.jpg", "an archive"),
        (b"MZ\x90\0\3\0\0\0", "a program"),
        (b"\xff\x0a\xfa\x7f", "a JPEG XL photo"),
        (b"II\xbc\1\x20\0\0\0", "a JPEG XR photo"),
        (b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n", "a Radiance HDR picture"),
        (b"gimp xcf v011\0", "a GIMP picture"),
    ],
)
def test_says_what_a_file_is_that_is_not_a_photo(content, kind):
    with pytest.raises(PhotoError, match=f"^This is {kind}.*, which Captioner can't read[.] .*[.]$"):
        read_photo(content)


def test_refuses_in_one_sentence_what_is_not_a_file(tmp_path):
    for name, sentence in ((tmp_path, "This is a folder, not a photo."), ("missing.jpg", "There is no such file.")):
        with pytest.raises(PhotoError) as error:
            read_photo(name)
        assert str(error.value) == f"{name}: {sentence}"
    with pytest.raises(PhotoError, match="There is no such file"):
        read_photo("null\0byte.jpg")


def test_does_not_change_the_image_that_it_is_given():
    image = halves(RED, BLUE)
    image.getexif()[0x0112] = 6
    assert read_photo(image).shape == (64, 32, 3)
    assert image.size == (64, 32)
    assert image.getexif()[0x0112] == 6


@pytest.mark.parametrize("address", ["https://a.org/cat.jpg", "HTTP://a.org", "ftp://a.org/cat.jpg"])
def test_says_that_it_does_not_fetch_photos_from_the_web(address):
    for name in (address, os.path.abspath(address)):
        with pytest.raises(PhotoError) as error:
            read_photo(name)
        assert error.value.sentence == "Captioner never goes online. Download the photo first, then open the file."


@pytest.mark.parametrize(
    "junk",
    [b"\n", bytes(100), b"\xef\xbb\xbf", b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n", b"\xff\xd8"],
    ids=["line", "zeros", "byte order mark", "header", "start twice"],
)
@pytest.mark.parametrize("photo", [JPEG, PNG], ids=["JPEG", "PNG"])
def test_reads_a_photo_after_what_a_download_left_before_it(photo, junk):
    np.testing.assert_array_equal(read_photo(junk + photo), read_photo(photo))


def test_the_content_of_an_archive_is_not_its_photo():
    with pytest.raises(PhotoError, match="^This is an archive"):
        read_photo(b"PK\3\4" + bytes(26) + JPEG)


@pytest.mark.parametrize(("kind", "value"), [(1, b"\3\0\0\0"), (2, b"3\0\0\0"), (3, b"\3\0\0\0"), (4, b"\3\0\0\0")])
def test_orientation_may_be_a_number_of_any_kind_or_text(kind, value):
    exif = b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1" + struct.pack("<HI", kind, 1) + value + bytes(4)
    stored = halves(BLUE, RED)
    assert_halves(read_photo(encoded(stored, "JPEG", quality=100, exif=exif)), RED, BLUE)
