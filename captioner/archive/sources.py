"""The photos of an archive: files, members of tar files, rows of Parquet files."""

import glob
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from captioner.archive import storage
from captioner.archive.storage import ArchiveError, Place
from captioner.errors import PhotoError, reason
from captioner.photos.formats import SUFFIXES
from captioner.photos.reader import MAX_CONTENT

if TYPE_CHECKING:
    from pyarrow import Schema

TAR = (".tar", ".tar.gz", ".tgz")
PARQUET = (".parquet",)
LIST = ".txt"

MISSING = "There is no such file."
CUT_OFF = "The photo is cut off, as the file that contains it is damaged or incomplete."
DAMAGED_SHARD = (
    "The rest of this file can't be read ({}). It is damaged or incomplete. Get it again and caption it alone."
)
# What tarfile raises for damaged files.
TAR_ERRORS = (tarfile.TarError, EOFError, zlib.error)


class Missing(PhotoError):
    """A photo that is no longer where it was."""


@dataclass(frozen=True)
class Photo:
    """A photo of an archive.

    name: its path or address. That of a photo in a tar file is TAR#MEMBER, in a Parquet file PARQUET#ROW.
    load: returns a path or the file's content. Raises PhotoError if there is no such photo, OSError if the source can't
        be reached. Call it before you ask for the next photo.
    """

    name: str
    load: Callable[[], str | bytes]


def is_shard(name: str) -> bool:
    """Whether a file is a container of photos, by its name."""
    return name.lower().endswith(TAR + PARQUET)


def find(source: str, out: Place) -> list[str]:
    """List the names of the photos and shards of a source, each once and sorted.

    Args:
        source: a folder, a photo, a shard, a pattern, or a text file with a photo or shard on each line. Paths, or
            addresses that start with s3:// or gs://.
        out: where the captions go; files in it are ignored.

    Raises:
        ArchiveError: there is nothing, or it cannot be listed.
    """
    place = Place.of(source)
    try:
        names = set(_names(place))
    except OSError as error:
        raise ArchiveError(f"{place.name} can't be listed ({reason(error)}).") from error
    inside = out.name.rstrip("/") + ("/" if out.scheme else os.sep)
    names = {name for name in names if not name.startswith(inside)}
    if not names:
        raise ArchiveError(f"There is no photo in {place.name}.")
    return sorted(names)


def _names(place: Place) -> Iterable[str]:
    kind = storage.kind(place)
    if kind == "folder":
        return _known(storage.files_below(place))
    if kind and place.name.lower().endswith(LIST):
        return [Place.of(line).name for line in storage.text_lines(place) if line.strip()]
    if kind:
        return [place.name]
    if glob.has_magic(place.path):
        return _matching(place)
    raise ArchiveError(f"There is no {place.name}. Check its name, and that the disk or network is connected.")


def _known(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if name.lower().endswith(SUFFIXES + TAR + PARQUET))


def _matching(pattern: Place) -> Iterator[str]:
    """The files that match a pattern, and those in the folders that match it."""
    if pattern.scheme:
        from fsspec.implementations.arrow import ArrowFSWrapper

        found = ArrowFSWrapper(pattern.filesystem).glob(pattern.path)
        places = [Place(pattern.scheme, path.rstrip("/"), pattern.options) for path in found]
    else:
        places = [Place("", path) for path in glob.iglob(pattern.path, recursive=True)]
    for place in places:
        if storage.kind(place) == "folder":
            yield from _known(storage.files_below(place))
        else:
            yield place.name


def photos_in_files(names: Iterable[str], options: str) -> Iterator[Photo]:
    """Photos that are files; `options` are those of the connection."""
    for name in names:
        place = Place.of(name, options)
        yield Photo(name, lambda place=place: _load(place))  # type: ignore[misc]


