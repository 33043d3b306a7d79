import base64
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from captioner.gui.tk import incoming
from captioner.gui.tk.addresses import NOT_MOUNTED, NOTHING, WEB_ADDRESS, from_text
from captioner.gui.tk.incoming import NO_ANSWER, NO_XCLIP, from_clipboard, from_drop
from captioner.output.html import figure
from captioner.photos.source import PhotoSource

HTML = '<p>A café <img alt="" src="data:image/png;base64,AAAA"></p>'

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
        ("file:///a?b#c.jpg", ["/a?b#c.jpg"]),  # written by programs that do not escape
        ("file:///x/photo #1.jpg", ["/x/photo #1.jpg"]),
        ("file:///x/100%.jpg", ["/x/100%.jpg"]),
        ("FILE:///cat.jpg", ["/cat.jpg"]),
        (r"/x/my\ photo.jpg", ["/x/my photo.jpg"]),
        (r"/x/a\ \(1\).jpg /x/it\'s\ b.jpg", ["/x/a (1).jpg", "/x/it's b.jpg"]),
        (r"/x/back\\slash.jpg", ["/x/back\\slash.jpg"]),
        (r"/x/back\slash.jpg", [r"/x/back\slash.jpg"]),
        (r"~/my\ cat.jpg", ["/home/user/my cat.jpg"]),
        ("'/a b.jpg' '/c.jpg'", ["/a b.jpg", "/c.jpg"]),
        ("\"/a b.jpg\" '/c.jpg' /d.jpg", ["/a b.jpg", "/c.jpg", "/d.jpg"]),
        ("/c.jpg '/a b.jpg'", ["/c.jpg", "/a b.jpg"]),
        (r"'/x/it'\''s.jpg'", ["/x/it's.jpg"]),
        ("/a.jpg /b c.jpeg  ~/d.jpg", ["/a.jpg", "/b c.jpeg", "/home/user/d.jpg"]),
        ("file:///a.jpg file:///b.jpg", ["/a.jpg", "/b.jpg"]),
        ("/x/dog's photo.jpg", ["/x/dog's photo.jpg"]),
        ("'/x/not closed.jpg", ["/x/not closed.jpg"]),
        ("/My photos /a.jpg", ["/My photos /a.jpg"]),
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
    assert from_drop("text/uri-list", [address]) == [PhotoSource(content=content)]
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
    assert from_drop(kind, [data] if "list" in kind else data) == WEB_ADDRESS


def test_says_that_there_is_no_photo_in_other_drops():
    for kind, data in (
        ("text/html", "<b>A dog</b> <img alt='no source'>"),
        ("text/uri-list", []),
        ("text/plain", "A dog"),
    ):
        assert from_drop(kind, data) == NOTHING


def test_takes_the_content_of_an_image():
    assert from_drop("image/png", b"content") == [PhotoSource(content=b"content")]


@posix
@pytest.mark.parametrize("kind", ["text/uri-list", "DND_Files", "CF_HDROP"])
def test_takes_dropped_files(kind):
    paths = ["/photos/cat.jpg", "/a b/c d.jpg", "/a b{c.jpg", "/open{close}.jpg"]
    assert from_drop(kind, paths) == [PhotoSource.of(path) for path in paths]


