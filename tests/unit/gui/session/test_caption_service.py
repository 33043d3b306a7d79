import gc
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from PIL import Image

from captioner import Captioner
from captioner.gui.session import caption_service, photo_list
from captioner.gui.session.caption_service import Background
from captioner.gui.session.events import (
    Answer,
    Broken,
    Cancelled,
    Captioned,
    End,
    Failed,
    Progress,
    Ready,
    Shown,
    Skipped,
)
from captioner.model.weights import open_weights
from captioner.photos.source import PhotoLike, PhotoSource
from tests.support.hanging import HangingFile, hanging_file

# With the real model, in real threads.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]

# Seconds, for a machine that has other things to do.
SOON = 60


class Window:
    """Stands for the window: asks, and notes every answer in the order of its coming."""

    def __init__(self, **options) -> None:
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.background = Background(self._queue.put, **{"screen": (640, 480), **options})
        self.answers: list[Answer] = []

    def open(self, *photos: PhotoLike) -> int:
        return self.background.open([PhotoSource.of(photo) for photo in photos])

    def wait(self, wanted: type | Callable[[Answer], bool], *, number: int | None = None) -> Answer:
        """The next answer of a kind, or that a function picks."""
        deadline = time.monotonic() + SOON
        while True:
            answer = self._queue.get(timeout=deadline - time.monotonic())
            self.answers.append(answer)
            fits = isinstance(answer, wanted) if isinstance(wanted, type) else wanted(answer)
            if fits and number in (None, getattr(answer, "number", None)):
                return answer

    def mark(self, mark: int) -> None:
        """Put a mark between the answers."""
        self._queue.put(mark)

    def rest(self) -> list[Answer]:
        """The answers that have come since the last one that was waited for."""
        return [self._queue.get() for _ in range(self._queue.qsize())]

    def settled(self) -> "list[Answer]":
        """All answers up to those of one more request, which is for a photo that cannot be had."""
        number = self.open(b"no photo")
        self.wait(Failed, number=number)
        return self.answers[:-1]


@pytest.fixture
def window() -> Iterator[Window]:
    window = Window()
    yield window
    window.background.close()


@pytest.fixture
def folder(tmp_path, samples) -> Path:
    """A folder with photo1.jpg to photo12.jpg, and more that is no photo."""
    names = sorted(samples)
    folder = tmp_path / "folder"
    folder.mkdir()
    for index in range(1, 13):
        shutil.copy(samples[names[index % len(names)]], folder / f"photo{index}.jpg")
    (folder / "notes.txt").write_text("Not a photo.")
    (folder / "report.pdf").write_text("Nor this.")
    (folder / ".photo0.jpg").write_bytes(b"hidden")
    (folder / "photo3.jpg.d").mkdir()
    (folder / "album.jpg").mkdir()
    return folder


def of(answers: list[Answer], kind: type) -> list[Answer]:
    return [answer for answer in answers if isinstance(answer, kind)]


def test_shows_then_captions_a_photo_as_the_command_line_does(window, samples, shipped):
    number = window.open(samples["cat"])
    shown = window.wait(Shown)
    captioned = window.wait(Captioned)
    assert (shown.number, shown.source, shown.source.name) == (number, PhotoSource.of(samples["cat"]), "cat.jpg")
    assert (captioned.number, captioned.source) == (number, PhotoSource.of(samples["cat"]))
    assert captioned.caption.statement == shipped.caption(samples["cat"]).statement
    assert (shown.image.mode, shown.image.size) == ("RGB", Image.open(samples["cat"]).size)


def test_a_photo_that_comes_before_the_model_waits_for_it(window, samples):
    window.open(samples["cat"])
    window.wait(Captioned)
    kinds = [type(answer) for answer in window.answers]
    assert kinds.index(Ready) < kinds.index(Captioned)
    assert kinds.count(Ready) == 1


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_a_large_photo_comes_as_large_as_the_screen_and_looks_as_ever_to_the_captioner(
    samples, shipped, tmp_path, format
):
    path = tmp_path / "large"
    Image.open(samples["astronaut"]).resize((1500, 2000)).save(path, format)
    window = Window(screen=(1000, 1400))
    window.open(path)
    assert window.wait(Shown).image.size == (1000, 1333)
    # To the last digit: it got the very same pixels.
    assert window.wait(Captioned).caption.log_probability == shipped.caption(path).log_probability
    window.background.close()


def test_a_photo_comes_upright(window, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (64, 32), "red").save(tmp_path / "photo.jpg", exif=exif)
    window.open(tmp_path / "photo.jpg")
    assert window.wait(Shown).image.size == (32, 64)


