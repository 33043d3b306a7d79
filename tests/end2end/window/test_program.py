"""The whole program: opening photos, stepping through them, and showing and speaking their captions."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from captioner import Captioner
from tests.support.program import Program, User
from tests.support.soundcard import loudness

Start = Callable[..., Program]
Statement = Callable[[Path], str]


def await_on_screen(program: Program, photo: Path) -> None:
    """Return when the whole photo is visible, upright, as large as it fits, in the middle."""
    with Image.open(photo) as image:
        upright = ImageOps.exif_transpose(image.convert("RGB"))

    def is_there() -> bool:
        seen = np.asarray(program.view()).astype(float)
        expected = np.asarray(ImageOps.contain(upright, seen.shape[1::-1], Image.Resampling.LANCZOS)).astype(float)
        top, left = ((np.array(seen.shape) - expected.shape) // 2)[:2]
        shown = seen[top : top + expected.shape[0], left : left + expected.shape[1]]
        beside = np.delete(seen, slice(left - 2, left + expected.shape[1] + 2), axis=1)
        return bool(np.abs(shown - expected).mean() < 10) and (beside == beside[:1, :1]).all()

    program.wait_for(is_there)


def start_to_open(program: Program) -> None:
    """Open the dialog for photos, and wait until its list has the focus."""
    program.keys("ctrl+o")
    program.await_title("Open Photos", focus="!treeview")


def test_a_photo_is_shown_captioned_and_spoken(
    program: Start, user: User, statement: Statement, shipped: Captioner
) -> None:
    photo = user.album()[3]
    caption = shipped.caption(photo)
    one = program(photo)
    one.await_photo(photo, statement(photo))
    await_on_screen(one, photo)
    one.await_text("Confidence: ")
    for number, other in enumerate(caption.alternatives, 1):
        one.await_text(f"{number}. {other.text}")
    one.await_text("Photo 4 of 4")
    one.wait_for(lambda: caption.statement in one.utterances())
    one.wait_for(lambda: loudness(user.card.sound) > 300)
    one.close()


def test_a_photo_lying_on_its_side_is_shown_upright(program: Start, user: User, samples: dict[str, Path]) -> None:
    photo = user.home / "side.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: the top is on the right
    Image.open(samples["photographer"]).convert("RGB").resize((600, 300)).save(photo, exif=exif)
    one = program("side.jpg")  # in the folder that the program is started in
    await_on_screen(one, photo)


def test_photos_are_opened_with_the_dialog(program: Start, user: User, statement: Statement) -> None:
    photos = user.album()
    one = program()
    one.await_text("Open a photo, drop one here, or paste one.")
    start_to_open(one)
    one.type(str(photos[0]))
    one.keys("Return")
    one.await_photo(photos[0], statement(photos[0]))

    start_to_open(one)
    one.keys("Escape")
    one.await_photo(photos[0], statement(photos[0]))
    one.close()

    again = program()
    start_to_open(again)
    again.await_text(str(photos[0].parent))  # the dialog starts in the last folder
    again.go_to("entry")
    again.type("coffee.jpg")
    again.keys("Return")
    again.await_photo(photos[2], statement(photos[2]))
    again.close()


def test_stepping_through_a_folder(program: Start, user: User, statement: Statement) -> None:
    photos = user.album()
    (photos[0].parent / "notes.txt").write_text("no photo")
    one = program(photos[1])
    one.await_photo(photos[1], statement(photos[1]))
    for key, position in ("Right", 2), ("Left", 1), ("Page_Down", 2), ("Page_Down", 3), ("Page_Up", 2):
        one.keys(key)
        one.await_photo(photos[position], statement(photos[position]))
        await_on_screen(one, photos[position])
        one.await_text(f"Photo {position + 1} of 4")
    one.keys("Page_Down")
    one.await_photo(photos[3], statement(photos[3]))
    one.keys("Right")
    one.await_text("This is the last photo.")
    one.await_utterance("This is the last photo.")
    one.await_photo(photos[3], statement(photos[3]))
    one.keys("Page_Up", "Page_Up", "Page_Up")
    one.await_photo(photos[0], statement(photos[0]))
    one.keys("Left")
    one.await_text("This is the first photo.")
    one.close()


def test_the_neighbours_of_the_shown_photo_are_ready(program: Start, user: User, statement: Statement) -> None:
    """They are shown without reading the disk, where their files are no photos any more but look unchanged."""
    photos = user.album()
    statements = [statement(photo) for photo in photos]
    one = program(photos[1])
    one.await_text(statements[1])
    one.wait_until_idle()
    for photo in photos[0], photos[2]:
        state = photo.stat()
        photo.write_bytes(bytes(state.st_size))
        os.utime(photo, ns=(state.st_atime_ns, state.st_mtime_ns))
    one.keys("Right")
    one.await_text(statements[2])
    one.keys("Left", "Left")
    one.await_text(statements[0])
    one.close()


def test_a_second_start_shows_its_photo_in_the_open_window(program: Start, user: User, statement: Statement) -> None:
    photos = user.album()
    one = program(photos[0])
    one.await_photo(photos[0], statement(photos[0]))
    second = program("cat.jpg", folder=photos[1].parent)
    second.wait_for(lambda: not second.alive())
    assert second.process.returncode == 0
    one.await_photo(photos[1], statement(photos[1]))
    assert one.titles() == ["cat.jpg – Captioner"]
    one.close()
    third = program(photos[2])  # no window is open any more
    third.await_photo(photos[2], statement(photos[2]))
    third.close()


@pytest.mark.parametrize("keys", [("alt+f",), ("ctrl+shift+s", *["shift+Tab"] * 4, "space")])
def test_a_second_start_closes_a_menu(program: Start, user: User, statement: Statement, keys: tuple[str, ...]) -> None:
    """That is also true of the folder menu in Tk's own file dialogs, which can be used afterwards."""
    photos = user.album()
    one = program(photos[0])
    one.await_photo(photos[0], statement(photos[0]))
    for key in keys:
        focus = one.sight.focus()
        one.keys(key)
        one.wait_for(lambda focus=focus: one.sight.focus() != focus)  # type: ignore[misc]
    one.wait_for(lambda: "menu" in one.sight.ask("grab current"))
    Program(user, photos[1])
    one.wait_for(lambda: one.shows(statement(photos[1])))
    assert "menu" not in one.sight.ask("grab current")
    if len(keys) > 1:
        one.keys("Escape")
    one.wait_for(lambda: one.titles() == [f"{photos[1].name} – Captioner"])
    one.close()


def test_the_history_speaks_captions_and_shows_photos_again(program: Start, user: User, statement: Statement) -> None:
    photos = user.album()
    one = program(photos[0])
    one.await_photo(photos[0], statement(photos[0]))
    one.keys("Right")
    one.await_photo(photos[1], statement(photos[1]))
    one.keys("ctrl+h")
    one.await_title("History")
    lines = [f"{photo.name}: {statement(photo)}" for photo in photos[:2]]
    shown = [text for text in one.texts() if text in lines]
    assert shown == [lines[1], lines[0], lines[1]]  # the latest first, and the selected one again below
    one.keys("Down")
    one.wait_for(lambda: one.texts().count(lines[0]) == 2)
    user.silence()
    one.keys("space")
    one.await_utterance(statement(photos[0]))
    one.wait_for(lambda: loudness(user.card.sound[-2000:]) > 100)
    one.keys("space")
    user.silence()
    assert one.utterances()[-1] == statement(photos[0])
    one.keys("Return")
    one.await_photo(photos[0], statement(photos[0]))
    one.close()
