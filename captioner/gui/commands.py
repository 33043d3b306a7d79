"""What the program can do: one table for menus, buttons, shortcuts, tooltips and the help."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

MAC = sys.platform == "darwin"


@dataclass
class State:
    """What decides which commands can be used now."""

    caption: bool = False
    captions: bool = False  # some in this session's history
    before: bool = False  # a photo before the shown one
    after: bool = False
    busy: bool = False
    speaking: bool = False
    where_it_looked: bool = True
    self_voicing: bool = False


def _always(state: State) -> bool:
    return True


@dataclass(frozen=True)
class Command:
    """Something that the user can do.

    name: also the name of the window's method that does it.
    label: in menus; help: a sentence for tooltips and the help.
    keys: shortcuts, the first is the one that is shown; "Mod" is Command on macOS and Control elsewhere.
    menu: where it stands; button: its text in the toolbar, if it stands there, too.
    enabled: whether it can be used now; otherwise: what is told if it cannot, "" for nothing.
    checked: for what is on or off, whether it is on.
    """

    name: str
    label: str
    help: str
    keys: tuple[str, ...]
    menu: str
    button: str = ""
    enabled: Callable[[State], bool] = _always
    otherwise: str = "There is no caption yet: open a photo first."
    checked: Callable[[State], bool] | None = None

    @property
    def shortcut(self) -> str:
        """The shown shortcut, "Ctrl+O" or "Cmd+O"; "" if there is none."""
        return shown(self.keys[0]) if self.keys else ""


TOOLBAR = (
    "open",
    "paste",
    "previous_photo",
    "next_photo",
    "speak",
    "copy_caption",
    "save_caption",
    "history",
    "settings",
    "help",
)
MENUS = ("File", "Edit", "Photo", "Speech", "View", "Help")

COMMANDS = (
    Command("open", "Open…", "Choose photos to describe.", ("Mod+O",), "File", "Open…"),
    Command(
        "save_caption",
        "Save Caption",
        "Save the caption as a text file beside the photo.",
        ("Mod+S",),
        "File",
        "Save",
        lambda state: state.caption,
    ),
    Command(
        "save_speech",
        "Save Speech…",
        "Save the spoken caption as a sound file.",
        ("Mod+Shift+S",),
        "File",
        enabled=lambda state: state.caption,
    ),
    Command("settings", "Settings…", "Choose voice, text size, theme and more.", ("Mod+comma",), "File", "Settings…"),
    Command("quit", "Quit", "Close the program.", ("Mod+Q",), "File"),
    Command(
        "copy_caption", "Copy Caption", "Copy the caption.", ("Mod+C",), "Edit", "Copy", lambda state: state.caption
    ),
    Command(
        "copy_html",
        "Copy Photo and Caption as HTML",
        "Copy the photo as HTML with the caption as its alternative text.",
        ("Mod+Shift+C",),
        "Edit",
        enabled=lambda state: state.caption,
    ),
    Command("paste", "Paste", "Describe the picture, file or path on the clipboard.", ("Mod+V",), "Edit", "Paste"),
    Command(
        "previous_photo",
        "Previous Photo",
        "Show the photo before this one in its folder.",
        ("Left", "Page_Up"),
        "Photo",
        "Previous",
        lambda state: state.before,
        "There is no photo before this one.",
    ),
    Command(
        "next_photo",
        "Next Photo",
        "Show the photo after this one in its folder.",
        ("Right", "Page_Down"),
        "Photo",
        "Next",
        lambda state: state.after,
        "There is no photo after this one.",
    ),
    Command(
        "history",
        "History…",
        "List this session's captions.",
        ("Mod+Y",) if MAC else ("Mod+H",),  # Command+H hides a program there
        "Photo",
        "History…",
        lambda state: state.captions,
    ),
    Command(
        "cancel",
        "Cancel",
        "Stop what is under way, and be silent.",
        ("Escape",),
        "Photo",
        enabled=lambda state: state.busy or state.speaking,
        otherwise="",
    ),
    Command(
        "speak",
        "Speak or Stop",
        "Speak the caption, or stop speaking.",
        ("space",),
        "Speech",
        "Speak",
        lambda state: state.caption or state.speaking,
    ),
    Command(
        "toggle_self_voicing",
        "Self-Voicing",
        "Speak what has the focus and what happens; not needed beside a screen reader.",
        ("F2",),
        "Speech",
        checked=lambda state: state.self_voicing,
    ),
    Command(
        "toggle_where_it_looked",
        "Where It Looked",
        "Light up the part of the photo that a word of the caption was read from.",
        ("Mod+L",),
        "View",
        checked=lambda state: state.where_it_looked,
    ),
    Command("larger_text", "Larger Text", "Make all text larger.", ("Mod+plus", "Mod+equal", "Mod+KP_Add"), "View"),
    Command("smaller_text", "Smaller Text", "Make all text smaller.", ("Mod+minus", "Mod+KP_Subtract"), "View"),
    Command("help", "Keyboard Shortcuts", "List what the program can do, with the keys.", ("F1",), "Help", "Help"),
    Command("about", "About", "Show the version, the licences and the limits.", (), "Help"),
)

BY_NAME = {command.name: command for command in COMMANDS}

_SHOWN = {
    "Mod": "Cmd" if MAC else "Ctrl",
    "Page_Up": "Page Up",
    "Page_Down": "Page Down",
    "Escape": "Esc",
    "space": "Space",
    "comma": ",",
    "plus": "+",
    "minus": "-",
    "equal": "=",
}


def shown(key: str) -> str:
    """A key as people read it: "Mod+Page_Up" gives "Ctrl+Page Up"."""
    return "+".join(_SHOWN.get(part, part) for part in key.split("+"))


def sequences(key: str) -> list[str]:
    """The Tk event sequences of a key: both cases of a letter, for Caps Lock turns them round."""
    *modifiers, key = key.split("+")
    prefix = "".join({"Mod": "Command" if MAC else "Control"}.get(modifier, modifier) + "-" for modifier in modifiers)
    names = [key.lower(), key.upper()] if len(key) == 1 else [{"Page_Up": "Prior", "Page_Down": "Next"}.get(key, key)]
    return [f"<{prefix}{name}>" for name in names]
