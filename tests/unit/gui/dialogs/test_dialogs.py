import json
import tkinter as tk
from collections.abc import Iterator
from pathlib import Path
from tkinter import ttk

import pytest

from captioner import __version__
from captioner.gui.commands import COMMANDS
from captioner.gui.dialogs.about import About
from captioner.gui.dialogs.base import Dialog, ListDialog
from captioner.gui.dialogs.history import History
from captioner.gui.dialogs.settings import SettingsDialog
from captioner.gui.dialogs.shortcuts import Help
from captioner.gui.style.fonts import FONTS
from captioner.gui.window import Window
from captioner.photos.source import PhotoSource
from tests.support.opened import opened, wait
from tests.support.program import User

DIALOGS = {"help": Help, "about": About, "settings": SettingsDialog, "history": History}


@pytest.fixture
def window(root: tk.Tk, user: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    with opened(root, user, monkeypatch) as window:
        yield window


def caption(window: Window, photo: Path) -> None:
    """Show a photo, and wait for its caption."""
    source = PhotoSource.of(photo)
    window.open_sources([source])
    wait(window, lambda: source in window.captions)


def show(window: Window, name: str) -> Dialog:
    """Open a dialog by its command, and wait until it has the keyboard."""
    window.do(name)
    (dialog,) = (child for child in window.root.winfo_children() if isinstance(child, Dialog))
    wait(window, lambda: has_keyboard(dialog))
    return dialog


def has_keyboard(dialog: tk.Misc) -> bool:
    focus = dialog.focus_get()
    return focus is not None and focus.winfo_toplevel() is dialog.winfo_toplevel()


def press(window: Window, *keys: str) -> None:
    for key in keys:
        focus = window.root.focus_get()
        assert focus
        focus.event_generate(key)
        window.root.update()


def walk(widget: tk.Misc) -> Iterator[tk.Misc]:
    yield widget
    for child in widget.winfo_children():
        yield from walk(child)


@pytest.mark.parametrize("name", DIALOGS)
def test_escape_closes_it_and_the_focus_goes_back(window: Window, samples: dict[str, Path], name: str) -> None:
    caption(window, samples["cat"])
    button = window.controls.buttons["open"]
    button.focus_set()
    window.root.update()
    dialog = show(window, name)
    window.do(name)  # it is there already
    assert sum(isinstance(child, DIALOGS[name]) for child in window.root.winfo_children()) == 1
    press(window, "<Escape>")
    assert not dialog.winfo_exists()
    wait(window, lambda: window.root.focus_get() is button)


@pytest.mark.parametrize("name", DIALOGS)
def test_tab_goes_round(window: Window, samples: dict[str, Path], name: str) -> None:
    caption(window, samples["cat"])
    dialog = show(window, name)
    seen = [window.root.focus_get()]
    press(window, "<Tab>")
    while window.root.focus_get() not in seen:
        assert has_keyboard(dialog)
        seen.append(window.root.focus_get())
        press(window, "<Tab>")
    assert window.root.focus_get() is seen[0]
    can_have_it = (ttk.Button, ttk.Combobox, ttk.Checkbutton, ttk.Treeview, tk.Text)
    assert set(seen) == {widget for widget in walk(dialog) if isinstance(widget, can_have_it)}


@pytest.mark.parametrize("name", DIALOGS)
@pytest.mark.parametrize("text_size", [100, 200])
def test_it_has_room_on_a_small_screen(
    window: Window, samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch, name: str, text_size: int
) -> None:
    caption(window, samples["cat"])
    window.set_look(text_size=text_size)
    monkeypatch.setattr(tk.Misc, "winfo_screenwidth", lambda self: 800)
    monkeypatch.setattr(tk.Misc, "winfo_screenheight", lambda self: 600)
    dialog = show(window, name)
    wait(window, lambda: dialog.winfo_width() > 1)
    assert dialog.winfo_width() <= 800
    assert dialog.winfo_height() <= 600
    for widget in walk(dialog):
        if isinstance(widget, ttk.Button | ttk.Combobox | ttk.Checkbutton | ttk.Label):
            assert widget.winfo_width() >= widget.winfo_reqwidth(), widget
            assert widget.winfo_height() >= widget.winfo_reqheight(), widget
            assert widget.winfo_rootx() + widget.winfo_width() <= dialog.winfo_rootx() + dialog.winfo_width()
            assert widget.winfo_rooty() + widget.winfo_height() <= dialog.winfo_rooty() + dialog.winfo_height()


def rows(dialog: ListDialog) -> list[tuple[str, str]]:
    lines = dialog.list.get_children()
    return [(dialog.list.item(line, "text"), dialog.list.item(line, "values")[0]) for line in lines]


def test_help_lists_every_command_and_explains_the_chosen_one(window: Window, user: User) -> None:
    dialog = show(window, "help")
    assert isinstance(dialog, Help)
    listed = rows(dialog)
    assert listed[: len(COMMANDS)] == [(command.label.rstrip("…"), command.shortcut) for command in COMMANDS]
    wait(window, lambda: user.utterances()[-1].endswith(f"1 of {len(listed)}"))
    press(window, "<Down>")
    second = COMMANDS[1]
    wait(window, lambda: second.help in [widget["text"] for widget in walk(dialog) if isinstance(widget, ttk.Label)])
    wait(window, lambda: user.utterances()[-1].startswith(f"{second.label}, Control S. {second.help}"))


def test_about_gives_the_version_the_licences_and_the_limits(window: Window) -> None:
    dialog = show(window, "about")
    (text,) = (widget.get("1.0", "end") for widget in walk(dialog) if isinstance(widget, tk.Text))
    assert __version__ in text
    assert "MIT licence" in text
    assert "A caption can be wrong." in text


def test_history_speaks_a_caption_and_shows_its_photo_again(
    window: Window, user: User, samples: dict[str, Path]
) -> None:
    for name in "cat", "coffee":
        caption(window, samples[name])
    statements = {name: window.captions[PhotoSource.of(samples[name])].caption.statement for name in ("cat", "coffee")}
    dialog = show(window, "history")
    assert isinstance(dialog, History)
    assert rows(dialog) == [(f"{name}.jpg", statements[name]) for name in ("coffee", "cat")]
    wait(window, lambda: user.utterances()[-1].endswith("1 of 2"))
    press(window, "<Down>")
    wait(window, lambda: user.utterances()[-1] == f"cat.jpg: {statements['cat']} 2 of 2")
    user.silence()
    window.root.update()  # it has heard so
    press(window, "<space>")
    wait(window, lambda: user.utterances()[-1] == statements["cat"])
    press(window, "<Return>")
    wait(window, lambda: window.root.title() == "cat.jpg – Captioner" and window.state.caption)
    assert list(window.captions) == [samples["coffee"], samples["cat"]]


def choose(window: Window, dialog: Dialog, label: str, value: str) -> None:
    """Choose a value from the combo box after a label."""
    widgets = list(walk(dialog))
    labels = [widget["text"] if isinstance(widget, ttk.Label) else "" for widget in widgets]
    box = widgets[labels.index(label) + 1]
    assert isinstance(box, ttk.Combobox)
    assert value in box["values"]
    box.set(value)
    box.event_generate("<<ComboboxSelected>>")
    window.root.update()


def test_settings_take_effect_at_once_and_are_saved(window: Window, user: User) -> None:
    dialog = show(window, "settings")
    before = window.root.tk.call("font", "measure", FONTS["text"], "A dog")
    choose(window, dialog, "Text size", "200 percent")
    assert window.root.tk.call("font", "measure", FONTS["text"], "A dog") > 1.8 * before
    choose(window, dialog, "Theme", "High contrast")
    assert str(window.root["background"]) == str(dialog["background"]) == "#000000"
    wait(window, lambda: window.voice.voices())
    choose(window, dialog, "Rate", "300 words a minute")
    choose(window, dialog, "Volume", "50 percent")
    assert (window.voice._speaker.rate, window.voice._speaker.volume) == (300, 0.5)
    choose(window, dialog, "Beam width", "2")
    choose(window, dialog, "Self-voicing", "Off")
    assert not window.self_voicing.on
    choose(window, dialog, "Rate", "120 words a minute")
    wait(window, lambda: user.utterances()[-1] == "This is how captions sound.")
    (check,) = (widget for widget in walk(dialog) if isinstance(widget, ttk.Checkbutton))
    check.invoke()
    assert not window.voice.speak_captions
    window.quit()
    assert json.loads(user.settings.read_text()) == {
        "text_size": 200,
        "theme": "high contrast",
        "rate": 120,
        "volume": 0.5,
        "beam_width": 2,
        "self_voicing": False,
        "speak_captions": False,
    }


def test_settings_offer_the_voices_of_this_machine(window: Window) -> None:
    wait(window, lambda: window.voice.voices())
    voices = window.voice.voices()
    dialog = show(window, "settings")
    choose(window, dialog, "Voice", voices[-1].name)
    assert window.voice._speaker.voice == window.chosen.voice == voices[-1].id
    choose(window, dialog, "Voice", "Automatic")
    assert window.chosen.voice is None


def test_keys_for_the_text_size_work_in_a_dialog(window: Window) -> None:
    show(window, "settings")
    press(window, "<Control-plus>")
    assert window.chosen.text_size == 125
