"""What is said of widgets, menu entries, keys and edits: the words that a screen reader would use."""

import tkinter as tk
import unicodedata
from collections.abc import Callable
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

ROLES = {
    "Button": "button",
    "TButton": "button",
    "Canvas": "picture",
    "Checkbutton": "check box",
    "TCheckbutton": "check box",
    "TCombobox": "combo box",
    "Entry": "text field",
    "TEntry": "text field",
    "Listbox": "list",
    "Menubutton": "menu button",
    "TMenubutton": "menu button",
    "TNotebook": "tabs",
    "TProgressbar": "progress bar",
    "Radiobutton": "radio button",
    "TRadiobutton": "radio button",
    "Scale": "slider",
    "TScale": "slider",
    "Spinbox": "spin box",
    "TSpinbox": "spin box",
    "Text": "text",
    "Treeview": "list",
}
NAMED_BY_THE_LABEL_BEFORE = {"combo box", "list", "menu button", "progress bar", "slider", "spin box", "text field"}
# In Tk's own file dialogs.
HULL = ".cHull.canvas"
FILES = f"filedialog.contents.icons{HULL}"
UP = "filedialog.contents.f1.up"
KEYS = {"Ctrl": "Control", "Cmd": "Command", "Esc": "Escape", "Del": "Delete", "Ins": "Insert"}
KEYS |= {key: f"{key} arrow" for key in ("Left", "Right", "Up", "Down")}
CHARACTERS = {"\n": "new line", " ": "space", "-": "minus", "+": "plus", ",": "comma", "=": "equals", ".": "dot"}
CHARACTERS |= {"/": "slash", "\\": "backslash", "_": "underscore", "'": "apostrophe", '"': "quote"}


class Description(NamedTuple):
    """What cannot be found in a widget, or is to be said instead; "" for what can be found."""

    name: str = ""
    role: str = ""
    value: Callable[[], str] | str = ""
    shortcut: str = ""


descriptions: WeakKeyDictionary[tk.Misc, Description] = WeakKeyDictionary()


class Spoken(NamedTuple):
    """What is said of a widget, in this order; "" for nothing."""

    name: str = ""
    role: str = ""
    state: str = ""
    value: str = ""
    shortcut: str = ""


class Editing(NamedTuple):
    """A text, where in it the cursor stands (in characters, from 0), and what of it is selected."""

    text: str
    position: int
    selection: str


def joined(*parts: str) -> str:
    """The parts that there are in a sentence."""
    *others, last = [part for part in parts if part] or [""]
    return "".join(part.removesuffix(".") + ", " for part in others) + last


def sentences(*parts: str) -> str:
    """The parts that there are as a sentence each."""
    *others, last = [part for part in parts if part] or [""]
    return "".join(part + (" " if part[-1] in ".!?…" else ". ") for part in others) + last


def character(text: str) -> str:
    """A single character in words; anything else as it is."""
    if len(text) != 1 or text.isalnum():
        return text
    return CHARACTERS.get(text) or unicodedata.name(text, text).lower()


def shortcut(text: str) -> str:
    """A shortcut as menus show it in words: "Ctrl+," as "Control comma"."""
    keys = [key or "+" for key in text.removesuffix("+").split("+")] if text else []
    return " ".join(KEYS.get(key) or character(key) for key in keys)


def changes(before: Spoken, after: Spoken) -> str:
    """What a user hears who has changed something."""
    if before.state == "unavailable" and not after.state:
        after = after._replace(state="available")
    return joined(*(new for old, new in zip(before, after, strict=True) if new != old))


def edit(before: Editing, after: Editing) -> str:
    """What a user hears who types or moves the cursor: letters, words when they are finished or jumped to, lines."""
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


