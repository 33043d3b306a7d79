"""Finds the photos in a drop or on the clipboard."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from captioner.gui.tk.addresses import NOTHING, Found, from_addresses, from_html, from_text
from captioner.photos.formats import MIME_TYPES
from captioner.photos.source import PhotoSource

NO_XCLIP = "Pasting a picture needs the program xclip. Install the package xclip and paste again."
NO_ANSWER = "The program that the picture was copied in is not responding. Copy the picture again and paste it."

# How long another program may take to hand over what was copied in it.
CLIPBOARD_TIMEOUT = 10  # seconds

FILE_TYPES = ("text/uri-list", "x-special/gnome-copied-files")
VECTOR_IMAGES = ("image/svg", "image/x-emf", "image/x-wmf", "image/emf", "image/wmf")  # not photos


def from_drop(kind: str, data: str | bytes | Sequence[str]) -> Found:
    """Find the photos in what was dropped on the window. For a network address, mounts are listed.

    Args:
        kind: the data's type as tkdnd names it: "text/uri-list", "DND_Files", "CF_HDROP", "text/html", "text/plain" ...
        data: a sequence of paths and addresses, text, or an image's content.
    """
    if isinstance(data, bytes):
        return [PhotoSource(content=data)]
    if not isinstance(data, str):
        return from_addresses(data)
    return from_html(data) if "html" in kind.lower() else from_text(data)


def from_clipboard(text: str) -> Found:
    """Find the photos on the clipboard: paths, copied files, or an image. Takes a while, so call it in a thread.

    Args:
        text: the clipboard's text as Tk's clipboard_get gives it, "" if it has none.
    """
    found = from_text(text)
    if isinstance(found, list):
        return found
    others = _from_desktop() if sys.platform == "linux" else _from_system()
    return found if others is None or (text and others == NO_XCLIP) else others


def _from_desktop() -> Found | None:
    """Look for files, images and HTML on the clipboard of Wayland or X. Tk itself can only read text from there."""
    found: Found | None = None
    if os.environ.get("WAYLAND_DISPLAY") and shutil.which("wl-paste"):
        found = _read(["wl-paste", "--list-types"], ["wl-paste", "--no-newline", "--type"])
        if isinstance(found, list):
            return found
    # There may be no Wayland: in a remote session, for instance, in spite of the variable.
    if shutil.which("xclip"):
        content = ["xclip", "-selection", "clipboard", "-out", "-target"]
        return _read([*content, "TARGETS"], content) or found
    return found or NO_XCLIP


def _read(list_types: list[str], read_type: list[str]) -> Found | None:
    """Read the clipboard with other programs: one lists the types that are offered, one reads the type it is given.

    Returns:
        None if there is no clipboard, or nothing of use on it.
    """
    reason: str | None = None
    try:
        offered = _output(list_types).decode(errors="replace").split()
        for kind in _usable(offered):
            content = _output([*read_type, kind])
            if kind.startswith("image/"):
                return [PhotoSource(content=content)]
            html = kind.startswith("text/html")
            found = from_html(_decode(content)) if html else from_text(os.fsdecode(content))
            if isinstance(found, list):
                return found
            reason = reason or (found if found != NOTHING else None)
    except subprocess.TimeoutExpired:
        return NO_ANSWER
    except (OSError, subprocess.CalledProcessError):  # no clipboard, nothing on it, or it has just changed
        pass
    return reason


def _usable(offered: Sequence[str]) -> list[str]:
    """The offered types that may hold a photo, the best first."""
    files = [kind for kind in FILE_TYPES if kind in offered]
    known = [kind for kind in MIME_TYPES if kind in offered]
    others = [kind for kind in offered if kind.startswith("image/") and not kind.startswith(VECTOR_IMAGES)]
    html = [kind for kind in offered if kind.startswith("text/html")]
    return [*files, *(known or others)[:1], *html[:1]]


def _decode(html: bytes) -> str:
    """Decode HTML, which Firefox offers in UTF-16."""
    is_utf16 = html.startswith((b"\xff\xfe", b"\xfe\xff"))
    return html.decode("utf-16" if is_utf16 else "utf-8", errors="replace")


def _output(command: list[str]) -> bytes:
    done = subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=CLIPBOARD_TIMEOUT)
    return done.stdout


def _from_system() -> Found | None:
    """Look for files and images on the clipboard of Windows or macOS."""
    import io

    from PIL import ImageGrab

    try:
        grabbed = ImageGrab.grabclipboard()
    except OSError:  # Pillow cannot read what is there
        return None
    if isinstance(grabbed, list):
        return [PhotoSource.of(name) for name in grabbed] or None
    if grabbed is None:
        return None
    content = io.BytesIO()
    grabbed.save(content, "PNG", compress_level=1)
    return [PhotoSource(content=content.getvalue())]
