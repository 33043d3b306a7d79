"""Records errors in the program in a log, so that they can be fixed, and lets the next start of the window mention it.

The log has the types of errors and the places in the code. Messages and paths stay out, because they may contain names
of photos or of the user. CAPTIONER_CRASH_DETAILS=1 in the environment puts them in.
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
MAX_LOG_BYTES = 2**16  # roughly. A longer log, or one that was mentioned, is renamed and replaces the one before it
MAX_FRAMES = 30  # the innermost ones of a traceback, as an endless recursion repeats the same ones

_recorded: set[str] = set()  # by this process: an error in a timer comes again and again
_native: IO[bytes] | None = None


def watch() -> None:
    """From now on record unhandled errors, which are also printed, and crashes of native code."""
    global _native
    sys.excepthook = _handle
    threading.excepthook = _handle_in_thread
    with suppress(OSError, RuntimeError):  # RuntimeError: there is no home folder, or no such signal
        import faulthandler

        _native = _folder().joinpath("native.log").open("ab")
        faulthandler.enable(_native)


def record(error: BaseException) -> None:
    """Record an error, if there is a place for the log."""
    if os.environ.get("CAPTIONER_CRASH_DETAILS"):
        text = "".join(traceback.format_exception(error))
    else:
        text = "\n".join(_places(error))
    if text not in _recorded:
        _recorded.add(text)
        _append(text)


def last_crash_message() -> str:
    """A message for the user if anything was recorded since the last call, otherwise ""."""
    with suppress(OSError, RuntimeError):
        _collect_native()
        return (
            f"Something went wrong in the program last time. To help fix this, send {_rename(_folder() / LOG)} to "
            "whoever you got the program from; it contains no photo names."
        )
    return ""


def _handle(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Python calls this for an unhandled error."""
    if not isinstance(error, Exception):  # Ctrl+C
        return sys.__excepthook__(kind, error, trace)
    record(error)
    if sys.stderr:
        print(f"captioner: {user_message(error)}", file=sys.stderr)


def _handle_in_thread(thrown: threading.ExceptHookArgs) -> None:
    if isinstance(thrown.exc_value, Exception):
        _handle(thrown.exc_type, thrown.exc_value, thrown.exc_traceback)


def _places(error: BaseException) -> list[str]:
    """The types of an error and of its causes, each followed by its places in the code, outermost first."""
    cause = error.__cause__ or error.__context__
    frames = list(traceback.walk_tb(error.__traceback__))[-MAX_FRAMES:]
    places = [f"  {frame.f_globals.get('__name__')}:{line} {frame.f_code.co_name}" for frame, line in frames]
    return [*(_places(cause) if cause else ()), f"{type(error).__module__}.{type(error).__qualname__}", *places]


def _collect_native() -> None:
    """Move what faulthandler wrote about crashes of native code to the log, without the folders of the code."""
    with _folder().joinpath("native.log").open("ab+") as file:
        file.seek(0)
        if text := file.read(MAX_LOG_BYTES).decode(errors="replace"):
            file.truncate(0)
            _append(re.sub(r'"[^"\n]*?([^"/\\\n]*)"', r'"\1"', text))


def _append(text: str) -> None:
    now = time.strftime("%Y-%m-%d %H:%M")
    entry = f"{now}, captioner {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n{text.strip()}\n\n"
    with suppress(OSError, RuntimeError):
        log = _folder() / LOG
        if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
            _rename(log)
        with log.open("ab") as file:
            file.write(entry.encode(errors="backslashreplace")[:MAX_LOG_BYTES])


def _rename(log: Path) -> Path:
    return log.replace(log.with_stem(f"{log.stem}-old"))


def _folder() -> Path:
    """The platform's folder for logs of this program.

    Raises:
        OSError: there is none.
    """
    from platformdirs import user_log_path

    folder = user_log_path("captioner", appauthor=False)
    if not folder.is_absolute():  # "~/.local/..." of a user without a home
        raise FileNotFoundError(2, "there is no home folder", str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
