"""A file of captions, which can be continued later."""

import csv
import hashlib
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from captioner.caption import RELIABLE, Caption
from captioner.errors import CaptionerError, PhotoError, user_message
from captioner.output.tables import CONTINUED, FORMATS, Entry, Row, csv_format, identity
from captioner.photos.source import version_of
from captioner.system import files

if TYPE_CHECKING:
    from filelock import BaseFileLock


class CaptionFileError(CaptionerError):
    """A file of captions that cannot be written."""


class CaptionFile:
    """A file of captions, to which one record is added for each photo.

    Whatever ends the program, only the last record may be incomplete. It is then removed when the file is continued.

    Args:
        path: its suffix is one of `captioner.output.tables.FORMATS`.
        least: captions with less confidence are left out.
        columns: of a table, each one of `captioner.output.tables.VALUES`; None for the usual ones.

    Raises:
        CaptionFileError: there is a file with another content, or it cannot be read, or not be continued.
    """

    def __init__(self, path: Path, *, least: float = RELIABLE, columns: Sequence[str] | None = None) -> None:
        self.path = path
        self._least = least
        self._format = csv_format(columns) if columns else FORMATS[path.suffix.lower()]
        try:
            self._content = path.read_bytes() if not path.exists() or path.is_file() else None
        except FileNotFoundError:
            self._content = b""
        except OSError as error:
            raise self._error("read", error) from error
        if self._content and columns and not set(columns) >= CONTINUED:
            raise CaptionFileError(
                f"{path} exists and can't be continued without the columns path, caption and version, so it stays as "
                "it is. Choose another name."
            )
        self._entries = {entry.path: entry for entry in self._read(self._content)}
        self._versions: dict[str, str] = {}

    def waiting(self, photos: Iterable[str]) -> list[str]:
        """The photos that the file lacks in their current version, each once. One that failed is tried again."""
        waiting: dict[str, str] = {}
        for photo in photos:
            name = identity(photo)
            if name in self._versions:
                continue
            self._versions[name] = version = version_of(photo)
            if not self._holds(self._entries.get(name), version):
                self._entries.pop(name, None)
                waiting[name] = photo
        return list(waiting.values())

    def photo_changed(self, photo: str) -> None:
        """Note that the program itself has changed the file of a waiting photo, which now has another version."""
        self._versions[identity(photo)] = version_of(photo)

    @property
    def total(self) -> int:
        """How many photos have been passed to `waiting`."""
        return len(self._versions)

    def __enter__(self) -> "CaptionFile":
        """Remove the records of waiting photos from the file and open it. No other program can do so until the end.

        Raises:
            CaptionFileError: the file can't be written, or another program is writing it, or has changed it meanwhile.
        """
        self._lock = self._keep_others_out()
        content = (self._format.header + "".join(entry.text for entry in self._entries.values())).encode()
        try:
            if (self.path.read_bytes() if self.path.exists() else b"") != self._content:
                raise CaptionFileError(f"{self.path} has just been written by another program. Run the command again.")
            if content != self._content or not self.path.exists():
                files.write(self.path, content)
            self._file = self.path.open("ab")
        except OSError as error:
            self._let_others_in()
            raise self._error("written", error) from error
        except CaptionFileError:
            self._let_others_in()
            raise
        return self

    def _keep_others_out(self) -> "BaseFileLock | None":
        from filelock import FileLock, Timeout  # here, as it takes a while to import
        from platformdirs import user_cache_path

        # Elsewhere, so that no lock file is left next to the file.
        name = hashlib.sha256(os.fsencode(os.path.realpath(self.path))).hexdigest()[:16]
        place = user_cache_path("captioner", appauthor=False) / f"{name}.lock"
        lock = FileLock(place)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
        except Timeout as error:
            raise CaptionFileError(
                f"Another captioner is writing {self.path}. Wait until it has finished, or choose another name."
            ) from error
        except OSError:  # there is no place for the lock
            return None
        return lock

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.close()
        except OSError as problem:  # what could not be written is tried again
            if error is None:
                raise self._error("written", problem) from problem
        finally:
            self._let_others_in()

    def _let_others_in(self) -> None:
        if self._lock:
            with suppress(OSError):  # Windows keeps a file that is open
                os.unlink(self._lock.lock_file)
            self._lock.release()

    def add(self, photo: str, result: Caption | PhotoError) -> bool:
        """Write a photo's record; return whether its caption was left out because of its confidence.

        Raises:
            CaptionFileError: the disk is full, for instance.
        """
        version = self._versions.get(identity(photo), "")
        if isinstance(result, Caption):
            row = Row(photo, version, caption=result, least=self._least)
        else:
            row = Row(photo, version, error=user_message(result))
        try:
            self._file.write(self._format.record(row, self.path.parent).encode())
            self._file.flush()
        except OSError as error:
            raise self._error("written", error) from error
        return row.caption is not None and not row.text

    def _read(self, content: bytes | None) -> list[Entry]:
        header = self._format.header.encode()
        if content is None:
            raise self._foreign()
        if header.startswith(content):  # empty, or the program ended before more was written
            return []
        complete, newline, tail = content.rpartition(b"\n")
        try:
            if not content.startswith(header) or (tail and not self._format.is_torn(tail)):
                raise ValueError("not a file of captions")
            return self._format.entries((complete + newline)[len(header) :].decode())
        except (ValueError, KeyError, TypeError, csv.Error) as error:
            raise self._foreign() from error

    def _holds(self, entry: Entry | None, version: str) -> bool:
        if entry is None or not version or entry.version != version:
            return False
        # A caption that was left out is wanted now if the limit is lower than it was.
        return entry.has_caption or (entry.confidence is not None and entry.confidence < self._least)

    def _foreign(self) -> CaptionFileError:
        return CaptionFileError(
            f"{self.path} exists and was not written by this command, so it stays as it is. Choose another name."
        )

    def _error(self, what: str, error: OSError) -> CaptionFileError:
        return CaptionFileError(f"{self.path} can't be {what}. {user_message(error)}")
