import io

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from captioner import PhotoError
from captioner.images import encoder_input, read_image, read_photo

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


def assert_halves(photo: np.ndarray, left, right) -> None:
    assert photo.dtype == np.uint8
    assert photo.shape == (32, 64, 3)
    np.testing.assert_allclose(photo[8:24, 8:24].astype(int), np.broadcast_to(left, (16, 16, 3)), atol=3)
    np.testing.assert_allclose(photo[8:24, 40:56].astype(int), np.broadcast_to(right, (16, 16, 3)), atol=3)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"])
def test_reads_the_usual_formats(format):
    assert_halves(read_photo(encoded(halves(RED, BLUE), format, quality=100)), RED, BLUE)


def test_path_bytes_image_and_array_are_the_same_photo(tmp_path):
    photo = halves(RED, BLUE)
    path = tmp_path / "photo.png"
    photo.save(path)
    for source in (path, str(path), path.read_bytes(), photo, np.asarray(photo)):
        np.testing.assert_array_equal(read_photo(source), np.asarray(photo))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
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
    assert_halves(read_photo(encoded(stored, format, exif=exif, quality=100)), RED, BLUE)


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


def test_takes_the_first_frame():
    animation = encoded(halves(RED, BLUE), "GIF", save_all=True, append_images=[halves(GREEN, GREEN)])
    assert_halves(read_photo(animation), RED, BLUE)


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


def test_a_large_jpeg_comes_smaller_and_looks_the_same():
    noise = np.random.default_rng(0).integers(0, 256, (15, 20, 3), np.uint8)
    large = Image.fromarray(noise).resize((4000, 3000), Image.Resampling.BICUBIC)
    photo = read_photo(encoded(large, "JPEG", quality=95))
    assert 600 < min(photo.shape[:2]) < 3000
    assert read_photo(encoded(large, "JPEG", quality=95), side=1400).shape == (1500, 2000, 3)
    small, expected = encoder_input(photo, 299), encoder_input(np.asarray(large), 299)
    assert np.abs(small.astype(int) - expected).max() < 16
    assert np.abs(small.astype(int) - expected).mean() < 1


def test_the_encoder_gets_the_same_of_an_image_as_of_its_array(samples):
    image = read_image(samples["coffee"])
    assert image.mode == "RGB"
    np.testing.assert_array_equal(np.asarray(image), read_photo(samples["coffee"]))
    np.testing.assert_array_equal(encoder_input(image, 299), encoder_input(read_photo(samples["coffee"]), 299))


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 4000, 3), (4000, 1, 3), (375, 500, 3)])
def test_the_encoder_gets_a_square_of_any_photo(shape):
    square = encoder_input(np.full(shape, 90, np.uint8), 299)
    assert square.dtype == np.uint8
    np.testing.assert_array_equal(square, np.full((299, 299, 3), 90))


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


NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (32, 64, 3), np.uint8))
JPEG, PNG = encoded(NOISE, "JPEG"), encoded(NOISE, "PNG")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"Dear Sir or Madam,", "This is text, not a photo: open a photo."),
        (JPEG[: len(JPEG) // 3], "The photo is damaged or cut off: copy it or download it again."),
        (PNG[: len(PNG) // 3], "The photo is damaged or cut off: copy it or download it again."),
        (b"P6 30000 30000 255\n", "The photo is too large: it may have up to 200 megapixels, so save it smaller."),
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


def test_refuses_in_one_sentence_what_is_not_a_file(tmp_path):
    for name, sentence in ((tmp_path, "This is a folder, not a photo."), ("missing.jpg", "There is no such file.")):
        with pytest.raises(PhotoError) as error:
            read_photo(name)
        assert str(error.value) == f"{name}: {sentence}"
    with pytest.raises(PhotoError, match="There is no such file"):
        read_photo("null\0byte.jpg")


def test_leaves_an_image_that_it_is_given_alone():
    image = halves(RED, BLUE)
    image.getexif()[0x0112] = 6
    assert read_photo(image).shape == (64, 32, 3)
    assert image.size == (64, 32)
    assert image.getexif()[0x0112] == 6
