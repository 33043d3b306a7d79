"""Loads photos to show and to caption, and keeps the last ones."""

import threading
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

from captioner.photos.source import PhotoSource

if TYPE_CHECKING:
    from PIL import Image

    from captioner.model.preprocess import PreparedPhoto

# What `PhotoSource.key` returns.
Key = tuple[str | bytes, int, int]

# The shown photo, its two neighbours, and one more, so that a step either way loads only one photo.
MAX_KEPT_PHOTOS = 4


@dataclass(frozen=True)
class Photo:
    """A photo that has been loaded.

    image: to show, RGB.
    prepared: to caption.
    """

    key: Key
    image: "Image.Image"
    prepared: "PreparedPhoto"


class PhotoCache:
    """The photos that were loaded last. Threads that want the same photo at the same time load it once.

    Args:
        screen: width and height of the screen in pixels.
    """

    def __init__(self, screen: tuple[int, int]) -> None:
        self._screen = screen
        self._lock = threading.Lock()
        self._photos: OrderedDict[Key, Future[Photo]] = OrderedDict()

    def __contains__(self, key: Key) -> bool:
        """Whether a photo is loaded or being loaded."""
        return key in self._photos

    def load(self, source: PhotoSource, key: Key) -> Photo:
        """Load a photo, or wait for the thread that is loading it, or take it from the cache.

        Args:
            key: what `source.key()` returned.

        Raises:
            PhotoError: it cannot be read.
        """
        with self._lock:
            loading = self._photos.get(key)
            if is_new := loading is None:
                loading = self._photos[key] = Future()
            self._photos.move_to_end(key)
            while len(self._photos) > MAX_KEPT_PHOTOS:
                self._photos.popitem(last=False)
        if is_new:
            try:
                loading.set_result(load_for_display(source, key, self._screen))
            except BaseException as error:
                with self._lock:
                    if self._photos.get(key) is loading:
                        del self._photos[key]
                loading.set_exception(error)
        return loading.result()


def load_for_display(source: PhotoSource, key: Key, screen: tuple[int, int]) -> Photo:
    """Load a photo, at most as large as the screen: width and height in pixels.

    Raises:
        PhotoError: it cannot be read.
    """
    from PIL import Image

    from captioner.model.preprocess import LOADED_SIDE, PreparedPhoto, shrink
    from captioner.photos.load import load

    # What is captioned is loaded as on the command line. Made from what is shown, it could get another caption.
    (image, enough), note = load(source, (max(LOADED_SIDE, min(screen)), LOADED_SIDE))
    image.thumbnail(screen, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return Photo(key, image, PreparedPhoto(shrink(enough), note))


def load_for_model(source: PhotoSource) -> "PreparedPhoto":
    """Load a photo only to caption it.

    Raises:
        PhotoError: it cannot be read.
    """
    from captioner.model.preprocess import prepare

    return prepare(source)
