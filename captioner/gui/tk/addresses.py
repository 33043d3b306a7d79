"""Finds the photos that pasted or dropped text names: by paths, and by file:, data: and network addresses."""

import base64
import os
import re
import shlex
import sys
from collections.abc import Iterable
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote_to_bytes

from captioner.gui.tk.mounts import find_mounted
from captioner.photos.source import PhotoSource, path_of_file_url

NOTHING = "No photo found there. Drop or paste a picture, a picture's file or its path."
WEB_ADDRESS = (
    "The browser gave only the picture's address, and Captioner never goes online. Copy the picture and paste it."
)
NOT_MOUNTED = (
    "The photo is on a server or device that this computer has not mounted. Open it in the file manager and try again, "
    "or copy the photo to this computer."
)

# The photos, at least one, or a sentence that says why there are none.
Found = list[PhotoSource] | str

# A scheme of two letters or more, as "C:" is a drive; a host after two slashes; a path.
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+):(?://([^/]*))?(/.*)?", re.IGNORECASE | re.DOTALL)


def from_text(text: str) -> Found:
    """Find the photos that text names.

    Args:
        text: lines of absolute paths and addresses. Paths may be quoted or escaped as for a shell, several on a line.
    """
    return from_addresses(part for line in text.splitlines() for part in _split_line(line.strip()))


def from_html(html: str) -> Found:
    """Find the images in HTML."""
    images = _Images()
    images.feed(html.replace("\0", ""))  # left by UTF-16 that was not decoded
    return from_addresses(images.addresses)


def from_addresses(addresses: Iterable[str]) -> Found:
    """Find the photos that paths and addresses name. No file is opened; for a network address, mounts are listed."""
    sources: list[PhotoSource] = []
    reasons: list[str] = []
    for address in addresses:
        with suppress(ValueError):  # "~\0" and other things that are neither a path nor an address
            found = _find(address)
            if isinstance(found, PhotoSource):
                sources.append(found)
            elif found:
                reasons.append(found)
    return sources or next(iter(reasons), NOTHING)


def _split_line(line: str) -> list[str]:
    """Split what a terminal writes for several files: 'a b.jpg' 'c.jpg', or a\\ b.jpg c.jpg."""
    if sys.platform == "win32":
        return re.findall(r'"([^"]+)"', line) or [line]
    # A backslash before a letter or digit is part of a name, as shells need none there.
    escapes = re.findall(r"\\(.?)", line)
    is_escaped = bool(escapes) and not any(character.isalnum() for character in escapes)
    if is_escaped or re.match(r"""['"]|.*\s['"][~/]""", line):
        with suppress(ValueError):  # a quote is not closed
            return shlex.split(line)
        return [line.strip("'\"")]
    # Names may contain spaces, but hardly an extension followed by a space and the start of another path.
    return re.sub(r"(\.\w{2,4})\s+(?=~?/|[a-z]+:/)", r"\1\n", line).split("\n")


def _find(address: str) -> PhotoSource | str | None:
    """The photo that a path or address names, a sentence why it cannot be had, or None if it is something else."""
    if address.startswith("data:"):
        return PhotoSource(content=_content(address))
    if match := _ADDRESS.fullmatch(address):
        scheme, host, path = match[1].lower(), match[2] or "", match[3] or ""
        if scheme == "file":
            local = path_of_file_url(address)
            return PhotoSource(path=local) if local else None
        if not path and not host:  # "mailto:..."
            return None
        if mounted := find_mounted(scheme, host, path):
            return PhotoSource(path=mounted)
        return WEB_ADDRESS if scheme in ("http", "https", "ftp") else NOT_MOUNTED
    path = os.path.expanduser(address)
    return PhotoSource(path=Path(path)) if os.path.isabs(path) and "\0" not in path else None


def _content(address: str) -> bytes:
    head, _, tail = address.partition(",")
    content = unquote_to_bytes(tail)
    return base64.b64decode(content) if head.lower().replace(" ", "").endswith(";base64") else content


class _Images(HTMLParser):
    """Collects the addresses of the images in HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.addresses.append((dict(attrs).get("src") or "").strip())
