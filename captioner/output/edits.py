"""The captions that the user has written or chosen, kept for good: a journal with a line for each change.

A photo is known by its content, so that a caption stays with it when it is moved, renamed, or gets other metadata.
"""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

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


class Edits:
    """The user's captions by the key of their photo. Any thread may call its methods.

    The journal is read when it is first needed. A line that cannot be read, such as the last one after a crash, is
    skipped.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or default_path()
        self._lock = threading.Lock()  # of the captions in memory, for moments only
        self._writing = threading.Lock()
        self._captions: dict[str, str] | None = None

    def get(self, key: str) -> str | None:
        """The user's caption for a photo, None if there is none or the journal cannot be read."""
        with self._lock:
            return self._loaded().get(key)

    def put(self, key: str, text: str | None) -> None:
        """Keep the user's caption for a photo; None to forget it. It counts at once, even if it cannot be saved.

        Raises:
            OSError: it cannot be saved, so it will be lost at the end of the program.
        """
        with self._lock:
            captions = self._loaded()
            if text is None:
                captions.pop(key, None)
            else:
                captions[key] = text
        with self._writing:
            text = self.get(key)  # a later call may have been faster
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with files.locked(self._path.with_suffix(".lock")), self._path.open("ab") as file:
                file.write((b"" if self._ends_with_line() else b"\n") + _line(key, text))
                file.flush()
                os.fsync(file.fileno())

    def _ends_with_line(self) -> bool:
        """Whether no crash has left half a line at the end of the journal."""
        with self._path.open("rb") as file:
            if not file.seek(0, os.SEEK_END):
                return True
            file.seek(-1, os.SEEK_END)
            return file.read() == b"\n"

    def _loaded(self) -> dict[str, str]:
        if self._captions is None:
            self._captions = {}
            with suppress(OSError):  # saving a caption will say why
                self._captions = self._read()
        return self._captions

    def _read(self) -> dict[str, str]:
        captions: dict[str, str] = {}
        count = 0
        if not self._path.exists():
            return captions
        with files.locked(self._path.with_suffix(".lock")):
            for key, text in _entries(self._path.read_bytes()):
                count += 1
                captions.pop(key, None)
                if text is not None:
                    captions[key] = text
            if count > len(captions) + MAX_OBSOLETE_LINES:
                files.write(self._path, b"".join(_line(key, text) for key, text in captions.items()))
        return captions


def _line(key: str, text: str | None) -> bytes:
    return json.dumps({"photo": key, "caption": text}).encode() + b"\n"


def _entries(content: bytes) -> Iterator[tuple[str, str | None]]:
    for line in content.splitlines():
        try:
            entry = json.loads(line)
            key, text = entry["photo"], entry["caption"]
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
        if isinstance(key, str) and (text is None or isinstance(text, str)):
            yield key, text
