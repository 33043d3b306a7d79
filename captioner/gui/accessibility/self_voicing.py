"""Says what has the keyboard focus and what the user changes, as a screen reader would: Tk 8.6 is unknown to those."""

import time
import tkinter as tk
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from captioner.gui.accessibility import tk_accessible, widget_inspector
from captioner.gui.voice import Voice

# The first bindtag of what has the focus: a widget's own bindings may change it, and keep a key to themselves.
TAG = "SelfVoicing"
MILLISECONDS_TO_SETTLE = 10  # for the widgets to do what a key asks of them
MILLISECONDS_TO_OPEN = 150  # for a window to give the focus to one of its widgets
MILLISECONDS_BEFORE_BUSY = 1000
SECONDS_TO_ACT = 1  # for the program to open a window, or move the focus, because of a key


def describe(
    widget: tk.Misc, name: str = "", role: str = "", value: Callable[[], str] | str = "", shortcut: str = ""
) -> None:
    """Set what is said of a widget when the focus reaches it; may be called again to change it.

    What is left out is found in the widget: its text (or that of the label before it), a word for its class, its state,
    and the value of check and radio buttons, entries, combo and spin boxes, scales, lists, trees, tabs and texts. So a
    button needs no more than its shortcut. A toplevel may be described, too: its value is said after its title.

    Args:
        name: "Rate".
        role: "slider".
        value: or what tells it: "180 words a minute".
        shortcut: as menus show it: "Ctrl+O".
    """
    known = widget in widget_inspector.descriptions
    widget_inspector.descriptions[widget] = widget_inspector.Description(name, role, value, shortcut)
    _tell_screen_readers(widget)
    if not known:
        # Tk describes a widget itself when it is mapped.
        widget.bind("<Map>", lambda event: widget.after_idle(_tell_screen_readers, widget), add="+")


def _tell_screen_readers(widget: tk.Misc) -> None:
    if widget.winfo_exists():
        _tell(widget, str(widget), widget_inspector.Reader(widget).widget(str(widget)))


def _tell(root: tk.Misc, path: str, spoken: widget_inspector.Spoken) -> None:
    description = widget_inspector.joined(spoken.name, spoken.shortcut)
    tk_accessible.describe(root, path, spoken.name, spoken.role, spoken.value, description)


