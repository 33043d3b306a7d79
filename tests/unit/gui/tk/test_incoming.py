import base64
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tkinter as tk
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from captioner.gui.tk import incoming
from captioner.gui.tk.incoming import (
    ADDRESS,
    NO_ANSWER,
    NO_XCLIP,
    NOTHING,
    from_clipboard,
    from_drop,
    from_text,
    split_list,
)
from captioner.photos.source import PhotoSource

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has other paths")


@posix
@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("/photos/cat.jpg", ["/photos/cat.jpg"]),
        ("  /photos/cat.jpg\n", ["/photos/cat.jpg"]),
        ("/a b/c d.jpg", ["/a b/c d.jpg"]),
        ('"/a b/c d.jpg"', ["/a b/c d.jpg"]),
        ("'/a b/c d.jpg'", ["/a b/c d.jpg"]),
        ("/1.jpg\r\n/2.jpg\n\n/3.jpg", ["/1.jpg", "/2.jpg", "/3.jpg"]),
        ("~/cat.jpg", ["/home/user/cat.jpg"]),
        ("file:///a%20b/%25.jpg", ["/a b/%.jpg"]),
        ("file:/cat.jpg", ["/cat.jpg"]),
        ("file://localhost/cat.jpg", ["/cat.jpg"]),
        (f"file://{socket.gethostname()}/cat.jpg", ["/cat.jpg"]),
        ("file:///caf%C3%A9.jpg", ["/caf\N{LATIN SMALL LETTER E WITH ACUTE}.jpg"]),
        ("file:///caf%E9.jpg", [os.fsdecode(b"/caf\xe9.jpg")]),
        ("file:///a?b#c.jpg", ["/a"]),
        ("x-special/nautilus-clipboard\ncopy\nfile:///cat.jpg\nfile:///dog.jpg", ["/cat.jpg", "/dog.jpg"]),
        ("https://a.org/cat.jpg\n/cat.jpg", ["/cat.jpg"]),
    ],
)
def test_takes_paths_from_text(text, paths, monkeypatch):
    monkeypatch.setenv("HOME", "/home/user")
    assert from_text(text) == [PhotoSource.of(path) for path in paths]


def test_takes_images_from_data_addresses(samples):
    content = samples["cat"].read_bytes()
    address = f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"
    assert from_text(address) == [PhotoSource(content=content)]
    assert from_drop("text/uri-list", address) == [PhotoSource(content=content)]
    assert from_drop("text/html", f'<b>A cat</b> <img alt="" src="{address}">') == [PhotoSource(content=content)]
    assert from_text("data:image/svg+xml,%3Csvg/%3E") == [PhotoSource(content=b"<svg/>")]


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", "A dog runs.", "cat.jpg", "file://elsewhere/cat.jpg", "data:;base64,A", "mailto:a@b.org", "/\0"),
        *("file://[", "file://\u2100/cat.jpg", "file:///\ud800.jpg", "~\0"),
    ],
)
def test_says_that_there_is_no_photo_in_other_text(text):
    assert from_text(text) == NOTHING


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("text/plain", "https://a.org/cat.jpg"),
        ("text/uri-list", "http://a.org/cat%20and%20dog.jpg"),
        ("text/html", '<a href="/"><img src="https://a.org/cat.jpg"></a>'),
        ("text/html", "\xff\xfe" + "\0".join('<img src="https://a.org/cat.jpg">') + "\0"),
    ],
)
def test_says_that_an_address_is_not_fetched(kind, data):
    assert from_drop(kind, data) == ADDRESS


def test_says_that_there_is_no_photo_in_other_drops():
    for kind, data in (
        ("text/html", "<b>A dog</b> <img alt='no source'>"),
        ("text/uri-list", ""),
        ("text/plain", "A dog"),
    ):
        assert from_drop(kind, data) == NOTHING


def test_takes_the_content_of_an_image():
    assert from_drop("image/png", b"content") == [PhotoSource(content=b"content")]


@posix
@pytest.mark.parametrize("kind", ["text/uri-list", "DND_Files", "CF_HDROP"])
def test_takes_dropped_files(kind):
    data = r"/photos/cat.jpg {/a b/c d.jpg} /a\ b\{c.jpg {/open{close}.jpg}"
    paths = ["/photos/cat.jpg", "/a b/c d.jpg", "/a b{c.jpg", "/open{close}.jpg"]
    assert from_drop(kind, data) == [PhotoSource.of(path) for path in paths]


