"""Captions that were made before, looked up by a photo's content and not by its name."""

import contextlib
import hashlib
import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from captioner import resources
from captioner.caption import Alternative, Caption

BUSY_TIMEOUT = 1.0  # seconds to wait for another program that writes

# Files are recognised by a digest of their path, time and size. No names are stored.
TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS files
    (file BLOB PRIMARY KEY, photo TEXT NOT NULL, note TEXT NOT NULL, author TEXT NOT NULL, saved TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS captions
    (photo TEXT, model TEXT, caption TEXT NOT NULL, PRIMARY KEY (photo, model)) WITHOUT ROWID;
"""


class KnownPhoto(NamedTuple):
    """A photo that was read before.

    key: as `captioner.output.edits.content_key` returns it.
    note: what the user should know about the photo's file: a sentence or "".
    author: what the photo says of itself, or "".
    saved: the caption that the program has saved in the file, or next to it, or "".
    """

    key: str
    note: str = ""
    author: str = ""
    saved: str = ""


def default_path() -> Path:
    """The platform's cache folder for this program."""
    from platformdirs import user_cache_path

    return user_cache_path("captioner", appauthor=False) / "captions.sqlite"


class CaptionCache:
    """Captions by photo content and by the model that made them. Use it in one thread, and close it there.

    Nothing depends on it: what can't be read counts as missing, and what can't be written is not kept. Several
    programs may use the same file.

    Args:
        path: of an SQLite database, which is created if it is missing or damaged.
    """

    def __init__(self, path: Path) -> None:
        self._connection: sqlite3.Connection | None = None
        # It has the checksums of all other files of the model.
        self._model = hashlib.sha256((resources.folder("weights") / "model.json").read_bytes()).hexdigest()
        try:
            self._open(path)
        except sqlite3.DatabaseError:
            with contextlib.suppress(OSError, sqlite3.Error):
                path.unlink()
                self._open(path)
        except OSError:
            pass

    def __enter__(self) -> "CaptionCache":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection:
            self._connection.close()

    def photo(self, path: Path) -> KnownPhoto | None:
        """The photo that a file holds, None if the file is new or has changed. The file is not read."""
        row = self._ask("SELECT photo, note, author, saved FROM files WHERE file = ?", _file(path))
        return KnownPhoto(*map(str, row)) if row else None

    def remember(self, path: Path, photo: KnownPhoto) -> None:
        """Keep which photo a file holds now."""
        self._ask("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", _file(path), *photo)

    def get(self, photo: KnownPhoto, beam_width: int | None) -> Caption | None:
        """A photo's caption, without its words."""
        query = "SELECT caption FROM captions WHERE photo = ? AND model = ?"
        row = self._ask(query, photo.key, f"{self._model} {beam_width}")
        try:
            return replace(_parse(str(row[0])), note=photo.note) if row else None
        except (ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, beam_width: int | None, caption: Caption) -> None:
        """Keep a photo's caption."""
        statement = "INSERT OR REPLACE INTO captions VALUES (?, ?, ?)"
        self._ask(statement, key, f"{self._model} {beam_width}", json.dumps(caption.to_dict()))

    def _open(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)
        try:
            connection.executescript(TABLES)
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _ask(self, statement: str, *values: bytes | str) -> tuple[object, ...] | None:
        """The first row, None if there is none or the database fails."""
        try:
            row: tuple[object, ...] | None = None
            if self._connection:
                row = self._connection.execute(statement, values).fetchone()
        except sqlite3.Error:
            return None
        return row


def _file(path: Path) -> bytes:
    """What a file is recognised by; empty if it is not there."""
    try:
        state = path.stat()
    except (OSError, ValueError):
        return b""
    return hashlib.sha256(b"%d %d %s" % (state.st_mtime_ns, state.st_size, os.fsencode(path.absolute()))).digest()


def _parse(text: str) -> Caption:
    stored = json.loads(text)
    return Caption(
        str(stored["caption"]),
        (),
        float(stored["log_probability"]),
        float(stored["confidence"]),
        tuple(Alternative(str(other["caption"]), float(other["log_probability"])) for other in stored["alternatives"]),
        {},
        exactness=float(stored["exactness"]),
    )
