"""The settings take effect at once and are saved, a damaged file is renamed, and the largest text has room."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import ImageColor

from captioner import Captioner
from captioner.gui.style.palettes import PALETTES
from tests.support.program import Program, User

Start = Callable[..., Program]
Statement = Callable[[Path], str]

# For each control in the dialog, in order: the keys that change it, and its new label.
CHANGES = {
    "voice": (("Down", "Down", "Return"), ""),  # this computer's first, whatever its name is
    "rate": (("Down", "Down", "Down", "Return"), "120 words per minute"),
    "volume": (("Down", "Down", "Down", "Return"), "90 percent"),
    "self_voicing": (("Down", "Down", "Return"), "On"),
    "short_sounds": ((), "Say so"),
    "text_size": (("Down", "Down", "Return"), "125 percent"),
    "theme": (("Down", "Down", "Down", "Return"), "Dark"),
    "unreliable_captions": ((), "Ask when copying"),
    "beam_width": (("Down", "Down", "Return"), "1"),
    "speak_captions": (("space",), "Speak captions automatically"),
}
CHOSEN = {
    "rate": 120,
    "volume": 0.9,
    "speak_captions": False,
    "self_voicing": True,
    "text_size": 125,
    "theme": "dark",
    "beam_width": 1,
}


def is_dark(program: Program) -> bool:
    """Whether the window's background is the dark theme's."""
    left, top, _, _ = program.sight.box("photoview")
    colour = program.screenshot().convert("RGB").getpixel((left, top - 4))
    return colour == ImageColor.getrgb(PALETTES["dark"].background)


def controls(program: Program) -> list[str]:
    """What the dialog's controls say."""
    return [text for text in program.texts() if text in [said for _, said in CHANGES.values()]]


def test_settings_take_effect_at_once_and_are_kept(program: Start, user: User, statement: Statement) -> None:
    photo = user.album()[1]
    one = program(photo)
    one.await_photo(photo, statement(photo))
    assert not is_dark(one)
    _, top, _, bottom = one.sight.box("captiontext")
    one.keys("ctrl+comma")
    one.await_title("Settings", focus="combobox")
    for keys, said in CHANGES.values():
        for key in keys:
            one.keys(key)
        one.await_text(said)
        one.keys("Tab")
    narrow = Captioner(beam_width=1).caption(photo)
    one.wait_for(lambda: is_dark(one))
    one.await_text(narrow.statement)
    one.keys("Escape")
    one.wait_for(lambda: one.sight.box("captiontext")[3] - one.sight.box("captiontext")[1] > bottom - top)
    one.close()
    chosen = json.loads(user.settings.read_text())
    assert isinstance(chosen.pop("voice"), str)
    assert {name: chosen[name] for name in CHOSEN} == CHOSEN

    before = len(one.utterances())
    again = program(photo)
    again.await_photo(photo, narrow.statement)
    assert is_dark(again)
    again.keys("ctrl+comma")
    again.await_title("Settings", focus="combobox")
    assert controls(again) == [said for _, said in CHANGES.values() if said]
    again.wait_for(lambda: any(said.startswith("Settings, dialog.") for said in again.utterances()))
    assert narrow.statement not in again.utterances()[before:]
    again.keys("Escape")
    again.await_photo(photo, narrow.statement)
    again.close()


@pytest.mark.parametrize("photos", [[], ["Photos/cat.jpg"]])
def test_damaged_settings_are_renamed_and_reported(program: Start, user: User, photos: list[str]) -> None:
    user.album()
    user.choose()
    user.settings.write_text('{"text_size": 200,')
    # Speech is ready long before this answers whether a screen reader is running.
    slow = user.home / "gdbus"
    slow.write_text("#!/bin/sh\nexec sleep 0.9\n")
    slow.chmod(0o700)
    one = program(*photos, PATH=f"{user.home}:{os.environ['PATH']}")
    one.await_text("Photo 2 of 4" if photos else "Open a photo, drop one here")
    sentence = (
        f"The settings file {user.settings} is damaged and was renamed to settings.damaged.json. "
        "Choose your settings again."
    )
    one.await_text(sentence)
    one.wait_for(lambda: sentence in one.utterances())
    assert user.settings.with_name("settings.damaged.json").read_text() == '{"text_size": 200,'
    one.keys("ctrl+plus")
    one.await_text("Text size 125 percent")
    one.wait_for(lambda: json.loads(user.settings.read_text())["text_size"] == 125)
    one.close()


