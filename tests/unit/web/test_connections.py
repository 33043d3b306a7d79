"""Slow clients, and clients that send too much."""

import contextlib
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from captioner.errors import WeightsError
from captioner.web import connections
from captioner.web.access import Access
from captioner.web.app import create_app
from captioner.web.connections import Server
from captioner.web.describer import MAX_WAITING, Describer
from captioner.web.speech import Speech
from tests.support.program import wait_for

POST = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@contextlib.contextmanager
def listening(app, is_refused: Callable = lambda *request: None, threads: int = 2) -> Iterator[Server]:
    server = Server(app, is_refused, host="127.0.0.1", port=0, threads=threads)
    server.adj.cleanup_interval = 0
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            server.asyncore.loop(timeout=1, map=server._map, count=1)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield server
    finally:
        stop.set()
        server.pull_trigger()
        thread.join()
        server.close()
        server.task_dispatcher.shutdown()


def length_of_body(environ, start_response):
    """An application that answers how long the request's body is."""
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(body)).encode()]


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.effective_port), timeout=20)


def send(server: Server, request: bytes) -> bytes:
    with connect(server) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(request)
        return received(connection)


def received(connection: socket.socket) -> bytes:
    """The whole answer, or what there is of it when the server closes the connection."""
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            answer += part
            head, end, body = answer.partition(b"\r\n\r\n")
            length = re.search(rb"Content-Length: ([0-9]+)", head)
            if end and length and len(body) == int(length[1]):
                break
    return answer


def test_a_body_arrives_whole_and_its_memory_is_given_back():
    with listening(length_of_body) as server:
        for _ in range(3):
            assert send(server, POST + b"Content-Length: 3000000\r\n\r\n" + bytes(3_000_000)).endswith(b"3000000")
        chunks = b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        assert send(server, POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks).endswith(b"5")
        wait_for(lambda: server.memory._left == connections.MAX_BODIES)


def test_a_client_that_leaves_gives_its_memory_back():
    with listening(length_of_body) as server:
        with connect(server) as connection:
            connection.sendall(POST + b"Content-Length: 3000000\r\n\r\n" + bytes(1_000_000))
            wait_for(lambda: server.memory._left == connections.MAX_BODIES - 1_000_000)
        wait_for(lambda: server.memory._left == connections.MAX_BODIES)


def test_the_body_of_a_request_that_will_be_refused_is_not_kept():
    asked = []
    with listening(length_of_body, lambda method, path, header: asked.append((method, path, header("Host")))) as server:
        send(server, POST + b"Content-Length: 1\r\n\r\nx")
    assert asked == [("POST", "/", "127.0.0.1")]
    with listening(length_of_body, lambda *request: "no") as server, connect(server) as connection:
        connection.sendall(POST + b"Content-Length: 3000000\r\n\r\n" + bytes(2_000_000))
        wait_for(lambda: any(channel.request for channel in server.active_channels.values()))
        assert server.memory._left == connections.MAX_BODIES
        connection.sendall(bytes(1_000_000))
        assert received(connection).endswith(b"0")


def test_all_bodies_together_take_only_so_much(monkeypatch):
    monkeypatch.setattr(connections, "MAX_BODIES", 1_000_000)
    with listening(length_of_body) as server, connect(server) as first:
        first.sendall(POST + b"Content-Length: 900000\r\n\r\n" + bytes(800_000))
        wait_for(lambda: server.memory._left == 200_000)
        assert b"503 Service Unavailable" in send(server, POST + b"Content-Length: 300000\r\n\r\n" + bytes(300_000))
        assert send(server, POST + b"Content-Length: 9\r\n\r\n" + bytes(9)).endswith(b"9")
        first.sendall(bytes(100_000))
        assert received(first).endswith(b"900000")


@pytest.mark.parametrize("beginning", [b"", b"POST ", POST + b"Content-Length: 100000\r\n\r\n"])
def test_a_client_that_sends_a_byte_now_and_then_is_disconnected(monkeypatch, beginning):
    monkeypatch.setattr(connections, "REQUEST_TIMEOUT", 1)
    with listening(length_of_body) as server, connect(server) as connection:
        end = time.monotonic() + 30
        connection.sendall(beginning)
        wait_for(lambda: server.active_channels)
        with contextlib.suppress(OSError):
            while time.monotonic() < end and server.active_channels:
                time.sleep(0.1)
                if beginning:
                    connection.sendall(b"x")
        assert not server.active_channels


def test_the_connection_that_is_idle_for_longest_makes_room(monkeypatch):
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 3)
    with listening(length_of_body) as server, contextlib.ExitStack() as stack:
        upload = stack.enter_context(connect(server))
        upload.sendall(POST + b"Content-Length: 10\r\n\r\n" + bytes(5))
        wait_for(lambda: server.memory._left == connections.MAX_BODIES - 5)
        for _ in range(5):
            stack.enter_context(connect(server))
        assert send(server, POST + b"Content-Length: 1\r\n\r\nx").endswith(b"1")
        upload.sendall(bytes(5))
        assert received(upload).endswith(b"10")


def test_a_crowd_waits_in_line_and_who_comes_after_it_is_told_to_come_back():
    describer = Describer()
    app = create_app(describer, Speech(), Access((), lan=False))
    request = b"POST /api/caption HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\n\r\nx"
    crowd = describer.at_once + MAX_WAITING
    with listening(app, threads=crowd + 2) as server, ThreadPoolExecutor(crowd) as clients:
        answers = clients.map(lambda _: send(server, request), range(crowd))
        wait_for(lambda: describer._present == crowd)
        refused = send(server, request)
        assert refused.startswith(b"HTTP/1.1 429 ")
        assert b"Retry-After: " in refused
        health = send(server, b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert json.loads(health.rpartition(b"\r\n\r\n")[2])["status"] == "loading"
        describer._problem = WeightsError("The model is missing.")
        describer._loaded.set()
        assert all(b"503" in answer and b"The model is missing." in answer for answer in answers)