class SelfVoicing:
    """Follows the focus, menus and changes in all windows of a program, and says them while it is on.

    Said are: windows when they open, widgets when they get the focus (name, role, state, value, position, shortcut),
    menu entries, and what the user changes in the widget that has the focus. A focus that the user did not move does
    not interrupt anything.

    on: may be set at any time.
    """

    def __init__(self, root: tk.Misc, voice: Voice, on: bool = False):
        self.on = on
        self._root = root
        self._voice = voice
        self._reader = widget_inspector.Reader(root)
        self._focus = ""  # the widget and the window that were last said
        self._window = ""
        self._opening = ""
        self._before: _Look | None = None  # what was to be seen before the user did something
        self._acted = 0.0  # when (time.monotonic) the user last pressed a key or a button of the mouse
        self._key = ""
        self._menus: dict[str, None] = {}  # those with another active entry, in order
        self._menu = ""  # the one that has the focus
        self._word_said = False
        self._pointer = (-1, -1)  # where the mouse was then
        self._due = False
        self._busy = ""  # the timer's number
        root.bind_class(TAG, "<KeyPress>", self._act)
        root.bind_all("<FocusIn>", self._look_soon, add="+")
        root.bind_all("<FocusOut>", self._look_soon, add="+")
        root.bind_all("<ButtonPress>", self._act, add="+")
        root.bind_all("<ButtonRelease>", self._look_soon, add="+")
        root.bind_all("<<ListboxSelect>>", self._look_soon, add="+")
        root.bind_all("<<MenuSelect>>", self._follow_menu, add="+")
        root.bind_all("<<Word>>", self._say_word, add="+")

    def greet(self) -> None:
        """Say the window's name, how to get help, and what has the focus."""
        if self.on:
            self.announce(f"{self._reader.text('wm', 'title', '.')}. Press F1 for help.")
            self._focus, self._window = "", self._reader.identity(".")
            self._look_soon()

    def switch(self, on: bool) -> None:
        """Switch on or off, and say so in any case."""
        if on != self.on:
            self.on = on
            self._voice.asked(f"Self-voicing {'on' if on else 'off'}")

    def say(self, text: str) -> None:
        """Speak, while on, what answers something that the user did: an error, "Copied", the Help."""
        if self.on:
            self._voice.asked(text)

    def announce(self, text: str) -> None:
        """Speak, while on, what the program has to say of itself; never over something else."""
        if self.on:
            self._voice.unasked(text)

    def busy(self, text: str) -> None:
        """Something takes time ("Captioning…"): announce it after a second, unless busy("") ends it before."""
        if self._busy:
            self._root.after_cancel(self._busy)
        self._busy = self._root.after(MILLISECONDS_BEFORE_BUSY, self.announce, text) if text else ""

    def _act(self, event: "tk.Event[Any]") -> None:
        """Take note that the user does something, and of what there is before it is done."""
        self._acted = time.monotonic()
        self._key = event.keysym
        self._pointer = self._root.winfo_pointerxy()
        if not self._due:
            self._before = self._look()
        self._look_soon()

    def _follow_menu(self, event: "tk.Event[Any]") -> None:
        self._menus[str(event.widget)] = None
        self._look_soon()

    def _say_word(self, event: "tk.Event[Any]") -> None:
        """Say the word of the caption that a key moved to, not those that the mouse passes over."""
        word = getattr(event.widget, "marked_text", "")
        if word and self._root.winfo_pointerxy() == self._pointer:
            self._word_said = True
            self.say(word)

    def _look_soon(self, event: "tk.Event[Any] | None" = None) -> None:
        if not self._due:
            self._due = True
            # Not when idle: some widgets run what waits for that before they have done what they are asked.
            self._root.after(MILLISECONDS_TO_SETTLE, self._say_news)

    def _say_news(self) -> None:
        self._due = False
        menus, self._menus = self._menus, {}
        look = self._look()
        text = widget_inspector.sentences(*(self._reader.menu(menu) for menu in menus), self._news(look, menus))
        # What comes after a caption is not asked for, even if the user had done something before it.
        asked = self._acted > self._voice.captioned and time.monotonic() - self._acted < SECONDS_TO_ACT
        if text:
            (self.say if asked else self.announce)(text)
        if look and (not self._before or look.widget != self._before.widget):
            _tell(self._root, look.path, look.widget)
        self._before, self._word_said = look, False

    def _look(self) -> "_Look | None":
        path = self._reader.focus()
        tags = self._reader.list("bindtags", path)
        if path and TAG not in tags:
            self._reader.call("bindtags", path, (TAG, *tags))
        return _Look(path, self._reader.widget(path), self._reader.editing(path)) if path else None

    def _news(self, look: "_Look | None", menus: Iterable[str]) -> str:
        """What is to be said of the widget that has the focus, if anything."""
        if not look:
            if self._focus:
                self._focus = self._window = ""
            return ""
        menu, self._menu = self._menu, look.path if self._reader.kind(look.path) == "Menu" else ""
        if self._menu:
            back = menu != self._menu and self._menu not in menus
            return self._reader.menu(self._menu) if back else ""
        if (focus := self._reader.identity(look.path)) != self._focus:
            is_window = look.path == self._reader.window(look.path)
            if is_window and focus != self._opening:
                self._opening = focus
                self._root.after(MILLISECONDS_TO_OPEN, self._look_soon)
                return ""
            self._focus = focus
            return widget_inspector.sentences(
                self._new_window(look.path), "" if is_window else widget_inspector.joined(*look.widget)
            )
        if menu:
            return widget_inspector.joined(*look.widget) if self._key == "Escape" else ""
        if self._word_said or not self._before or self._before.path != look.path:
            return ""
        if self._before.editing and look.editing:
            if "read only" in look.widget.state and look.editing.text != self._before.editing.text:
                return ""  # it was not the user who changed it
            return widget_inspector.edit(self._before.editing, look.editing)
        return widget_inspector.changes(self._before.widget, look.widget)

    def _new_window(self, path: str) -> str:
        """The title and text of the window that has the focus now, if another one had it before."""
        window = self._reader.window(path)
        if self._reader.is_popdown(path) or self._reader.identity(window) == self._window:
            return ""
        self._window = self._reader.identity(window)
        return self._reader.title(window)


class _Look(NamedTuple):
    path: str
    widget: widget_inspector.Spoken
    editing: widget_inspector.Editing | None
