"""Reads photos to be shown and captioned."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from captioner.gui.answers import Source

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

# A photo as it is now: its path, or the digest of its content, and when it was changed and its size.
Key = tuple[str | bytes, int, int]


@dataclass(frozen=True)
class Photo:
    """A photo that has been read.

    image: to show, RGB.
    small: to caption: uint8 [224, 224, 3].
    """

    key: Key
    image: "Image.Image"
    small: "np.ndarray"


def key_of(source: Source) -> Key:
    """What changes when the photo does."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).digest(), 0, len(source)
    try:
        state = source.stat()
    except (OSError, ValueError):  # reading it will say why
        return str(source), 0, 0
    return str(source), state.st_mtime_ns, state.st_size


def read_to_show(source: Source, key: Key, screen: tuple[int, int]) -> Photo:
    """Read a photo, at most as large as the screen: width and height in pixels.

    Raises:
        PhotoError: it cannot be read.
    """
    from PIL import Image

    from captioner.images import ENOUGH, TRAINING_SIDE, encoder_input, read_image

    image = read_image(source, side=max(ENOUGH, min(screen)))
    # A JPEG would have come smaller to be captioned, and then the caption can be another one than on the command line.
    again = min(image.size) >= 2 * ENOUGH and _is_jpeg(source)
    small = read_small(source) if again else encoder_input(image, TRAINING_SIDE)
    image.thumbnail(screen, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return Photo(key, image, small)


def read_small(source: Source) -> "np.ndarray":
    """Read a photo just as the captioner would, up to its last step: uint8 [224, 224, 3].

    Raises:
        PhotoError: it cannot be read.
    """
    from captioner.images import TRAINING_SIDE, encoder_input, read_image

    return encoder_input(read_image(source), TRAINING_SIDE)


def _is_jpeg(source: Source) -> bool:
    if isinstance(source, bytes):
        return source.startswith(b"\xff\xd8")
    if not source.is_file():  # what is read from a pipe is gone
        return False
    with source.open("rb") as file:
        return file.read(2) == b"\xff\xd8"