@pytest.mark.parametrize(
    "elements",
    [
        [],
        ["a"],
        ["a b", "c"],
        ["{", "}"],
        ["a{b}c", "{a b}", "{a"],
        ['"', 'a"b', '"a b"', ""],
        ["\\", "a\\", "a\\ b", "C:\\photos\\new\\{1}.jpg"],
        ["#a", "$a", "[a]", ";", "a;b"],
        ["\n", "a\tb", "\r\n", " "],
        ["\N{GREEK SMALL LETTER BETA}\N{DOG FACE}"],
    ],
)
def test_splits_lists_as_tcl_makes_them(elements):
    made = tk.Tcl().tk.call("list", *elements)
    text = str(tk.Tcl().tk.call("format", "%s", made))
    assert split_list(text) == elements


@pytest.mark.parametrize("text", ["{", "}", "{a", '"', '"a', "\\", "a\\", "{a}b", '"a"b', "{\\", "{a}{b}"])
def test_takes_anything_for_a_list(text):
    assert all(isinstance(element, str) for element in split_list(text))


# What other programs put on the clipboard of X, for which these tests need a screen.
needs_xclip = pytest.mark.skipif(shutil.which("xclip") is None, reason="xclip is not installed")


@pytest.fixture
def copy(display: str) -> Iterator[Callable[[str, bytes], subprocess.Popen]]:
    """Put something of a type on the clipboard, as another program would; returns that program."""
    owners: list[subprocess.Popen] = []

    def copy(kind: str, content: bytes) -> subprocess.Popen:
        command = ["xclip", "-selection", "clipboard", "-in", "-quiet", "-target", kind]
        owner = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert owner.stdin
        owner.stdin.write(content)
        owner.stdin.close()
        owners.append(owner)
        command = ["xclip", "-selection", "clipboard", "-out", "-target", kind]
        while subprocess.run(command, capture_output=True).stdout != content:
            assert owner.poll() is None
        return owner

    yield copy
    for owner in owners:
        owner.kill()
        owner.wait()


@needs_xclip
def test_pastes_a_copied_image(copy):
    content = io.BytesIO()
    Image.effect_noise((400, 300), 50).save(content, "PNG")  # more than one piece of the clipboard's
    copy("image/png", content.getvalue())
    assert from_clipboard("") == [PhotoSource(content=content.getvalue())]
    assert from_clipboard("A title, and the picture with it") == [PhotoSource(content=content.getvalue())]


@needs_xclip
def test_pastes_copied_files(copy):
    copy("text/uri-list", b"file:///a%20b.jpg\r\nfile:///c.jpg\r\n")
    assert from_clipboard("") == [PhotoSource.of("/a b.jpg"), PhotoSource.of("/c.jpg")]


@needs_xclip
def test_says_that_there_is_no_photo_on_the_clipboard(copy):
    copy("UTF8_STRING", b"A dog runs.")
    assert from_clipboard("A dog runs.") == NOTHING
    assert from_clipboard("https://a.org/cat.jpg") == ADDRESS


@needs_xclip
def test_says_that_an_empty_clipboard_holds_no_photo(display):
    assert from_clipboard("") == NOTHING


@needs_xclip
def test_says_that_the_owner_of_the_clipboard_hangs(copy, monkeypatch):
    copy("image/png", b"content").send_signal(signal.SIGSTOP)
    monkeypatch.setattr(incoming, "TIMEOUT", 0.3)
    assert from_clipboard("") == NO_ANSWER


def test_text_that_names_a_photo_needs_no_other_program(monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)
    assert from_clipboard(str(Path("/cat.jpg").absolute())) == [PhotoSource.of(Path("/cat.jpg").absolute())]


@pytest.mark.skipif(sys.platform != "linux", reason="only X and Wayland need another program")
def test_says_which_package_is_missing_to_paste_an_image(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert from_clipboard("") == NO_XCLIP
    assert from_clipboard("A dog runs.") == NOTHING


@pytest.mark.skipif(sys.platform != "linux", reason="Wayland is for Linux")
def test_pastes_on_wayland(monkeypatch, tmp_path):
    """No compositor runs in tests: a stand-in for wl-paste that knows the options that are needed."""
    stand_in = tmp_path / "wl-paste"
    stand_in.write_text(
        """#!/bin/sh
case "$*" in
    --list-types) printf 'text/html\\nimage/jpeg\\nimage/png\\n' ;;
    '--no-newline --type image/png') printf content ;;
    *) exit 1 ;;
esac
"""
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert from_clipboard("") == [PhotoSource(content=b"content")]
