"""`captioner serve` in a process of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).parents[2]


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    content: bytes


class Server:
    """A running server.

    Args:
        before: what starts Python; this Python by default.
        variables: further environment variables of its process.

    root: the server's address, such as "http://127.0.0.1:54321", without the token.
    token: None if it needs none.
    """

    def __init__(self, *options: str, before: tuple[str, ...] = (sys.executable, "-m"), **variables: str) -> None:
        self.process = subprocess.Popen(
            [*before, "captioner", "serve", "--port", "0", *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line.startswith("Captioner is at "), self.process.communicate()[1]
        self.address = line.split()[-1]
        self.port = urlsplit(self.address).port or 0
        self.root = f"http://127.0.0.1:{self.port}"
        self.token = parse_qs(urlsplit(self.address).query).get("token", [None])[0]

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send a GET request, or a POST request if there is a body. Header names are written with underscores."""
        request = urllib.request.Request(
            self.root + path, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=300) as response:
                return Answer(response.status, dict(response.headers), response.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, dict(error.headers), error.read())

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def send(self, request: bytes) -> bytes:
        """Send bytes as they are, and return what comes back until the server closes the connection."""
        with self.connect() as connection:
            with contextlib.suppress(OSError):  # it may close before it has read everything
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
            received = b""
            with contextlib.suppress(OSError):
                while part := connection.recv(65536):
                    received += part
            return received

    def await_model(self) -> None:
        """Return when the model is loaded."""
        end = time.monotonic() + 60
        while b'"ready"' not in self.ask("/api/health", Authorization=f"Bearer {self.token}").content:
            assert time.monotonic() < end
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Stop it as Ctrl+C does, and return the exit status and what it wrote to standard error."""
        self.process.send_signal(number)
        errors = self.process.communicate(timeout=30)[1]
        return self.process.returncode, errors


@contextmanager
def serving(*options: str, **start: Any) -> Iterator[Server]:
    """A server in the block, which must write nothing to standard error."""
    server = Server(*options, **start)
    try:
        yield server
        assert server.stop() == (0, "")
    finally:
        server.process.kill()
        server.process.communicate()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: object) -> None:
        return None
