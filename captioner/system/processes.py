"""Starts and ends the program's own processes."""

import contextlib
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def start(module: str, environment: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
    """Start a module of this program in a process, which has a process group of its own except on Windows.

    Args:
        environment: the process's variables; None for those of this process.

    Raises:
        OSError: the system cannot start it.
    """
    alone: dict[str, Any] = {"start_new_session": True}  # so that Ctrl+C does not reach it
    if sys.platform == "win32":
        alone = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],  # Python imports from there first, which must not be a folder with photos
        env=environment,
        **alone,
    )


def end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process that `start` has started, and close its pipes."""
    process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired, OSError):  # it is waiting for a dead disk
        process.wait(timeout=1)
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
