"""Loads a photo, whatever it comes as, as RGB images."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from captioner.errors import PhotoError
from captioner.photos import reader, unsupported
from captioner.photos.convert import to_rgb
from captioner.photos.source import PhotoLike, PhotoSource

# What `load` takes.
Loadable = PhotoSource | PhotoLike | Image.Image | np.ndarray

# What a path starts with that is really the address of a photo on the web.
WEB_ADDRESS = re.compile(r"(^|[/\\])(https?|ftp):[/\\]", re.IGNORECASE)

OFFLINE = "Captioner never goes online. Download the photo first, then open the file."


class LoadedPhoto(NamedTuple):
    """A photo in memory.

    images: RGB, one for each requested side.
    note: what the user should know about the photo's file ("The photo is damaged: ..."), or "".
    """

    images: list[Image.Image]
    note: str


def load(source: Loadable, sides: Sequence[int]) -> LoadedPhoto:
    """Load a photo: upright as its EXIF data says, in sRGB, the first frame that is not blank, over white.

    Files and their content are decoded in another process, which takes at most 1 GB and 8 seconds and may crash.
    Images and arrays come from the caller and are trusted.

    Args:
        source: a file's path or file: URL, a file's content (bytes, bytearray or memoryview), a binary file object, a
            PIL image, or an array: uint8 [height, width, 3] (RGB), [height, width, 4] (RGBA) or [height, width] (grey).
        sides: of the images that are wanted, the largest first. An image may be smaller than the photo, as long as its
            shorter side keeps this many pixels. A photo of more than 32 megapixels becomes smaller in any case.

    Raises:
        PhotoError: there is no photo, or too little of it, or it is too large.
    """
    if isinstance(source, np.ndarray):
        source = _from_array(source)
    if isinstance(source, Image.Image):
        try:
            return LoadedPhoto([to_rgb(source, side) for side in sides], "")
        except Exception as error:  # the file that it was opened from is damaged
            raise PhotoError(unsupported.DAMAGED) from error
    source = PhotoSource.of(source)
    name = str(source.path) if source.path else ""
    try:
        photos, note = reader.read(source.content if source.content is not None else name, sides)
    except PhotoError as error:
        if WEB_ADDRESS.search(name):
            raise PhotoError(OFFLINE, name) from error
        error.name = name
        raise
    return LoadedPhoto([Image.frombuffer("RGB", photo[:2], photo.content) for photo in photos], note)


def _from_array(array: np.ndarray) -> Image.Image:
    if array.dtype != np.uint8 or array.size == 0 or not (array.ndim == 2 or array.shape[2:] in ((3,), (4,))):
        raise PhotoError(
            "An array must be uint8 of shape [height, width, 3], [height, width, 4] or [height, width], "
            f"not {array.dtype} {list(array.shape)}."
        )
    return Image.fromarray(array)
