"""The photos of a folder, in the order in which file managers show them."""

import os
import re
from functools import cache
from pathlib import Path


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
        return not entry.name.startswith(".") and suffix in _suffixes() and entry.is_file()
    except OSError:  # a link that leads nowhere
        return False


@cache
def _suffixes() -> set[str]:
    from PIL import Image

    from captioner.photos.decode import readable_formats

    readable = readable_formats()
    return {suffix for suffix, format in Image.registered_extensions().items() if format in readable}
