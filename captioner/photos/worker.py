"""The process in which photo files are opened and decoded: `captioner.photos.reader` starts it, asks it and ends it.

A photo may come from anybody and decoders have faults, so this process has limits, and what goes wrong here is lost
with it. In and out, each for one photo:

    in: {"path": ..., "content": bytes that follow, "sides": [...]} on one line, then the content if path is null
    out, if the photo is large: {"large": true}; in, when no other large one is being decoded: {"content": 0}
    out: {"sizes": [[width, height], ...], "note": ...} on one line, then the RGB pixels of an image for each side;
        or {"error": sentence}

Everywhere, it cannot start programs or open connections through Python, and it ends when its standard input does. On
Linux and macOS it writes no file, leaves no core, and is ended by the system if it decodes for too long; on Linux its
memory is limited. What else there is to be had from the system (Windows: a job object, macOS: a sandbox) is not used.
"""

import contextlib
import io
import json
import os
import queue
import signal
import stat
import sys
import threading
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

from captioner.errors import PhotoError

if TYPE_CHECKING:
    from PIL import Image

# With the program itself, which takes 300 MB at most and may hold a pasted photo of 150 MB, this makes 1.5 GB.
MEMORY = 1_050_000_000
# After so many seconds the system ends a process that the program could not end, because it has died itself.
SECONDS = 10

FORBIDDEN = ("os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "socket.", "subprocess.")

Order = tuple[dict[str, Any], bytes]


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # decoders print, too
    orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    _limit()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # NumPy would set memory aside for a thread on each core
    from PIL import Image

    Image.preinit()

    def wait() -> None:
        """Return when a large photo may be decoded."""
        _alarm(0)
        _tell(answers, {"large": True})
        orders.get()
        _alarm(SECONDS)

    while True:
        order, content = orders.get()
        _alarm(SECONDS)
        try:
            _answer(answers, order, content, wait)
        except PhotoError as error:
            _tell(answers, {"error": error.sentence})
        _alarm(0)


def open_file(path: str) -> IO[bytes]:
    """Open a file, and nothing else, which opening might wait for.

    Raises:
        PhotoError: it is no file, or cannot be opened.
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
        raise PhotoError("This is a pipe, not a photo: save what comes through it as a file.")
    if not stat.S_ISREG(mode):
        raise PhotoError("This is a device, not a photo.")


def _unreadable(error: OSError) -> PhotoError:
    return PhotoError(f"The file can't be read ({error.strerror}).")


def _answer(answers: IO[bytes], order: dict[str, Any], content: bytes, wait: Callable[[], None]) -> None:
    from captioner.photos.decode import decode

    file = io.BytesIO(content) if order["path"] is None else open_file(order["path"])
    with file:
        try:
            images, note = decode(file, order["sides"], wait)
        except OSError as error:
            raise _unreadable(error) from error
    _tell(answers, {"sizes": [image.size for image in images], "note": note})
    for image in images:
        _send(answers, image)


def _send(answers: IO[bytes], image: "Image.Image") -> None:
    rows = max(1, 1_000_000 // image.width)  # at a time: a copy of all of them takes memory
    for top in range(0, image.height, rows):
        answers.write(image.crop((0, top, image.width, min(top + rows, image.height))).tobytes())
    answers.flush()


def _tell(answers: IO[bytes], answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


def _listen(orders: "queue.SimpleQueue[Order]") -> None:
    with contextlib.suppress(ValueError):  # an order cut off by the program's end
        for line in sys.stdin.buffer:
            order = json.loads(line)
            orders.put((order, sys.stdin.buffer.read(order["content"])))
    os._exit(0)  # the program has gone


def _limit() -> None:
    sys.addaudithook(_forbid)
    if sys.platform != "win32":
        import resource

        for kind, limit in ((resource.RLIMIT_DATA, MEMORY), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
            with contextlib.suppress(ValueError, OSError):  # it is lower already, or the system does not know it
                resource.setrlimit(kind, (limit, limit))


def _forbid(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(f"{event} is forbidden here")


def _alarm(seconds: int) -> None:
    if sys.platform != "win32":
        signal.alarm(seconds)


if __name__ == "__main__":
    main()
