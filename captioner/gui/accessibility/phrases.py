"""The words that self-voicing uses for widgets, shortcuts, characters and edits: those of common screen readers."""

import unicodedata
from typing import NamedTuple

_KEYS = {"Ctrl": "Control", "Cmd": "Command", "Esc": "Escape", "Del": "Delete", "Ins": "Insert"}
_KEYS |= {key: f"{key} arrow" for key in ("Left", "Right", "Up", "Down")}
_CHARACTERS = {"\n": "new line", " ": "space", "-": "minus", "+": "plus", ",": "comma", "=": "equals", ".": "dot"}
_CHARACTERS |= {"/": "slash", "\\": "backslash", "_": "underscore", "'": "apostrophe", '"': "quote"}


class Spoken(NamedTuple):
    """What is said of a widget, in this order; "" for nothing."""

    name: str = ""
    role: str = ""
    state: str = ""
    value: str = ""
    shortcut: str = ""


class Editing(NamedTuple):
    """A text in a widget.

    Attributes:
        position: of the cursor, in characters from 0.
        selection: the selected part of the text.
    """

    text: str
    position: int
    selection: str


def joined(*parts: str) -> str:
    """Join the parts that are not empty into one sentence."""
    *others, last = [part for part in parts if part] or [""]
    return "".join(part.removesuffix(".") + ", " for part in others) + last


def sentences(*parts: str) -> str:
    """Join the parts that are not empty as a sentence each."""
    *others, last = [part for part in parts if part] or [""]
    return "".join(part + (" " if part[-1] in ".!?…" else ". ") for part in others) + last


def character(text: str) -> str:
    """A single character in words; anything else unchanged."""
    if len(text) != 1 or text.isalnum():
        return text
    return _CHARACTERS.get(text) or unicodedata.name(text, text).lower()


def shortcut(text: str) -> str:
    """A shortcut from a menu in words: "Ctrl+," as "Control comma"."""
    keys = [key or "+" for key in text.removesuffix("+").split("+")] if text else []
    return " ".join(_KEYS.get(key) or character(key) for key in keys)


def check_state(kind: str, on: bool) -> str:
    """The state of a check or radio button, or of a menu entry of these kinds."""
    word = "checked" if kind.lower().endswith("checkbutton") else "selected"
    return word if on else f"not {word}"


def position(text: str, index: int, size: int) -> str:
    """An item of a list, by its index from 0: "A dog, 1 of 3"."""
    return joined(text, f"{index + 1} of {size}") if size else "empty"


def changes(before: Spoken, after: Spoken) -> str:
    """What to say when something about a widget has changed."""
    if before.state == "unavailable" and not after.state:
        after = after._replace(state="available")
    return joined(*(new for old, new in zip(before, after, strict=True) if new != old))


def edit(before: Editing, after: Editing) -> str:
    """What to say when the user types or moves the cursor: letters, words that are complete or jumped to, lines."""
    if after.selection and after.selection != before.selection:
        return f"{after.selection}, selected"
    if after.text != before.text:
        more = len(after.text) - len(before.text) + len(before.selection)
        if more <= 0:
            return f"{character(before.selection or before.text[after.position : after.position - more])}, deleted"
        typed = after.text[after.position - more : after.position]
        word = after.text[: after.position].split()
        if more > 1:
            return after.text
        return word[-1] if typed == " " and word else character(typed)
    if after.position == before.position:
        return ""
    passed = after.text[min(before.position, after.position) : max(before.position, after.position)]
    if "\n" in passed:
        start = after.text.rfind("\n", 0, after.position) + 1
        return after.text[start:].partition("\n")[0].strip() or "blank"
    rest = after.text[after.position :]
    if len(passed) == 1 or not rest.strip():
        return character(rest[:1]) or "end"
    return rest.split()[0]
