"""Writes a file all at once or not at all, whatever happens meanwhile."""

import os
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Write text to a file, in UTF-8.

    Raises:
        OSError: the file cannot be written; what was there before still is.
    """
    path = path.resolve()  # a link stays one
    beside = path.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        with beside.open("x", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
