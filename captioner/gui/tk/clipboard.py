"""Puts a caption on the clipboard, as text and as HTML."""

import json
import os
import select
import subprocess
import sys
import tkinter as tk
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from captioner.system import processes

# How long to wait at the end of the program until another process has taken over the clipboard.
KEEPER_TIMEOUT = 5  # seconds


def copy(root: tk.Misc, text: str, html: str = "") -> None:
    """Put text on the clipboard, and the same as HTML for programs that prefer it.

    Raises:
        OSError: another program does not release the clipboard.
    """
    if root.tk.call("tk", "windowingsystem") == "x11":
        offer(root, text, html)
    elif html and sys.platform == "win32":
        _copy_on_windows(text, html)
    elif html and sys.platform == "darwin":
        _copy_on_macos(text, html)
    else:
        root.clipboard_clear()
        root.clipboard_append(text)


def offer(root: tk.Misc, text: str, html: str, lost: Callable[[], object] = lambda: None) -> None:
    """Offer text and HTML on the clipboard of X, where each copied text stays with the program that it was copied in.

    Args:
        lost: called when another program has taken the clipboard.
    """
    for kind, form, content in ("STRING", "STRING", text), ("text/html", "UTF8_STRING", html):
        options = ("-selection", "CLIPBOARD", "-type", kind, "-format", form)
        root.tk.call("selection", "handle", *options, root, "")  # removes what was copied before
        if content:
            command = f"captioner clipboard {kind}"
            root.tk.createcommand(command, partial(_part, content))
            root.tk.call("selection", "handle", *options, root, [command])
    root.selection_own(selection="CLIPBOARD", command=lost)


def _part(content: str, offset: str, length: str) -> str:
    """A part of what is offered, as Tk asks for it: in characters."""
    return content[int(offset) : int(offset) + int(length)]


def keep_after_exit(root: tk.Misc) -> None:
    """Let what was copied survive the end of the program: give it to a clipboard manager, or to a process that waits.

    On Windows and macOS the system keeps it.
    """
    on_x = root.tk.call("tk", "windowingsystem") == "x11"
    if not on_x or not root.tk.call("selection", "own", "-selection", "CLIPBOARD"):
        return
    contents = {"text": root.clipboard_get(), "html": ""}
    with suppress(tk.TclError):  # it was copied as text only
        contents["html"] = root.clipboard_get(type="text/html")
    if not _saved_by_manager(root):
        _start_keeper(contents)


def _saved_by_manager(root: tk.Misc) -> bool:
    """Ask the desktop's clipboard manager to save the clipboard; False if there is none."""
    try:
        root.tk.call("selection", "get", "-selection", "CLIPBOARD_MANAGER", "-type", "SAVE_TARGETS")
    except tk.TclError as error:
        return "bad format" in str(error)  # the answer is empty, which Tk does not expect
    return True


def _start_keeper(contents: dict[str, str]) -> None:
    """Start a process that offers this until something else is copied, and wait until it does."""
    # No more than it needs: it may run for long.
    names = ("DISPLAY", "PATH", "LD_LIBRARY_PATH", "TCL_LIBRARY", "TK_LIBRARY")
    environment = {name: os.environ[name] for name in names if name in os.environ}
    environment["XAUTHORITY"] = os.environ.get("XAUTHORITY") or os.path.expanduser("~/.Xauthority")
    try:
        keeper = processes.start("captioner.gui.tk.clipboard_keeper", environment)
        assert keeper.stdin
        assert keeper.stdout
        keeper.stdin.write(json.dumps(contents).encode() + b"\n")
        keeper.stdin.close()
        select.select([keeper.stdout], [], [], KEEPER_TIMEOUT)
    except OSError:  # then the copy is lost, as it is in many programs
        return


def windows_html(html: str) -> bytes:
    """HTML in the form that Windows requires: after a header with the positions of its parts in bytes."""
    header = "Version:0.9\r\nStartHTML:{:010}\r\nEndHTML:{:010}\r\nStartFragment:{:010}\r\nEndFragment:{:010}\r\n"
    before, after = "<html><body>\r\n<!--StartFragment-->", "<!--EndFragment-->\r\n</body></html>"
    fragment = html.encode()
    start = len(header.format(0, 0, 0, 0))
    start_fragment = start + len(before)
    end_fragment = start_fragment + len(fragment)
    places = header.format(start, end_fragment + len(after), start_fragment, end_fragment)
    return places.encode() + before.encode() + fragment + after.encode()


def _copy_on_windows(text: str, html: str) -> None:
    import ctypes
    from ctypes import wintypes

    def library(name: str) -> Any:
        return ctypes.WinDLL(name, use_last_error=True)  # type: ignore[attr-defined,unused-ignore]  # Windows only

    user32, kernel32 = library("user32"), library("kernel32")
    kernel32.GlobalAlloc.restype = kernel32.GlobalLock.restype = ctypes.c_void_p
    kernel32.GlobalAlloc.argtypes = [wintypes.UINT, ctypes.c_size_t]
    kernel32.GlobalLock.argtypes = kernel32.GlobalUnlock.argtypes = [ctypes.c_void_p]
    user32.SetClipboardData.argtypes = [wintypes.UINT, ctypes.c_void_p]

    def put(kind: int, content: bytes) -> None:
        memory = kernel32.GlobalAlloc(2, len(content))  # movable memory, as the clipboard requires
        ctypes.memmove(kernel32.GlobalLock(memory), content, len(content))
        kernel32.GlobalUnlock(memory)
        user32.SetClipboardData(kind, memory)

    if not user32.OpenClipboard(None):
        raise OSError(0, "another program uses the clipboard")
    try:
        user32.EmptyClipboard()
        put(13, (text + "\0").encode("utf-16-le"))
        put(user32.RegisterClipboardFormatW("HTML Format"), windows_html(html) + b"\0")
    finally:
        user32.CloseClipboard()


def _copy_on_macos(text: str, html: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    script = f'set the clipboard to {{string:"{quoted}", «class HTML»:«data HTML{html.encode().hex()}»}}'
    # On standard input, because a photo is too long for a command line.
    done = subprocess.run(["osascript", "-"], input=script.encode(), capture_output=True)
    if done.returncode:
        raise OSError(done.returncode, "the system did not allow it")
