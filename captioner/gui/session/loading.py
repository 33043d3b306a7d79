"""Loads photos to be shown and captioned."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from captioner.photos.source import PhotoSource

if TYPE_CHECKING:
    from PIL import Image

    from captioner.model.preprocess import PreparedPhoto

# What `PhotoSource.key` returns.
Key = tuple[str | bytes, int, int]


@dataclass(frozen=True)
class Photo:
    """A photo that has been loaded.

    image: to show, RGB.
    prepared: to caption.
    """

    key: Key
    image: "Image.Image"
    prepared: "PreparedPhoto"


def load_for_display(source: PhotoSource, key: Key, screen: tuple[int, int]) -> Photo:
    """Load a photo, at most as large as the screen: width and height in pixels.

    Raises:
        PhotoError: it cannot be read.
    """
    from PIL import Image

    from captioner.model.preprocess import LOADED_SIDE, PreparedPhoto, shrink
    from captioner.photos.load import load

    # Loaded for the caption as on the command line, not made from what is shown: the caption could be another one.
    (image, enough), note = load(source, (max(LOADED_SIDE, min(screen)), LOADED_SIDE))
    image.thumbnail(screen, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return Photo(key, image, PreparedPhoto(shrink(enough), note))


def load_for_model(source: PhotoSource) -> "PreparedPhoto":
    """Load a photo that is only to be captioned.

    Raises:
        PhotoError: it cannot be read.
    """
    from captioner.model.preprocess import prepare

    return prepare(source)
