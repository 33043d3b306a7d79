"""The waitress server, with limits that it lacks against malicious and slow clients.

waitress receives whole requests in one thread before it gives them to the threads that answer, so a slow client holds
up nobody. This module adds limits: on the memory that the bodies of all requests take together, on the time that a
request may take to arrive, and on connections: the one that has been idle for longest makes room for a new one. Bodies
stay in memory, while waitress would write large ones to the disk, and the body of a request that will be refused is
not kept at all.
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from waitress.buffers import BytesIOBasedBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.utilities import Error

MAX_BODY = 64_000_000  # bytes
MAX_BODIES = 256_000_000  # bytes of all requests together
MAX_HEADERS = 32_000  # bytes
MAX_CONNECTIONS = 200  # fewer than select takes on Windows, and than macOS lets a program have
REQUEST_TIMEOUT = 120  # seconds from a request's first byte to its last, and for an idle connection

# Whether a request will be refused: from its method, its path and its headers by name.
IsRefused = Callable[[str, str, Callable[[str], str]], object]


class _Memory:
    """An amount of memory that is shared."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Take a part, if that much is left. A negative size gives it back."""
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True


class _Body(BytesIOBasedBuffer):  # type: ignore[misc]
    """A request's body in memory."""

    is_too_much = False

    def __init__(self, memory: _Memory) -> None:
        super().__init__()
        self._memory = memory
        self._size = 0

    def append(self, data: bytes) -> None:
        if self.is_too_much or not self._memory.take(len(data)):
            self.is_too_much = True
            return
        self._size += len(data)
        super().append(data)

    def close(self) -> None:
        self._memory.take(-self._size)
        self._size = 0
        super().close()


class _Discarded(BytesIOBasedBuffer):  # type: ignore[misc]
    """A body that nobody will read."""

    def append(self, data: bytes) -> None:
        pass


class _Busy(Error):  # type: ignore[misc]
    code = 503
    reason = "Service Unavailable"


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """A request that is arriving."""

    buffer: _Body | _Discarded | None = None

    def __init__(self, adjustments: object, server: "Server") -> None:
        super().__init__(adjustments)
        self._server = server

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.body_rcv is not None:
            refused = self._server.is_refused(
                self.command, self.path, lambda name: self.headers.get(name.upper().replace("-", "_"), "")
            )
            self.buffer = _Discarded() if refused else _Body(self._server.memory)
            self.body_rcv.buf = self.buffer

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if isinstance(self.buffer, _Body) and self.buffer.is_too_much:
            self.error = _Busy("Too many large photos are arriving at the same time. Try again in a moment.")
            self.completed = True
        return consumed


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection."""

    last_activity: float

    def __init__(self, server: "Server", *arguments: Any, **options: Any) -> None:
        self.parser_class = partial(_Parser, server=server)
        super().__init__(server, *arguments, **options)

    @property
    def is_uploading(self) -> bool:
        """Whether part of an allowed body has arrived."""
        return self.request is not None and isinstance(self.request.buffer, _Body)

    def handle_read(self) -> None:
        begun = self.last_activity if self.request is not None else None
        super().handle_read()
        if begun is not None and self.request is not None:
            self.last_activity = begun  # or a byte now and then would keep the connection for ever

    def handle_close(self) -> None:
        if self.request is not None:
            self.request.close()
        super().handle_close()


class Server(TcpWSGIServer):  # type: ignore[misc]
    """Listens from its creation on; `run` answers.

    Args:
        app: a WSGI application.
        threads: how many requests can be answered at a time.

    Raises:
        OSError: the port is in use, or may not be used.
    """

    channel_class = _Channel

    def __init__(self, app: object, is_refused: IsRefused, *, host: str, port: int, threads: int) -> None:
        self.memory = _Memory(MAX_BODIES)
        self.is_refused = is_refused
        super().__init__(
            app,
            host=host,
            port=port,
            threads=threads,
            connection_limit=2 * MAX_CONNECTIONS,  # never reached: accepting would stop there
            backlog=1024,
            channel_timeout=REQUEST_TIMEOUT,
            cleanup_interval=5,
            recv_bytes=2**18,
            max_request_body_size=MAX_BODY,
            max_request_header_size=MAX_HEADERS,
            outbuf_overflow=2**30,  # no answer goes to the disk
            ident="",
        )

    def handle_accept(self) -> None:
        super().handle_accept()
        if len(self.active_channels) > MAX_CONNECTIONS:
            idle = [channel for channel in self.active_channels.values() if not channel.requests]
            if idle:
                min(idle, key=lambda channel: (channel.is_uploading, channel.last_activity)).handle_close()