@posix
@pytest.mark.parametrize(
    ("mount", "address", "path"),
    [
        ("smb-share:server=nas,share=photos", "smb://nas/photos/2024/a%20b.jpg", "2024/a b.jpg"),
        ("smb-share:server=nas,share=photos", "smb://NAS/Photos/a.jpg", "a.jpg"),
        ("smb-share:domain=home,server=nas,share=my%20photos,user=anna", "smb://nas/my%20photos/a.jpg", "a.jpg"),
        ("smb-share:server=nas,share=photos,user=anna", "smb://HOME;anna@nas/photos/a #1.jpg", "a #1.jpg"),
        ("mtp:host=SAMSUNG_Android_42", "mtp://SAMSUNG_Android_42/Phone/DCIM/a.jpg", "Phone/DCIM/a.jpg"),
        ("mtp:host=%5Busb%3A001%2C005%5D", "mtp://[usb:001,005]/Phone/a.jpg", "Phone/a.jpg"),
        ("gphoto2:host=%5Busb%3A001%2C005%5D", "gphoto2://%5Busb%3A001,005%5D/DCIM/a.jpg", "DCIM/a.jpg"),
        ("sftp:host=host,port=2222,user=anna", "sftp://anna@host:2222/home/a.jpg", "home/a.jpg"),
        ("dav:host=cloud,ssl=true,prefix=%2Fremote", "davs://cloud/remote/a.jpg", "a.jpg"),
        ("ftp:host=host", "ftp://host/a.jpg", "a.jpg"),
    ],
)
def test_takes_a_photo_on_a_mounted_server_or_device(mount, address, path, tmp_path, monkeypatch):
    """GVfs, which GNOME, Cinnamon, MATE and XFCE use, has a folder for each."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for other in "smb-share:server=other,share=photos", "mtp:host=other", mount:
        (tmp_path / "gvfs" / other).mkdir(parents=True)
    assert from_text(address) == [PhotoSource.of(tmp_path / "gvfs" / mount / path)]


@pytest.mark.parametrize(
    "address",
    ["smb://nas/other/a.jpg", "smb://nas", "smb://anna@nas/photos/a.jpg", "mtp://phone/a.jpg", "mtp:/phone/a.jpg"],
)
def test_says_that_a_server_or_device_is_not_mounted(address, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "gvfs" / "smb-share:server=nas,share=photos").mkdir(parents=True)
    assert from_text(address) == NOT_MOUNTED


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
@pytest.mark.parametrize("kind", ["image/avif", "image/x-tga", "image/x-unheard-of"])
def test_pastes_an_image_of_any_type(copy, kind):
    copy(kind, b"content")
    assert from_clipboard("") == [PhotoSource.of(b"content")]


@needs_xclip
def test_pastes_the_image_of_copied_html(copy):
    copy("text/html", HTML.encode())
    assert from_clipboard("A café") == [PhotoSource.of(bytes(3))]


@needs_xclip
def test_pastes_what_it_has_copied_as_html(copy, samples):
    html = figure(PhotoSource.of(samples["cat"]), "A cat.")
    copy("text/html", html.encode())
    (source,) = from_clipboard("A cat.")
    assert Image.open(io.BytesIO(source.content)).size == Image.open(samples["cat"]).size


@needs_xclip
def test_says_that_an_address_in_copied_html_is_not_fetched(copy):
    copy("text/html", b'<img src="https://a.org/cat.jpg">')
    assert from_clipboard("A cat") == WEB_ADDRESS


@needs_xclip
def test_says_that_a_copied_file_is_on_a_device_that_is_not_mounted(copy):
    copy("text/uri-list", b"mtp://phone/a.jpg\r\n")
    assert from_clipboard("") == NOT_MOUNTED


@needs_xclip
def test_says_that_there_is_no_photo_on_the_clipboard(copy):
    copy("UTF8_STRING", b"A dog runs.")
    assert from_clipboard("A dog runs.") == NOTHING
    assert from_clipboard("https://a.org/cat.jpg") == WEB_ADDRESS


@needs_xclip
def test_says_that_an_empty_clipboard_holds_no_photo(display):
    assert from_clipboard("") == NOTHING


@needs_xclip
def test_says_that_the_owner_of_the_clipboard_hangs(copy, monkeypatch):
    copy("image/png", b"content").send_signal(signal.SIGSTOP)
    monkeypatch.setattr(incoming, "CLIPBOARD_TIMEOUT", 0.3)
    assert from_clipboard("") == NO_ANSWER


def test_text_that_names_a_photo_needs_no_other_program(monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)
    assert from_clipboard(str(Path("/cat.jpg").absolute())) == [PhotoSource.of(Path("/cat.jpg").absolute())]


@pytest.mark.skipif(sys.platform != "linux", reason="only X and Wayland need another program")
def test_says_which_package_is_missing_to_paste_an_image(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert from_clipboard("") == NO_XCLIP
    assert from_clipboard("A dog runs.") == NOTHING


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="Wayland is for Linux")


@pytest.fixture
def wl_paste(monkeypatch, tmp_path) -> Callable[[str], None]:
    """Install a stand-in for wl-paste that runs this shell script: no compositor runs in tests."""

    def install(script: str) -> None:
        stand_in = tmp_path / "wl-paste"
        stand_in.write_text(f"#!/bin/sh\n{script}\n")
        stand_in.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")

    return install


@on_linux
def test_pastes_an_image_on_wayland(wl_paste):
    wl_paste("""
case "$*" in
    --list-types) printf 'text/html\\nimage/jpeg\\nimage/png\\n' ;;
    '--no-newline --type image/png') printf content ;;
    *) exit 1 ;;
esac
""")
    assert from_clipboard("") == [PhotoSource.of(b"content")]


@on_linux
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_pastes_html_on_wayland(wl_paste, encoding, tmp_path):
    (tmp_path / "html").write_bytes(HTML.encode(encoding))
    wl_paste(f"""case "$*" in --list-types) echo text/html ;; *) cat '{tmp_path}/html' ;; esac""")
    assert from_clipboard("") == [PhotoSource.of(bytes(3))]


@on_linux
@needs_xclip
@pytest.mark.parametrize("script", ["echo 'Failed to connect to a Wayland server' >&2; exit 1", "exec sleep 60"])
def test_pastes_from_x_where_wayland_does_not_answer(wl_paste, copy, script, monkeypatch):
    """In a remote session, for instance, where the variable is set nevertheless."""
    monkeypatch.setattr(incoming, "CLIPBOARD_TIMEOUT", 1)
    wl_paste(script)
    copy("image/png", b"content")
    assert from_clipboard("") == [PhotoSource.of(b"content")]
