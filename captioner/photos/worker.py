"""The process in which photo files are opened and decoded. `captioner.photos.reader` starts, uses and ends it.

A photo may come from anybody and decoders have faults, so this process has limits, and what goes wrong here ends with
it. What comes in and goes out for each photo:

    in: {"path": ..., "content": bytes that follow, "sides": [...]} on one line, then the content if path is null
    out, if the photo is large: {"large": true}; in, once no other large photo is being decoded: {"content": 0}
    out: {"sizes": [[width, height], ...], "note": ...} on one line, then the RGB pixels of an image for each side;
        or {"error": sentence}
    out, if sides is null: {"texts": {place: text}}, what the photo's file says of the photo

On every system, it cannot start programs or open connections through Python, and it ends when its standard input does.
On Linux and macOS it writes no files, leaves no core dump, and the system ends it if it decodes for too long. On Linux
its memory is limited. It uses no job object on Windows and no sandbox on macOS.
"""

import contextlib
import io
import json
import os
import queue
import stat
import sys
import threading
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

from captioner.errors import PhotoError, reason
from captioner.system import limits, memory

if TYPE_CHECKING:
    from PIL import Image

# In bytes. The program itself takes at most 300 MB and may hold a pasted photo of 150 MB, so that the total is 1.5 GB.
MAX_MEMORY = 1_050_000_000
# Seconds after which the system ends a worker, in case the program has died and can't.
WORKER_TIMEOUT = 10
# Seconds without a photo, after which the memory of the last ones goes back to the system.
IDLE_SECONDS = 2

Order = tuple[dict[str, Any], bytes]


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # decoders print to standard output
    orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    limits.limit(MAX_MEMORY)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # NumPy would set memory aside for a thread on each core
    from PIL import Image

    Image.preinit()

    def wait() -> None:
        """Return when a large photo may be decoded."""
        limits.alarm(0)
        _send_line(answers, {"large": True})
        orders.get()
        limits.alarm(WORKER_TIMEOUT)

    def serve(order: dict[str, Any], content: bytes) -> None:
        limits.alarm(WORKER_TIMEOUT)
        try:
            _answer(answers, order, content, wait)
        except PhotoError as error:
            _send_line(answers, {"error": error.sentence})
        limits.alarm(0)

    while True:
        serve(*_next(orders))


def open_file(path: str) -> IO[bytes]:
    """Open a regular file. Opening anything else, such as a pipe, could wait for ever.

    Raises:
        PhotoError: it is not a file, or can't be opened.
    """
    try:
        _check(os.stat(path).st_mode)
        return open(path, "rb")
    except (FileNotFoundError, ValueError) as error:  # ValueError: no file can have such a name
        if isinstance(error, OSError) and os.path.islink(path):
            raise PhotoError("This is a link to a file that is not there.") from error
        raise PhotoError("There is no such file.") from error
    except OSError as error:
        raise _unreadable(error) from error


def _check(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise PhotoError("This is a folder, not a photo.")
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        raise PhotoError("This is a pipe, not a photo. Save what comes through it as a file.")
    if not stat.S_ISREG(mode):
        raise PhotoError("This is a device, not a photo.")


def _unreadable(error: OSError) -> PhotoError:
    return PhotoError(f"The file can't be read ({reason(error)}).")


def _answer(answers: IO[bytes], order: dict[str, Any], content: bytes, wait: Callable[[], None]) -> None:
    from captioner.photos.decode import decode

    file = io.BytesIO(content) if order["path"] is None else open_file(order["path"])
    with file:
        try:
            if order["sides"] is None:
                from captioner.photos.metadata import texts

                return _send_line(answers, {"texts": texts(file)})
            images, note = decode(file, order["sides"], wait)
        except OSError as error:
            raise _unreadable(error) from error
    _send_line(answers, {"sizes": [image.size for image in images], "note": note})
    for image in images:
        _send_pixels(answers, image)


def _send_pixels(answers: IO[bytes], image: "Image.Image") -> None:
    rows = max(1, 1_000_000 // image.width)  # at a time, because a copy of all of them takes memory
    for top in range(0, image.height, rows):
        answers.write(image.crop((0, top, image.width, min(top + rows, image.height))).tobytes())
    answers.flush()


def _send_line(answers: IO[bytes], answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


def _next(orders: "queue.SimpleQueue[Order]") -> Order:
    with contextlib.suppress(queue.Empty):
        return orders.get(timeout=IDLE_SECONDS)
    memory.return_all_freed_memory()
    return orders.get()


def _listen(orders: "queue.SimpleQueue[Order]") -> None:
    with contextlib.suppress(ValueError):  # an order that was cut off when the program ended
        for line in sys.stdin.buffer:
            order = json.loads(line)
            orders.put((order, sys.stdin.buffer.read(order["content"])))
    os._exit(0)  # the program has ended


if __name__ == "__main__":
    main()