class Reader:
    """Finds out what is to be said of widgets by their Tcl paths: not all of them are known to tkinter."""

    def __init__(self, root: tk.Misc):
        self._root = root

    def call(self, *command: object) -> Any:
        """The result of a Tcl command; "" if it fails, for widgets differ and may just have gone."""
        try:
            return self._root.tk.call(*command)
        except tk.TclError:
            return ""

    def text(self, *command: object) -> str:
        return str(self.call(*command))

    def number(self, *command: object) -> int:
        return int(self.call(*command) or 0)

    def list(self, *command: object) -> tuple[str, ...]:
        return tuple(str(part) for part in self._root.tk.splitlist(self.call(*command)))

    def focus(self) -> str:
        """The path of the widget that has the keyboard focus; "" while another program has it."""
        return self.text("focus")

    def kind(self, path: str) -> str:
        return self.text("winfo", "class", path)

    def window(self, path: str) -> str:
        """The path of a widget's window."""
        return self.text("winfo", "toplevel", path)

    def identity(self, path: str) -> str:
        """What tells a widget from a later one of the same path."""
        return f"{path} {self.text('winfo', 'id', path)}"

    def widget(self, path: str) -> Spoken:
        known, kind = self._known(path), self.kind(path)
        if self.is_popdown(path):
            return Spoken(value=self._value(path, kind))
        role, name = ROLES.get(kind, ""), ""
        if path.endswith(FILES):
            role, name = "list", "Files"
        elif path.endswith(UP):
            name = "Parent folder"
        elif role in NAMED_BY_THE_LABEL_BEFORE:
            name = self._label_before(path) or self.text(path, "cget", "-text")
        elif kind not in ("Canvas", "Text", "TNotebook"):
            name = self.text(path, "cget", "-text")
        return Spoken(
            known.name or name.removesuffix(":"),
            known.role or role,
            self._state(path, kind),
            (known.value() if callable(known.value) else known.value) or self._value(path, kind),
            shortcut(known.shortcut),
        )

    def title(self, window: str) -> str:
        """A window's title, and what it says."""
        known = self._known(window)
        name = known.name or self.text("wm", "title", window).strip()
        role = known.role or ("dialog" if window != "." else "")
        value = known.value() if callable(known.value) else known.value
        # Those of Tk's own message boxes.
        messages = [f"{window}.msg", f"{window}.dtl"]
        children = self.list("winfo", "children", window)
        texts = [self.text(message, "cget", "-text") for message in messages if message in children]
        return sentences(joined(name, role), value, *texts)

    def menu(self, path: str) -> str:
        """The active entry of a menu: "Open…, Control O, 1 of 5"."""
        active = self.text(path, "index", "active")
        if not active.isdigit():
            return ""
        kinds = [self.text(path, "type", index) for index in range(self.number(path, "index", "end") + 1)]
        entries = [index for index, kind in enumerate(kinds) if kind not in ("separator", "tearoff")]
        if int(active) not in entries:
            return ""
        kind = kinds[int(active)]
        return joined(
            self.text(path, "entrycget", active, "-label"),
            "menu" if kind == "cascade" else "",
            self._marked(kind, path, "entrycget", active),
            "unavailable" if self.text(path, "entrycget", active, "-state") == "disabled" else "",
            shortcut(self.text(path, "entrycget", active, "-accelerator")),
            f"{entries.index(int(active)) + 1} of {len(entries)}",
        )

    def editing(self, path: str) -> Editing | None:
        """The state of a widget in which text is edited or read, None for others."""
        kind = self.kind(path)
        if self._known(path).role not in ("", ROLES.get(kind)):
            return None
        if kind in ("Entry", "TEntry"):
            text, selected = self.text(path, "get"), slice(0)
            if self.number(path, "selection", "present"):
                selected = slice(self.number(path, "index", "sel.first"), self.number(path, "index", "sel.last"))
            return Editing(text, self.number(path, "index", "insert"), text[selected])
        if kind == "Text":
            position = self.number(path, "count", "-chars", "1.0", "insert")
            return Editing(self._content(path), position, self.text(path, "get", "sel.first", "sel.last"))
        return None

    def is_popdown(self, path: str) -> bool:
        """Whether it belongs to the list that a combo box shows."""
        return self.kind(self.window(path)) == "ComboboxPopdown"

    def _known(self, path: str) -> Description:
        try:
            return descriptions.get(self._root.nametowidget(path), Description())
        except KeyError:
            return Description()

    def _label_before(self, path: str) -> str:
        siblings = self.list("winfo", "children", self.text("winfo", "parent", path))
        before = siblings[max(siblings.index(path) - 1, 0)] if path in siblings else path
        return self.text(before, "cget", "-text") if self.kind(before) in ("Label", "TLabel") else ""

    def _content(self, path: str) -> str:
        return self.text(path, "get", "1.0", "end - 1 chars")

    def _state(self, path: str, kind: str) -> str:
        # A widget of ttk has states, another one an option.
        states = self.list(path, "state") if kind.startswith("T") and kind != "Text" else ()
        states = states or (self.text(path, "cget", "-state"),)
        if kind == "Text":
            return "read only" if "disabled" in states else ""
        marked = ""
        if kind in ("TCheckbutton", "TRadiobutton"):
            marked = _marked(kind, "selected" in states)
        elif kind in ("Checkbutton", "Radiobutton"):
            marked = self._marked(kind, path, "cget")
        read_only = "readonly" in states and kind != "TCombobox"
        return joined(marked, "unavailable" if "disabled" in states else "", "read only" if read_only else "")

    def _marked(self, kind: str, *get: object) -> str:
        """Whether a check or radio button is marked, or a menu's entry of these kinds; get: the command for options."""
        if not kind.lower().endswith(("checkbutton", "radiobutton")):
            return ""
        value = self.text(*get, "-onvalue" if kind.lower() == "checkbutton" else "-value")
        return _marked(kind, self.text("set", self.text(*get, "-variable")) == value)

    def _value(self, path: str, kind: str) -> str:
        if kind in ("Entry", "TEntry", "TCombobox", "Spinbox", "TSpinbox"):
            return self.text(path, "get") or "blank"
        if kind in ("Scale", "TScale"):
            return f"{float(self.call(path, 'get') or 0):.3g}"
        if kind in ("Menubutton", "TMenubutton"):
            return self.text(path, "cget", "-text") if self._label_before(path) else ""
        if kind == "Text":
            return self._content(path).strip()
        if kind == "Listbox":
            return _position(
                self.text(path, "get", "active"), self.number(path, "index", "active"), self.number(path, "size")
            )
        if kind == "TNotebook":
            return _position(
                self.text(path, "tab", "current", "-text"),
                self.number(path, "index", "current"),
                self.number(path, "index", "end"),
            )
        if kind == "Treeview":
            return self._row(path)
        if path.endswith(FILES):
            return self._files(path.removesuffix(HULL))
        return ""

    def _row(self, path: str) -> str:
        """The row of a list that has the focus."""
        row = self.text(path, "focus")
        siblings = self.list(path, "children", self.text(path, "parent", row))
        if row not in siblings:
            return f"{len(siblings)} rows" if siblings else "empty"
        below = ""
        if self.list(path, "children", row):
            below = "expanded" if self.number(path, "item", row, "-open") else "collapsed"
        columns = self.list(path, "item", row, "-values")
        text = joined(self.text(path, "item", row, "-text"), *columns, below)
        return _position(text, siblings.index(row), len(siblings))

    def _files(self, path: str) -> str:
        """What is chosen in the list of files of Tk's own file dialogs."""
        chosen = self.list(path, "selection", "get")
        size = self.number(path, "index", "end")
        if len(chosen) == 1:
            return _position(self.text(path, "get", chosen[0]), int(chosen[0]), size)
        return f"{len(chosen) or 'none'} of {size} chosen" if size else "empty"


def _marked(kind: str, on: bool) -> str:
    word = "checked" if kind.lower().endswith("checkbutton") else "selected"
    return word if on else f"not {word}"


def _position(text: str, index: int, size: int) -> str:
    return joined(text, f"{index + 1} of {size}") if size else "empty"
