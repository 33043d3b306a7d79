"""The photos that can be walked along."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from captioner import PhotoError
from captioner.photos.folder import natural, photos_in
from captioner.photos.source import PhotoSource


@dataclass(eq=False)
class Walk:
    """The photos that come with what was opened: those of its folder, or those that were opened together.

    photos: None until they have been listed.
    start: the position of the one that was opened.
    single: whether one photo was opened, and not a folder or several.
    waiting: the positions of those that are still to be captioned because several were opened together.
    """

    sources: Sequence[PhotoSource]
    photos: Sequence[PhotoSource] | None = None
    start: int = 0
    single: bool = False
    waiting: set[int] = field(default_factory=set)
    listing: threading.Lock = field(default_factory=threading.Lock)

    def list(self) -> Sequence[PhotoSource]:
        """List the photos, once; there is at least one.

        Raises:
            PhotoError: there is none, or the folder cannot be read.
        """
        with self.listing:
            if self.photos is None:
                sources = [_absolute(source) for source in self.sources]
                self.single = len(sources) == 1 and not _is_folder(sources[0])
                if self.single:
                    photos = _beside(sources[0])
                    self.start = photos.index(sources[0])
                else:
                    photos = [photo for source in sources for photo in _within(source)]
                if not photos:
                    raise PhotoError("There is no photo in this folder.")
                if len(sources) > 1:
                    self.waiting = set(range(len(photos)))
                self.photos = photos
            return self.photos


def _absolute(source: PhotoSource) -> PhotoSource:
    return PhotoSource(path=source.path.absolute()) if source.path else source


def _is_folder(source: PhotoSource) -> bool:
    return source.path is not None and source.path.is_dir()


def _beside(source: PhotoSource) -> list[PhotoSource]:
    """The photos of a photo's folder, and in any case itself."""
    photo = source.path
    if photo is None:
        return [source]
    try:
        photos = photos_in(photo.parent)
    except OSError:
        photos = []
    if photo not in photos:
        photos = sorted([*photos, photo], key=lambda path: natural(path.name))
    return [PhotoSource(path=path) for path in photos]


def _within(source: PhotoSource) -> list[PhotoSource]:
    """The photos of a folder; of anything else itself."""
    if source.path is None or not _is_folder(source):
        return [source]
    try:
        return [PhotoSource(path=path) for path in photos_in(source.path)]
    except OSError as error:
        raise PhotoError(f"The folder cannot be read ({error.strerror}).") from error
