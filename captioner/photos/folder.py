"""The photos of a folder, in the order in which file managers show them."""

import os
import re
from pathlib import Path

from captioner.photos.formats import SUFFIXES

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
        names = [entry.name for entry in entries if _is_photo(entry)]
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
