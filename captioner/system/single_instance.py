"""One window a user: a second start of the program hands its photos to the window that is open."""

import os
import re
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

# Seconds that another program has to begin to listen, if it is just starting, and then to answer.
STARTING = 3.0
ANSWERING = 2.0

# What is sent is bytes: paths with a null between them, then the answer. Nothing is unpickled, as that would run code.
MOST = 2**24
TAKEN = b"taken"

# Locked as long as this program is the one that others hand over to: of two started at once only one becomes it.
_lock: IO[bytes] | None = None


def hand_over(paths: Sequence[str]) -> bool:
    """Hand photos to this user's running program on the same screen, if there is one.

    Args:
        paths: as on the command line; they are made absolute. May be empty: the window just comes to the front.

    Returns:
        Whether a running program took them. If not, this program is the one from now on: it makes a `Listener` soon,
        and another one that starts meanwhile waits for that.
    """
    try:
        if _become_the_one():
            return False
        message = b"\0".join(os.fsencode(os.path.abspath(path)) for path in paths)
        deadline = time.monotonic() + STARTING
        while not _send(message):
            if sys.platform == "win32" or time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True
    except (OSError, EOFError):
        return False


class Listener:
    """Takes what later starts hand over; where another program does that, or the system forbids it, nothing comes.

    Args:
        tell: takes the absolute paths, in a thread of the listener; must not block.
    """

    def __init__(self, tell: Callable[[list[str]], None]) -> None:
        self._tell = tell
        self._listening = False
        self._closed = False
        self._thread = threading.Thread(target=self._listen, name="second starts", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no longer."""
        global _lock
        self._closed = True
        if self._listening:
            with suppress(OSError, EOFError):
                _send(b"")  # wakes the thread
        self._thread.join(1)
        if _lock:
            _lock.close()
            _lock = None

    def _listen(self) -> None:
        from multiprocessing.connection import Listener as Connections

        with suppress(OSError):
            if sys.platform != "win32":
                if not _become_the_one():
                    return
                Path(_address()).unlink(missing_ok=True)  # of a program that was killed
            with Connections(_address(), backlog=16) as connections:
                self._listening = True
                while not self._closed:
                    with suppress(OSError, EOFError), connections.accept() as connection:
                        self._take(connection)

    def _take(self, connection: "Connection") -> None:
        if not self._closed and _is_same_user(connection) and connection.poll(ANSWERING):
            message = connection.recv_bytes(MOST)
            self._tell([os.fsdecode(path) for path in message.split(b"\0") if path])
            connection.send_bytes(TAKEN)


def _send(message: bytes) -> bool:
    """Send a message to the one program; False if nobody listens yet."""
    from multiprocessing.connection import Client

    try:
        with Client(_address()) as connection:
            connection.send_bytes(message)
            if not connection.poll(ANSWERING):
                raise TimeoutError
            return connection.recv_bytes(MOST) == TAKEN
    except (FileNotFoundError, ConnectionRefusedError):
        return False


def _become_the_one() -> bool:
    """Whether this program is, from now on, the one that others hand over to. On Windows the pipe's owner is."""
    global _lock
    if sys.platform == "win32":
        return False
    import fcntl

    if _lock is None:
        lock = open(f"{_address()}.lock", "ab")  # noqa: SIM115
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        _lock = lock
    return True


def _address() -> str:
    """The name of the socket, in a folder that only this user may enter; on Windows of the pipe.

    Raises:
        OSError: there is no such folder.
    """
    if sys.platform == "win32":
        from getpass import getuser

        return rf"\\.\pipe\captioner-{getuser()}"
    from platformdirs import user_runtime_path

    with warnings.catch_warnings():  # it takes another folder where the usual one will not do
        warnings.simplefilter("ignore")
        folder = user_runtime_path("captioner", appauthor=False)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = folder.lstat()
    if state.st_uid != os.getuid():
        raise PermissionError(f"{folder} is another user's")
    if state.st_mode & 0o077:
        folder.chmod(0o700)
    return str(folder / ("window" + re.sub(r"\W", "-", os.environ.get("DISPLAY", ""))))


def _is_same_user(connection: "Connection") -> bool:
    import socket
    import struct

    if not hasattr(socket, "SO_PEERCRED"):  # then only the folder keeps others out
        return True
    with socket.fromfd(connection.fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        _, user, _ = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return bool(user == os.getuid())
