"""The commands: one table for menus, buttons, shortcuts, tooltips and help."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

MAC = sys.platform == "darwin"


@dataclass
class State:
    """What decides which commands can be used now.

    photo: a photo has been opened; caption: it has a caption; captions: this session has some.
    folder: a folder, or several photos, have been opened.
    previous, next: there may be a photo before and after the shown one.
    undo: a caption was changed.
    """

    photo: bool = False
    caption: bool = False
    captions: bool = False
    folder: bool = False
    previous: bool = False
    next: bool = False
    undo: bool = False
    busy: bool = False
    speaking: bool = False
    attention: bool = True
    description: bool = False
    self_voicing: bool = False


def _always(state: State) -> bool:
    return True


@dataclass(frozen=True)
class Command:
    """Something that the user can do.

    name: what `App.commands` runs.
    label: in menus; help: a sentence for tooltips and the help dialog.
    keys: shortcuts, of which menus show the first; "Mod" is Command on macOS and Control elsewhere.
    menu: the menu that it is in; button: its label in the toolbar, "" if it has no button.
    enabled: whether it can be used now; otherwise: the reply when a photo is open but it cannot.
    without_photo: the reply when it cannot be used because no photo is open.
    checked: whether a command that switches something shows it as on; None for other commands.
    """

    name: str
    label: str
    help: str
    keys: tuple[str, ...]
    menu: str
    button: str = ""
    enabled: Callable[[State], bool] = _always
    otherwise: str = "There is no caption yet."
    without_photo: str = "No photo is open yet. Open one first."
    checked: Callable[[State], bool] | None = None

    @property
    def shortcut(self) -> str:
        """The first shortcut as menus show it, "Ctrl+O" or "Cmd+O"; "" if there is none."""
        return shown(self.keys[0]) if self.keys else ""

    def reason(self, state: State) -> str:
        """Why it cannot be used now."""
        return self.otherwise if state.photo else self.without_photo


# The names of the commands that have a button, in groups.
TOOLBAR = (
    ("open", "paste"),
    ("previous_photo", "next_photo"),
    ("speak", "copy_caption", "save_caption"),
    ("history", "settings", "help"),
)
MENUS = ("File", "Edit", "Photo", "Speech", "View", "Help")

COMMANDS = (
    Command("open", "Open…", "Choose photos to describe.", ("Mod+O",), "File", "Open"),
    Command("open_folder", "Open Folder…", "Choose a folder, and describe all its photos.", ("Mod+Shift+O",), "File"),
    Command(
        "save_caption",
        "Save Caption",
        "Save the caption as a text file next to the photo.",
        ("Mod+S",),
        "File",
        "Save",
        lambda state: state.caption,
    ),
    Command(
        "save_in_photo",
        "Save into Photo",
        "Save the caption in the photo as its alternative text.",
        ("Mod+I",),
        "File",
        enabled=lambda state: state.caption,
    ),
    Command(
        "toggle_description",
        "Also Save as Description",
        "Let Save into Photo also save the caption as the photo's description.",
        (),
        "File",
        checked=lambda state: state.description,
    ),
    Command(
        "save_speech",
        "Save Speech…",
        "Save the spoken caption as a sound file.",
        ("Mod+Shift+S",),
        "File",
        enabled=lambda state: state.caption,
    ),
    Command(
        "use_from_phone",
        "Use from a Phone…",
        "Let a phone in your network send photos, and describe them.",
        (),
        "File",
    ),
    Command("settings", "Settings…", "Choose voice, text size, theme and more.", ("Mod+comma",), "File", "Settings"),
    Command("quit", "Quit", "Close the program.", ("Mod+Q",), "File"),
    Command(
        "edit_caption",
        "Edit Caption",
        "Change the caption. Return keeps the change, Escape discards it.",
        ("Mod+E",),
        "Edit",
        enabled=lambda state: state.caption,
    ),
    Command(
        "undo_edit",
        "Undo Caption Change",
        "Undo the last change to a caption.",
        ("Mod+Z",),
        "Edit",
        enabled=lambda state: state.undo,
        otherwise="No caption has been changed.",
        without_photo="No caption has been changed.",
    ),
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
        "Show the previous photo in the folder.",
        ("Left", "Page_Up"),
        "Photo",
        "Previous",
        lambda state: state.previous,
        "This is the first photo.",
    ),
    Command(
        "next_photo",
        "Next Photo",
        "Show the next photo in the folder.",
        ("Right", "Page_Down"),
        "Photo",
        "Next",
        lambda state: state.next,
        "This is the last photo.",
    ),
    Command(
        "photo_list",
        "Photo List",
        "List the photos of the folder with their captions, to sort, save and export them.",
        ("Mod+J",),
        "Photo",
        enabled=lambda state: state.folder,
        otherwise="No folder is open. Open one first.",
        without_photo="No folder is open. Open one first.",
    ),
    Command(
        "history",
        "History…",
        "List this session's captions.",
        ("Mod+Y",) if MAC else ("Mod+H",),  # on macOS Command+H hides the program
        "Photo",
        "History",
        lambda state: state.captions,
    ),
    Command(
        "cancel",
        "Cancel",
        "Stop the current task and any speech.",
        ("Escape",),
        "Photo",
        enabled=lambda state: state.busy or state.speaking,
        otherwise="Nothing to cancel.",
        without_photo="Nothing to cancel.",
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
        "speak_confidence",
        "Speak Confidence",
        "Say how likely it is that the caption is right.",
        ("F3",),
        "Speech",
        enabled=lambda state: state.caption,
    ),
    Command(
        "speak_position",
        "Speak Photo Name",
        "Say the number and the name of the photo.",
        ("F4",),
        "Speech",
        enabled=lambda state: state.photo,
    ),
    Command(
        "speak_text",
        "Speak Text",
        "Speak all text in the picture.",
        ("Mod+T",),
        "Speech",
        enabled=lambda state: state.caption,
    ),
    Command("slower_speech", "Slower Speech", "Speak more slowly.", ("F5",), "Speech"),
    Command("faster_speech", "Faster Speech", "Speak faster.", ("F6",), "Speech"),
    Command("quieter_speech", "Quieter Speech", "Speak more quietly.", ("F7",), "Speech"),
    Command("louder_speech", "Louder Speech", "Speak louder.", ("F8",), "Speech"),
    Command(
        "toggle_self_voicing",
        "Self-Voicing",
        "Speak what has the focus and what happens, through the screen reader if one is running.",
        ("F2",),
        "Speech",
        checked=lambda state: state.self_voicing,
    ),
    Command(
        "toggle_attention",
        "Show Attention",
        "Highlight, and say, where in the photo each word of the caption came from.",
        ("Mod+L",),
        "View",
        checked=lambda state: state.attention,
    ),
    Command("larger_text", "Larger Text", "Make all text larger.", ("Mod+plus", "Mod+equal", "Mod+KP_Add"), "View"),
    Command("smaller_text", "Smaller Text", "Make all text smaller.", ("Mod+minus", "Mod+KP_Subtract"), "View"),
    Command("help", "Keyboard Shortcuts", "List the commands and their keys.", ("F1",), "Help", "Help"),
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
    """A key as people write it: "Ctrl+Page Up" for "Mod+Page_Up"."""
    return "+".join(_SHOWN.get(part, part) for part in key.split("+"))


def sequences(key: str) -> list[str]:
    """The Tk event sequences of a key. A letter has two, because Caps Lock swaps upper and lower case."""
    *modifiers, key = key.split("+")
    prefix = "".join({"Mod": "Command" if MAC else "Control"}.get(modifier, modifier) + "-" for modifier in modifiers)
    names = [key.lower(), key.upper()] if len(key) == 1 else [{"Page_Up": "Prior", "Page_Down": "Next"}.get(key, key)]
    return [f"<{prefix}{name}>" for name in names]
