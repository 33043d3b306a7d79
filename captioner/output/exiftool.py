"""Changes metadata with ExifTool, a separate program under its own licence, which the user installs.

One process makes all changes, because starting it takes much longer than a change.
"""

import atexit
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from captioner.errors import CaptionerError
from captioner.system import processes
from captioner.system.timeouts import in_time

# Seconds that a change may take. A PNG file of 100 MB takes 2.
EXIFTOOL_TIMEOUT = 30

MISSING = (
    "ExifTool, which saves text in photos, is not installed. On Debian and Ubuntu run sudo apt install "
    "libimage-exiftool-perl, on a Mac brew install exiftool, on Windows winget install OliverBetz.ExifTool."
)
TOO_OLD = "This ExifTool is too old for alternative text. Install version 12.40 or newer."
TOO_SLOW = f"ExifTool took over {EXIFTOOL_TIMEOUT} seconds, so Captioner stopped. The photo is unchanged."
ENDED = "ExifTool ended unexpectedly. The photo is unchanged. Try again."

READY = b"{ready}"

_lock = threading.Lock()
_process: "subprocess.Popen[bytes] | None" = None


class ExifToolError(CaptionerError):
    """ExifTool is missing, too old, or does not answer."""


class Refused(CaptionerError):
    """ExifTool cannot change this file, which is of a kind that it does not write, or damaged."""


def require() -> None:
    """Find out whether `change` can work.

    Raises:
        ExifToolError: ExifTool is not installed.
    """
    if shutil.which("exiftool") is None:
        raise ExifToolError(MISSING)


def change(path: Path, tags: Mapping[str, str]) -> None:
    """Set tags in a file, in place. Any thread may call this; one file is changed at a time.

    Args:
        path: absolute. It must not be the user's own file but a copy, because it is incomplete for a while.
        tags: by their names, such as "XMP-dc:Description". A text must not contain line ends.

    Raises:
        Refused: the file stays as it is.
        ExifToolError: the file may be in any state.
    """
    # Without -fast it checks each byte of a PNG file, which takes a second for 3 MB.
    fast = ["-fast"] if path.suffix.lower() == ".png" else []
    arguments = [*fast, "-overwrite_original", *(f"-{tag}={text}" for tag, text in tags.items())]
    lines = [*(argument.encode() for argument in arguments), _file_name(path), b"-execute"]
    with _lock:
        try:
            answer = in_time(lambda: _ask(b"\n".join(lines) + b"\n"), EXIFTOOL_TIMEOUT, ExifToolError(TOO_SLOW))
        except ExifToolError:
            end()
            raise
        except (OSError, ValueError) as error:
            end()
            raise ExifToolError(ENDED) from error
    if "is not defined" in answer:
        raise ExifToolError(TOO_OLD)
    if not re.search("^ *1 image files (updated|unchanged)", answer, re.MULTILINE):
        raise Refused(answer.partition(" - ")[0].removeprefix("Error: ").strip().splitlines()[0] if answer else "")


def _ask(order: bytes) -> str:
    process = _running()
    assert process.stdin
    assert process.stdout
    process.stdin.write(order)
    process.stdin.flush()
    lines = []
    while (line := process.stdout.readline()).rstrip() != READY:
        if not line:
            raise ExifToolError(ENDED)
        lines.append(line)
    return b"".join(lines).decode(errors="replace")


def _running() -> "subprocess.Popen[bytes]":
    """The process, started if it is not running.

    Raises:
        ExifToolError: there is no such program.
    """
    global _process
    if _process is None or _process.poll() is not None:
        require()
        _process = processes.start("captioner.output.exiftool_worker")
    return _process


@atexit.register
def end() -> None:
    """End the process. `change` starts a new one."""
    global _process
    process, _process = _process, None
    if process is not None and process.stdin and process.stdout:
        with suppress(OSError):
            process.stdin.close()  # it ends ExifTool
        with suppress(subprocess.TimeoutExpired):  # it is waiting for a dead disk
            process.wait(timeout=1)
        process.stdout.close()


def _file_name(path: Path) -> bytes:
    name = str(path).encode() if sys.platform == "win32" else os.fsencode(path)
    if b"\n" not in name and b"\r" not in name:
        return name
    escapes = {b"\\": rb"\\", b"\n": rb"\n", b"\r": rb"\r"}
    return b"#[CSTR]" + b"".join(escapes.get(bytes([byte]), bytes([byte])) for byte in name)
