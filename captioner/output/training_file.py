"""captions.txt: captions in the form that training reads."""

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path


def training_file(captions: Iterable[tuple[Path, str]], folder: Path) -> str:
    """The content of a captions.txt: a header, and a line for each photo and its caption.

    Args:
        folder: of the file. Photos are named by their paths from there.
    """
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\n")
    writer.writerow(["image", "caption"])
    writer.writerows([_name(photo, folder), caption] for photo, caption in captions)
    return content.getvalue()


def _name(photo: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(photo, folder)).as_posix()
    except ValueError:  # on another drive of Windows
        return photo.as_posix()
