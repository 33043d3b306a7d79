"""Finds the photos to caption: those that a command names, and those in the folders that it names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from captioner.errors import PhotoError
from captioner.photos.folder import FOLDER_TIMEOUT, TOO_SLOW, photos_below, photos_in
from captioner.photos.source import PhotoSource
from captioner.system.timeouts import in_time

# The name that means standard input.
STANDARD_INPUT = "-"

EMPTY = "There is no photo in this folder."
EMPTY_BUT_FOR_FOLDERS = "There is no photo in this folder. Use --recursive to include its subfolders."


@dataclass
class Found:
    """The photos that a command names.

    photos: their paths, in the order in which they are named; a folder's photos are sorted as file managers sort them.
    has_folder: whether a folder was named.
    unreadable: folders that cannot be read or have no photos, and why.
    """

    photos: list[str] = field(default_factory=list)
    has_folder: bool = False
    unreadable: list[tuple[str, Exception]] = field(default_factory=list)


def find_photos(names: Sequence[str], *, recursive: bool = False) -> Found:
    """List the photos that are named, and those of the folders that are named.

    Args:
        names: of photos and folders. Anything else counts as a photo: captioning it will say what is wrong.
        recursive: whether to include subfolders.
    """
    found = Found()
    for name in names:
        folder = _folder(name)
        if folder is None:
            found.photos.append(name)
            continue
        found.has_folder = True
        problems = len(found.unreadable)
        photos = _photos_of(folder, recursive, found.unreadable)
        found.photos += map(str, photos)
        if not photos and len(found.unreadable) == problems:
            found.unreadable.append((name, PhotoError(EMPTY if recursive else EMPTY_BUT_FOR_FOLDERS)))
    return found


def _folder(name: str) -> Path | None:
    path = PhotoSource.of(name).path
    if name in ("", STANDARD_INPUT) or path is None:
        return None
    try:
        return path if in_time(path.is_dir, FOLDER_TIMEOUT, PhotoError(TOO_SLOW)) else None
    except (OSError, ValueError, PhotoError):
        return None


def _photos_of(folder: Path, recursive: bool, unreadable: list[tuple[str, Exception]]) -> list[Path]:
    if recursive:
        return photos_below(folder, lambda path, error: unreadable.append((str(path), error)))
    try:
        return in_time(partial(photos_in, folder), FOLDER_TIMEOUT, PhotoError(TOO_SLOW))
    except (OSError, PhotoError) as error:
        unreadable.append((str(folder), error))
        return []
