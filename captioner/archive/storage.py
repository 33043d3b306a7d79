"""Files on this computer, in Amazon S3 and in Google Cloud Storage."""

import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast
from urllib.parse import parse_qsl

from captioner.errors import CaptionerError, reason
from captioner.photos.source import path_of_file_url
from captioner.system import files

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

# What follows "?" are options of the connection, unless it is part of a pattern.
IN_BUCKET = re.compile(r"(s3|gs)://([^/?]+)/?(.*?)(\?\w+=[^/]*)?", re.DOTALL)


class ArchiveError(CaptionerError):
    """An archive that can't be captioned, at least for now."""


@dataclass(frozen=True)
class Place:
    """A file or folder.

    scheme: "" for this computer (or a disk that all computers of the cluster share), "s3" or "gs".
    path: absolute, or BUCKET/KEY.
    options: of the connection, as PyArrow takes them in an address: "?endpoint_override=localhost:9000&scheme=http".
    """

    scheme: str
    path: str
    options: str = ""

    @classmethod
    def of(cls, name: str, options: str = "") -> "Place":
        """The place that a path, a file: URL or an address of a bucket names.

        Raises:
            ArchiveError: the address is of another kind.
        """
        if match := IN_BUCKET.fullmatch(name):
            scheme, bucket, key, own_options = match.groups()
            return cls(scheme, f"{bucket}/{key}".rstrip("/"), own_options or options)
        path = path_of_file_url(name)
        if path is None and re.match(r"\w{2,}://", name):
            raise ArchiveError(f"{name} is not an address that this command can use. It takes paths, s3:// and gs://.")
        return cls("", os.path.abspath(path or name))

    @property
    def name(self) -> str:
        """The place without the options of the connection."""
        return f"{self.scheme}://{self.path}" if self.scheme else self.path

    def __truediv__(self, name: str) -> "Place":
        return Place(self.scheme, f"{self.path}/{name}" if self.scheme else os.path.join(self.path, name), self.options)

    @property
    def filesystem(self) -> "FileSystem":
        """PyArrow's, for a bucket."""
        return _filesystem(self.scheme, self.path.partition("/")[0], self.options)


@cache
def _filesystem(scheme: str, bucket: str, options: str) -> "FileSystem":
    from pyarrow.fs import FileSystem, GcsFileSystem, S3FileSystem

    values = dict(parse_qsl(options.removeprefix("?")))
    try:
        if values.pop("anonymous", "") == "true":  # which addresses can't say for both
            return {"s3": S3FileSystem, "gs": GcsFileSystem}[scheme](anonymous=True, **values)
        return FileSystem.from_uri(f"{scheme}://{bucket}{options}")[0]
    except (OSError, ValueError, TypeError) as error:
        raise ArchiveError(f"{scheme}://{bucket} can't be reached ({reason(error)}).") from error


def kind(place: Place) -> str:
    """What is there: "file", "folder", or "" for nothing.

    Raises:
        OSError: it cannot be found out.
    """
    if not place.scheme:
        return "folder" if os.path.isdir(place.path) else "file" if os.path.exists(place.path) else ""
    from pyarrow.fs import FileType

    info = place.filesystem.get_file_info(place.path)
    return {FileType.File: "file", FileType.Directory: "folder"}.get(info.type, "")


def files_below(folder: Place) -> Iterator[str]:
    """The names of all files of a folder and the folders in it, without hidden ones.

    Raises:
        OSError: the folder cannot be listed.
    """
    if folder.scheme:
        from pyarrow.fs import FileSelector

        for info in folder.filesystem.get_file_info(FileSelector(folder.path, recursive=True)):
            if info.is_file and "/." not in info.path[len(folder.path) :]:
                yield f"{folder.scheme}://{info.path}"
        return
    for current, folders, names in os.walk(folder.path, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (os.path.join(current, name) for name in names if not name.startswith("."))


def _raise(error: OSError) -> None:
    raise error


def open_to_read(place: Place) -> IO[bytes]:
    """Open a file that can be read from any position.

    Raises:
        OSError: it is not there, or cannot be read.
    """
    if place.scheme:
        return cast("IO[bytes]", place.filesystem.open_input_file(place.path))
    return open(place.path, "rb")


def open_to_stream(place: Place) -> IO[bytes]:
    """Open a file that is read once from its beginning to its end.

    Raises:
        OSError: it is not there, or cannot be read.
    """
    if place.scheme:
        # The buffer, because each of PyArrow's small reads is a request.
        return cast("IO[bytes]", place.filesystem.open_input_stream(place.path, compression=None, buffer_size=2**23))
    return open(place.path, "rb")


def read(place: Place, limit: int) -> bytes:
    """The first bytes of a file.

    Raises:
        OSError: it is not there, or cannot be read.
    """
    with open_to_read(place) as file:
        return file.read(limit)


def write(place: Place, content: bytes) -> None:
    """Write a file, completely or not at all.

    Raises:
        OSError: it cannot be written.
    """
    if not place.scheme:
        os.makedirs(os.path.dirname(place.path), exist_ok=True)
        files.write(Path(place.path), content)
        return
    with place.filesystem.open_output_stream(place.path) as file:  # the object appears when this is closed
        file.write(content)


def text_lines(place: Place) -> Iterator[str]:
    """The lines of a text file in UTF-8, without their ends.

    Raises:
        OSError: it is not there, or cannot be read.
    """
    with open_to_read(place) as file, io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape") as text:
        for line in text:
            yield line.rstrip("\r\n")


def is_unreachable(error: OSError) -> bool:
    """Whether an error is the system's or the network's. PyArrow raises an OSError for a damaged Parquet file, too."""
    return error.errno is not None or re.search("AWS Error|google::cloud|curl|http", str(error), re.I) is not None
