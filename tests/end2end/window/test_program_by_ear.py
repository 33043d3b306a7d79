"""What a user who cannot see the window hears after each key."""

import json
import re
import shutil
import tkinter as tk
from collections.abc import Callable
from pathlib import Path
from tkinter import ttk

import pytest

from captioner import Captioner
from captioner.gui.dialogs.settings import SettingsDialog
from captioner.gui.widgets.invitation import WELCOME
from captioner.output.attention_map import place
from tests.support.opened import opened, wait
from tests.support.program import ROOT, Program, User
from tests.support.soundcard import loudness, seconds_of

Start = Callable[..., Program]
Statement = Callable[[Path], str]


def hear(program: Program, key: str, text: str) -> None:
    """Press a key, and wait until this is the last thing that is said."""
    program.keys(key)
    program.await_utterance(text)


def test_the_confidence_is_spoken(program: Start, user: User, shipped: Captioner, statement: Statement) -> None:
    photo = user.album()[1]
    confidence = shipped.caption(photo).trust
    user.choose(self_voicing=True)
    one = program(photo)
    one.await_photo(photo, statement(photo))
    hear(one, "F3", confidence)
    hear(one, "Tab", f"Caption, text, read only, {statement(photo)}")
    hear(one, "Tab", confidence)
    hear(one, "F2", "Self-voicing off")
    hear(one, "F3", confidence)  # it was asked for
    hear(one, "F4", "Photo 2 of 4, cat.jpg.")
    one.close()


def test_commands_on_another_caption_take_it_and_say_which(
    program: Start, user: User, shipped: Captioner, statement: Statement
) -> None:
    photo = user.album()[1]
    first, second = (other.text for other in shipped.caption(photo).alternatives[:2])
    user.choose(self_voicing=True)
    one = program(photo)
    one.await_photo(photo, statement(photo))
    one.go_to("alternatives")
    hear(one, "ctrl+c", f"Copied: {first}")
    assert one.sight.ask("clipboard get") == first
    one.keys("Down")
    hear(one, "ctrl+s", f"Saved as cat.txt: {second}")
    assert photo.with_suffix(".txt").read_text() == f"{second}\n"
    hear(one, "ctrl+shift+c", f"Photo and caption copied as HTML: {second}")
    assert one.sight.ask("clipboard get") == second
    hear(one, "End", f"{shipped.caption(photo).alternatives[-1].text.removesuffix('.')}, 3 of 3")
    hear(one, "Down", "Last of the other captions.")
    one.go_to("captiontext")
    hear(one, "ctrl+c", "Copied.")
    assert one.sight.ask("clipboard get") == shipped.caption(photo).text
    one.go_to("alternatives")
    last = one.utterances()[-1].removeprefix("Other captions, list, read only, ").rpartition(", ")[0]
    hear(one, "Return", f"Caption, text, read only, {last}.")
    one.close("Tab", "Return", question="The caption of 1 photo is not saved. Save before closing?")  # No


def test_keys_that_go_no_further_say_so(program: Start, user: User, shipped: Captioner, statement: Statement) -> None:
    photo = user.album()[1]
    user.choose(self_voicing=True)
    one = program(photo)
    one.await_photo(photo, statement(photo))
    one.go_to("captiontext")
    hear(one, "Home", statement(photo).split()[0])
    hear(one, "Left", "First word.")
    last = shipped.caption(photo).words[-1]
    where = place(last.attention_weights)
    hear(one, "End", f"{last.text}: {where}")
    hear(one, "Right", "Last word.")
    hear(one, "ctrl+l", "Attention off")
    hear(one, "Home", statement(photo).split()[0])
    hear(one, "End", last.text)
    hear(one, "ctrl+l", "Attention on")
    hear(one, "Escape", "Back to the caption.")
    one.wait_for(lambda: one.sight.ask("focus").endswith("captiontext"))
    one.keys("Escape")  # stops that sentence, if it is still being spoken
    hear(one, "Escape", "Nothing to cancel.")
    one.close()


def test_keys_in_lists_say_where_they_go(program: Start, user: User, statement: Statement) -> None:
    photos = user.album()
    user.choose(self_voicing=True)
    one = program(photos[1])
    one.await_photo(photos[1], statement(photos[1]))
    one.keys("F1")
    one.await_title("Keyboard Shortcuts", focus="treeview")
    count = len(one.sight.list_of("[focus] children {}"))
    one.keys("End")
    one.wait_for(lambda: one.utterances()[-1].endswith(f"{count} of {count}"))
    one.keys("h")
    one.wait_for(lambda: one.utterances()[-1].startswith("History, Control H."))
    hear(one, "z", "No match.")
    one.keys("Escape")
    one.await_photo(photos[1], statement(photos[1]))

    one.keys("ctrl+comma")
    one.await_title("Settings", focus="combobox")
    one.keys("Down")
    one.wait_for(lambda: one.sight.focus().endswith("popdown.f.l"))
    voices = one.sight.list_of("[focus] get 0 end")
    assert [voice.startswith("English") for voice in voices[1:]] == sorted(
        (voice.startswith("English") for voice in voices[1:]), reverse=True
    )
    hear(one, "End", f"{voices[-1]}, {len(voices)} of {len(voices)}")
    hear(one, "Home", f"Automatic, 1 of {len(voices)}")
    wanted = next(position for position, voice in enumerate(voices) if voice.startswith("S"))
    hear(one, "s", f"{voices[wanted]}, {wanted + 1} of {len(voices)}")
    one.keys("Prior")
    one.wait_for(lambda: not one.utterances()[-1].startswith(voices[wanted]))
    said = one.utterances()[-1].rpartition(",")[0]
    one.keys("Return")
    one.wait_for(lambda: one.sight.ask("[focus] get") == said)
    one.keys("Escape")
    one.close()


