import json
import threading
import tkinter as tk
from collections.abc import Iterator
from pathlib import Path

import pytest

from captioner.gui.session import caption_service
from captioner.gui.tk import incoming
from captioner.gui.window import WELCOME, Window
from captioner.photos.source import PhotoSource
from captioner.system import color_scheme
from tests.support.opened import opened, status, wait
from tests.support.program import User


@pytest.fixture
def window(root: tk.Tk, user: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    with opened(root, user, monkeypatch) as window:
        yield window


def test_it_opens_empty_and_says_how_to_go_on(window: Window, user: User) -> None:
    assert window.caption_view.statement.text == WELCOME
    assert window.root.focus_get() is window.photo_view
    assert user.utterances() == ["Captioner. Press F1 for help.", f"Photo, picture, {WELCOME}"]


def test_answers_that_are_not_wanted_any_more_do_not_appear(window: Window, samples: dict[str, Path]) -> None:
    cat, coffee = PhotoSource.of(samples["cat"]), PhotoSource.of(samples["coffee"])
    window.open_sources([cat])
    wait(window, lambda: window.state.caption)
    wanted = window.captions[cat]
    old = caption_service.Captioned(window._number - 1, coffee, wanted.caption)
    window.inbox.put(window._take, old)
    window.inbox.put(window._take, caption_service.Failed(window._number - 1, "coffee.jpg", "Too late."))
    window.next_photo()
    wait(window, lambda: window.root.title().startswith("coffee"))
    wait(window, lambda: window.state.caption)
    assert list(window.captions) == [cat, coffee]
    assert window.captions[coffee] is not old


def test_a_command_that_comes_too_early_is_done_when_it_can_be(
    root: tk.Tk, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Window, "_load_voice", lambda self: (self.do("help"), load_voice(self)))
    with opened(root, user, monkeypatch) as window:
        wait(window, lambda: "Keyboard Shortcuts" in [child.title() for child in windows(window)])


load_voice = Window._load_voice


def windows(window: Window) -> list[tk.Toplevel]:
    return [child for child in window.root.winfo_children() if isinstance(child, tk.Toplevel)]


def test_slow_work_says_so_and_can_be_cancelled(
    window: Window, user: User, samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    hung = threading.Event()

    def from_clipboard(text: str) -> list[PhotoSource]:
        hung.wait(30)
        return [PhotoSource.of(samples["cat"])]

    monkeypatch.setattr(incoming, "from_clipboard", from_clipboard)
    window.do("paste")
    assert status(window) == "Looking at the clipboard…"
    window.do("cancel")
    assert status(window) == "Cancelled."
    assert not window.state.busy
    window.do("paste")
    hung.set()
    wait(window, lambda: window.state.caption)
    assert len(window.captions) == window._number == 1  # the first paste opened nothing


def test_a_mistake_in_the_program_is_told_in_a_sentence(
    window: Window, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "from_clipboard", lambda text: [][0])
    window.root.report_callback_exception = window._report  # which the test's window has replaced
    window.do("paste")
    wait(window, lambda: "went wrong in the program (IndexError)" in status(window))
    assert capsys.readouterr().err == f"captioner: {status(window)}\n"


def test_settings_that_cannot_be_saved_are_told_once(window: Window, user: User) -> None:
    folder = user.settings.parent
    folder.parent.joinpath(folder.name).write_text("in the way")
    window.change(text_size=200)
    wait(window, lambda: "cannot be saved" in status(window))
    window.caption_view.message("")
    window.change(text_size=150)
    window.inbox.run(lambda: None, lambda result: window.root.quit())
    wait(window, lambda: not window._keeper._saving)
    assert status(window) == ""
    assert window.chosen.text_size == 150


def test_a_caption_does_not_do_away_with_a_problem_that_waits_to_be_said(window: Window, user: User) -> None:
    window.voice.asked("This is said at length, so that something may go wrong meanwhile.")
    window._tell_unasked("The disk is full.")
    window.voice.caption("A dog.")
    wait(window, lambda: user.utterances()[-1] == "The disk is full.")
    assert user.utterances()[-2] == "A dog."


def test_what_was_told_in_silence_is_not_said_later(window: Window, user: User) -> None:
    window.self_voicing.on = False
    window._tell_unasked("The disk is full.")
    window.do("toggle_self_voicing")
    window.self_voicing.say("Done.")
    wait(window, lambda: not window.voice.speaking)
    assert user.utterances()[-1] == "Done."


def test_the_last_settings_are_saved(window: Window, user: User) -> None:
    for size in 75, 100, 125, 150:
        window.change(text_size=size)
    window.quit()
    assert json.loads(user.settings.read_text())["text_size"] == 150


def test_it_follows_the_system(root: tk.Tk, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(color_scheme, "system_theme", lambda: "dark")
    with opened(root, user, monkeypatch) as window:
        wait(window, lambda: window.palette.name == "dark")


def test_it_does_not_follow_the_system_where_a_theme_is_chosen(
    root: tk.Tk, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(color_scheme, "system_theme", lambda: "dark")
    with opened(root, user, monkeypatch, theme="high contrast") as window:
        wait(window, lambda: window._system_palette == "dark")
        assert window.palette.name == "high contrast"


def test_text_size_has_limits(window: Window) -> None:
    for _ in range(12):
        window.do("larger_text")
    assert window.chosen.text_size == 300
    for _ in range(12):
        window.do("smaller_text")
    assert window.chosen.text_size == 75


def test_it_says_what_cannot_be_done_yet(window: Window, user: User) -> None:
    window.do("copy_caption")
    assert status(window) == "There is no caption yet: open a photo first."
    wait(window, lambda: user.utterances()[-1] == status(window))


def test_what_goes_wrong_is_said_though_captions_are_not(window: Window, user: User, tmp_path: Path) -> None:
    window.set_speech(speak_captions=False)
    photo = tmp_path / "photo.jpg"
    photo.touch()
    window.open_sources([PhotoSource.of(photo)])
    wait(window, lambda: "The file is empty." in user.utterances())


def test_switching_self_voicing_off_in_the_settings_is_said(window: Window, user: User, tmp_path: Path) -> None:
    window.set_self_voicing(False)
    assert user.utterances()[-1] == "Self-voicing off"
    window.inbox.put(window.take_sources, "This is no photo.")
    window.inbox.put(window._take_skipped, caption_service.Skipped(0, "a.txt", "This is no photo."))
    wait(window, lambda: status(window).endswith("a.txt: This is no photo."))
    assert user.utterances()[-1] == "Self-voicing off"
