"""Notes what went wrong in the program, for whoever mends it, and lets the next start of the window say so.

Noted are the types of errors and the places in the code. Messages and paths are not, for they may hold what photos are
called or who the user is; who sets CAPTIONER_CRASH_DETAILS=1 in the environment has them noted, too.
"""

import os
import re
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO

from captioner._version import __version__
from captioner.errors import user_message

LOG = "crashes.log"
MOST = 2**16  # bytes of the log, about: what is more, or has been told, is put aside in place of what was before
FRAMES = 30  # of a traceback, the innermost: those of an endless recursion say the same again and again

_noted: set[str] = set()  # in this process: what a timer does wrong it does for ever
_native: IO[bytes] | None = None


def watch() -> None:
    """Note from now on what nobody handles: errors, which are told, too, and crashes of code that is not Python."""
    global _native
    sys.excepthook = _take
    threading.excepthook = _take_of_thread
    with suppress(OSError, RuntimeError):  # RuntimeError: there is no home folder, or no such signal
        import faulthandler

        _native = _folder().joinpath("native.log").open("ab")
        faulthandler.enable(_native)


def note(error: BaseException) -> None:
    """Note an error, if there is a place for it."""
    if os.environ.get("CAPTIONER_CRASH_DETAILS"):
        text = "".join(traceback.format_exception(error))
    else:
        text = "\n".join(_places(error))
    if text not in _noted:
        _noted.add(text)
        _append(text)


def news() -> str:
    """A sentence if something was noted since this was last asked, or else ""."""
    with suppress(OSError, RuntimeError):
        _collect_native()
        return (
            f"Something went wrong in the program last time. To have it mended, send {_put_aside(_folder() / LOG)} to "
            "whoever you have the program from: it says where, and names no photo."
        )
    return ""


def _take(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What Python calls with an error that nobody handled."""
    if not isinstance(error, Exception):  # Ctrl+C
        return sys.__excepthook__(kind, error, trace)
    note(error)
    if sys.stderr:
        print(f"captioner: {user_message(error)}", file=sys.stderr)


def _take_of_thread(thrown: threading.ExceptHookArgs) -> None:
    if isinstance(thrown.exc_value, Exception):
        _take(thrown.exc_type, thrown.exc_value, thrown.exc_traceback)


def _places(error: BaseException) -> list[str]:
    """The types of an error and of those that led to it, each with its places in the code, outermost first."""
    cause = error.__cause__ or error.__context__
    frames = list(traceback.walk_tb(error.__traceback__))[-FRAMES:]
    places = [f"  {frame.f_globals.get('__name__')}:{line} {frame.f_code.co_name}" for frame, line in frames]
    return [*(_places(cause) if cause else ()), f"{type(error).__module__}.{type(error).__qualname__}", *places]


def _collect_native() -> None:
    """Move what was noted of crashes of native code to the log, without the folders of the code."""
    with _folder().joinpath("native.log").open("ab+") as file:
        file.seek(0)
        if text := file.read(MOST).decode(errors="replace"):
            file.truncate(0)
            _append(re.sub(r'"[^"\n]*?([^"/\\\n]*)"', r'"\1"', text))


def _append(text: str) -> None:
    now = time.strftime("%Y-%m-%d %H:%M")
    entry = f"{now}, captioner {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n{text.strip()}\n\n"
    with suppress(OSError, RuntimeError):
        log = _folder() / LOG
        if log.exists() and log.stat().st_size > MOST:
            _put_aside(log)
        with log.open("ab") as file:
            file.write(entry.encode(errors="backslashreplace")[:MOST])


def _put_aside(log: Path) -> Path:
    return log.replace(log.with_stem(f"{log.stem}-old"))


def _folder() -> Path:
    """The platform's own place for logs of this program.

    Raises:
        OSError: there is none.
    """
    from platformdirs import user_log_path

    folder = user_log_path("captioner", appauthor=False)
    if not folder.is_absolute():  # "~/.local/..." of a user without a home
        raise FileNotFoundError(2, "there is no home folder", str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
