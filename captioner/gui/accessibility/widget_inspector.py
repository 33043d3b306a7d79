"""Finds out what self-voicing can say about a widget: from the widget, and from its description if it has one."""

import tkinter as tk
from collections.abc import Callable
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from captioner.gui.accessibility.phrases import Editing, Spoken, check_state, joined, position, sentences, shortcut

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
# Parts of Tk's own file dialogs.
HULL = ".cHull.canvas"
FILES = f"filedialog.contents.icons{HULL}"
UP = "filedialog.contents.f1.up"


class Description(NamedTuple):
    """What cannot be found in a widget, or should be said in place of that; "" for what can be found."""

    name: str = ""
    role: str = ""
    value: Callable[[], str] | str = ""
    shortcut: str = ""


descriptions: WeakKeyDictionary[tk.Misc, Description] = WeakKeyDictionary()


class WidgetInspector:
    """Finds out what to say about widgets by their Tcl paths, as tkinter does not know all of them."""

    def __init__(self, root: tk.Misc):
        self._root = root

    def call(self, *command: object) -> Any:
        """The result of a Tcl command; "" if it fails, because widgets differ and may just have been destroyed."""
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
        """Identifies a widget, also among later ones of the same path."""
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
        """A window's title and text."""
        known = self._known(window)
        name = known.name or self.text("wm", "title", window).strip()
        role = known.role or ("dialog" if window != "." else "")
        value = known.value() if callable(known.value) else known.value
        # The labels of Tk's own message boxes.
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
        """The text of a widget that the user can edit or read in, None for other widgets."""
        kind = self.kind(path)
        if self._known(path).role not in ("", ROLES.get(kind)):
            return None
        if kind in ("Entry", "TEntry"):
            text, selected = self.text(path, "get"), slice(0)
            if self.number(path, "selection", "present"):
                selected = slice(self.number(path, "index", "sel.first"), self.number(path, "index", "sel.last"))
            return Editing(text, self.number(path, "index", "insert"), text[selected])
        if kind == "Text":
            cursor = self.number(path, "count", "-chars", "1.0", "insert")
            return Editing(self._content(path), cursor, self.text(path, "get", "sel.first", "sel.last"))
        return None

    def is_popdown(self, path: str) -> bool:
        """Whether a widget belongs to the drop-down list of a combo box."""
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
        # ttk widgets have states, others an option.
        states = self.list(path, "state") if kind.startswith("T") and kind != "Text" else ()
        states = states or (self.text(path, "cget", "-state"),)
        if kind == "Text":
            return "read only" if "disabled" in states else ""
        marked = ""
        if kind in ("TCheckbutton", "TRadiobutton"):
            marked = check_state(kind, "selected" in states)
        elif kind in ("Checkbutton", "Radiobutton"):
            marked = self._marked(kind, path, "cget")
        read_only = "readonly" in states and kind != "TCombobox"
        return joined(marked, "unavailable" if "disabled" in states else "", "read only" if read_only else "")

    def _marked(self, kind: str, *get: object) -> str:
        """The state of a check or radio button or such a menu entry; `get` is the Tcl command that reads an option."""
        if not kind.lower().endswith(("checkbutton", "radiobutton")):
            return ""
        value = self.text(*get, "-onvalue" if kind.lower() == "checkbutton" else "-value")
        return check_state(kind, self.text("set", self.text(*get, "-variable")) == value)

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
            return position(
                self.text(path, "get", "active"), self.number(path, "index", "active"), self.number(path, "size")
            )
        if kind == "TNotebook":
            return position(
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
        return position(text, siblings.index(row), len(siblings))

    def _files(self, path: str) -> str:
        """The selected files in Tk's own file dialogs."""
        chosen = self.list(path, "selection", "get")
        size = self.number(path, "index", "end")
        if len(chosen) == 1:
            return position(self.text(path, "get", chosen[0]), int(chosen[0]), size)
        return f"{len(chosen) or 'none'} of {size} selected" if size else "empty"
