"""Handles keys that Tk ignores: the keypad without Num Lock, and shortcuts on keyboards without Latin letters."""

import sys
import tkinter as tk
from typing import Any

# What the keypad's keys do without Num Lock, by Tk's name for them there.
_KEYPAD = {f"KP_{key}": key for key in ("Left", "Right", "Up", "Down", "Home", "End", "Prior", "Next")}
_KEYPAD |= {"KP_Insert": "Insert", "KP_Delete": "Delete", "KP_Enter": "Return"}

# The characters of a US keyboard, row by row, with the code of each row's first key on X servers.
_ROWS = {10: "1234567890-=", 24: "qwertyuiop[]", 38: "asdfghjkl;'", 52: "zxcvbnm,./"}
_KEYS = {first + index: key for first, row in _ROWS.items() for index, key in enumerate(row)}
if sys.platform == "win32":  # codes of virtual keys
    _KEYS = {ord(key.upper()): key for key in "1234567890qwertyuiopasdfghjklzxcvbnm"} | {187: "=", 188: ",", 189: "-"}

# What these keys do with Control in Tk's own fields.
_EDITING = {"c": "<<Copy>>", "v": "<<Paste>>", "x": "<<Cut>>", "a": "<<SelectAll>>"}


def extend_keyboard(root: tk.Misc) -> None:
    """Make these keys work in all of Tk's widgets. The program's own shortcuts need `latin_key`."""
    for keypad, key in _KEYPAD.items():
        generate = f"event generate %W <{key}> -state %s"
        root.tk.call("bind", "all", f"<{keypad}>", generate)
        root.tk.call("bind", "Menu", f"<{keypad}>", f"{generate}; break")  # a menu handles all keys itself
    root.bind_all("<Control-Key>", _edit, add="+")
    root.bind_all("<Alt-Key>", _open_menu, add="+")


def latin_key(event: "tk.Event[Any]") -> str:
    """What a US keyboard has in the place of a pressed key with a Cyrillic, Greek, Arabic ... letter; "" for others."""
    symbol = int(event.keysym_num)
    # X's numbers for letters: Kana to Hangul, Armenian to Georgian, and Unicode from Greek on.
    is_foreign = 0x400 <= symbol < 0x800 or 0xC00 <= symbol < 0x1000 or 0x1400 <= symbol < 0x1600
    return _KEYS.get(int(event.keycode), "") if is_foreign or symbol >= 0x1000370 else ""


def _edit(event: "tk.Event[tk.Misc]") -> None:
    if (key := latin_key(event)) in _EDITING:
        event.widget.event_generate(_EDITING[key])


def _open_menu(event: "tk.Event[tk.Misc]") -> None:
    if key := latin_key(event):
        event.widget.tk.call("tk::TraverseToMenu", event.widget, key)
