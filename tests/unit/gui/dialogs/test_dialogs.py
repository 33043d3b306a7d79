import configparser
import json
import re
import tkinter as tk
from collections.abc import Iterator
from pathlib import Path
from tkinter import ttk

import pytest

from captioner import __version__
from captioner.gui.app import App
from captioner.gui.commands import COMMANDS, MENUS
from captioner.gui.dialogs.about import PARAGRAPHS, About
from captioner.gui.dialogs.base import TITLE_HEIGHT, Dialog, ListDialog
from captioner.gui.dialogs.history import History
from captioner.gui.dialogs.settings import SettingsDialog
from captioner.gui.dialogs.shortcuts import Help
from captioner.gui.style.fonts import FONTS
from captioner.photos.source import PhotoSource
from tests.support.opened import opened, wait
from tests.support.program import ROOT, User

DIALOGS = {"help": Help, "about": About, "settings": SettingsDialog, "history": History}


@pytest.fixture
def app(root: tk.Tk, user: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    with opened(root, user, monkeypatch) as app:
        yield app


def caption(app: App, photo: Path) -> None:
    """Show a photo, and wait for its caption."""
    source = PhotoSource.of(photo)
    app.controller.open([source])
    wait(app, lambda: source in app.controller.captions)


def show(app: App, name: str) -> Dialog:
    """Open a dialog by its command, and wait until it has the keyboard."""
    app.run_command(name)
    (dialog,) = (child for child in app.root.winfo_children() if isinstance(child, Dialog))
    wait(app, lambda: has_keyboard(dialog))
    return dialog


def has_keyboard(dialog: tk.Misc) -> bool:
    focus = dialog.focus_get()
    return focus is not None and focus.winfo_toplevel() is dialog.winfo_toplevel()


def press(app: App, *keys: str) -> None:
    for key in keys:
        focus = app.root.focus_get()
        assert focus
        focus.event_generate(key)
        app.root.update()


def walk(widget: tk.Misc) -> Iterator[tk.Misc]:
    yield widget
    for child in widget.winfo_children():
        yield from walk(child)


@pytest.mark.parametrize("name", DIALOGS)
def test_escape_closes_it_and_the_focus_goes_back(app: App, samples: dict[str, Path], name: str) -> None:
    caption(app, samples["cat"])
    button = app.window.controls.buttons["open"]
    button.focus_set()
    app.root.update()
    dialog = show(app, name)
    app.run_command(name)  # it is there already
    assert sum(isinstance(child, DIALOGS[name]) for child in app.root.winfo_children()) == 1
    press(app, "<Escape>")
    assert not dialog.winfo_exists()
    wait(app, lambda: app.root.focus_get() is button)


@pytest.mark.parametrize("name", DIALOGS)
def test_tab_reaches_every_control_and_comes_back(app: App, samples: dict[str, Path], name: str) -> None:
    caption(app, samples["cat"])
    dialog = show(app, name)
    seen = [app.root.focus_get()]
    press(app, "<Tab>")
    while app.root.focus_get() not in seen:
        assert has_keyboard(dialog)
        seen.append(app.root.focus_get())
        press(app, "<Tab>")
    assert app.root.focus_get() is seen[0]
    can_have_it = (ttk.Button, ttk.Combobox, ttk.Checkbutton, ttk.Treeview, tk.Text)
    assert set(seen) == {widget for widget in walk(dialog) if isinstance(widget, can_have_it)}


@pytest.mark.parametrize("name", DIALOGS)
@pytest.mark.parametrize("text_size", [100, 200])
def test_it_fits_on_a_small_screen(
    app: App, samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch, name: str, text_size: int
) -> None:
    caption(app, samples["cat"])
    app.store.change(text_size=text_size)
    monkeypatch.setattr(tk.Misc, "winfo_screenwidth", lambda self: 800)
    monkeypatch.setattr(tk.Misc, "winfo_screenheight", lambda self: 600)
    dialog = show(app, name)
    wait(app, lambda: dialog.winfo_width() > 1)
    assert dialog.winfo_width() <= 800
    assert dialog.winfo_height() <= 600 - TITLE_HEIGHT
    for widget in walk(dialog):
        if isinstance(widget, ttk.Button | ttk.Combobox | ttk.Checkbutton | ttk.Label):
            assert widget.winfo_width() >= widget.winfo_reqwidth(), widget
            assert widget.winfo_height() >= widget.winfo_reqheight(), widget
            assert widget.winfo_rootx() + widget.winfo_width() <= dialog.winfo_rootx() + dialog.winfo_width()
            assert widget.winfo_rooty() + widget.winfo_height() <= dialog.winfo_rooty() + dialog.winfo_height()


def rows(dialog: ListDialog) -> list[tuple[str, str]]:
    lines = dialog.list.get_children()
    return [(dialog.list.item(line, "text"), dialog.list.item(line, "values")[0]) for line in lines]


def test_help_lists_every_command_and_explains_the_selected_one(app: App, user: User) -> None:
    dialog = show(app, "help")
    assert isinstance(dialog, Help)
    listed = rows(dialog)
    keys = dict(listed)
    for command in COMMANDS:
        assert keys[command.label.rstrip("…")].split(", ")[0] == command.shortcut
    assert keys["Next Photo"] == "Right, Page Down"
    assert {"In the Caption", "Other Captions", *MENUS} <= set(keys)  # groups and keys that are not commands, too
    in_file = sum(command.menu == "File" for command in COMMANDS)
    wait(app, lambda: user.utterances()[-1].endswith(f"File. {in_file} shortcuts. 1 of {len(listed)}"))
    press(app, "<Down>", "<Down>")
    second = COMMANDS[1]
    wait(app, lambda: second.help in [widget["text"] for widget in walk(dialog) if isinstance(widget, ttk.Label)])
    spoken = f"{second.label.rstrip('…')}, Control Shift O. {second.help}"
    wait(app, lambda: user.utterances()[-1].startswith(spoken))


def test_about_gives_the_version_the_licences_and_the_limits(app: App) -> None:
    dialog = show(app, "about")
    (text,) = (widget.get("1.0", "end") for widget in walk(dialog) if isinstance(widget, tk.Text))
    assert __version__ in text
    assert "MIT licence" in text
    assert "A caption can be wrong." in text
    (photos,) = re.findall(r"learned from ([\d,]+ photos)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert photos in text


def test_about_names_every_package_that_the_program_requires() -> None:
    options = configparser.ConfigParser()
    options.read(ROOT / "setup.cfg")
    lines = options["options"]["install_requires"].splitlines()
    required = {re.split("[><=;]", line)[0].strip() for line in lines if line and not line.startswith("#")}
    others = {"tensorflow"}  # runs the model in place of LiteRT on old Macs
    named = " ".join(PARAGRAPHS).lower().replace("litert", "ai-edge-litert")
    assert len(required) > 8
    assert not {package for package in required - others if package not in named}


def test_history_speaks_a_caption_and_shows_its_photo_again(app: App, user: User, samples: dict[str, Path]) -> None:
    for name in "cat", "coffee":
        caption(app, samples[name])
    statements = {
        name: app.controller.captions[PhotoSource.of(samples[name])].caption.statement for name in ("cat", "coffee")
    }
    dialog = show(app, "history")
    assert isinstance(dialog, History)
    assert rows(dialog) == [(f"{name}.jpg", statements[name]) for name in ("coffee", "cat")]
    wait(app, lambda: user.utterances()[-1].endswith("1 of 2"))
    press(app, "<Down>")
    wait(app, lambda: user.utterances()[-1] == f"cat.jpg: {statements['cat']} 2 of 2")
    user.silence()
    app.root.update()  # it has heard so
    press(app, "<space>")
    wait(app, lambda: user.utterances()[-1] == statements["cat"])
    press(app, "<Return>")
    wait(app, lambda: app.root.title() == "cat.jpg – Captioner" and app.state.caption)
    assert [source.path for source in app.controller.captions] == [samples["coffee"], samples["cat"]]


def choose(app: App, dialog: Dialog, label: str, value: str) -> None:
    """Choose a value from the combo box after a label."""
    widgets = list(walk(dialog))
    labels = [widget["text"] if isinstance(widget, ttk.Label) else "" for widget in widgets]
    box = widgets[labels.index(label) + 1]
    assert isinstance(box, ttk.Combobox)
    assert value in box["values"]
    box.set(value)
    box.event_generate("<<ComboboxSelected>>")
    app.root.update()


def test_settings_take_effect_at_once_and_are_saved(app: App, user: User) -> None:
    dialog = show(app, "settings")
    before = app.root.tk.call("font", "measure", FONTS["text"], "A dog")
    choose(app, dialog, "Text size", "200 percent")
    assert app.root.tk.call("font", "measure", FONTS["text"], "A dog") > 1.8 * before
    choose(app, dialog, "Theme", "High contrast")
    assert str(app.root["background"]) == str(dialog["background"]) == "#000000"
    wait(app, lambda: app.voice.voices())
    choose(app, dialog, "Rate", "300 words per minute")
    choose(app, dialog, "Volume", "50 percent")
    assert (app.voice._speaker.rate, app.voice._speaker.volume) == (300, 0.5)
    choose(app, dialog, "Beam width", "2")
    choose(app, dialog, "Self-voicing", "Off")
    assert not app.self_voicing.on
    choose(app, dialog, "Rate", "120 words per minute")
    wait(app, lambda: user.utterances()[-1] == "This is how captions sound.")
    (check,) = (widget for widget in walk(dialog) if isinstance(widget, ttk.Checkbutton))
    check.invoke()
    assert not app.voice.speak_captions
    app.quit()
    assert json.loads(user.settings.read_text()) == {
        "text_size": 200,
        "theme": "high contrast",
        "rate": 120,
        "volume": 0.5,
        "beam_width": 2,
        "self_voicing": False,
        "speak_captions": False,
    }


def test_settings_offer_the_voices_of_this_machine(app: App) -> None:
    wait(app, lambda: app.voice.voices())
    voices = app.voice.voices()
    dialog = show(app, "settings")
    choose(app, dialog, "Voice", voices[-1].name)
    assert app.voice._speaker.voice == app.store.settings.voice == voices[-1].id
    choose(app, dialog, "Voice", "Automatic")
    assert app.store.settings.voice is None


def test_keys_for_the_text_size_work_in_a_dialog(app: App) -> None:
    show(app, "settings")
    press(app, "<Control-plus>")
    assert app.store.settings.text_size == 125