def test_a_pasted_photo_is_a_walk_of_its_own(window, samples, shipped):
    content = samples["coffee"].read_bytes()
    number = window.open(content)
    shown = window.wait(Shown)
    assert (shown.position, shown.total, shown.source.content) == (1, 1, content)
    assert shown.source.name == "Pasted photo"
    assert window.wait(Captioned).caption.text == shipped.caption(content).text
    assert window.background.step(1) == number
    assert window.wait(End) == End(number, "last")


def test_walks_the_photos_of_a_folder_as_file_managers_sort_them(window, folder):
    window.open(folder / "photo9.jpg")
    shown = window.wait(Shown)
    assert (shown.position, shown.total) == (9, 12)
    for position, name in ((10, "photo10.jpg"), (11, "photo11.jpg")):
        window.background.step(1)
        shown = window.wait(Shown)
        assert (shown.position, shown.source.name) == (position, name)
    window.background.step(-1)
    assert window.wait(Shown).source.name == "photo10.jpg"


def test_opens_a_folder_at_its_first_photo(window, folder):
    window.open(folder)
    shown = window.wait(Shown)
    assert (shown.position, shown.total, shown.source) == (1, 12, PhotoSource.of(folder / "photo1.jpg"))


def test_an_end_of_the_folder_is_told_and_what_is_under_way_goes_on(window, folder):
    number = window.open(folder / "photo12.jpg")
    window.wait(Shown)
    assert window.background.step(1) == number
    window.wait(Captioned, number=number)
    assert End(number, "last") in window.answers
    number = window.open(folder / "photo1.jpg")
    window.wait(Shown)
    assert window.background.step(-1) == number
    assert window.wait(End) == End(number, "first")


def test_steps_add_up_before_the_folder_is_listed(window, folder):
    window.open(folder / "photo2.jpg")
    for _ in range(3):
        number = window.background.step(1)
    assert window.wait(Shown, number=number).source.name == "photo5.jpg"
    window.open(folder / "photo11.jpg")
    for _ in range(5):
        number = window.background.step(1)
    assert window.wait(Shown, number=number).source.name == "photo12.jpg"
    assert window.wait(Captioned, number=number).source.name == "photo12.jpg"


def test_nothing_happens_before_anything_is_open(window):
    assert window.background.step(1) == window.background.step(-1) == window.open() == 0
    window.background.cancel()
    assert set(map(type, window.settled())) <= {Ready}


def test_the_next_photo_is_there_at_once(window, folder, monkeypatch):
    """Its file is not even read again."""
    window.open(folder / "photo4.jpg")
    window.wait(Captioned)
    reads = []
    wait_until(lambda: len(window.background._captions) == 3)
    monkeypatch.setattr(
        "captioner.gui.session.caption_service.load_for_display", lambda *arguments: reads.append(arguments) or 1 / 0
    )
    number = window.background.step(1)
    assert window.wait(Captioned, number=number).source.name == "photo5.jpg"
    assert [type(answer) for answer in window.answers[-2:]] == [Shown, Captioned]


@pytest.fixture
def hanging(tmp_path) -> Iterator[HangingFile]:
    with hanging_file(tmp_path / "hangs.jpg") as file:
        yield file


def test_a_photo_that_hangs_keeps_no_other_one_waiting(window, samples, hanging):
    for name in ("cat", "coffee", "astronaut"):
        window.open(hanging.path)
        hanging.wait()
        number = window.open(samples[name])
        window.wait(Captioned, number=number)


def test_a_neighbour_that_hangs_keeps_no_other_one_waiting(window, samples, hanging):
    window.open(samples["cat"], hanging.path, samples["coffee"])
    hanging.wait()
    window.background.step(1)
    number = window.background.step(1)
    assert window.wait(Captioned, number=number).source.name == "coffee.jpg"


def test_only_the_last_request_is_answered(window, folder):
    for index in range(12):
        number = window.open(folder / f"photo{index + 1}.jpg")
        window.mark(number)
        time.sleep(0.02 * (index % 3))  # come in between at different moments
    window.wait(Captioned, number=number)
    wanted = 0
    for answer in window.answers:
        if isinstance(answer, int):
            wanted = answer
        elif not isinstance(answer, Ready):
            assert answer.number >= wanted


def test_cancel_gives_up_a_photo_that_hangs_and_the_walk_goes_on_from_the_one_shown(window, folder, hanging):
    window.open(folder / "photo4.jpg")
    window.wait(Captioned)
    number = window.open(hanging.path)
    hanging.wait()
    window.background.cancel()
    assert window.wait(Cancelled) == Cancelled(number)
    number = window.background.step(1)
    assert window.wait(Captioned, number=number).source.name == "photo5.jpg"
    assert of(window.answers, Failed) == []


