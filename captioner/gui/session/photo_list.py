"""The photos that can be walked along."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from captioner import PhotoError
from captioner.gui.session.events import Source
from captioner.photos.folder import natural, photos_in


@dataclass(eq=False)
class Walk:
    """The photos that come with what was opened: those of its folder, or those that were opened together.

    photos: None until they have been listed.
    start: the position of the one that was opened.
    single: whether one photo was opened, and not a folder or several.
    waiting: the positions of those that are still to be captioned because several were opened together.
    """

    sources: Sequence[Source]
    photos: Sequence[Source] | None = None
    start: int = 0
    single: bool = False
    waiting: set[int] = field(default_factory=set)
    listing: threading.Lock = field(default_factory=threading.Lock)

    def list(self) -> Sequence[Source]:
        """List the photos, once; there is at least one.

        Raises:
            PhotoError: there is none, or the folder cannot be read.
        """
        with self.listing:
            if self.photos is None:
                sources = [source if isinstance(source, bytes) else source.absolute() for source in self.sources]
                source = sources[0]
                self.single = len(sources) == 1 and not (isinstance(source, Path) and source.is_dir())
                if self.single and isinstance(source, Path):
                    photos = _beside(source)
                    self.start = photos.index(source)
                else:
                    photos = [photo for source in sources for photo in _within(source)]
                if not photos:
                    raise PhotoError("There is no photo in this folder.")
                if len(sources) > 1:
                    self.waiting = set(range(len(photos)))
                self.photos = photos
            return self.photos


def _beside(photo: Path) -> list[Source]:
    """The photos of a photo's folder, and in any case itself."""
    try:
        photos = photos_in(photo.parent)
    except OSError:
        photos = []
    if photo not in photos:
        photos = sorted([*photos, photo], key=lambda path: natural(path.name))
    return list(photos)


def _within(source: Source) -> Sequence[Source]:
    """The photos of a folder; of anything else itself."""
    if isinstance(source, bytes) or not source.is_dir():
        return [source]
    try:
        return photos_in(source)
    except OSError as error:
        raise PhotoError(f"The folder cannot be read ({error.strerror}).") from error
