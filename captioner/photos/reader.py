"""Has photo files read in processes of their own, under limits of time and memory (`photo_worker`).

A process reads one photo at a time and is kept for the next ones; one that crashes or takes too long is ended.
"""

import atexit
import contextlib
import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar, cast

from captioner.errors import PhotoError
from captioner.system import processes

# What a photo may take, from its name to its pixels.
SECONDS = 8
# How large the content of a photo may be that comes from memory and not from a file, in bytes.
MOST_CONTENT = 150_000_000
# Processes that are kept, waiting: the window reads a photo to show and one ahead.
KEPT = 2
# The largest answer that is believed, in pixels.
MOST_PIXELS = 64_000_000

TOO_LONG = (
    f"Reading this photo took longer than {SECONDS} seconds and was given up: try again, "
    "copy it to this computer if it is on another one, or save it smaller."
)
CRASHED = "The photo cannot be read, because its decoder failed: it is damaged or too large, so save it anew as JPEG."
TOO_MUCH = f"This is more than {MOST_CONTENT // 1_000_000} MB: save it as a file and open that."

T = TypeVar("T")

_lock = threading.Lock()
_large = threading.Lock()  # held while a large photo is decoded: two at once would take too much memory
_idle: list["_Worker"] = []


class Pixels(NamedTuple):
    """RGB, 3 bytes a pixel, row after row."""

    width: int
    height: int
    content: bytearray


def start() -> None:
    """Start a process if none waits, so that the first photo need not wait for it; returns at once."""
    with contextlib.suppress(PhotoError):  # told when a photo is to be read
        _give_back(_take())


def read(source: str | bytes, sides: Sequence[int]) -> tuple[list[Pixels], str]:
    """Read a photo. Several threads may do so at once, each in a process of its own.

    Args:
        source: a file's name, or a file's content.
        sides: as `decoding.decode` takes them.

    Returns:
        The pixels for each side, and what to tell the user about the photo: a sentence or "".

    Raises:
        PhotoError: it cannot be read.
    """
    if isinstance(source, bytes) and len(source) > MOST_CONTENT:
        raise PhotoError(TOO_MUCH)
    path, content = (None, source) if isinstance(source, bytes) else (_absolute(source), b"")
    worker = _take()
    try:
        answer = worker.ask({"path": path, "content": len(content), "sides": list(sides)}, content)
    except BaseException:
        worker.end()
        raise
    _give_back(worker)
    if isinstance(answer, PhotoError):
        raise answer
    return answer


def in_time(call: Callable[[], T], spent: float = 0.0) -> T:
    """Do what may wait for a dead disk for ever, in a thread, which is left to itself then.

    Args:
        spent: the seconds that it has taken already.

    Raises:
        PhotoError: it takes too long.
    """
    outcomes: queue.SimpleQueue[tuple[T, None] | tuple[None, Exception]] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcomes.put((call(), None))
        except Exception as error:
            outcomes.put((None, error))

    threading.Thread(target=run, name="photo-reader", daemon=True).start()
    try:
        result, error = outcomes.get(timeout=max(0, SECONDS - spent))
    except queue.Empty:
        raise PhotoError(TOO_LONG) from None
    if error:
        raise error
    return cast("T", result)


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
        if len(_idle) < KEPT:
            return _idle.append(worker)
    worker.end()


@atexit.register
def end() -> None:
    """End the processes that wait; `read` starts another one."""
    with _lock:
        while _idle:
            _idle.pop().end()


class _Worker:
    """A process that reads photos.

    Raises:
        PhotoError: it cannot be started.
    """

    def __init__(self) -> None:
        try:
            self._process = processes.start("captioner.photos.worker")
        except OSError as error:
            sentence = f"The process that reads photos cannot be started ({error.strerror}): close other programs."
            raise PhotoError(sentence) from error

    def lives(self) -> bool:
        return self._process.poll() is None

    def ask(self, order: dict[str, object], content: bytes) -> tuple[list[Pixels], str] | PhotoError:
        """The answer to an order; a PhotoError that is raised, not returned, leaves the process unusable."""
        begun = time.monotonic()
        try:
            answer = in_time(lambda: self._exchange(order, content))
            if answer is None:
                spent = time.monotonic() - begun
                with _large:
                    answer = in_time(lambda: self._exchange({"content": 0}, b""), spent)
            if answer is None:
                raise ValueError("nonsense")
            return answer
        except (OSError, ValueError, KeyError, TypeError) as error:  # it has ended, or tells nonsense
            raise PhotoError(CRASHED) from error

    def end(self) -> None:
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired, OSError):  # it waits for a dead disk
            self._process.wait(timeout=1)
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    pipe.close()

    def _exchange(self, order: dict[str, object], content: bytes) -> tuple[list[Pixels], str] | PhotoError | None:
        """The answer to an order; None if the photo is large and the process waits to be told to go on."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        stdin.write(json.dumps(order).encode() + b"\n")
        stdin.write(content)
        stdin.flush()
        answer = json.loads(stdout.readline(10_000))
        if "large" in answer:
            return None
        if "error" in answer:
            return PhotoError(str(answer["error"]))
        pixels = []
        for width, height in answer["sizes"]:
            if not 0 < width * height <= MOST_PIXELS:
                raise ValueError("nonsense")
            buffer = bytearray(width * height * 3)
            if stdout.readinto(buffer) != len(buffer):  # type: ignore[attr-defined]
                raise ValueError("cut off")
            pixels.append(Pixels(width, height, buffer))
        return pixels, str(answer["note"])
