"""Speaks texts as WAV files, for browsers that have no voice."""

import queue
import tempfile
import threading
from pathlib import Path

from captioner.errors import CaptionerError
from captioner.speech.speaker import Event, Speaker
from captioner.web.describer import Busy

MAX_TEXT = 1000  # characters that are spoken; the page sends no more
MAX_WAITING = 4  # texts
TIMEOUT = 30  # seconds for a text

# In memory, where there is such a folder. The voices of other systems write to the disk in any case.
MEMORY = Path("/dev/shm")


class Speech:
    """Speaks one text at a time. The voice starts with the first text."""

    def __init__(self) -> None:
        self._room = threading.BoundedSemaphore(MAX_WAITING)
        self._lock = threading.Lock()
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._speaker: Speaker | None = None

    def wav(self, text: str) -> bytes:
        """The text spoken, as the content of a WAV file.

        Raises:
            Busy: too many texts are waiting.
            CaptionerError: it can't be spoken. The message says why.
        """
        if not self._room.acquire(blocking=False):
            raise Busy
        try:
            with self._lock, tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
                path = Path(folder, "speech.wav")
                self._save(text, path)
                return path.read_bytes()
        finally:
            self._room.release()

    def close(self) -> None:
        """End the voice's processes."""
        if self._speaker:
            self._speaker.close()

    def _save(self, text: str, path: Path) -> None:
        self._speaker = self._speaker or Speaker(self._events.put)
        number = self._speaker.save(text, path)
        while True:
            try:
                event = self._events.get(timeout=TIMEOUT)
            except queue.Empty as error:
                raise CaptionerError("The voice took too long. Try again.") from error
            if event.number == number and event.kind == "failed":
                raise CaptionerError(event.sentence)
            if event.number == number and event.kind == "finished":
                return
