"""The list of photos that the user steps through."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from captioner import PhotoError
from captioner.errors import reason
from captioner.photos.folder import natural, photos_in
from captioner.photos.source import PhotoSource


@dataclass(eq=False)
class PhotoList:
    """The photos that come with what was opened: those of its folder, or those that were opened together.

    photos: None until they have been listed.
    start: the position of the one that was opened.
    is_single: whether one photo was opened, not a folder or several.
    waiting: the positions of those that are still to be captioned because several were opened together.
    failed: the names of those of them that could not be captioned.
    """

    sources: Sequence[PhotoSource]
    photos: Sequence[PhotoSource] | None = None
    start: int = 0
    is_single: bool = False
    waiting: set[int] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)
    _listing: threading.Lock = field(default_factory=threading.Lock)

    def read(self) -> Sequence[PhotoSource]:
        """List the photos, the first time; there is at least one.

        Raises:
            PhotoError: there is no photo, or the folder cannot be read.
        """
        with self._listing:
            if self.photos is None:
                sources = [_absolute(source) for source in self.sources]
                self.is_single = len(sources) == 1 and not _is_folder(sources[0])
                if self.is_single:
                    photos = _siblings(sources[0])
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


def _siblings(source: PhotoSource) -> list[PhotoSource]:
    """The photos of a photo's folder. The photo itself is always among them."""
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
    """The photos of a folder, or the source itself if it is not a folder."""
    if source.path is None or not _is_folder(source):
        return [source]
    try:
        return [PhotoSource(path=path) for path in photos_in(source.path)]
    except OSError as error:
        raise PhotoError(f"The folder can't be read ({reason(error)}).") from error
