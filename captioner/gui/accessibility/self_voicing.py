"""Says what has the keyboard focus and what the user changes. Screen readers cannot do that for a program in Tk 8.6."""

import time
import tkinter as tk
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from captioner.gui.accessibility import phrases, tk_accessible
from captioner.gui.accessibility.widget_inspector import Description, WidgetInspector, descriptions
from captioner.gui.voice import Voice
from captioner.speech import sound

# The first bindtag of the widget with the focus. A widget's own bindings may change it, and stop later tags.
TAG = "SelfVoicing"
SETTLING_MILLISECONDS = 10  # for widgets to react to a key
OPENING_MILLISECONDS = 150  # for a window to give one of its widgets the focus
BUSY_DELAY_MILLISECONDS = 1000
REACTION_SECONDS = 1  # for the program to open a window, or move the focus, because of a key


def describe(
    widget: tk.Misc, name: str = "", role: str = "", value: Callable[[], str] | str = "", shortcut: str = ""
) -> None:
    """Set what is said about a widget when it gets the focus. Call it again to change that.

    Anything left out is found in the widget: its text (or that of the label before it), a word for its class, its
    state, and the value of check and radio buttons, entries, combo and spin boxes, scales, lists, trees, tabs and
    texts. So a button only needs its shortcut. A toplevel can be described, too; its value is said after its title.

    Args:
        name: "Rate".
        role: "slider".
        value: "180 words a minute", or a function that returns it.
        shortcut: as menus show it: "Ctrl+O".
    """
    known = widget in descriptions
    descriptions[widget] = Description(name, role, value, shortcut)
    _describe_to_tk(widget)
    if not known:
        # Tk overwrites the description when it maps the widget.
        widget.bind("<Map>", lambda event: widget.after_idle(_describe_to_tk, widget), add="+")


def _describe_to_tk(widget: tk.Misc) -> None:
    if widget.winfo_exists():
        _set_accessible(widget, str(widget), WidgetInspector(widget).widget(str(widget)))


def _set_accessible(root: tk.Misc, path: str, spoken: phrases.Spoken) -> None:
    description = phrases.joined(spoken.name, spoken.shortcut)
    tk_accessible.describe(root, path, spoken.name, spoken.role, spoken.value, description)


