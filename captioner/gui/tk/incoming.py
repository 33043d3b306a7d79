"""Photos from what a drop or the clipboard carries."""

import base64
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from captioner.photos.formats import MIME_TYPES
from captioner.photos.source import PhotoSource

NOTHING = "There is no photo in that: drop or paste a picture, a picture's file or its path."
ADDRESS = (
    "The browser gave only the picture's address, and this program opens no connections: copy the picture and paste it."
)
NO_XCLIP = "Pasting a picture needs the program xclip: install the package xclip and paste again."
NO_ANSWER = "The program that the picture was copied in does not answer: copy the picture once more and paste it."

# Seconds that another program has to hand over what was copied in it.
TIMEOUT = 10


def from_drop(kind: str, data: str | bytes) -> list[PhotoSource] | str:
    """Take what was dropped on the window.

    Args:
        kind: the data's type as tkdnd names it: "text/uri-list", "DND_Files", "CF_HDROP", "text/html", "text/plain" ...
        data: as tkdnd gives it: a Tcl list of paths and addresses, text, or an image's content.

    Returns:
        The photos, at least one, or a sentence that says why there are none.
    """
    if isinstance(data, bytes):
        return [PhotoSource(content=data)]
    if "html" in kind.lower():
        images = _Images()
        images.feed(data.replace("\0", ""))  # UTF-16 comes as it is
        return _sources(images.addresses)
    if "uri-list" in kind or "file" in kind.lower() or kind == "CF_HDROP":
        return _sources(split_list(data))
    return from_text(data)


def from_text(text: str) -> list[PhotoSource] | str:
    """Take text that was pasted or dropped: absolute paths, one a line, quoted or not; file: and data: addresses.

    The disk is not touched.

    Returns:
        The photos, at least one, or a sentence that says why there are none.
    """
    return _sources(line.strip().strip("\"'") for line in text.splitlines())


def from_clipboard(text: str) -> list[PhotoSource] | str:
    """Take what is on the clipboard: paths, copied files, or an image. Takes a while: call it in a thread.

    Args:
        text: the clipboard's text as Tk's clipboard_get gives it, "" where it has none.

    Returns:
        The photos, at least one, or a sentence that says why there are none.
    """
    sources = from_text(text)
    if isinstance(sources, list):
        return sources
    others = _from_desktop() if sys.platform == "linux" else _from_system()
    return others if others and not (text and others == NO_XCLIP) else sources


def split_list(text: str) -> list[str]:
    """The elements of a Tcl list. Not done by Tcl itself, so that nothing here needs it."""
    elements, position = [], 0
    while match := re.compile(r"\s*(\S)").match(text, position):
        position = match.start(1)
        if text[position] == "{":
            end = _closing_brace(text, position)
            elements.append(text[position + 1 : end])
            position = end + 1
        else:
            pattern = r'"((?:\\.|[^"\\])*)"?' if text[position] == '"' else r"((?:\\.|[^\s\\])*\\?)"
            match = re.compile(pattern, re.DOTALL).match(text, position)
            assert match
            elements.append(re.sub(r"\\(.)", _unescape, match[1], flags=re.DOTALL))
            position = match.end()
    return elements


def _closing_brace(text: str, position: int) -> int:
    depth = 0
    for match in re.compile(r"\\.|[{}]", re.DOTALL).finditer(text, position):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return match.start()
    return len(text)


def _unescape(match: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "b": "\b"}.get(match[1], match[1])


def _sources(texts: Iterable[str]) -> list[PhotoSource] | str:
    texts = list(texts)
    sources = [source for source in map(_source, texts) if source]
    if sources:
        return sources
    return ADDRESS if any(re.match("(https?|ftp):", text) for text in texts) else NOTHING


def _source(text: str) -> PhotoSource | None:
    """The photo that a path or an address names, if it does."""
    with suppress(ValueError):  # "file://[", "~\0" and other things that no path or address is
        if text.startswith("data:"):
            return PhotoSource(content=_content(text))
        if text.startswith("file:"):
            path = _path(text)
            return PhotoSource(path=path) if path else None
        if text.startswith("~"):
            text = os.path.expanduser(text)
        return PhotoSource(path=Path(text)) if os.path.isabs(text) and "\0" not in text else None
    return None


def _path(address: str) -> Path | None:
    parts = urlsplit(address)
    path = os.fsdecode(unquote_to_bytes(parts.path))
    if not path.startswith("/"):
        return None
    if sys.platform == "win32":
        path = re.sub("^/(?=[A-Za-z]:)", "", path)
        return Path(f"//{parts.netloc}{path}" if parts.netloc else path)
    return Path(path) if parts.netloc in ("", "localhost", socket.gethostname()) and "\0" not in path else None


def _content(address: str) -> bytes:
    head, _, tail = address.partition(",")
    content = unquote_to_bytes(tail)
    return base64.b64decode(content) if head.endswith(";base64") else content


class _Images(HTMLParser):
    """Collects the addresses of the images in HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.addresses.append(dict(attrs).get("src") or "")


def _from_desktop() -> list[PhotoSource] | str | None:
    """What else is on the clipboard of X or Wayland: Tk itself only knows how to get text from there."""
    if os.environ.get("WAYLAND_DISPLAY") and shutil.which("wl-paste"):
        kinds, content = ["wl-paste", "--list-types"], ["wl-paste", "--no-newline", "--type"]
    elif shutil.which("xclip"):
        content = ["xclip", "-selection", "clipboard", "-out", "-target"]
        kinds = [*content, "TARGETS"]
    else:
        return NO_XCLIP
    try:
        offered = set(_output(kinds).decode(errors="replace").split())
        if "text/uri-list" in offered:
            sources = from_text(os.fsdecode(_output([*content, "text/uri-list"])))
            if isinstance(sources, list):
                return sources
        image = next((kind for kind in MIME_TYPES if kind in offered), None)
        return [PhotoSource(content=_output([*content, image]))] if image else None
    except subprocess.TimeoutExpired:
        return NO_ANSWER
    except (OSError, subprocess.CalledProcessError):  # the clipboard is empty, or has just changed
        return None


def _output(command: list[str]) -> bytes:
    return subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT).stdout


def _from_system() -> list[PhotoSource] | str | None:
    """What else is on the clipboard of Windows or macOS."""
    import io

    from PIL import ImageGrab

    try:
        found = ImageGrab.grabclipboard()
    except OSError:  # Pillow cannot make anything of it
        return None
    if isinstance(found, list):
        return [PhotoSource(path=Path(name)) for name in found] or None
    if found is None:
        return None
    content = io.BytesIO()
    found.save(content, "PNG", compress_level=1)
    return [PhotoSource(content=content.getvalue())]