def test_it_follows_the_system_theme_from_light_to_dark_and_back(program: Start, user: User) -> None:
    user.prefer("light")
    one = program()
    one.await_text("Open a photo, drop one here")
    assert not is_dark(one)
    user.prefer("dark")
    one.wait_for(lambda: is_dark(one))
    user.prefer("light")
    one.wait_for(lambda: not is_dark(one))
    one.close()


# Lists a widget's path and class, whether it is a window, whether its text is cut off (a list scrolls, but only up and
# down), its place on the screen, and the size that it requests.
ROOM = """apply {w {
    set lacks 0
    switch [winfo class $w] {
        TCombobox {set lacks [expr {[$w xview] ne "0.0 1.0"}]}
        Text {set lacks [expr {[$w count -update -ypixels 1.0 end] > [winfo height $w]}]}
        Treeview {
            foreach row [$w children {}] {
                if {[font measure TkDefaultFont [$w item $row -text]] > [$w column #0 -width]} {set lacks 1}
            }
        }
    }
    set place [list [winfo rootx $w] [winfo rooty $w] [winfo width $w] [winfo height $w]]
    set is_window [expr {[winfo toplevel $w] eq $w}]
    list [concat $w [winfo class $w] $is_window $lacks $place [winfo reqwidth $w] [winfo reqheight $w]]
}}"""


def cut_off(program: Program) -> list[str]:
    """The widgets that are cut off, in all windows of the program."""
    found = []
    boxes: dict[str, tuple[int, int, int, int]] = {}
    for widget in program.sight.list_of(f"sight_collect [list {ROOM}]"):
        path, kind, *numbers = widget.split()
        is_window, lacks, left, top, width, height, wanted_width, wanted_height = map(int, numbers)
        boxes[path] = left, top, left + width, top + height
        around = (0, 0, 1280, 1000) if is_window else boxes[path.rpartition(".")[0] or "."]
        lacks |= kind not in ("Canvas", "Text", "Treeview") and (width < wanted_width or height < wanted_height)
        lacks |= any(inner < outer for inner, outer in zip(boxes[path][:2], around[:2]))
        lacks |= any(inner > outer + 1 for inner, outer in zip(boxes[path][2:], around[2:]))
        if lacks and kind != "Menu":
            found.append(f"{path} wants {wanted_width} x {wanted_height}, is at {boxes[path]} in {around}")
    return found


def test_text_of_double_size_is_not_cut_off(program: Start, user: User, statement: Statement) -> None:
    photo = user.album()[1]
    user.choose(text_size=200)
    one = program(photo)
    one.await_photo(photo, statement(photo))
    dialogs = {"ctrl+comma": "Settings", "F1": "Keyboard Shortcuts", "ctrl+h": "History", "alt+h a": "About Captioner"}
    for keys, title in dialogs.items():
        one.wait_until_idle()
        assert not cut_off(one)
        one.keys(*keys.split())
        one.await_title(title)
        one.wait_until_idle()
        assert not cut_off(one)
        one.keys("Escape")
        one.await_photo(photo, statement(photo))
    one.close()


def test_no_window_is_bright_in_the_dark_theme(program: Start, user: User, statement: Statement) -> None:
    photo = user.album()[1]
    user.choose(theme="dark")
    one = program(photo)
    one.await_photo(photo, statement(photo))
    windows = {
        "ctrl+o": "Open Photos",
        "ctrl+shift+o": "Open Folder",
        "ctrl+shift+s": "Save Speech",
        "ctrl+h": "History",
        "F1": "Keyboard Shortcuts",
        "alt+h a": "About Captioner",
        "ctrl+comma": "Settings",
    }
    for keys, title in windows.items():
        one.keys(*keys.split())
        one.wait_for(lambda title=title: one.title() == title)  # type: ignore[misc]
        one.wait_until_idle()
        focus = one.sight.focus()
        place = [
            one.sight.ask(f"winfo {what} [winfo toplevel {focus}]") for what in ("rootx", "rooty", "width", "height")
        ]
        left, top, width, height = map(int, place)
        seen = one.screenshot().convert("L").crop((left, top, left + width, top + height))
        bright = sum(seen.histogram()[150:]) / (width * height)  # text, and what is selected
        assert bright < 0.15, f"{title}: {bright:.0%} is bright"
        one.keys("Escape")
        one.await_photo(photo, statement(photo))
    one.close()
