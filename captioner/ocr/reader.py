"""Reads the text in pictures in a worker process (`captioner.ocr.worker`), with limits on time and memory.

The recogniser is an extra. Without it, `read` raises TextUnavailable and everything else works.
"""

import atexit
import importlib.util
import json
import math
import threading
import time
from typing import Any

from captioner.errors import TextUnavailable, reason
from captioner.ocr.picture_text import PictureText, TextLine, Word
from captioner.photos.load import Loadable, load
from captioner.system import processes
from captioner.system.timeouts import in_time

# Seconds for opening a picture and reading its lines. What has been read by then is the answer. A third is left for the
# lines, however long opening took.
LINES_SECONDS = 6.0
# Seconds after which a worker counts as hung. On an idle computer the hardest pictures take a third of that.
PICTURE_TIMEOUT = 20.0
# Seconds that loading the models may take.
START_TIMEOUT = 60.0
# Seconds that an idle worker is kept for the next picture.
IDLE_SECONDS = 20.0
# Pixels: text is read in a copy whose shorter side keeps at least MIN_SIDE, and whose longer side has at most MAX_SIDE.
MIN_SIDE, MAX_SIDE = 1600, 2400
# The longest answer that is accepted, in bytes.
MAX_ANSWER = 10_000_000

MISSING = "The part that reads text is not installed. To get it, run: pip install 'captioner[ocr]'"
TOO_SLOW = "Reading the text took too long, so Captioner stopped."
CRASHED = "The text in this picture can't be read: the text recogniser crashed."


_lock = threading.Lock()  # held while a picture is read: two at once would take too much memory
_worker: "_Worker | None" = None
_idle_timer: threading.Timer | None = None


def is_installed() -> bool:
    """Whether the recogniser is installed. Does not import it."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


def read(source: Loadable) -> PictureText:
    """Read the text in a picture. The first time, the models are loaded, which takes a second or two.

    Args:
        source: as `captioner.photos.load.load` takes it.

    Raises:
        PhotoError: the picture cannot be read.
        TextUnavailable: the recogniser is not installed, crashed, or took too long.
    """
    if not is_installed():
        raise TextUnavailable(MISSING)
    begun = time.monotonic()
    (image,), _ = load(source, (MIN_SIDE,))
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    seconds = max(LINES_SECONDS / 3, LINES_SECONDS - (time.monotonic() - begun))
    with _lock:
        worker = _take()
        try:
            text = worker.read(image.width, image.height, image.tobytes(), seconds)
        except BaseException:
            worker.end()
            raise
        _keep(worker)
    return text


@atexit.register
def end() -> None:
    """End the worker. `read` starts a new one."""
    global _worker
    worker, _worker = _worker, None
    if worker:
        worker.end()


def _take() -> "_Worker":
    global _worker
    if _idle_timer:
        _idle_timer.cancel()
    if _worker is None or not _worker.lives():
        end()
        _worker = _Worker()
    return _worker


def _keep(worker: "_Worker") -> None:
    """Keep a worker for a while, so that the next picture needn't wait, and then give its memory back."""
    global _idle_timer

    def end_if_idle() -> None:
        if _lock.acquire(blocking=False):
            try:
                if _worker is worker:
                    end()
            finally:
                _lock.release()

    _idle_timer = threading.Timer(IDLE_SECONDS, end_if_idle)
    _idle_timer.daemon = True
    _idle_timer.start()


class _Worker:
    """A process that reads text.

    Raises:
        TextUnavailable: the process can't be started.
    """

    def __init__(self) -> None:
        try:
            self._process = processes.start("captioner.ocr.worker")
        except OSError as error:
            sentence = f"The process that reads text can't be started ({reason(error)}). Close other programs."
            raise TextUnavailable(sentence) from error
        self._ready = False

    def lives(self) -> bool:
        return self._process.poll() is None

    def read(self, width: int, height: int, pixels: bytes, seconds: float) -> PictureText:
        """Read a picture's text. After an exception the process is unusable.

        Args:
            pixels: RGB, 3 bytes a pixel, row after row.
            seconds: for reading the lines.
        """
        order: dict[str, object] = {
            "width": width,
            "height": height,
            "seconds": seconds,
            "timeout": math.ceil(PICTURE_TIMEOUT) + 2,
        }
        try:
            if not self._ready:
                answer = in_time(self._answer, START_TIMEOUT, TextUnavailable(TOO_SLOW))
                self._ready = bool(answer["ready"])
            return _parsed(in_time(lambda: self._exchange(order, pixels), PICTURE_TIMEOUT, TextUnavailable(TOO_SLOW)))
        except (OSError, ValueError, KeyError, TypeError) as error:  # the worker has ended, or its answer is nonsense
            raise TextUnavailable(CRASHED) from error

    def end(self) -> None:
        processes.end(self._process)

    def _exchange(self, order: dict[str, object], pixels: bytes) -> dict[str, Any]:
        stdin = self._process.stdin
        assert stdin
        stdin.write(json.dumps(order).encode() + b"\n")
        stdin.write(pixels)
        stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        stdout = self._process.stdout
        assert stdout
        answer = json.loads(stdout.readline(MAX_ANSWER))
        if not isinstance(answer, dict):
            raise ValueError("not an answer")
        return answer


def _parsed(answer: dict[str, Any]) -> PictureText:
    """The text in an answer.

    Raises:
        ValueError, KeyError, TypeError: the answer is nonsense.
    """
    lines = []
    for line in answer["lines"]:
        words = [Word(_printable(str(text)), min(1.0, max(0.0, float(share)))) for text, share in line["words"]]
        left, top, right, bottom = (min(1.0, max(0.0, float(side))) for side in line["box"])
        if words := [word for word in words if word.text]:
            lines.append(TextLine(tuple(words), (left, top, right, bottom), int(line["paragraph"])))
    rotation = int(answer["rotation"])
    if rotation not in (0, 90, 180, 270):
        raise ValueError("impossible rotation")
    return PictureText(tuple(lines), bool(answer["is_page"]), rotation, bool(answer["complete"]))


def _printable(text: str) -> str:
    """The text without control characters, which a terminal might obey."""
    return "".join(character for character in text if character.isprintable())