# The keys that open a window with a list, and how that begins to say what it is.
LISTS = {
    "F1": "Keyboard Shortcuts, dialog. Shortcuts, list, File.",
    "ctrl+h": "History, dialog. Captions, list, cat.jpg: ",
    "ctrl+o": "Open Photos, dialog. Folder Photos, 4 photos, list, astronaut.jpg, 1 of 4",
    "ctrl+j": "Photo List, dialog. Photos, list, ",
}


def test_every_list_says_where_a_key_goes(program: Start, user: User, statement: Statement) -> None:
    photos = user.album()
    user.choose(self_voicing=True)
    one = program(photos[0].parent)
    one.await_photo(photos[0], statement(photos[0]))
    one.keys("Right")
    one.await_photo(photos[1], statement(photos[1]))

    def is_at(line: str) -> bool:
        found = re.search(r"(\d+) of (\d+)$", one.utterances()[-1])
        return found is not None and found[1] == (found[2] if line == "last" else "1")

    for key, text in LISTS.items():
        before = len(one.utterances())
        one.keys(key)
        one.wait_for(
            lambda text=text, before=before: any(said.startswith(text) for said in one.utterances()[before:])  # type: ignore[misc]
        )
        one.keys("End")
        one.wait_for(lambda: is_at("last"))
        hear(one, "Down", "Last line.")
        one.keys("Home")
        one.wait_for(lambda: is_at("first"))
        hear(one, "Up", "First line.")
        one.keys("Escape")
        one.await_photo(photos[1], statement(photos[1]))


def test_a_short_sound_in_place_of_a_sentence(program: Start, user: User, statement: Statement) -> None:
    photo = user.album()[1]
    user.choose(self_voicing=True, short_sounds=True)
    one = program(photo)
    one.await_photo(photo, statement(photo))
    one.go_to("captiontext")
    hear(one, "Home", statement(photo).split()[0])
    user.silence()
    before = len(user.card.sound)
    one.keys("Left")
    one.wait_for(lambda: len(user.card.sound) > before)
    user.silence()
    assert loudness(user.card.sound[before:]) > 100
    assert len(user.card.sound) - before < 22050  # half a second, with what ALSA fills up
    assert one.utterances()[-1] == statement(photo).split()[0]
    one.close()


def test_the_open_dialog_says_where_one_is(program: Start, user: User, statement: Statement) -> None:
    photos = user.album()
    site = photos[0].parent / "site"
    site.mkdir()
    for number in (1, 2, 10):
        shutil.copy(photos[1], site / f"page{number}.jpg")
    (site / "notes.txt").write_text("no photo")
    user.choose(self_voicing=True)
    one = program(photos[0].parent)  # where the dialog starts, and not in the folder above
    one.await_utterance("4 of 4 photos captioned. Control J lists them.")
    keys = {
        "ctrl+o": "Open Photos, dialog. Folder Photos, 4 photos, 1 folder, list, Folder site, 3 photos, 1 of 5",
        "End": "photographer.jpg, 5 of 5",
        "shift+Up": "coffee.jpg, 4 of 5, 2 selected",
        "shift+Home": "Folder site, 3 photos, 1 of 5, 5 selected",
        "ctrl+a": "Folder site, 3 photos, 1 of 5, 4 selected",
        "c": "cat.jpg, 3 of 5",
        "Home": "Folder site, 3 photos, 1 of 5",
        "Return": "Folder site, 3 photos, page1.jpg, 1 of 3",
        "BackSpace": "Folder Photos, 4 photos, 1 folder, Folder site, 3 photos, 1 of 5",
        "Tab": "Name, text field, blank",
        "x": "x",
        "KP_Enter": "There is no photo or folder x.",
        "alt+Up": "Folder home, no photos, 1 folder, list, Folder Photos, 4 photos, 1 of 1",
    }
    for key, text in keys.items():
        hear(one, key, text)
    one.go_to("entry")
    one.type(f"{site}")
    one.keys("Return")
    one.await_utterance("Folder site, 3 photos, list, page1.jpg, 1 of 3")
    one.go_to("checkbutton")
    hear(one, "space", "checked")
    one.await_text(f"{site}: 4 files")
    hear(one, "Tab", "Open, button")
    hear(one, "Tab", "Open Folder, button, site, Control Return")
    hear(one, "Tab", "Cancel, button")
    hear(one, "Tab", "Parent Folder, button, Alt Up arrow")
    hear(one, "Tab", "Folder site, 4 files, list, page1.jpg, 2 of 4")
    one.keys("shift+Down", "Return")
    one.await_utterance("2 of 2 photos captioned.")
    hear(one, "ctrl+o", "Open Photos, dialog. Folder site, 3 photos, list, page1.jpg, 1 of 3")
    hear(one, "BackSpace", "Folder Photos, 4 photos, 1 folder, Folder site, 3 photos, 1 of 5")
    one.keys("ctrl+Return")
    one.await_text("Photo 1 of 3")
    one.wait_for(lambda: any(text.startswith("Photo List, dialog.") for text in one.utterances()))


