"""Writes files completely or not at all, and lets only one program at a time write them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# How long to wait for another program that holds a lock. One that takes longer hangs, and will not write.
LOCK_TIMEOUT = 2.0  # seconds


def write(path: Path, content: bytes) -> None:
    """Write a file.

    Raises:
        OSError: the file cannot be written. If it existed, it is unchanged.
    """
    path = Path(os.path.realpath(path))  # a link stays a link
    temporary = path.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def flush(path: Path) -> None:
    """Have the system write a file, or a folder's list of files, to the disk.

    Raises:
        OSError: the disk is full, for instance.
    """
    if path.is_dir():
        if sys.platform == "win32":  # which does not open folders
            return
        file = os.open(path, os.O_RDONLY)
    else:
        file = os.open(path, os.O_RDWR)
    try:
        os.fsync(file)
    finally:
        os.close(file)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other programs out of the same block with the same path, for which an empty file is created.

    A program that holds the lock for longer than LOCK_TIMEOUT is ignored.

    Raises:
        OSError: the file cannot be created.
    """
    from filelock import FileLock, Timeout  # takes a while to import

    lock = FileLock(path)
    with suppress(Timeout):
        lock.acquire(timeout=LOCK_TIMEOUT, poll_interval=0.01)
    try:
        yield
    finally:
        lock.release()
