"""A real file that hangs."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CONTENT = b"photo"


class HangingFile:
    """A file that blocks whoever opens it, like one on a network drive that has gone: this process holds a lease on it.

    The system takes the lease back after 45 seconds.
    """

    def __init__(self, path: Path) -> None:
        import fcntl

        self.path = path
        path.write_bytes(CONTENT)
        self._file = os.open(path, os.O_RDWR)
        fcntl.fcntl(self._file, fcntl.F_SETLEASE, fcntl.F_WRLCK)

    def wait(self) -> None:
        """Wait until another process opens it."""
        import fcntl

        deadline = time.monotonic() + 60
        while fcntl.fcntl(self._file, fcntl.F_GETLEASE) == fcntl.F_WRLCK:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def let_go(self) -> None:
        os.close(self._file)


@contextmanager
def hanging_file(path: Path) -> Iterator[HangingFile]:
    if sys.platform != "linux":
        pytest.skip("files can be leased on Linux only")
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)  # which says that another process waits
    file = HangingFile(path)
    yield file
    file.let_go()
    signal.signal(signal.SIGIO, before)