def test_the_caption_comes_first_and_then_the_name(
    program: Start, user: User, statement: Statement, tmp_path: Path
) -> None:
    photos = user.album()
    user.choose(self_voicing=True)
    one = program(photos[0])
    captions = [statement(photo) for photo in photos]
    names = [f"Photo {number} of 4, {photo.name}." for number, photo in enumerate(photos, 1)]
    one.await_utterance(names[0])
    hear(one, "Right", names[1])
    begun = {text: when for when, text in user.timed_utterances()}
    for caption, name in zip(captions, names[:2], strict=False):  # which lets it be heard out
        assert begun[name] - begun[caption] > seconds_of(caption, 200, tmp_path) - 0.5
    one.keys("Right")
    one.await_utterance(captions[2])
    hear(one, "F4", names[2])
    user.silence()
    one.keys("F1")
    one.wait_for(lambda: one.utterances()[-1].startswith("Keyboard Shortcuts, dialog."))
    help_line = one.utterances()[-1]
    hear(one, "Escape", f"Captioner. Photo, picture, {photos[2].name}, 3 of 4")

    one.keys("ctrl+h")
    one.wait_for(lambda: one.utterances()[-1].startswith("History, dialog."))
    history_line = one.utterances()[-1]
    hear(one, "End", f"{photos[0].name}: {captions[0]} 3 of 3")
    hear(one, "Return", names[0])
    said = [text for text in one.utterances() if not text.endswith("…")]  # a slow computer says what takes long
    assert said == [
        captions[0],
        names[0],
        captions[1],
        names[1],
        captions[2],
        names[2],
        help_line,
        f"Captioner. Photo, picture, {photos[2].name}, 3 of 4",
        history_line,
        f"{photos[0].name}: {captions[0]} 3 of 3",
        captions[0],
        names[0],
    ]
    one.close()


def test_an_empty_start_offers_the_sample_photos(program: Start, user: User, statement: Statement) -> None:
    user.choose(self_voicing=True)
    one = program()
    one.await_utterance("Photo, picture, none yet")
    hear(one, "Tab", "Open, button, Control O")
    hear(one, "Tab", "Sample photo Astronaut, button")
    hear(one, "Tab", "Sample photo Cat, button")
    cat = ROOT / "assets" / "cat.jpg"
    hear(one, "space", statement(cat))
    one.await_photo(cat, statement(cat))
    assert one.sight.focus().endswith("photoview")
    assert not one.shows(WELCOME)
    one.await_utterance("Photo 2 of 4, cat.jpg.")
    one.close()
    assert json.loads(user.settings.read_text()).get("last_folder", "") == ""


def test_keys_change_how_speech_sounds(program: Start, user: User) -> None:
    user.choose(self_voicing=True, rate=350, volume=0.2)
    one = program()
    one.await_utterance("Photo, picture, none yet")
    hear(one, "F6", "400 words per minute")
    hear(one, "F6", "400 words per minute, the fastest")
    hear(one, "F5", "350 words per minute")
    hear(one, "F7", "Volume 10 percent")
    hear(one, "F7", "Volume 10 percent, the quietest")
    hear(one, "F8", "Volume 20 percent")
    hear(one, "F2", "Self-voicing off")
    hear(one, "F5", "300 words per minute")
    one.wait_for(lambda: json.loads(user.settings.read_text())["rate"] == 300)
    one.close()


def test_a_rate_is_heard_while_the_user_goes_through_the_list(
    root: tk.Tk, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(root, user, monkeypatch, rate=180) as app:
        app.run_command("settings")
        dialog = next(child for child in root.winfo_children() if isinstance(child, SettingsDialog))
        box = [child for child in dialog.body.winfo_children() if isinstance(child, ttk.Combobox)][1]
        wait(app, lambda: str(root.tk.call("focus")).startswith(str(dialog)))
        box.focus_set()
        root.update()
        lines = f"{box}.popdown.f.l"
        for end, rate in ("<Escape>", 180), ("<Return>", 400):
            box.event_generate("<Down>")
            wait(app, lambda: str(root.tk.call("focus")) == lines)
            root.tk.call("event", "generate", lines, "<End>")
            wait(app, lambda: user.utterances()[-1] == "400 words per minute, 13 of 13")
            assert app.voice._speaker.rate == 400
            root.tk.call("event", "generate", lines, end)
            wait(app, lambda: str(root.tk.call("focus")) == str(box))
            wait(app, lambda rate=rate: app.voice._speaker.rate == app.store.settings.rate == rate)  # type: ignore[misc]
