"""Reads photos to be shown and captioned."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from captioner.photos.source import PhotoSource

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

# What `PhotoSource.key` returns.
Key = tuple[str | bytes, int, int]


class Small(NamedTuple):
    """A photo to caption.

    pixels: uint8 [224, 224, 3].
    note: as a Caption has it.
    """

    pixels: "np.ndarray"
    note: str


@dataclass(frozen=True)
class Photo:
    """A photo that has been read.

    image: to show, RGB.
    small: to caption.
    """

    key: Key
    image: "Image.Image"
    small: Small


def read_to_show(source: PhotoSource, key: Key, screen: tuple[int, int]) -> Photo:
    """Read a photo, at most as large as the screen: width and height in pixels.

    Raises:
        PhotoError: it cannot be read.
    """
    from PIL import Image

    from captioner.photos.load import ENOUGH, TRAINING_SIDE, encoder_input, read

    # Read for the caption as on the command line, and not made from what is shown: the caption could be another one.
    (image, enough), note = read(source, (max(ENOUGH, min(screen)), ENOUGH))
    image.thumbnail(screen, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return Photo(key, image, Small(encoder_input(enough, TRAINING_SIDE), note))


def read_small(source: PhotoSource) -> Small:
    """Read a photo just as the captioner would, up to its last step.

    Raises:
        PhotoError: it cannot be read.
    """
    from captioner.photos.load import TRAINING_SIDE, encoder_input, read

    (image,), note = read(source)
    return Small(encoder_input(image, TRAINING_SIDE), note)
