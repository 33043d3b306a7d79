"""Keeps one window per user and display: a second start of the program forwards its photos to the open window."""

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

# How long the running program may take to begin to listen, if it is just starting, and then to answer.
START_TIMEOUT = 3.0  # seconds
ANSWER_TIMEOUT = 2.0

# A message is paths separated by null bytes, followed by the answer. Nothing is unpickled, as that could run code.
MAX_MESSAGE_BYTES = 2**24
TAKEN = b"taken"

# Locked while this program takes the photos of later starts: of two that start at once, only one gets the lock.
# Not with filelock, whose import alone would delay the window by a fifth.
_instance_lock: IO[bytes] | None = None


def forward_to_running_instance(paths: Sequence[str]) -> bool:
    """Forward photos to this user's running program on the same display, if there is one.

    Args:
        paths: as on the command line; they are made absolute. Without any, the window only comes to the front.

    Returns:
        Whether a running program took them. If not, this program becomes the running one. It should create a
        `Listener` soon, as another one that starts meanwhile waits for that.
    """
    try:
        if _acquire_instance_lock():
            return False
        message = b"\0".join(os.fsencode(os.path.abspath(path)) for path in paths)
        deadline = time.monotonic() + START_TIMEOUT
        while not _send(message):
            if sys.platform == "win32" or time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True
    except (OSError, EOFError):
        return False


class Listener:
    """Takes the photos that later starts forward. If another program does that, or the system forbids it, none come.

    Args:
        open_photos: called with absolute paths, in a thread of the listener. It must not block.
    """

    def __init__(self, open_photos: Callable[[list[str]], None]) -> None:
        self._open_photos = open_photos
        self._listening = False
        self._closed = False
        self._thread = threading.Thread(target=self._listen, name="second starts", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        global _instance_lock
        self._closed = True
        if self._listening:
            with suppress(OSError, EOFError):
                _send(b"")  # wakes the thread
        self._thread.join(1)
        if _instance_lock:
            _instance_lock.close()
            _instance_lock = None

    def _listen(self) -> None:
        from multiprocessing.connection import Listener as ConnectionListener

        with suppress(OSError):
            if sys.platform != "win32":
                if not _acquire_instance_lock():
                    return
                Path(_address()).unlink(missing_ok=True)  # left by a program that was killed
            with ConnectionListener(_address(), backlog=16) as connections:
                self._listening = True
                while not self._closed:
                    with suppress(OSError, EOFError), connections.accept() as connection:
                        self._take(connection)

    def _take(self, connection: "Connection") -> None:
        if not self._closed and _is_same_user(connection) and connection.poll(ANSWER_TIMEOUT):
            message = connection.recv_bytes(MAX_MESSAGE_BYTES)
            self._open_photos([os.fsdecode(path) for path in message.split(b"\0") if path])
            connection.send_bytes(TAKEN)


def _send(message: bytes) -> bool:
    """Send a message to the running program; False if it does not listen yet."""
    from multiprocessing.connection import Client

    try:
        with Client(_address()) as connection:
            connection.send_bytes(message)
            if not connection.poll(ANSWER_TIMEOUT):
                raise TimeoutError
            return connection.recv_bytes(MAX_MESSAGE_BYTES) == TAKEN
    except (FileNotFoundError, ConnectionRefusedError):
        return False


def _acquire_instance_lock() -> bool:
    """Whether this program is the running one from now on. On Windows that is the one that owns the pipe."""
    global _instance_lock
    if sys.platform == "win32":
        return False
    import fcntl

    if _instance_lock is None:
        lock = open(f"{_address()}.lock", "ab")  # noqa: SIM115
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        _instance_lock = lock
    return True


def _address() -> str:
    """The name of the socket, in a folder that only this user may enter; on Windows the name of the pipe.

    Raises:
        OSError: there is no such folder.
    """
    if sys.platform == "win32":
        from getpass import getuser

        return rf"\\.\pipe\captioner-{getuser()}"
    from platformdirs import user_runtime_path

    with warnings.catch_warnings():  # it warns when it has to take another folder than usual
        warnings.simplefilter("ignore")
        folder = user_runtime_path("captioner", appauthor=False)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = folder.lstat()
    if state.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user")
    if state.st_mode & 0o077:
        folder.chmod(0o700)
    return str(folder / ("window" + re.sub(r"\W", "-", _display())))


def _display() -> str:
    """The X display, named the same way however DISPLAY is written: ":7" for ":7.0" and "unix:7"."""
    return re.sub(r"^unix/?(?=:)|\.0$", "", os.environ.get("DISPLAY", ""))


def _is_same_user(connection: "Connection") -> bool:
    import socket
    import struct

    if not hasattr(socket, "SO_PEERCRED"):  # then only the folder keeps others out
        return True
    with socket.fromfd(connection.fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        _, user, _ = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return bool(user == os.getuid())
