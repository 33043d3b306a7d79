"""Puts a caption on the clipboard, as text and as HTML."""

import subprocess
import sys
import tkinter as tk
from typing import Any


def copy(root: tk.Misc, text: str, html: str = "") -> None:
    """Put text on the clipboard, and HTML beside it for programs that can take it.

    Raises:
        OSError: another program keeps the clipboard to itself.
    """
    if html and sys.platform == "win32":
        _copy_on_windows(text, html)
    elif html and sys.platform == "darwin":
        _copy_on_macos(text, html)
    else:
        root.clipboard_clear()
        root.clipboard_append(text)
        if html:
            root.clipboard_append(html, type="text/html", format="UTF8_STRING")


def windows_html(html: str) -> bytes:
    """HTML as the clipboard of Windows wants it: after a header that says in bytes where everything is."""
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
        memory = kernel32.GlobalAlloc(2, len(content))  # movable, as the clipboard wants it
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
    # On standard input, as no command line may be as long as a photo.
    done = subprocess.run(["osascript", "-"], input=script.encode(), capture_output=True)
    if done.returncode:
        raise OSError(done.returncode, "the system refused it")
