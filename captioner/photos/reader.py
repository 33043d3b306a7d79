"""Reads photo files in worker processes (`captioner.photos.worker`), with limits on time and memory.

A worker reads one photo at a time and is kept for the next ones. One that crashes or takes too long is killed.
"""

import atexit
import contextlib
import json
import os
import threading
import time
from collections.abc import Sequence
from typing import NamedTuple
from weakref import WeakSet

from captioner.errors import PhotoError, reason
from captioner.system import processes
from captioner.system.timeouts import in_time

# Seconds that a photo may take, from its name to its pixels.
PHOTO_TIMEOUT = 8
# The largest photo that may come from memory and not from a file, in bytes.
MAX_CONTENT = 150_000_000
# Workers that are kept waiting: the window reads one photo to show and one ahead.
MAX_IDLE_WORKERS = 2
# The largest answer that is accepted, in pixels.
MAX_PIXELS = 64_000_000
# The longest line that is accepted, in bytes: four texts of 5,000 letters, each of which JSON may write as 12 bytes.
MAX_LINE = 250_000

TOO_SLOW = (
    f"Opening this photo took over {PHOTO_TIMEOUT} seconds, so Captioner stopped. "
    "Try again, copy the photo to this computer, or save it smaller."
)
CRASHED = "The photo can't be read because its decoder crashed. It is damaged or too large. Save it again as JPEG."
TOO_MUCH = f"This is more than {MAX_CONTENT // 1_000_000} MB. Save it as a file and open that."

_lock = threading.Lock()
_large = threading.Lock()  # held while a large photo is decoded: two at once would take too much memory
_workers: WeakSet["_Worker"] = WeakSet()  # all of them
_idle: list["_Worker"] = []


class Pixels(NamedTuple):
    """RGB, 3 bytes a pixel, row after row."""

    width: int
    height: int
    content: bytearray


# Pixels and a note, or texts.
Answer = tuple[list[Pixels], str] | dict[str, str]


def start() -> None:
    """Start a worker if there is none, so that the first photo doesn't have to wait for it. Returns at once."""
    with contextlib.suppress(PhotoError):  # reading a photo will report it
        if not _workers:
            _give_back(_take())


def read(source: str | bytes, sides: Sequence[int]) -> tuple[list[Pixels], str]:
    """Read a photo. Several threads may do so at once, each with a worker of its own.

    Args:
        source: a file's name, or a file's content.
        sides: as `decode.decode` takes them.

    Returns:
        The pixels for each side, and what the user should know about the photo: a sentence or "".

    Raises:
        PhotoError: the photo can't be read.
    """
    answer = _ask(source, list(sides))
    assert isinstance(answer, tuple)
    return answer


def read_texts(source: str | bytes) -> dict[str, str]:
    """What a photo's file or an XMP sidecar says of the photo.

    Args:
        source: a file's name, or a file's content.

    Returns:
        Texts by their place, one of `captioner.photos.metadata.PLACES`, and who wrote them.

    Raises:
        PhotoError: the file can't be read.
    """
    answer = _ask(source, None)
    assert isinstance(answer, dict)
    return answer


def _ask(source: str | bytes, sides: list[int] | None) -> Answer:
    if isinstance(source, bytes) and len(source) > MAX_CONTENT:
        raise PhotoError(TOO_MUCH)
    path, content = (None, source) if isinstance(source, bytes) else (_absolute(source), b"")
    worker = _take()
    try:
        answer = worker.ask({"path": path, "content": len(content), "sides": sides}, content)
    except BaseException:
        worker.end()
        raise
    _give_back(worker)
    if isinstance(answer, PhotoError):
        raise answer
    return answer


def _absolute(name: str) -> str:
    try:
        return os.path.join(os.getcwd(), name)  # not normalised: what .. means depends on links
    except OSError as error:  # the folder has been deleted
        raise PhotoError("There is no such file.") from error


def _take() -> "_Worker":
    with _lock:
        while _idle:
            worker = _idle.pop()
            if worker.lives():
                return worker
            worker.end()
    return _Worker()


def _give_back(worker: "_Worker") -> None:
    with _lock:
        if len(_idle) < MAX_IDLE_WORKERS:
            return _idle.append(worker)
    worker.end()


@atexit.register
def end() -> None:
    """End the workers that are waiting. `read` starts a new one."""
    with _lock:
        while _idle:
            _idle.pop().end()


class _Worker:
    """A process that reads photos.

    Raises:
        PhotoError: the process can't be started.
    """

    def __init__(self) -> None:
        _workers.add(self)
        try:
            self._process = processes.start("captioner.photos.worker")
        except OSError as error:
            sentence = f"The process that reads photos can't be started ({reason(error)}). Close other programs."
            raise PhotoError(sentence) from error

    def lives(self) -> bool:
        return self._process.poll() is None

    def ask(self, order: dict[str, object], content: bytes) -> Answer | PhotoError:
        """Return the answer to an order. After a PhotoError that is raised, not returned, the process is unusable."""
        left, begun = float(PHOTO_TIMEOUT), time.monotonic()
        try:
            answer = in_time(lambda: self._exchange(order, content), left, PhotoError(TOO_SLOW))
            if answer is None:
                left -= time.monotonic() - begun
                with _large:
                    answer = in_time(lambda: self._exchange({"content": 0}, b""), left, PhotoError(TOO_SLOW))
            if answer is None:
                raise ValueError("the worker asks twice whether it may decode a large photo")
            return answer
        except (OSError, ValueError, KeyError, TypeError) as error:  # the worker has ended, or its answer is nonsense
            raise PhotoError(CRASHED) from error

    def end(self) -> None:
        processes.end(self._process)

    def _exchange(self, order: dict[str, object], content: bytes) -> Answer | PhotoError | None:
        """Return the answer to an order, or None if the photo is large and the worker is waiting for its turn."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        stdin.write(json.dumps(order).encode() + b"\n")
        stdin.write(content)
        stdin.flush()
        answer = json.loads(stdout.readline(MAX_LINE))
        if "large" in answer:
            return None
        if "error" in answer:
            return PhotoError(str(answer["error"]))
        if "texts" in answer:
            return {str(place): str(text) for place, text in answer["texts"].items()}
        pixels = []
        for width, height in answer["sizes"]:
            if not 0 < width * height <= MAX_PIXELS:
                raise ValueError("impossible size")
            buffer = bytearray(width * height * 3)
            if stdout.readinto(buffer) != len(buffer):  # type: ignore[attr-defined]
                raise ValueError("pixels are missing")
            pixels.append(Pixels(width, height, buffer))
        return pixels, str(answer["note"])