class SelfVoicing:
    """Follows the focus, menus and changes in all windows of the program, and speaks them while it is on.

    It speaks windows when they open, widgets when they get the focus (name, role, state, value, position, shortcut),
    menu entries, and what the user changes in the widget that has the focus. A focus that the user did not move does
    not interrupt anything. From when the user opens a photo to its caption, it does not speak the focus that comes back
    to the main window.

    Attributes:
        on: may be set at any time.
        short_sounds: whether `end` plays a short sound; may be set at any time.
    """

    def __init__(self, root: tk.Misc, voice: Voice, on: bool = False):
        self.on = on
        self.short_sounds = False
        self._root = root
        self._voice = voice
        self._inspector = WidgetInspector(root)
        self._focus = ""  # the widget that was last spoken
        self._window = ""  # and its window
        self._opening = ""
        self._before: _Snapshot | None = None  # before the user's last action
        self._acted = 0.0  # time.monotonic() of the user's last key or mouse button
        self._key = ""
        self._menus: dict[str, None] = {}  # those whose active entry has changed, in order
        self._menu = ""  # the one that has the focus
        self._word_spoken = False
        self._pointer = (-1, -1)  # where the mouse was at the user's last action
        self._due = False
        self._busy_timer = ""
        root.bind_class(TAG, "<KeyPress>", self._act)
        root.bind_all("<FocusIn>", self._look_soon, add="+")
        root.bind_all("<FocusOut>", self._look_soon, add="+")
        root.bind_all("<ButtonPress>", self._act, add="+")
        root.bind_all("<ButtonRelease>", self._look_soon, add="+")
        root.bind_all("<<ListboxSelect>>", self._look_soon, add="+")
        root.bind_all("<<MenuSelect>>", self._follow_menu, add="+")
        root.bind_all("<<Word>>", self._say_word, add="+")

    def greet(self, invitation: str = "") -> None:
        """Speak the window's name, how to begin and to get help, and what has the focus."""
        if self.on:
            title = self._inspector.text("wm", "title", ".")
            self.announce(phrases.sentences(title, invitation, "Press F1 for help."))
            self.follow_focus()

    def follow_focus(self) -> None:
        """Attend to the widget that has the focus, which may have had it before this object was made."""
        self._focus, self._window = "", self._inspector.identity(".")
        self._look_soon()

    def switch(self, on: bool) -> None:
        """Switch self-voicing on or off, and speak that in both cases."""
        if on != self.on:
            self.on = on
            self._voice.say(f"Self-voicing {'on' if on else 'off'}")

    def say(self, text: str) -> None:
        """While on, speak a reply to something that the user did: an error, "Copied.", the help."""
        if self.on:
            self._voice.say(text)

    def end(self, text: str) -> None:
        """While on, say that a key could go no further, or play a short sound."""
        if not (self.on and self.short_sounds and sound.play()):
            self.say(text)

    def announce(self, text: str) -> None:
        """While on, speak something that the user did not ask for. It never interrupts other speech."""
        if self.on:
            self._voice.announce(text)

    def follow(self, text: str) -> None:
        """While on, speak something that the user did not ask for, after what waits to be announced."""
        if self.on:
            self._voice.follow(text)

    def busy(self, text: str) -> None:
        """Announce after a second that something takes time ("Captioning…"), unless busy("") comes before."""
        if self._busy_timer:
            self._root.after_cancel(self._busy_timer)
        self._busy_timer = self._root.after(BUSY_DELAY_MILLISECONDS, self.announce, text) if text else ""

    def _act(self, event: "tk.Event[Any]") -> None:
        """Note that the user does something, and the state before it takes effect."""
        self._acted = time.monotonic()
        self._key = event.keysym
        self._pointer = self._root.winfo_pointerxy()
        if not self._due:
            self._before = self._snapshot()
        self._look_soon()

    def _follow_menu(self, event: "tk.Event[Any]") -> None:
        self._menus[str(event.widget)] = None
        self._look_soon()

    def _say_word(self, event: "tk.Event[Any]") -> None:
        """Speak the word of the caption that a key moved to, but not words that the mouse passes over."""
        if self._root.winfo_pointerxy() == self._pointer and (word := getattr(event.widget, "spoken_word", "")):
            self._word_spoken = True
            self.say(word)

    def _look_soon(self, event: "tk.Event[Any] | None" = None) -> None:
        if not self._due:
            self._due = True
            # Not after_idle: some widgets run idle callbacks before they have reacted to the key.
            self._root.after(SETTLING_MILLISECONDS, self._speak_changes)

    def _speak_changes(self) -> None:
        self._due = False
        menus, self._menus = self._menus, {}
        now = self._snapshot()
        text = phrases.sentences(*(self._inspector.menu(menu) for menu in menus), self._changes(now, menus))
        if now and self._is_stale(now.path):
            text = ""
        # Anything after a caption is not a reply, even if the user acted before it came.
        is_reply = self._acted > self._voice.last_caption_time and time.monotonic() - self._acted < REACTION_SECONDS
        if text:
            (self.say if is_reply else self.announce)(text)
        if now and (not self._before or now.widget != self._before.widget):
            _set_accessible(self._root, now.path, now.widget)
        self._before, self._word_spoken = now, False

    def _is_stale(self, path: str) -> bool:
        """Whether a widget shows the photo before the one that was just opened: then the caption comes next."""
        voice = self._voice
        if self._acted > voice.last_request_time or self._inspector.window(path) != ".":
            return False
        waits = voice.last_caption_time < voice.last_request_time
        return waits or time.monotonic() - voice.last_caption_time < REACTION_SECONDS

    def _snapshot(self) -> "_Snapshot | None":
        path = self._inspector.focus()
        tags = self._inspector.list("bindtags", path)
        if path and TAG not in tags:
            self._inspector.call("bindtags", path, (TAG, *tags))
        return _Snapshot(path, self._inspector.widget(path), self._inspector.editing(path)) if path else None

    def _changes(self, now: "_Snapshot | None", menus: Iterable[str]) -> str:
        """What to say about the widget that has the focus, if anything."""
        if not now:
            if self._focus:
                self._focus = self._window = ""
            return ""
        menu, self._menu = self._menu, now.path if self._inspector.kind(now.path) == "Menu" else ""
        if self._menu:
            back = menu != self._menu and self._menu not in menus
            return self._inspector.menu(self._menu) if back else ""
        if (focus := self._inspector.identity(now.path)) != self._focus:
            is_window = now.path == self._inspector.window(now.path)
            if is_window and focus != self._opening:
                self._opening = focus
                self._root.after(OPENING_MILLISECONDS, self._look_soon)
                return ""
            self._focus = focus
            return phrases.sentences(self._new_window(now.path), "" if is_window else phrases.joined(*now.widget))
        if menu:
            return phrases.joined(*now.widget) if self._key == "Escape" else ""
        if self._word_spoken or not self._before or self._before.path != now.path:
            return ""
        if self._before.editing and now.editing:
            if "read only" in now.widget.state and now.editing.text != self._before.editing.text:
                return ""  # the user did not change it
            return phrases.edit(self._before.editing, now.editing)
        return phrases.changes(self._before.widget, now.widget)

    def _new_window(self, path: str) -> str:
        """The title and text of the window that has the focus, if another one had it before."""
        window = self._inspector.window(path)
        if self._inspector.is_popdown(path) or self._inspector.identity(window) == self._window:
            return ""
        self._window = self._inspector.identity(window)
        return self._inspector.title(window)


class _Snapshot(NamedTuple):
    path: str
    widget: phrases.Spoken
    editing: phrases.Editing | None
