"""The program under load, with parts of it missing, and when it is closed."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.support.desktop import addresses, drop
from tests.support.hanging import hanging_file
from tests.support.program import ROOT, Program, User

Start = Callable[..., Program]
Statement = Callable[[Path], str]


def large(folder: Path) -> Path:
    """A photo of a hundred megapixels, which takes seconds to read."""
    path = folder / "large.png"
    Image.effect_noise((1000, 1000), 50).resize((10_000, 10_000)).save(path, compress_level=1)
    return path


def many(folder: Path) -> list[Path]:
    """Two hundred photos, all different."""
    folder.mkdir()
    paths = [folder / f"{number}.jpg" for number in range(200)]
    for number, path in enumerate(paths):
        Image.linear_gradient("L").rotate(number).convert("RGB").save(path)
    return paths


@pytest.fixture(scope="module")
def much(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    folder = tmp_path_factory.mktemp("photos")
    return {"large": [large(folder)], "many": many(folder / "many")}


@pytest.fixture
def photos(much: dict[str, list[Path]], tmp_path: Path) -> Iterator[dict[str, list[Path]]]:
    with hanging_file(tmp_path / "hanging.jpg") as hanging:
        yield {**much, "hanging": [hanging.path]}


def checkout(folder: Path) -> Path:
    """A copy of the program in a folder of its own, without an environment next to it."""
    shutil.copytree(ROOT / "captioner", folder / "captioner", ignore=shutil.ignore_patterns("training", "__pycache__"))
    shutil.copy(ROOT / "gui.py", folder)
    for name in ("assets", "weights"):
        (folder / name).mkdir()
        for path in (ROOT / name).iterdir():
            (folder / name / path.name).symlink_to(path)
    return folder / "gui.py"


def test_a_photo_that_hangs_can_be_cancelled(program: Start, user: User, photos: dict[str, list[Path]]) -> None:
    user.choose(self_voicing=True)
    one = program(*photos["hanging"])
    one.await_text("Reading the photo…")
    one.await_utterance("Reading the photo…")  # after a second
    one.keys("Escape")
    one.await_text("Cancelled.")
    one.await_utterance("Cancelled.")
    assert one.title() == "Captioner"
    one.keys("F1")  # the window responds
    one.await_title("Keyboard Shortcuts")
    one.keys("Escape")
    one.await_title("Captioner")
    one.close()


def test_many_photos_can_be_cancelled(program: Start, user: User, photos: dict[str, list[Path]]) -> None:
    one = program()
    one.await_text("Open a photo")
    drop(one, {"text/uri-list": addresses(*photos["many"])})
    one.await_text(" of 200 photos captioned")
    one.keys("Escape")
    one.await_text("Cancelled.")
    one.wait_until_idle()
    assert one.shows("Cancelled.")
    one.keys("ctrl+h")
    one.await_title("History")
    assert (
        1 < len([text for text in one.texts() if text.split(": ")[0] in [path.name for path in photos["many"]]]) < 200
    )
    one.keys("Escape")
    one.keys("Page_Down")  # the window responds again
    one.await_title("1.jpg – Captioner")
    one.close()


@pytest.mark.parametrize("work", ["hanging", "large", "many"])
def test_it_closes_at_once_while_busy(program: Start, user: User, photos: dict[str, list[Path]], work: str) -> None:
    one = program(*photos[work])
    one.await_text(" of 200 photos captioned" if work == "many" else "Reading the photo…")
    begin = time.monotonic()
    one.close()
    # It should take under one second; on a busy machine the keys alone take some time.
    assert time.monotonic() - begin < 4
    assert one.process.returncode == 0


def test_another_photo_is_shown_while_a_large_one_is_read(
    program: Start, user: User, photos: dict[str, list[Path]], statement: Statement
) -> None:
    photo = user.album()[1]
    one = program(*photos["large"])
    one.await_text("Reading the photo…")
    second = program(photo)
    one.await_photo(photo, statement(photo))
    one.wait_until_idle()
    one.await_photo(photo, statement(photo))
    assert statement(photo) in one.utterances()
    second.wait_for(lambda: not second.alive())
    one.close()


def test_damaged_weights_are_reported_in_the_window(program: Start, user: User, tmp_path: Path) -> None:
    gui = checkout(tmp_path)
    encoder = gui.parent / "weights" / "encoder.tflite"
    content = encoder.read_bytes()
    encoder.unlink()
    encoder.write_bytes(content[: len(content) // 2])
    user.choose(self_voicing=True)
    one = Program(user, user.album()[1], command=(sys.executable, gui))
    sentence = f"The model file {encoder} is damaged (its checksum is wrong). Install the program again."
    one.await_title("cat.jpg – Captioner")
    one.await_text(sentence)
    one.wait_for(lambda: sentence in one.utterances())
    one.keys("Page_Down")
    one.await_title("coffee.jpg – Captioner")
    one.await_text(sentence)
    one.keys("F1")
    one.await_title("Keyboard Shortcuts")
    one.keys("Escape")
    one.await_title("coffee.jpg – Captioner")
    one.close()
    assert not one.errors()
    one.end()


@pytest.mark.parametrize("display", ["", ":987"])
def test_a_missing_display_is_reported(user: User, display: str) -> None:
    one = Program(user, DISPLAY=display)
    one.wait_for(lambda: not one.alive())
    assert one.process.returncode == 1
    assert one.errors() == (
        "captioner: There is no display for the window. "
        "To describe a photo on the command line, run 'captioner PHOTO'.\n"
    )


@pytest.mark.parametrize("seen", [True, False])
def test_missing_packages_are_reported(user: User, display: str, tmp_path: Path, seen: bool) -> None:
    # Without the folder that holds packages.
    one = Program(user, command=(sys.executable, "-S", checkout(tmp_path)), DISPLAY=display if seen else "")
    if seen:
        one.await_title("Captioner")
        one.await_text("Python packages are missing. Install them with ")
        one.keys("Return")
    one.wait_for(lambda: not one.alive())
    assert one.process.returncode == 1
    assert one.errors() == (
        f'captioner: Python packages are missing. Install them with "{sys.executable}" -m pip install '
        "pillow darkdetect filelock numpy pillow-heif platformdirs pyttsx3 tkinterdnd2 tkinter-tooltip "
        "and start Captioner again.\n"
    )
    one.end()


def test_missing_tk_is_reported(user: User, tmp_path: Path) -> None:
    (tmp_path / "tkinter.py").write_text("raise ImportError")
    one = Program(user, PYTHONPATH=str(tmp_path))
    one.wait_for(lambda: not one.alive())
    assert one.process.returncode == 1
    assert one.errors() == (
        "captioner: The window needs Tk, which this Python does not have. Install it, on Debian and Ubuntu with "
        "'sudo apt install python3-tk', and try again.\n"
    )