def _load(place: Place) -> str | bytes:
    if not place.scheme:  # the photo worker opens it, which may take too long
        if not os.path.lexists(place.path):
            raise Missing(MISSING)
        return place.path
    try:
        return storage.read(place, MAX_CONTENT + 1)
    except FileNotFoundError as error:
        raise Missing(MISSING) from error
    except OSError as error:
        if re.search("access.?denied", str(error), re.IGNORECASE):
            raise PhotoError("The storage does not allow you to read this file.") from error
        raise


def folder_is_gone(name: str, options: str) -> bool:
    """Whether the folder or bucket of a photo has disappeared, or is empty like the mount point of a missing disk."""
    place = Place.of(name, options)
    if place.scheme:
        return not storage.kind(replace(place, path=place.path.partition("/")[0]))
    try:
        return not os.listdir(os.path.dirname(place.path))
    except OSError:
        return True


def photos_in_shard(name: str, options: str) -> Iterator[Photo]:
    """The photos of a tar or Parquet file, in their order.

    If the file is damaged, the last photo is the file itself, and loading it says so.

    Raises:
        OSError: the file cannot be reached.
    """
    place = Place.of(name, options)
    photos = _in_parquet(place) if name.lower().endswith(PARQUET) else _in_tar(place)
    try:
        yield from photos
    except _Damaged as error:
        yield _failed(name, DAMAGED_SHARD.format(error))


class _Damaged(Exception):
    pass


def _failed(name: str, sentence: str) -> Photo:
    def load() -> bytes:
        raise PhotoError(sentence)

    return Photo(name, load)


def _in_tar(place: Place) -> Iterator[Photo]:
    with storage.open_to_stream(place) as file:
        try:
            with tarfile.open(fileobj=file, mode="r|*") as tar:
                for member in tar:
                    if member.isfile() and member.name.lower().endswith(SUFFIXES):
                        yield Photo(f"{place.name}#{member.name}", lambda member=member: _member(tar, member))  # type: ignore[misc]
                    tar.members.clear()  # type: ignore[attr-defined]  # or a large file would fill the memory
        except TAR_ERRORS as error:
            raise _Damaged(reason(error)) from error


def _member(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    try:
        content = tar.extractfile(member)
        assert content
        return content.read(MAX_CONTENT + 1)
    except TAR_ERRORS as error:
        raise PhotoError(CUT_OFF) from error


def _in_parquet(place: Place) -> Iterator[Photo]:
    import pyarrow
    from pyarrow.parquet import ParquetFile

    with storage.open_to_read(place) as file:
        try:
            table = ParquetFile(file)
            column = _photo_column(table.schema_arrow, place.name)
            row = 0
            for batch in table.iter_batches(batch_size=16, columns=[column]):
                for value in batch.column(0):
                    yield Photo(f"{place.name}#{row}", lambda value=value: _cell(value))  # type: ignore[misc]
                    row += 1
        except (pyarrow.ArrowException, OSError) as error:
            if isinstance(error, OSError) and storage.is_unreachable(error):
                raise
            raise _Damaged(reason(error)) from error


def _cell(value: Any) -> bytes:
    content = value.as_py()
    if isinstance(content, dict):
        content = content["bytes"]
    if not content:
        raise PhotoError("There is no photo in this row.")
    return bytes(content)


def _photo_column(schema: "Schema", name: str) -> str:
    """The column "image", or else the only one of bytes or, as Hugging Face writes it, of structures with bytes."""
    from pyarrow import types

    def has_photos(kind: Any) -> bool:
        if types.is_struct(kind):
            return kind.get_field_index("bytes") >= 0 and has_photos(kind.field("bytes").type)
        return bool(types.is_binary(kind) or types.is_large_binary(kind))

    columns = [field.name for field in schema if has_photos(field.type)]
    if "image" in columns:
        return "image"
    if len(columns) == 1:
        return str(columns[0])
    problem = "more than one column could contain the photos" if columns else "no column contains photos"
    raise ArchiveError(f"{name} can't be read ({problem}). Rename the column of the photos' bytes to image.")
