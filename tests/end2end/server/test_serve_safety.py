"""What strangers may try on `captioner serve`. The server refuses it, and goes on."""

import contextlib
import gzip
import io
import json
import socket
import struct
import sys
import zlib

import pytest
from PIL import Image

from captioner.web.addresses import lan_address
from tests.support.server import ROOT, serving

HEAD = b"Host: 127.0.0.1\r\n"
POST = b"POST /api/caption HTTP/1.1\r\n" + HEAD


@pytest.fixture(scope="module")
def server():
    with serving() as server:
        server.await_model()
        yield server


@pytest.fixture(scope="module")
def lan():
    with serving("--lan") as server:
        server.await_model()
        yield server


@pytest.fixture(scope="module")
def cat():
    return (ROOT / "assets" / "cat.jpg").read_bytes()


def status(response: bytes) -> int:
    return int(response.split(b" ", 2)[1])


def works(server, photo: bytes) -> bool:
    return server.ask("/api/caption", photo).status == 200


def test_other_computers_reach_it_only_with_the_option(server, lan):
    here = lan_address()
    if here == "127.0.0.1":
        pytest.skip("this computer is not in a network")
    socket.create_connection((here, lan.port), timeout=20).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((here, server.port), timeout=20)


# With --lan.


@pytest.mark.parametrize("path", ["/api/health", "/api/tags", "/v1/models", "/page.js", "/nothing", "/?token=no"])
def test_the_network_gets_nothing_without_the_token(lan, path):
    assert lan.ask(path).status == 401


def test_a_photo_without_the_token_is_refused(lan, cat):
    assert lan.ask("/api/caption", cat).status == 401
    assert lan.ask("/api/caption", cat, Authorization="Bearer wrong").status == 401
    assert lan.ask("/api/caption", cat, Authorization=f"Bearer {lan.token}").status == 200


def test_the_token_is_exchanged_for_a_cookie_and_leaves_the_address(lan, cat):
    answer = lan.ask(f"/?token={lan.token}")
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    cookie, *attributes = answer.headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Strict"} <= set(attributes)
    assert lan.token not in cookie
    assert b"Choose photos" in lan.ask("/", Cookie=cookie).content
    assert lan.ask("/api/caption", cat, Cookie=cookie).status == 200


def test_the_token_can_be_typed(lan):
    page = lan.ask("/")
    assert page.status == 401
    assert b'name="token"' in page.content
    assert lan.ask("/token", b"token=wrong").status == 401
    assert "Set-Cookie" in lan.ask("/token", f"token={lan.token}".encode()).headers


# Other websites.


def test_a_foreign_name_or_page_is_refused(server, cat):
    assert server.ask("/", Host="evil.example").status == 403
    assert server.ask("/api/caption", cat, Origin="http://evil.example").status == 403
    assert server.ask("/", cat, Origin="null").status == 403
    assert server.ask("/api/caption", cat, Origin=server.root).status == 200


@pytest.mark.parametrize("path", ["/", "/page.js", "/api/health", "/nothing"])
def test_every_answer_forbids_what_a_page_does_not_need(server, path):
    headers = server.ask(path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert not {"Access-Control-Allow-Origin", "Server"} & set(headers)


# Requests that are not what they should be.


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/page.css/../../cli.py",
        "/files/page.html",
        "//etc/passwd",
        "/page.js%00.png",
        "/.git/config",
        "/api/show/../../x",
        "/\\..\\..\\windows\\win.ini",
        "/{{7*7}}",
        "/%ff%fe",
        "/?token=%ff",
        "/api/speech?text=%00%01%ff",
        "http://evil.example/",
    ],
)
def test_no_path_leads_to_a_file_or_an_error_of_the_program(server, path):
    response = server.send(f"GET {path} HTTP/1.1\r\n".encode() + HEAD + b"Connection: close\r\n\r\n")
    assert status(response) in (200, 303, 400, 404, 503)
    assert b"root:" not in response
    assert b"Traceback" not in response
    if status(response) == 200:
        assert b"<title>Captioner</title>" in response or b"audio/wav" in response


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\n" + HEAD + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HEAD + b"X: a\r\n" * 10_000 + b"\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: 1e3\r\n\r\n",
        POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        POST + b"Content-Length: 99999999999999999999\r\n\r\n",
        POST + b"Content-Length: 64000001\r\n\r\n",
        POST + b"Transfer-Encoding: gzip\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        b"TRACE / HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"PUT /api/caption HTTP/1.1\r\n" + HEAD + b"Content-Length: 1\r\n\r\nx",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\nHost: 127.0.0.1\n\n",
        b"\0" * 100_000,
        b"",
    ],
    ids=range(18),
)
def test_a_malformed_request_is_refused(server, request_bytes):
    response = server.send(request_bytes)
    assert not response or 400 <= status(response) < 600
    assert b"Traceback" not in response
    assert server.ask("/api/health").status == 200


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data; name=photo; filename=a\r\n\r\nx"),
        ("multipart/form-data; boundary=b", b"--b\r\n" + b"X: y\r\n" * 100_000 + b"\r\n--b--"),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n" * 5000 + b"--b--",
        ),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n" + b"x" * 10**6),
        ("multipart/form-data; boundary=" + "b" * 10_000, b"--" + b"b" * 10_000),
        ("application/json", b"[" * 1_000_000),
        ("application/x-www-form-urlencoded", b"a=b&" * 100_000),
    ],
    ids=range(9),
)
@pytest.mark.parametrize("path", ["/", "/api/caption", "/api/html", "/api/chat", "/v1/chat/completions"])
def test_a_malformed_form_is_refused(server, path, kind, body):
    answer = server.ask(path, body, Content_Type=kind)
    assert 400 <= answer.status < 500 or b"<article>" in answer.content  # which says what is wrong with the photo
    assert b"Traceback" not in answer.content


