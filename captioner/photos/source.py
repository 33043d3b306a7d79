"""Where a photo comes from: a file, or bytes in memory."""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from captioner.errors import PhotoError, reason
from captioner.photos.reader import MAX_CONTENT, PHOTO_TIMEOUT, TOO_SLOW
from captioner.system.timeouts import in_time

# Bytes that are read at a time from a file object, which may return fewer.
CHUNK = 1_000_000


class BinaryFile(Protocol):
    """A file object that was opened in binary mode."""

    def read(self, size: int, /) -> bytes: ...


# What a PhotoSource can be made of.
PhotoLike = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryFile


@dataclass(frozen=True)
class PhotoSource:
    """Where a photo comes from. Either `path` or `content` is set.

    path: the photo's file, or a folder of photos.
    content: the bytes of a photo that has no file, for instance a pasted one.
    """

    path: Path | None = None
    content: bytes | None = None

    @classmethod
    def of(cls, photo: "PhotoLike | PhotoSource") -> "PhotoSource":
        """Wrap a path or file: URL, the content of a photo's file, or a binary file object, which is read to its end.

        Raises:
            PhotoError: the file object cannot be read.
            TypeError: photo is something else, such as a file opened in text mode.
        """
        if isinstance(photo, PhotoSource):
            return photo
        if isinstance(photo, bytes | bytearray | memoryview):
            return cls(content=bytes(photo))
        if isinstance(photo, str | os.PathLike):
            return cls(path=(isinstance(photo, str) and path_of_file_url(photo)) or Path(photo))
        if hasattr(photo, "read"):
            return cls(content=_read(photo))
        raise TypeError(f"a photo is a path, bytes or a binary file, not {type(photo).__name__}")

    @property
    def name(self) -> str:
        """The file's name, with replacement characters where it is not valid text, or "Pasted photo"."""
        if self.path is None:
            return "Pasted photo"
        return os.fsencode(self.path.name or self.path).decode(errors="replace")

    def key(self) -> tuple[str | bytes, int, int]:
        """A value that changes when the photo does: path or digest, modification time, size.

        Raises:
            PhotoError: the disk does not respond.
        """
        if self.content is not None:
            import hashlib  # here, for a window that starts without a photo

            return hashlib.sha256(self.content).digest(), 0, len(self.content)
        assert self.path is not None
        try:
            state = in_time(self.path.stat, PHOTO_TIMEOUT, PhotoError(TOO_SLOW))
        except (OSError, ValueError):  # reading the photo will say why
            return str(self.path), 0, 0
        return str(self.path), state.st_mtime_ns, state.st_size


def version_of(photo: str | os.PathLike[str]) -> str:
    """The size of a photo's file and when it was changed, or "" if they are unknown."""
    try:
        _, modified, size = PhotoSource.of(photo).key()
    except PhotoError:
        return ""
    return f"{size}-{modified}" if modified else ""


def path_of_file_url(url: str) -> Path | None:
    """The file that a file: URL names; None for another URL, or a file on another computer.

    What follows "#" and "?" counts as part of the name: programs that do not escape them mean it so.
    """
    match = re.fullmatch(r"file:(?://([^/]*)|(?!//))(/.*)", url, re.IGNORECASE | re.DOTALL)
    if not match:
        return None
    from urllib.parse import unquote_to_bytes

    host, path = match[1] or "", os.fsdecode(unquote_to_bytes(match[2]))
    if "\0" in path:
        return None
    if sys.platform == "win32":
        path = re.sub("^/(?=[A-Za-z]:)", "", path)
        return Path(f"//{host}{path}" if host else path)
    if host.lower() in ("", "localhost"):
        return Path(path)
    import socket

    return Path(path) if host.lower() == socket.gethostname().lower() else None


def _read(file: BinaryFile) -> bytes:
    """Read a file object, but little more than a photo may have: the reader refuses anything longer."""
    chunks, size = [], 0
    try:
        while size <= MAX_CONTENT and (chunk := file.read(CHUNK)):
            if not isinstance(chunk, bytes):
                raise TypeError("open the photo's file in binary mode")
            chunks.append(chunk)
            size += len(chunk)
    except OSError as error:
        raise PhotoError(f"The file can't be read ({reason(error)}).") from error
    return b"".join(chunks)