def test_a_slow_folder_is_not_called_a_slow_photo(window, folder, monkeypatch):
    monkeypatch.setattr(caption_service, "FOLDER_TIMEOUT", 0.2)
    monkeypatch.setattr(photo_list, "photos_in", lambda folder: time.sleep(2))
    number = window.open(folder)
    assert window.wait(Failed, number=number).sentence.startswith("Listing the folder took over 8 seconds")


def test_says_that_a_photo_is_damaged(window, samples):
    content = samples["cat"].read_bytes()
    window.open(content[: len(content) * 3 // 4])
    assert window.wait(Captioned).caption.note == "The photo is damaged: a part of it is missing."


def test_cancel_does_nothing_when_all_is_done(window, samples):
    window.open(samples["cat"])
    window.wait(Captioned)
    window.background.cancel()
    assert of(window.settled(), Cancelled) == []


def test_tells_what_cannot_be_opened(window, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.jpg").write_text("Dear Sir or Madam,")
    for source, name, sentence in (
        (tmp_path / "missing.jpg", "missing.jpg", "There is no such file."),
        (tmp_path / "missing" / "missing.jpg", "missing.jpg", "There is no such file."),
        (tmp_path / "empty", "empty", "There is no photo in this folder."),
        (tmp_path / "text.jpg", "text.jpg", "This is text, not a photo: open a photo."),
        (Path("null\0byte.jpg"), "null\0byte.jpg", "There is no such file."),
        (b"", "Pasted photo", "The file is empty."),
    ):
        number = window.open(source)
        assert window.wait(Failed) == Failed(number, name, sentence)


def test_walks_on_from_photos_that_have_been_deleted(window, folder):
    window.open(folder / "photo1.jpg")
    window.wait(Captioned)
    for index in (2, 3):
        (folder / f"photo{index}.jpg").unlink()
        number = window.background.step(1)
        assert window.wait(Failed) == Failed(number, f"photo{index}.jpg", "There is no such file.")
    number = window.background.step(1)
    assert window.wait(Captioned, number=number).source.name == "photo4.jpg"


def test_captions_a_photo_anew_that_has_changed(window, folder, samples, shipped):
    photo = folder / "photo1.jpg"
    for name in ("cat", "coffee"):
        shutil.copy(samples[name], photo)
        number = window.open(photo)
        assert window.wait(Shown).image.size == Image.open(samples[name]).size
        assert window.wait(Captioned, number=number).caption.text == shipped.caption(samples[name]).text


def test_a_folder_with_thousands_of_photos(window, samples, tmp_path):
    for index in range(5000):
        (tmp_path / f"{index}.jpg").touch()
    shutil.copy(samples["cat"], tmp_path / "777.jpg")
    window.open(tmp_path / "777.jpg")
    shown = window.wait(Shown)
    assert (shown.position, shown.total) == (778, 5000)
    window.wait(Captioned)


def test_a_name_that_is_no_valid_text_is_shown_all_the_same(window, samples, tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    try:
        shutil.copy(samples["cat"], path)
    except (OSError, UnicodeError):
        pytest.skip("the file system takes only valid text")
    window.open(path)
    assert window.wait(Shown).source.name == "caf\N{REPLACEMENT CHARACTER}.jpg"


def test_several_photos_are_all_captioned_in_order(window, samples, tmp_path, shipped):
    text = tmp_path / "notes.txt"
    text.write_text("Dear Sir or Madam,")
    photos = list(samples.values())
    number = window.open(photos[0], photos[1], text, photos[2], photos[3])
    window.wait(lambda answer: answer == Progress(number, 5, 5))
    captioned = of(window.answers, Captioned)
    assert [(answer.source.path, answer.caption.text) for answer in captioned] == [
        (photo, shipped.caption(photo).text) for photo in photos
    ]
    assert [(answer.position, answer.total) for answer in of(window.answers, Shown)] == [(1, 5)]
    sentence = "This is text, not a photo: open a photo."
    assert of(window.answers, Skipped) == [Skipped(number, "notes.txt", sentence)]
    assert of(window.answers, Progress) == [Progress(number, done, 5) for done in range(1, 6)]


def test_of_several_the_first_that_can_be_read_is_shown(window, samples, tmp_path):
    number = window.open(tmp_path / "missing.jpg", b"no photo", samples["cat"])
    shown = window.wait(Shown)
    assert (shown.position, shown.total, shown.source.name) == (3, 3, "cat.jpg")
    window.wait(lambda answer: answer == Progress(number, 3, 3))
    assert [answer.name for answer in of(window.answers, Skipped)] == ["missing.jpg", "Pasted photo"]


def test_folders_among_several_stand_for_their_photos(window, folder, samples):
    window.open(samples["cat"], folder)
    shown = window.wait(Shown)
    assert (shown.source.name, shown.position, shown.total) == ("cat.jpg", 1, 13)


def test_200_photos_are_captioned_while_the_user_walks_among_them(window, samples):
    photos = [photo.read_bytes() for photo in samples.values()] * 50
    window.open(*photos)
    window.wait(Progress)
    number = window.background.step(1)
    assert window.wait(Shown).position == 2
    window.wait(lambda answer: answer == Progress(number, 200, 200))
    assert [answer.done for answer in of(window.answers, Progress)] == list(range(1, 201))
    # The second one is captioned with the others, and told again when it is shown.
    assert len(of(window.answers, Captioned)) in (200, 201)


def test_cancel_ends_the_captioning_of_several_and_the_walk_stays(window, folder):
    window.open(*sorted(folder.glob("photo*.jpg")))
    number = window.wait(Progress).number
    window.background.cancel()
    window.mark(0)
    window.wait(lambda answer: answer == Cancelled(number))
    window.background.step(1)
    assert window.wait(Shown).position == 2
    window.wait(Captioned)
    window.settled()
    assert of(window.answers[window.answers.index(0) :], Progress) == []


def test_another_beam_width_captions_the_shown_photo_anew(window, samples, shipped):
    number = window.open(samples["astronaut"])
    window.wait(Captioned)
    for beam_width in (1, None):
        window.background.set_beam_width(beam_width)
        captioned = window.wait(Captioned)
        expected = Captioner(beam_width=beam_width).caption(samples["astronaut"])
        assert (captioned.number, captioned.caption.text) == (number, expected.text)
    assert len(of(window.answers, Shown)) == 1


def test_few_photos_are_kept(window, folder):
    window.open(folder / "photo1.jpg")
    images = []
    for _ in range(11):
        images.append(weakref.ref(window.wait(Shown).image))
        window.wait(Captioned)
        window.answers.clear()
        window.background.step(1)
    gc.collect()
    assert sum(image() is not None for image in images) <= 4


def test_damaged_weights_are_told_for_every_photo_and_photos_are_still_shown(samples, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "weights", tmp_path / "weights")
    (tmp_path / "weights" / "encoder.tflite").write_bytes(b"damaged")
    monkeypatch.setattr("captioner.captioner.open_weights", lambda folder: open_weights(tmp_path / "weights"))
    window = Window()
    broken = window.wait(Broken)
    assert "encoder.tflite is damaged" in broken.sentence
    window.open(samples["cat"], samples["coffee"])
    window.wait(Shown)
    assert window.wait(Broken) == broken
    window.background.step(1)
    assert window.wait(Shown).source.name == "coffee.jpg"
    assert window.wait(Broken) == broken
    window.background.close()


def test_whatever_else_goes_wrong_is_told_in_a_sentence(window, samples, monkeypatch):
    for error, sentence in (
        (MemoryError(), "There isn't enough memory for this. Close other programs and try again."),
        (
            ImportError("No module named 'PIL'"),
            "Part of this program is missing (No module named 'PIL'). Install it again.",
        ),
        (RuntimeError("?"), "Something went wrong in the program (RuntimeError). Please try again."),
    ):
        monkeypatch.setattr("captioner.gui.session.caption_service.load_for_display", Mock(side_effect=error))
        number = window.open(samples["cat"])
        assert window.wait(Failed) == Failed(number, "cat.jpg", sentence)


def test_nothing_is_told_after_the_end_and_the_model_is_let_go(samples):
    others = set(threading.enumerate())
    window = Window()
    window.open(*samples.values())
    window.wait(Shown)
    window.background.close()
    window.mark(0)
    window.open(samples["coffee"])
    window.background.step(1)
    wait_until(lambda: set(threading.enumerate()) <= others)
    assert window.rest() == [0]


SCRIPT = """
import sys, time
from captioner.gui.session.caption_service import Background
from captioner.photos.source import PhotoSource
assert not {"numpy", "PIL", "ai_edge_litert"} & set(sys.modules)
answers = []
background = Background(answers.append, screen=(640, 480))
background.open([PhotoSource.of(name) for name in sys.argv[3:]])
while not any(type(answer).__name__ == sys.argv[2] for answer in answers):
    time.sleep(0.001)
time.sleep(float(sys.argv[1]))
background.close()
"""


@pytest.mark.parametrize(("seconds", "answer"), [(0, "Ready"), (0, "Shown"), (0.02, "Captioned"), (0.05, "Captioned")])
def test_the_program_ends_well_while_photos_are_captioned(samples, seconds, answer):
    command = [sys.executable, "-c", SCRIPT, str(seconds), answer, *map(str, samples.values())]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SOON)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