@pytest.mark.parametrize(
    "body",
    [
        {"model": 1},
        {"model": "captioner", "messages": 5},
        {"model": "captioner", "messages": [5]},
        {"model": "captioner", "messages": [{"images": 5}]},
        {"model": "captioner", "messages": [{"images": [{}]}]},
        {"model": "captioner", "images": "x"},
        {"model": "captioner", "images": [None], "prompt": {}},
        {"model": "captioner", "messages": [{"content": [5, {"type": "image_url"}]}]},
        {"model": "captioner", "messages": [{"content": [{"type": "image_url", "image_url": {"url": 5}}]}]},
        {"model": {"a": [1]}, "stream": "maybe", "options": []},
    ],
    ids=range(10),
)
@pytest.mark.parametrize("path", ["/api/chat", "/api/generate", "/api/show", "/v1/chat/completions"])
def test_json_of_a_wrong_shape_is_refused(server, path, body):
    answer = server.ask(path, json.dumps(body).encode())
    assert answer.status in (400, 404, 422) or (path in ("/api/show", "/api/generate") and answer.status == 200)


# Photos that are not what they should be, and too much of everything.


def bomb() -> bytes:
    """A PNG of 40,000 x 40,000 pixels in a few kilobytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 10**6))
        + chunk(b"IEND", b"")
    )


def test_a_decompression_bomb_costs_one_answer(server, cat):
    assert server.ask("/api/caption", bomb()).status == 422
    assert server.ask("/api/caption", gzip.compress(bytes(10**8)), Content_Encoding="gzip").status == 422
    assert works(server, cat)


def test_too_large_a_photo_is_refused_before_it_is_read(server):
    assert status(server.send(POST + b"Content-Length: 64000001\r\n\r\n")) == 413


def test_a_thousand_open_sockets_hold_up_nobody(server, cat):
    beginnings = (b"", b"GET / HT", POST, POST + b"Content-Length: 1000000\r\n\r\n" + bytes(1000))
    with contextlib.ExitStack() as stack:
        for number in range(1000):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            with contextlib.suppress(OSError):  # it had to make room already
                connection.sendall(beginnings[number % len(beginnings)])
        assert works(server, cat)
    assert works(server, cat)


# What it does itself.

# Runs a module, and ends it if it connects to anything or opens a file for writing.
GUARDED = """
import os, runpy, sys
state = os.environ["XDG_STATE_HOME"]
def guard(event, arguments):
    writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR) and isinstance(arguments[0], str) \
        and not arguments[0].startswith(("/dev/", state))
    asks = event == "socket.getaddrinfo" and arguments[0] != "127.0.0.1"  # where it listens
    if writes or asks or event in ("socket.connect", "pickle.find_class", "os.system"):
        print(event, arguments, file=sys.stderr, flush=True)
        os._exit(3)
sys.addaudithook(guard)
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__")
"""


def test_nothing_of_a_photo_is_written_or_sent_anywhere(cat):
    content = io.BytesIO()
    with Image.open(io.BytesIO(cat)) as image:
        image.resize((1500, 1000)).save(content, "PNG")
    photo = content.getvalue()
    assert len(photo) > 1_000_000  # which waitress and Werkzeug would write to the disk
    part = b'--b\r\nContent-Disposition: form-data; name="p"; filename="p.png"\r\n\r\n' + photo + b"\r\n--b--"
    form = "multipart/form-data; boundary=b"
    with serving(before=(sys.executable, "-c", GUARDED)) as server:
        assert server.ask("/api/caption?text", photo).status == 200
        assert server.ask("/api/caption", part, Content_Type=form).status == 200
        assert b"<article>" in server.ask("/", part, Content_Type=form).content
        image = {"type": "image_url", "image_url": {"url": "http://127.0.0.1:9/cat.jpg"}}
        asked = {"model": "captioner", "messages": [{"role": "user", "content": [image]}]}
        assert server.ask("/v1/chat/completions", json.dumps(asked).encode()).status == 400
