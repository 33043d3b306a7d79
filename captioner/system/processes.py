"""Starts the program's own processes."""

import subprocess
import sys
from pathlib import Path
from typing import Any


def start(module: str) -> "subprocess.Popen[bytes]":
    """Start a module of this program in a process and, but on Windows, in a process group of its own.

    Raises:
        OSError: the system cannot do it.
    """
    alone: dict[str, Any] = {"start_new_session": True}  # Ctrl+C is not meant for it
    if sys.platform == "win32":
        alone = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],  # Python looks for modules there first: not in a folder with photos
        **alone,
    )
