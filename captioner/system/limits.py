"""Limits for a process that handles untrusted input: its memory, its time, what it may do."""

import contextlib
import signal
import sys
from typing import Any

FORBIDDEN = ("os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "socket.", "subprocess.")


def limit(max_memory: int) -> None:
    """Limit this process for good.

    On every system, it cannot start programs or open connections through Python. On Linux and macOS it writes no files
    and leaves no core dump. On Linux its memory is limited.

    Args:
        max_memory: in bytes.
    """
    sys.addaudithook(_forbid)
    if sys.platform != "win32":
        import resource

        for kind, most in ((resource.RLIMIT_DATA, max_memory), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
            # The limit may be lower already, or the system has no such limit.
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(kind, (most, most))


def alarm(seconds: int) -> None:
    """Let the system end this process after some seconds, in case the program has died and can't; 0 for never."""
    if sys.platform != "win32":
        signal.alarm(seconds)


def _forbid(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(f"{event} is forbidden here")
