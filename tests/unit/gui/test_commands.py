import os
import tkinter as tk
from collections import Counter

import pytest
from PIL import Image, ImageColor, ImageGrab

from captioner.gui import commands
from captioner.gui.commands import BY_NAME, COMMANDS, MENUS, TOOLBAR, State
from captioner.gui.controls import Controls
from captioner.gui.style.icons import ICONS
from captioner.gui.style.palettes import PALETTES
from captioner.gui.style.ttk_theme import apply_theme
from tests.support.program import wait_for


def test_no_two_commands_share_a_key(root: tk.Tk) -> None:
    sequences = [sequence for command in COMMANDS for key in command.keys for sequence in commands.sequences(key)]
    for sequence in sequences:
        root.bind(sequence, lambda event: None)  # Tk knows it
    assert not [sequence for sequence, times in Counter(sequences).items() if times > 1]


def test_every_command_can_be_found() -> None:
    assert {command.menu for command in COMMANDS} == set(MENUS)
    assert all(BY_NAME[name].button and BY_NAME[name].keys for group in TOOLBAR for name in group)
    assert set(ICONS) == {name for group in TOOLBAR for name in group} | {"more"}
    assert all(command.help.endswith(".") for command in COMMANDS)


def test_a_command_that_cannot_be_used_has_a_reason() -> None:
    disabled = [command for command in COMMANDS if not command.enabled(State())]
    assert {command.name for command in disabled} > {"copy_caption", "next_photo", "history", "speak"}
    for state in State(), State(photo=True):
        assert all(command.reason(state) for command in disabled)
    assert BY_NAME["next_photo"].reason(State()) == "No photo is open yet. Open one first."
    assert BY_NAME["next_photo"].reason(State(photo=True)) == "This is the last photo."


@pytest.mark.parametrize(
    ("key", "shown", "sequences"),
    [
        ("Mod+O", "Ctrl+O", ["<Control-o>", "<Control-O>"]),
        ("Mod+Shift+C", "Ctrl+Shift+C", ["<Control-Shift-c>", "<Control-Shift-C>"]),
        ("Mod+comma", "Ctrl+,", ["<Control-comma>"]),
        ("Page_Down", "Page Down", ["<Next>"]),
        ("F1", "F1", ["<F1>"]),
    ],
)
def test_keys_as_people_write_them_and_as_tk_does(key: str, shown: str, sequences: list[str]) -> None:
    assert commands.shown(key) == shown
    assert commands.sequences(key) == sequences


class Desk:
    """A window with all controls.

    done: the names of the commands that were run.
    """

    def __init__(self, root: tk.Tk) -> None:
        apply_theme(root, PALETTES["light"], 100)
        self.root = root
        self.done: list[str] = []
        self.controls = Controls(root, self.done.append)
        self.toolbar = self.controls.toolbar(root)
        self.toolbar.apply_palette(PALETTES["light"])
        self.toolbar.pack(fill="x")
        self.text = tk.Text(root, state="disabled")
        self.text.pack()
        self.controls.refresh(State())
        root.geometry("700x300")
        root.update()

    def menu(self, name: str) -> tk.Menu:
        bar = self.root.nametowidget(self.root["menu"])
        return bar.nametowidget(bar.entrycget(MENUS.index(name), "menu"))

    def press(self, widget: tk.Misc, *keys: str) -> list[str]:
        """Press keys in a widget, and return the commands that this has run."""
        self.done.clear()
        widget.focus_force()
        self.root.update()
        for key in keys:
            widget.event_generate(key)
        self.root.update()
        return list(self.done)


@pytest.fixture
def desk(root: tk.Tk) -> Desk:
    return Desk(root)


def test_keys_run_commands(desk: Desk) -> None:
    assert desk.press(desk.text, "<Control-o>", "<Next>", "<F1>", "<space>") == ["open", "next_photo", "help", "speak"]
    for lock in "", "Lock-":
        assert desk.press(desk.text, f"<{lock}Control-c>") == ["copy_caption"]
        assert desk.press(desk.text, f"<{lock}Control-Shift-c>") == ["copy_html"]


def test_space_presses_the_button_that_has_the_focus(desk: Desk) -> None:
    assert desk.press(desk.controls.buttons["open"], "<space>") == ["open"]


def test_a_key_shows_a_button_as_pressed_and_does_not_block_the_window(desk: Desk) -> None:
    button = desk.controls.buttons["open"]

    def released() -> bool:
        desk.root.update()
        return not button.instate(["pressed"])

    desk.press(button, "<space>")
    assert button.instate(["pressed"])
    wait_for(released)


def test_only_the_bound_keys_work_in_a_dialog(desk: Desk) -> None:
    dialog = tk.Toplevel(desk.root)
    desk.controls.bind(dialog, ("quit",))
    dialog.wait_visibility()
    assert desk.press(dialog, "<Control-q>", "<Control-o>", "<Next>") == ["quit"]


def test_only_commands_that_can_be_used_are_enabled(desk: Desk) -> None:
    def states() -> tuple[bool, str]:
        menu = desk.menu("Photo")
        return desk.controls.buttons["next_photo"].instate(["!disabled"]), str(menu.entrycget("Next Photo", "state"))

    assert states() == (False, "disabled")
    desk.controls.refresh(State(next=True))
    assert states() == (True, "normal")
    desk.controls.refresh(State())
    assert states() == (False, "disabled")


