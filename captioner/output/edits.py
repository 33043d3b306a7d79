"""The captions that the user has written or chosen, kept for good: a journal with a line for each change.

A photo is known by its content, so that a caption stays with it when it is moved, renamed, or gets other metadata. What
is still in the editor is kept, too: a crash may come before the user has finished.
"""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from captioner.system import files

if TYPE_CHECKING:
    import numpy as np

# A journal with more lines that no longer count than this is rewritten when it is read.
MAX_OBSOLETE_LINES = 1000


def content_key(pixels: "np.ndarray") -> str:
    """The key of a photo in the journal: a digest of its pixels, as `PreparedPhoto.pixels` has them."""
    import hashlib  # here, because the window loads this module when it starts

    return hashlib.sha256(pixels.tobytes()).hexdigest()[:32]


def default_path() -> Path:
    """Where the platform keeps this program's data."""
    from platformdirs import user_data_path

    return user_data_path("captioner", appauthor=False) / "captions.jsonl"


class Kept(NamedTuple):
    """What is kept of a photo.

    caption: the user's, None for none.
    draft: what the user was writing, "" if that has been finished.
    """

    caption: str | None = None
    draft: str = ""


class Edits:
    """The user's captions by the key of their photo. Any thread may call its methods.

    A change counts at once; `save` makes it last.

    The journal is read when it is first needed. A line that cannot be read, such as the last one after a crash, is
    skipped.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or default_path()
        self._lock = threading.Lock()  # of what is in memory, for moments only
        self._writing = threading.Lock()
        self._kept: dict[str, Kept] | None = None
        self._unsaved: set[str] = set()  # keys

    def get(self, key: str) -> str | None:
        """The user's caption for a photo, None if there is none or the journal cannot be read."""
        return self._get(key).caption

    def draft(self, key: str) -> str:
        """What the user was writing for a photo when the program ended, or is writing now; "" for nothing."""
        return self._get(key).draft

    def put(self, key: str, text: str | None) -> None:
        """Take the user's caption for a photo; None to forget it. A draft has ended with it."""
        self._put(key, Kept(text))

    def put_draft(self, key: str, text: str) -> None:
        """Take what the user is writing for a photo; "" when that has ended."""
        self._put(key, Kept(self.get(key), text))

    def save(self) -> None:
        """Write what has changed to the disk. Call it in a thread.

        Raises:
            OSError: that is impossible, so it will be lost at the end of the program. The next call tries again.
        """
        with self._writing:
            with self._lock:
                keys, self._unsaved = self._unsaved, set()
                lines = b"".join(_line(key, self._loaded()[key]) for key in keys)
            if not lines:
                return
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with files.locked(self._path.with_suffix(".lock")), self._path.open("ab") as file:
                    file.write((b"" if self._ends_with_line() else b"\n") + lines)
                    file.flush()
                    os.fsync(file.fileno())
            except OSError:
                with self._lock:
                    self._unsaved |= keys
                raise

    def _get(self, key: str) -> Kept:
        with self._lock:
            return self._loaded().get(key, Kept())

    def _put(self, key: str, kept: Kept) -> None:
        with self._lock:
            self._loaded()[key] = kept
            self._unsaved.add(key)

    def _ends_with_line(self) -> bool:
        """Whether no crash has left half a line at the end of the journal."""
        with self._path.open("rb") as file:
            if not file.seek(0, os.SEEK_END):
                return True
            file.seek(-1, os.SEEK_END)
            return file.read() == b"\n"

    def _loaded(self) -> dict[str, Kept]:
        if self._kept is None:
            self._kept = {}
            with suppress(OSError):  # saving a caption will say why
                self._kept = self._read()
        return self._kept

    def _read(self) -> dict[str, Kept]:
        all_kept: dict[str, Kept] = {}
        count = 0
        if not self._path.exists():
            return all_kept
        with files.locked(self._path.with_suffix(".lock")):
            for key, kept in _entries(self._path.read_bytes()):
                count += 1
                all_kept.pop(key, None)
                if kept != Kept():
                    all_kept[key] = kept
            if count > len(all_kept) + MAX_OBSOLETE_LINES:
                files.write(self._path, b"".join(_line(key, kept) for key, kept in all_kept.items()))
        return all_kept


def _line(key: str, kept: Kept) -> bytes:
    draft = {"draft": kept.draft} if kept.draft else {}
    return json.dumps({"photo": key, "caption": kept.caption, **draft}).encode() + b"\n"


def _entries(content: bytes) -> Iterator[tuple[str, Kept]]:
    for line in content.splitlines():
        try:
            entry = json.loads(line)
            key, text, draft = entry["photo"], entry["caption"], entry.get("draft", "")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue
        if isinstance(key, str) and (text is None or isinstance(text, str)) and isinstance(draft, str):
            yield key, Kept(text, draft)
