"""From any photo to the array that the encoder takes."""

import io
import os
from contextlib import suppress
from typing import IO

import numpy as np
from PIL import Image

from captioner.errors import PhotoError

# The training photos (Flickr8k) are 224 pixels squares. A sharper photo would be new to the encoder, so every photo is
# brought down to their size first and takes the same way up from there.
TRAINING_SIDE = 224

# Pixels of a photo's shorter side that the encoder can make use of.
ENOUGH = 3 * TRAINING_SIDE

# EXIF's orientation tag, and how to turn upright what each value says is stored another way.
ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_photo(source: str | os.PathLike[str] | bytes | Image.Image | np.ndarray, *, side: int = ENOUGH) -> np.ndarray:
    """Read a photo: upright as its EXIF data says, the first frame, what is transparent over white.

    Args:
        source: a file's path, a file's content, a PIL image, or an array: uint8 [height, width, 3] (RGB),
            [height, width, 4] (RGBA) or [height, width] (grey).
        side: a JPEG may come smaller than it is stored, as long as both of its sides keep this many pixels.

    Returns:
        RGB, uint8 array [height, width, 3].

    Raises:
        PhotoError: there is no photo, or it is damaged.
    """
    return np.asarray(read_image(source, side=side))


def read_image(source: str | os.PathLike[str] | bytes | Image.Image | np.ndarray, *, side: int = ENOUGH) -> Image.Image:
    """Read a photo as `read_photo` does, to an RGB image: of a very large one there is one copy less in memory."""
    if isinstance(source, np.ndarray):
        return _read_image(_from_array(source), "")
    if isinstance(source, Image.Image):
        return _read_image(source, "")
    if isinstance(source, bytes):
        return _read_file(io.BytesIO(source), "", side)

    name = os.fspath(source)
    if os.path.isdir(name):
        raise PhotoError("This is a folder, not a photo.", name)
    try:
        with open(name, "rb") as file:
            return _read_file(file if file.seekable() else io.BytesIO(file.read()), name, side)
    except (FileNotFoundError, ValueError) as error:  # ValueError: no file can have such a name
        raise PhotoError("There is no such file.", name) from error
    except OSError as error:
        raise PhotoError(f"The file cannot be read ({error.strerror}).", name) from error


def encoder_input(photo: Image.Image | np.ndarray, side: int) -> np.ndarray:
    """Squeeze an RGB photo to the square that the encoder takes, just as training did.

    Args:
        photo: an image, or a uint8 array [height, width, 3].
        side: height and width of the encoder's input in pixels.

    Returns:
        uint8 array [side, side, 3].
    """
    image = Image.fromarray(photo) if isinstance(photo, np.ndarray) else photo
    small = image.resize((TRAINING_SIDE, TRAINING_SIDE), Image.Resampling.BILINEAR, reducing_gap=3.0)
    return np.asarray(small.resize((side, side), Image.Resampling.BICUBIC))


def _read_file(file: IO[bytes], name: str, side: int) -> Image.Image:
    if not file.read(1):
        raise PhotoError("The file is empty.", name)
    file.seek(0)
    try:
        image = Image.open(file)
        image.draft(None, (side, side))
    except Image.DecompressionBombError as error:
        raise PhotoError("The photo has too many pixels.", name) from error
    except Exception as error:
        raise PhotoError("This is not a photo in a format that can be read.", name) from error
    return _read_image(image, name)


def _read_image(image: Image.Image, name: str) -> Image.Image:
    try:
        image.load()
        with suppress(Exception):  # without EXIF data, or with damaged, the photo stays as it is
            image = image.transpose(UPRIGHT[image.getexif()[ORIENTATION]])
        if image.mode.startswith("I"):  # 16 bits of grey
            grey = np.asarray(image).clip(0, 0xFFFF) >> 8
            image = Image.fromarray(grey.astype(np.uint8))
        if image.has_transparency_data:
            white = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(white, image.convert("RGBA"))
        return image if image.mode == "RGB" else image.convert("RGB")
    except MemoryError as error:
        raise PhotoError("The photo has too many pixels.", name) from error
    except Exception as error:  # on a damaged file Pillow's plugins raise almost anything
        raise PhotoError("The photo is damaged or cut off.", name) from error


def _from_array(array: np.ndarray) -> Image.Image:
    if array.dtype != np.uint8 or array.size == 0 or not (array.ndim == 2 or array.shape[2:] in ((3,), (4,))):
        raise PhotoError(
            "An array must be uint8 of shape [height, width, 3], [height, width, 4] or [height, width], "
            f"not {array.dtype} {list(array.shape)}."
        )
    return Image.fromarray(array)
