import json
import subprocess
import sys
import threading
import tkinter as tk
from collections.abc import Iterator
from pathlib import Path

import pytest

from captioner.gui.app import App
from captioner.gui.commands import BY_NAME
from captioner.gui.session.events import CaptionReady, PhotoFailed, PhotoSkipped, Progress
from captioner.gui.tk import incoming
from captioner.gui.widgets.invitation import spoken_invitation
from captioner.photos.source import PhotoSource
from captioner.system import color_scheme
from tests.support.opened import opened, status, wait
from tests.support.program import ROOT, User


@pytest.fixture
def app(root: tk.Tk, user: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    with opened(root, user, monkeypatch) as app:
        yield app


def test_it_opens_empty_and_says_what_to_do(app: App, user: User) -> None:
    assert app.window.invitation
    assert app.root.focus_get() is app.window.photo_view
    assert user.utterances() == [
        f"Captioner. {spoken_invitation()} Press F1 for help.",
        "Photo, picture, none yet",
    ]


@pytest.mark.parametrize(("size", "shown"), [("960x760", 6), ("700x480", 3), ("480x360", 1)])
def test_the_invitation_fits_the_window(app: App, size: str, shown: int) -> None:
    invitation, view = app.window.invitation, app.window.photo_view
    assert invitation
    app.root.geometry(size)
    wait(app, lambda: f"{app.root.winfo_width()}x{app.root.winfo_height()}" == size)

    def fits() -> bool:
        inner, outer = invitation.winfo_rooty(), view.winfo_rooty()
        return inner >= outer and inner + invitation.winfo_height() <= outer + view.winfo_height()

    wait(app, fits)
    parts = [part for part in invitation.winfo_children() if part.winfo_viewable()]
    assert len(parts) >= shown
    assert any(part.winfo_class() == "TButton" for part in parts)


def test_nothing_large_is_imported_before_the_window_appears() -> None:
    """The window is on screen in a fifth of a second; each of these takes a good part of that."""
    script = "import sys, captioner.gui.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    large = {"PIL", "numpy", "subprocess", "asyncio", "multiprocessing", "pyttsx3", "tktooltip", "tkinterdnd2"}
    assert not large & set(done.stdout.split())
    # The rooms that only a photo and its caption need.
    later = tuple(f"captioner.{room}" for room in ("caption", "model", "ocr", "output", "photos", "speech"))
    assert not [module for module in done.stdout.split() if module.startswith(later)]


def test_events_of_an_earlier_request_are_ignored(app: App, samples: dict[str, Path]) -> None:
    cat, coffee = PhotoSource.of(samples["cat"]), PhotoSource.of(samples["coffee"])
    app.controller.open([cat])
    wait(app, lambda: app.state.caption)
    wanted = app.controller.captions[cat]
    old = CaptionReady(app.controller._number - 1, coffee, wanted.caption)
    app.main_thread.put(app.controller.handle, old)
    app.main_thread.put(app.controller.handle, PhotoFailed(app.controller._number - 1, "coffee.jpg", "Too late."))
    app.run_command("next_photo")
    wait(app, lambda: app.root.title().startswith("coffee"))
    wait(app, lambda: app.state.caption)
    assert list(app.controller.captions) == [cat, coffee]
    assert app.controller.captions[coffee] is not old


def test_every_command_in_the_table_runs_something(app: App) -> None:
    assert set(app.commands) == set(BY_NAME)


def test_a_command_that_comes_too_early_runs_when_everything_is_loaded(
    root: tk.Tk, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(App, "_load_voice", lambda self: (self.run_command("help"), load_voice(self)))
    with opened(root, user, monkeypatch) as app:
        wait(app, lambda: "Keyboard Shortcuts" in [child.title() for child in windows(app)])


load_voice = App._load_voice


def windows(app: App) -> list[tk.Toplevel]:
    return [child for child in app.root.winfo_children() if isinstance(child, tk.Toplevel)]


def test_slow_work_says_so_and_can_be_cancelled(
    app: App, user: User, samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    hung = threading.Event()

    def from_clipboard(text: str) -> list[PhotoSource]:
        hung.wait(30)
        return [PhotoSource.of(samples["cat"])]

    monkeypatch.setattr(incoming, "from_clipboard", from_clipboard)
    app.run_command("paste")
    assert status(app) == "Reading the clipboard…"
    app.run_command("cancel")
    assert status(app) == "Cancelled."
    assert not app.state.busy
    app.run_command("paste")
    hung.set()
    wait(app, lambda: app.state.caption)
    assert len(app.controller.captions) == app.controller._number == 1  # the first paste opened nothing


def test_a_bug_in_the_program_is_reported_in_a_sentence(
    app: App, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "from_clipboard", lambda text: [][0])
    app.root.report_callback_exception = app._report_error  # the fixture has set its own
    app.run_command("paste")
    wait(app, lambda: "went wrong in the program (IndexError)" in status(app))
    assert capsys.readouterr().err == f"captioner: {status(app)}\n"


def test_settings_that_cannot_be_saved_are_reported_once(app: App, user: User) -> None:
    folder = user.settings.parent
    folder.parent.joinpath(folder.name).write_text("in the way")
    app.store.change(text_size=200)
    wait(app, lambda: "can't be saved" in status(app))
    app.window.caption_view.message("")
    app.store.change(text_size=150)
    app.main_thread.run(lambda: None, lambda result: app.root.quit())
    wait(app, lambda: not app.store._saving)
    assert status(app) == ""
    assert app.store.settings.text_size == 150


def test_a_caption_does_not_replace_a_notice_that_waits_to_be_spoken(app: App, user: User) -> None:
    app.voice.say("This is said at length, so that something may go wrong meanwhile.")
    app.status.notify("The disk is full.")
    app.voice.caption("A dog.")
    wait(app, lambda: user.utterances()[-1] == "The disk is full.")
    assert user.utterances()[-2] == "A dog."


def test_a_notice_that_came_without_self_voicing_is_not_spoken_later(app: App, user: User) -> None:
    app.self_voicing.on = False
    app.status.notify("The disk is full.")
    app.run_command("toggle_self_voicing")
    app.self_voicing.say("Done.")
    wait(app, lambda: not app.voice.speaking)
    assert user.utterances()[-1] == "Done."


def test_the_last_settings_are_saved(app: App, user: User) -> None:
    for size in 75, 100, 125, 150:
        app.store.change(text_size=size)
    app.quit()
    assert json.loads(user.settings.read_text())["text_size"] == 150


def test_it_follows_the_system_theme(root: tk.Tk, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(color_scheme, "system_theme", lambda: "dark")
    with opened(root, user, monkeypatch) as app:
        wait(app, lambda: app.appearance.palette.name == "dark")


def test_a_chosen_theme_overrides_the_system(root: tk.Tk, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(color_scheme, "system_theme", lambda: "dark")
    with opened(root, user, monkeypatch, theme="high contrast") as app:
        wait(app, lambda: app.appearance.system_palette == "dark")
        assert app.appearance.palette.name == "high contrast"


def test_text_size_has_limits(app: App) -> None:
    for _ in range(12):
        app.run_command("larger_text")
    assert app.store.settings.text_size == 300
    for _ in range(12):
        app.run_command("smaller_text")
    assert app.store.settings.text_size == 75


def test_a_command_that_cannot_be_used_says_why(app: App, user: User) -> None:
    app.run_command("copy_caption")
    assert status(app) == "No photo is open yet. Open one first."
    wait(app, lambda: user.utterances()[-1] == status(app))


def test_a_reply_goes_and_the_position_comes_back(
    app: App, samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("captioner.gui.status.REPLY_MILLISECONDS", 300)
    app.controller.open([PhotoSource.of(samples["cat"])])
    wait(app, lambda: app.state.caption)
    position = status(app)
    assert position.startswith("Photo 2 of ")
    for command, reply in ("copy_caption", "Copied."), ("larger_text", "Text size 125 percent"):
        app.run_command(command)
        assert status(app) == reply
        wait(app, lambda: status(app) == position)


def test_the_window_grows_with_the_text_up_to_the_screen_and_shrinks_with_it(app: App) -> None:
    root = app.root

    def place() -> tuple[int, int, int, int]:
        root.update()
        return root.winfo_x(), root.winfo_y(), root.winfo_width(), root.winfo_rooty() + root.winfo_height()

    before = root.winfo_width(), root.winfo_height()
    root.geometry("+250+150")
    wait(app, lambda: place()[0] >= 250)
    for _ in range(4):
        app.run_command("larger_text")
    wait(app, lambda: place()[2] > 1200 and place()[0] <= 1)
    _, _, width, bottom = place()
    assert width <= 1280
    assert 900 < bottom <= 1000
    assert app.window.photo_view.winfo_height() > 300
    for _ in range(4):
        app.run_command("smaller_text")
    wait(app, lambda: place() and (root.winfo_width(), root.winfo_height()) == before)

    root.geometry("1000x500")  # chosen by the user
    wait(app, lambda: place()[2] == 1000)
    app.run_command("larger_text")
    wait(app, lambda: place()[2] > 1000)
    app.run_command("smaller_text")
    assert place()[2] > 1000


def test_a_failure_is_spoken_even_if_captions_are_not(app: App, user: User, tmp_path: Path) -> None:
    app.store.change(speak_captions=False)
    photo = tmp_path / "photo.jpg"
    photo.touch()
    app.controller.open([PhotoSource.of(photo)])
    wait(app, lambda: "The file is empty." in user.utterances())


def test_switching_self_voicing_off_in_the_settings_is_spoken(app: App, user: User, tmp_path: Path) -> None:
    app.store.change(self_voicing=False)
    assert user.utterances()[-1] == "Self-voicing off"
    app.main_thread.put(app.actions.open_incoming, "This is not a photo.")
    app.main_thread.put(app.controller.handle, PhotoSkipped(0, "a.txt", "This is not a photo."))
    wait(app, lambda: status(app).endswith("a.txt: This is not a photo."))
    assert user.utterances()[-1] == "Self-voicing off"


def test_photos_that_could_not_be_captioned_are_counted_and_named(
    app: App, user: User, samples: dict[str, Path], tmp_path: Path
) -> None:
    app.store.change(speak_captions=False)
    bad = [tmp_path / name for name in ("a.jpg", "b.jpg", "c.jpg")]
    for path in bad:
        path.write_text("Dear Sir or Madam,")
    photos = [samples["cat"], *bad, samples["coffee"]]
    app.controller.open([PhotoSource.of(photo) for photo in photos])
    result = "2 of 5 photos captioned, 3 could not be: a.jpg, b.jpg, c.jpg."
    wait(app, lambda: status(app).startswith(result))
    wait(app, lambda: user.utterances()[-1] == result)
    assert not app.state.busy


def test_a_long_list_of_photos_that_could_not_be_captioned_is_cut(app: App) -> None:
    names = tuple(f"{number}.jpg" for number in range(12))
    app.controller.handle(Progress(0, 12, 12, names))
    assert status(app) == ("0 of 12 photos captioned, 12 could not be: 0.jpg, 1.jpg, 2.jpg, 3.jpg, 4.jpg and 7 more.")
