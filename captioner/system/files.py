"""Files that are written all at once or not at all, and by one program at a time."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

PATIENCE = 2.0  # seconds that another program may keep a lock: then it hangs, and will not write


def write(path: Path, content: bytes) -> None:
    """Write a file.

    Raises:
        OSError: the file cannot be written; what was there before still is.
    """
    path = Path(os.path.realpath(path))  # a link stays one
    beside = path.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other programs out of the same block with the same path, a file that is made and stays empty.

    Raises:
        OSError: there can be no such file.
    """
    end = time.monotonic() + PATIENCE
    with path.open("ab") as file:
        while not _lock(file) and time.monotonic() < end:
            time.sleep(0.01)
        yield


def _lock(file: IO[bytes]) -> bool:
    """Lock an open file until it is closed; False if another program has done so."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
