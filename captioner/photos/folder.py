"""The photos of a folder, in the order in which file managers show them."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from captioner.errors import PhotoError
from captioner.photos.formats import SUFFIXES
from captioner.system.timeouts import in_time

# Seconds that listing a folder may take.
FOLDER_TIMEOUT = 8

TOO_SLOW = (
    f"Listing the folder took over {FOLDER_TIMEOUT} seconds, so Captioner stopped. "
    "Try again, or copy the photos to this computer."
)


def photos_in(folder: Path) -> list[Path]:
    """List the photos of a folder by their names, without those that are hidden or in folders below.

    Raises:
        OSError: the folder cannot be read.
    """
    with os.scandir(folder) as entries:
        return _sorted(folder, [entry.name for entry in entries if _is_photo(entry)])


def contents(folder: Path, every_file: bool = False) -> tuple[list[Path], list[Path]]:
    """List the folders in a folder, and its photos, both by their names and without those that are hidden.

    Args:
        every_file: list all files in place of the photos.

    Raises:
        OSError: the folder cannot be read.
    """
    with os.scandir(folder) as entries:
        found = [entry for entry in entries if not entry.name.startswith(".")]
    folders = [entry.name for entry in found if _is_folder(entry)]
    files = [entry.name for entry in found if (not _is_folder(entry) if every_file else _is_photo(entry))]
    return _sorted(folder, folders), _sorted(folder, files)


def photos_below(folder: Path, report: Callable[[Path, Exception], None]) -> list[Path]:
    """List the photos of a folder and of all folders below it. Hidden folders are left out, like hidden photos.

    The photos of a folder come before those of its folders. A folder to which several links lead is listed once.

    Args:
        report: called with each folder that cannot be read, and the reason.
    """
    photos: list[Path] = []
    listed: set[str] = set()  # where the folders really are, as links may lead back to a folder above them
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        try:
            place, here, below = in_time(lambda path=current: _list(path), FOLDER_TIMEOUT, PhotoError(TOO_SLOW))  # type: ignore[misc]
        except (OSError, PhotoError) as error:
            report(current, error)
            continue
        if place not in listed:
            listed.add(place)
            photos += here
            waiting += reversed(below)
    return photos


def _list(folder: Path) -> tuple[str, list[Path], list[Path]]:
    """Where a folder really is, its photos, and the folders in it."""
    folders, photos = contents(folder)
    return os.path.realpath(folder), photos, folders


def _sorted(folder: Path, names: list[str]) -> list[Path]:
    return [folder / name for name in sorted(names, key=natural)]


def natural(name: str) -> tuple[list[str | int], str]:
    """The key that sorts photo2 before photo10, and capitals with small letters."""
    parts = re.split(r"(\d+)", name.casefold())
    return [int(part) if index % 2 else part for index, part in enumerate(parts)], name


def _is_photo(entry: os.DirEntry[str]) -> bool:
    suffix = os.path.splitext(entry.name)[1].lower()
    try:
        return not entry.name.startswith(".") and suffix in SUFFIXES and entry.is_file()
    except OSError:  # a link that leads nowhere
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return not entry.name.startswith(".") and entry.is_dir()
    except OSError:
        return False
