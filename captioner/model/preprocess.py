"""From a photo to the array that the encoder takes, for training and captioning alike."""

import time
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from captioner.photos.load import Loadable, load

# The training photos (Flickr8k) are squares of 224 pixels. A sharper photo would be new to the encoder, so every photo
# is brought down to their size first and enlarged to the encoder's input from there.
TRAINING_SIDE = 224

# More pixels on a photo's shorter side than this would not change what the encoder gets.
LOADED_SIDE = 3 * TRAINING_SIDE


@dataclass(frozen=True, eq=False)
class PreparedPhoto:
    """A photo that is ready to caption.

    pixels: uint8 [224, 224, 3].
    note: what the user should know about the photo's file ("The photo is damaged: ..."), or "".
    seconds: how long each stage took: decode, resize.
    """

    pixels: np.ndarray
    note: str = ""
    seconds: dict[str, float] = field(default_factory=dict)


def prepare(source: Loadable) -> PreparedPhoto:
    """Load a photo and shrink it.

    Args:
        source: as `captioner.photos.load.load` takes it.

    Raises:
        PhotoError: the photo cannot be read.
    """
    start = time.perf_counter()
    (image,), note = load(source, (LOADED_SIDE,))
    loaded = time.perf_counter()
    pixels = shrink(image)
    return PreparedPhoto(pixels, note, {"decode": loaded - start, "resize": time.perf_counter() - loaded})


def shrink(photo: Image.Image) -> np.ndarray:
    """Squeeze an RGB photo to a square of the training photos' size, uint8 [224, 224, 3]."""
    return np.asarray(photo.resize((TRAINING_SIDE, TRAINING_SIDE), Image.Resampling.BILINEAR, reducing_gap=3.0))


def encoder_input(photo: Image.Image | np.ndarray, side: int) -> np.ndarray:
    """Squeeze an RGB photo of any size, also a prepared one, to the square that the encoder takes.

    Args:
        photo: an image, or a uint8 array [height, width, 3].
        side: height and width of the encoder's input in pixels.

    Returns:
        uint8 array [side, side, 3].
    """
    pixels = shrink(Image.fromarray(photo) if isinstance(photo, np.ndarray) else photo)
    return np.asarray(Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC))
