"""From any photo to the array that the encoder takes."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from captioner.errors import PhotoError
from captioner.photos import reader
from captioner.photos.convert import to_rgb
from captioner.photos.source import PhotoLike, PhotoSource

# What `read_photo` takes.
Source = PhotoSource | PhotoLike | Image.Image | np.ndarray

# The training photos (Flickr8k) are 224 pixels squares. A sharper photo would be new to the encoder, so every photo is
# brought down to their size first and takes the same way up from there.
TRAINING_SIDE = 224

# Pixels of a photo's shorter side that the encoder can make use of.
ENOUGH = 3 * TRAINING_SIDE


class Reading(NamedTuple):
    """A photo that has been read.

    images: RGB, one for each side that was asked for.
    note: what the user should know of it ("The photo is damaged: ..."), or "".
    """

    images: list[Image.Image]
    note: str


def read_photo(source: Source, *, side: int = ENOUGH) -> np.ndarray:
    """Read a photo: upright as its EXIF data says, in sRGB, the first frame that is not blank, over white.

    Files and their content are decoded in another process, which takes at most 1 GB and 8 seconds and may crash.
    Images and arrays come from the caller and are trusted.

    Args:
        source: a file's path, a file's content (bytes, bytearray or memoryview), a binary file object, a PIL image, or
            an array: uint8 [height, width, 3] (RGB), [height, width, 4] (RGBA) or [height, width] (grey).
        side: the photo may come smaller than it is, as long as both of its sides keep this many pixels. Of more than
            32 megapixels it comes smaller in any case.

    Returns:
        RGB, uint8 array [height, width, 3].

    Raises:
        PhotoError: there is no photo, or too little of it, or it is too large.
    """
    return np.asarray(read_image(source, side=side))


def read_image(source: Source, *, side: int = ENOUGH) -> Image.Image:
    """Read a photo as `read_photo` does, to an RGB image: of a very large one there is one copy less in memory."""
    return read(source, (side,)).images[0]


def read(source: Source, sides: Sequence[int] = (ENOUGH,)) -> Reading:
    """Read a photo at once for several purposes, each with its own side, the largest first.

    Raises:
        PhotoError: as for `read_photo`.
    """
    if isinstance(source, np.ndarray):
        source = _from_array(source)
    if isinstance(source, Image.Image):
        try:
            return Reading([to_rgb(source, side) for side in sides], "")
        except Exception as error:  # what it was opened from is damaged
            raise PhotoError("The photo is damaged or cut off: copy it or download it again.") from error
    source = PhotoSource.of(source)
    name = str(source.path) if source.path else ""
    try:
        photos, note = reader.read(source.content if source.content is not None else name, sides)
    except PhotoError as error:
        error.name = name
        raise
    return Reading([Image.frombuffer("RGB", photo[:2], photo.content) for photo in photos], note)


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


def _from_array(array: np.ndarray) -> Image.Image:
    if array.dtype != np.uint8 or array.size == 0 or not (array.ndim == 2 or array.shape[2:] in ((3,), (4,))):
        raise PhotoError(
            "An array must be uint8 of shape [height, width, 3], [height, width, 4] or [height, width], "
            f"not {array.dtype} {list(array.shape)}."
        )
    return Image.fromarray(array)
