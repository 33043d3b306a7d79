"""Real keys of a keypad without Num Lock, and of keyboards without Latin letters."""

import shutil
import subprocess
import tkinter as tk
from collections.abc import Callable, Iterator
from tkinter import ttk

import pytest

from captioner.gui.controls import Controls
from captioner.gui.dialogs.base import Dialog
from captioner.gui.style.palettes import PALETTES
from captioner.gui.style.ttk_theme import apply_theme
from captioner.gui.widgets.alternatives import Alternatives
from captioner.gui.widgets.caption_text import CaptionText
from tests.support.program import wait_for

Press = Callable[..., None]

# Codes of keys on X servers, by what a US keyboard has there.
CODES = {"c": 54, "f": 41, "o": 32, "v": 55}


class Desk:
    """A window with all controls. done: the names of the commands that were run."""

    def __init__(self, root: tk.Tk) -> None:
        apply_theme(root, PALETTES["light"], 100)
        self.root = root
        self.done: list[str] = []
        self.controls = Controls(root, self.done.append)

    def focus(self, widget: tk.Misc) -> None:
        self.root.update()
        widget.focus_force()
        self.wait_until(lambda: self.root.focus_get() is widget)

    def press(self, *keys: str) -> None:
        subprocess.run(["xdotool", "key", "--delay", "30", *keys], check=True)

    def wait_until(self, true: Callable[[], object]) -> None:
        def is_true() -> object:
            self.root.update()
            return true()

        wait_for(is_true, 10, lambda: str(self.done))


@pytest.fixture
def desk(root: tk.Tk) -> Desk:
    return Desk(root)


@pytest.fixture(params=["ru", "gr", "ara", "il", "th", "us,ru"])
def _layout(request: pytest.FixtureRequest, display: str) -> Iterator[None]:
    """A keyboard layout that is in use instead of a Latin one."""
    if not shutil.which("setxkbmap") or not shutil.which("xkbcomp"):
        pytest.skip("no setxkbmap or xkbcomp (Debian packages x11-xkb-utils)")
    subprocess.run(["setxkbmap", "-layout", request.param.rpartition(",")[2]], check=True)
    yield
    subprocess.run(["setxkbmap", "-layout", "us"], check=True)


@pytest.mark.usefixtures("_layout")
def test_shortcuts_work_without_latin_letters(desk: Desk) -> None:
    text = CaptionText(desk.root)
    text.pack()
    desk.focus(text)
    for keys, command in (
        (f"ctrl+{CODES['c']}", "copy_caption"),
        (f"ctrl+{CODES['o']}", "open"),
        (f"ctrl+{CODES['v']}", "paste"),
    ):
        desk.done.clear()
        desk.press(keys)
        desk.wait_until(lambda: desk.done)
        assert desk.done == [command]


@pytest.mark.usefixtures("_layout")
@pytest.mark.parametrize("_layout", ["ru", "gr"], indirect=True)
def test_shortcuts_with_shift_work_without_latin_letters(desk: Desk) -> None:
    text = CaptionText(desk.root)
    text.pack()
    desk.focus(text)
    desk.press(f"ctrl+shift+{CODES['c']}")
    desk.wait_until(lambda: desk.done)
    assert desk.done == ["copy_html"]


@pytest.mark.usefixtures("_layout")
def test_fields_and_menus_work_without_latin_letters(desk: Desk) -> None:
    dialog = Dialog(desk.root, "Save")
    entry = ttk.Entry(dialog.body)
    entry.pack()
    dialog.open(entry)
    desk.root.clipboard_clear()
    desk.root.clipboard_append("dog.wav")
    desk.focus(entry)
    desk.press(f"ctrl+{CODES['v']}")
    desk.wait_until(lambda: entry.get() == "dog.wav")
    dialog.close()

    button = ttk.Button(desk.root)
    button.pack()
    desk.focus(button)
    desk.press(f"alt+{CODES['f']}")
    desk.wait_until(lambda: active_entry(desk))
    desk.press("Escape")


def test_a_latin_keyboard_runs_each_command_once(desk: Desk) -> None:
    text = CaptionText(desk.root)
    text.pack()
    desk.focus(text)
    desk.press("ctrl+c", "ctrl+o", "ctrl+comma")
    desk.wait_until(lambda: len(desk.done) >= 3)
    assert desk.done == ["copy_caption", "open", "settings"]


def test_the_keypad_without_num_lock_runs_commands(desk: Desk) -> None:
    view = tk.Canvas(desk.root, takefocus=True)
    view.pack()
    desk.focus(view)
    desk.press("KP_Left", "KP_Right", "KP_Prior", "KP_Next")
    desk.wait_until(lambda: len(desk.done) >= 4)
    assert desk.done == ["previous_photo", "next_photo", "previous_photo", "next_photo"]


def test_the_keypad_without_num_lock_moves_in_texts_lists_and_menus(desk: Desk) -> None:
    text, others = CaptionText(desk.root), Alternatives(desk.root)
    rows = ttk.Treeview(desk.root, show="tree")
    for widget in text, others, rows:
        widget.pack()
    text.show("A dog runs.", ["a", "dog", "runs"])
    others.show(["A dog.", "A cat."])
    for row in "first", "second":
        rows.insert("", "end", row, text=row)

    desk.focus(text)
    desk.press("KP_Right", "KP_Right")
    desk.wait_until(lambda: text.marked and text.marked.word == 1)
    desk.press("KP_Home")
    desk.wait_until(lambda: text.marked and text.marked.word == 0)
    desk.press("shift+KP_Right")  # selects
    desk.wait_until(lambda: text.selection() == "A")
    desk.focus(others)
    desk.press("KP_Down")
    desk.wait_until(lambda: others.chosen == 1)
    desk.focus(rows)
    rows.focus("first")
    chosen: list[str] = []
    rows.bind("<Return>", lambda event: chosen.append(rows.focus()))
    desk.press("KP_Down", "KP_Enter")
    desk.wait_until(lambda: chosen == ["second"])

    desk.press("F10")
    desk.wait_until(lambda: active_entry(desk))
    before = active_entry(desk)
    desk.press("KP_Down")
    desk.wait_until(lambda: active_entry(desk) not in ("", before))
    desk.press("KP_Up")
    desk.wait_until(lambda: active_entry(desk) == before)
    desk.done.clear()
    desk.press("KP_Enter")
    desk.wait_until(lambda: desk.done)


def active_entry(desk: Desk) -> str:
    """The label of the chosen entry in the menu that has the focus."""
    menu = desk.root.tk.call("focus")
    try:
        return str(desk.root.tk.call(menu, "entrycget", "active", "-label"))
    except tk.TclError:
        return ""