def test_the_menus_show_what_is_on(desk: Desk) -> None:
    menu = desk.menu("Speech")
    for on in True, False:
        desk.controls.refresh(State(self_voicing=on))
        variable = str(menu.entrycget("Self-Voicing", "variable"))
        assert desk.root.getboolean(desk.root.getvar(variable)) == on


def test_menu_entries_show_their_shortcuts_and_have_a_letter_each(desk: Desk) -> None:
    for name in MENUS:
        menu = desk.menu(name)
        entries = range(int(menu.index("end") or 0) + 1)
        labels = [str(menu.entrycget(entry, "label")) for entry in entries]
        letters = [label[int(menu.entrycget(entry, "underline"))] for entry, label in zip(entries, labels, strict=True)]
        assert len(set(map(str.lower, letters))) == len(labels)
        for entry, label in zip(entries, labels, strict=True):
            (command,) = (command for command in COMMANDS if command.label == label)
            assert str(menu.entrycget(entry, "accelerator")) == command.shortcut


@pytest.mark.parametrize("width", [1200, 700, 350, 100])
def test_buttons_without_room_are_in_a_menu(desk: Desk, width: int) -> None:
    desk.controls.refresh(State(next=True))
    desk.root.geometry(f"{width}x300")

    more = next(child for child in desk.toolbar.winfo_children() if child.winfo_class() == "TMenubutton")

    def is_arranged() -> bool:
        desk.root.update()
        return desk.toolbar.winfo_width() == width and bool(more.winfo_viewable()) == (width != 1200)

    wait_for(is_arranged)
    buttons = {BY_NAME[name].label: button for name, button in desk.controls.buttons.items()}
    shown = [label for label, button in buttons.items() if button.winfo_viewable()]
    visible = [buttons[label] for label in shown] + [more] * more.winfo_viewable()
    assert all(button.winfo_x() + button.winfo_width() <= max(width, more.winfo_reqwidth() + 2) for button in visible)
    assert all(button.winfo_height() < desk.toolbar.winfo_height() for button in visible)
    places = [button.winfo_x() for button in visible]
    assert places == sorted(places)
    if width == 1200:
        return
    menu = more.nametowidget(str(more["menu"]))
    desk.root.tk.call(str(menu["postcommand"]))
    entries = range(int(menu.index("end") or 0) + 1)
    assert shown + [str(menu.entrycget(entry, "label")) for entry in entries] == list(buttons)
    for entry in entries:
        label, state = (str(menu.entrycget(entry, option)) for option in ("label", "state"))
        assert (state == "normal") == buttons[label].instate(["!disabled"])
    desk.done.clear()
    menu.invoke("end")
    assert desk.done == ["help"]
    assert desk.press(more, "<space>") == []  # the button takes it
    menu.unpost()


def test_the_focus_does_not_vanish_with_a_button(desk: Desk) -> None:
    desk.root.geometry("1200x300")
    button = desk.controls.buttons["help"]

    def is_shown() -> bool:
        desk.root.update()
        return bool(button.winfo_viewable())

    wait_for(is_shown)
    button.focus_force()
    desk.root.geometry("500x300")

    def moved() -> bool:
        desk.root.update()
        return (desk.root.focus_get() or desk.root).winfo_class() == "TMenubutton"

    wait_for(moved)


def test_icons_have_the_colours_of_the_palette_and_the_size_of_the_text(desk: Desk) -> None:
    def icon(name: str) -> Image.Image:
        """A part of the screen: what a button shows to the left of its word."""
        desk.root.update()
        button = desk.controls.buttons[name]
        left, top, height = button.winfo_rootx() + 4, button.winfo_rooty() + 4, button.winfo_height() - 8
        return ImageGrab.grab((left, top, left + height, top + height), xdisplay=os.environ["DISPLAY"])

    desk.root.geometry("1270x300")
    desk.toolbar.show_icons()
    sizes = []
    for name, text_size in ("light", 100), ("dark", 100), ("high contrast", 200):
        apply_theme(desk.root, PALETTES[name], text_size)
        desk.toolbar.apply_palette(PALETTES[name])
        colours = icon("open").convert("RGB").getcolors(10_000) or []
        assert ImageColor.getrgb(PALETTES[name].text) in [colour for _, colour in colours]
        dimmed = icon("speak").convert("RGB").getcolors(10_000) or []
        assert ImageColor.getrgb(PALETTES[name].border) in [colour for _, colour in dimmed]
        sizes.append(int(desk.root.tk.call("image", "width", desk.controls.buttons["open"]["image"][0])))
    assert sizes[2] == pytest.approx(2 * sizes[0], abs=3)


def test_a_tooltip_shows_the_help_of_a_button_and_its_key(desk: Desk) -> None:
    desk.controls.add_tooltips()
    button = desk.controls.buttons["copy_caption"]
    button.event_generate("<Enter>", rootx=10, rooty=10)

    def tips() -> list[str]:
        desk.root.update()
        windows = [child for child in desk.root.winfo_children() if child.winfo_class() == "Toplevel"]
        return [
            message.getvar(message["textvariable"])
            for window in windows
            if window.winfo_viewable()
            for message in window.winfo_children()
        ]

    wait_for(tips)
    assert tips() == ["Copy the caption.  (Ctrl+C)"]
    button.event_generate("<Leave>")
    assert tips() == []
