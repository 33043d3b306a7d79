"""Everything works from the keyboard: Tab reaches and leaves every control; every command has a key or a menu entry."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from captioner import Captioner
from captioner.gui.commands import BY_NAME, COMMANDS
from captioner.gui.dialogs.phone import STARTING
from captioner.gui.tk.addresses import NOTHING
from captioner.ocr.reader import MISSING
from tests.support.program import Program, User

Start = Callable[..., Program]
Statement = Callable[[Path], str]

# Lists a widget that a user must be able to reach in the window that has the focus.
CONTROL = """apply {w {
    if {[winfo toplevel $w] ne [winfo toplevel [focus]] || [winfo children $w] ne ""} return
    if {[winfo class $w] ni {TButton TCheckbutton TCombobox TEntry Text Treeview TMenubutton Menubutton}} return
    if {![catch {$w instate disabled} disabled] && $disabled} return
    list $w
}}"""


def walk(program: Program, key: str) -> list[str]:
    """The widgets that get the focus as a key is pressed again and again, until the first one has it again."""
    visited = [program.sight.focus()]
    while len(visited) < 60:
        program.keys(key)
        program.wait_for(lambda: program.sight.focus() != visited[-1])
        if program.sight.focus() == visited[0]:
            return visited
        visited.append(program.sight.focus())
    raise AssertionError(visited)


def await_and_walk(one: Program, title: str) -> None:
    """Wait for a window, and check that Tab reaches all of its controls, in both directions."""
    one.await_title(title)
    one.wait_until_idle()
    forwards = walk(one, "Tab")
    assert set(one.sight.list_of(f"sight_collect [list {CONTROL}]")) <= set(forwards), title
    assert set(walk(one, "shift+Tab")) == set(forwards), title


def test_tab_reaches_every_control_in_every_window(program: Start, user: User, statement: Statement) -> None:
    photo = user.album()[0]
    user.choose(self_voicing=False, speak_captions=False)
    one = program(photo.parent)
    one.await_photo(photo, statement(photo))
    one.await_text("4 of 4 photos captioned.")
    windows = {
        "astronaut.jpg – Captioner": "",
        "Settings": "ctrl+comma",
        "Keyboard Shortcuts": "F1",
        "History": "ctrl+h",
        "About Captioner": "alt+h a",
        "Open Photos": "ctrl+o",
        "Open Folder": "ctrl+shift+o",
        "Save Speech": "ctrl+shift+s",
        "Use from a Phone": "alt+f u",
        "Photo List": "ctrl+j",
    }
    for title, keys in windows.items():
        if keys:
            one.keys(*keys.split())
        if title == "Use from a Phone":
            one.await_title(title)
            one.wait_for(lambda: not one.shows(STARTING))  # the server's process starts while the window is idle
        await_and_walk(one, title)
        if title == "Photo List":
            one.keys("ctrl+shift+e")
            await_and_walk(one, "Export Captions")
            one.type(str(user.home / "captions.csv"))
            one.keys("Return")
            await_and_walk(one, "Columns")
            one.keys("Escape")
            one.await_title(title)
        if keys:
            one.keys("Escape")
            one.await_photo(photo, statement(photo))
    one.close("Tab", "Return")  # No


def press(program: Program, name: str) -> None:
    """Press a command's shortcut, or choose it from its menu if it has none."""
    if BY_NAME[name].keys:
        keys = BY_NAME[name].keys[0].replace("Mod", "ctrl").replace("Shift", "shift").split("+")
        program.keys("+".join(key.lower() if len(key) == 1 else key for key in keys))
    else:
        choose(program, name)


def choose(program: Program, name: str) -> None:
    """Choose a command from its menu, by the underlined letters."""
    command = BY_NAME[name]
    program.keys(f"alt+{command.menu[0].lower()}")
    program.wait_for(lambda: "menu" in program.sight.focus())
    menu = program.sight.focus()
    entries = range(int(program.sight.ask(f"{menu} index end")) + 1)
    labels = [program.sight.ask(f"{menu} entrycget {entry} -label") for entry in entries]
    underline = int(program.sight.ask(f"{menu} entrycget {labels.index(command.label)} -underline"))
    program.keys(command.label[underline].lower())


@pytest.mark.parametrize("run", [press, choose])
def test_every_command_does_something(
    program: Start, user: User, shipped: Captioner, statement: Statement, run: Callable[[Program, str], None]
) -> None:
    photos = user.album()
    user.choose(self_voicing=True)
    one = program(photos[1])
    one.await_photo(photos[1], statement(photos[1]))

    def tells(text: str) -> bool:
        return text in (one.title(), one.utterances()[-1]) or one.shows(text)

    dialogs = {
        "open": "Open Photos",
        "open_folder": "Open Folder",
        "use_from_phone": "Use from a Phone",
        "save_speech": "Save Speech",
        "settings": "Settings",
        "history": "History",
        "help": "Keyboard Shortcuts",
        "about": "About Captioner",
    }
    for name, title in dialogs.items():
        run(one, name)
        one.await_title(title)
        one.keys("Escape")
        one.await_photo(photos[1], statement(photos[1]))
    effects = {
        "save_caption": "Saved as cat.txt.",
        "copy_caption": "Copied.",
        "paste": NOTHING,  # only the copied caption is on the clipboard
        "copy_html": "Photo and caption copied as HTML.",
        "next_photo": statement(photos[2]),
        "previous_photo": statement(photos[1]),
        "speak_confidence": shipped.caption(photos[1]).trust,
        "speak_position": "Photo 2 of 4, cat.jpg.",
        "faster_speech": "225 words per minute",
        "slower_speech": "200 words per minute",
        "quieter_speech": "Volume 90 percent",
        "louder_speech": "Volume 100 percent",
        "toggle_attention": "Attention off",
        "larger_text": "Text size 125 percent",
        "smaller_text": "Text size 100 percent",
        "speak_text": MISSING,
        "save_in_photo": "Saved in the photo.",
        "toggle_description": "Captions are also saved as the photo's description.",
        "toggle_self_voicing": "Self-voicing off",
    }
    for name, text in effects.items():
        run(one, name)
        one.wait_for(partial(tells, text))

    run(one, "edit_caption")
    one.wait_for(lambda: one.sight.focus().endswith("captioneditor"))
    one.keys("ctrl+a", "R", "Return")
    one.await_text("This caption is yours.")
    run(one, "undo_edit")
    one.await_text("Confidence:")

    said = len(one.utterances())
    user.silence()
    run(one, "speak")
    one.wait_for(lambda: one.utterances()[said:] == [statement(photos[1])])
    heard = user.card.seconds()
    one.wait_for(lambda: user.card.seconds() > heard)
    run(one, "cancel")
    user.silence()
    assert len(one.utterances()) == said + 1
    run(one, "quit")
    one.wait_for(lambda: not user.processes())
    others = {"edit_caption", "undo_edit", "speak", "cancel", "quit", "photo_list"}  # the last needs a folder
    assert {*dialogs, *effects, *others} == {command.name for command in COMMANDS}
