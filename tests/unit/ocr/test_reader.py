"""Reading text in made pictures, in a process of its own with limits."""

import os
import signal
import time
from collections.abc import Iterator

import jiwer
import numpy as np
import pytest
from PIL import Image

from captioner.errors import TextUnavailable
from captioner.ocr import reader
from captioner.ocr.picture_text import PictureText
from captioner.ocr.worker import words_of
from tests.support import free_text
from tests.support.pages import Page, photographed, sign, write

pytestmark = pytest.mark.slow

NOTE = ("Dear Mrs Lee, your train leaves at 10:45", "from platform 4. Bring £35.50.")


@pytest.fixture(autouse=True, scope="module")
def _end() -> Iterator[None]:
    yield
    reader.end()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing takes too long, even on a busy machine."""
    monkeypatch.setattr(reader, "PICTURE_TIMEOUT", 60.0)
    monkeypatch.setattr(reader, "LINES_SECONDS", 60.0)


def note(**options) -> Image.Image:
    return write(NOTE, (400, 130), margin=20, **options)


def words_right(page: Page, text: str) -> float:
    return 1 - jiwer.wer(" ".join(page.text.split()), " ".join(text.split()))


@pytest.mark.parametrize(
    ("degrees", "corner"), [(0, "top left"), (90, "top right"), (180, "bottom right"), (270, "bottom left")]
)
def test_a_screenshot_is_read_whichever_way_it_is_turned(patient, degrees, corner):
    picture = note(colours=("white", "#1565c0") if degrees else ("#1a1a1a", "white"))
    text = reader.read(picture.rotate(-degrees, expand=True))
    assert text.text.split() == " ".join(NOTE).split()
    assert (text.is_page, text.rotation, text.complete) == (True, degrees, True)
    left, top, right, bottom = text.lines[0].box  # where it is in the picture as it was
    from_corner = (top if "top" in corner else 1 - bottom), (left if "left" in corner else 1 - right)
    assert all(0 < distance < 0.35 for distance in from_corner)
    assert (right - left > bottom - top) == (degrees in (0, 180))


def test_a_page_photographed_at_an_angle_is_read(patient):
    photo = photographed(write(NOTE, (550, 400), pixels=26, margin=40), (800, 600))
    text = reader.read(photo)
    assert words_right(Page(photo, " ".join(NOTE)), text.text) >= 0.85


@pytest.mark.skipif(not free_text.FOLDER.exists(), reason="the free pictures are only in the repository")
@pytest.mark.parametrize(("kind", "least"), [("scans", 0.97), ("photographed_pages", 0.8), ("signs", 0.6)])
def test_free_pictures_of_other_people_are_read(patient, kind, least):
    pages = free_text.pages(free_text.FOLDER / kind).values()
    counts = [free_text.words_right(page, reader.read(page.image).text) for page in pages]
    assert sum(right for right, _ in counts) >= least * sum(total for _, total in counts)


@pytest.mark.skipif(not free_text.FOLDER.exists(), reason="the free pictures are only in the repository")
def test_underscores_of_the_line_above_do_not_spoil_tightly_set_lines(patient):
    page = free_text.pages(free_text.FOLDER / "screenshots")["glances-metrics"]
    right, total = free_text.words_right(page, reader.read(page.image).text)
    assert right >= 0.85 * total


def test_a_line_leaves_the_line_above_out_but_keeps_its_own_underscores():
    from captioner.ocr.recognizer import _without_lines_above  # loads RapidOCR

    def box(left: int, top: int, right: int, bottom: int, rise: int = 0) -> list[tuple[int, int]]:
        return [(left, top), (right, top - rise), (right, bottom - rise), (left, bottom)]

    line, below, beside, apart = box(0, 0, 90, 20), box(0, 16, 90, 36), box(100, 4, 190, 24), box(0, 40, 90, 60)
    slanting, below_it = box(200, 30, 300, 50, 20), box(200, 46, 300, 66, 20)
    boxes = np.array([line, below, beside, apart, slanting, below_it], np.float32)
    trimmed = _without_lines_above(boxes)
    assert trimmed[1].tolist() == [[0, 18], [90, 18], [90, 36], [0, 36]]
    others = [0, 2, 3, 4, 5]
    assert np.array_equal(trimmed[others], boxes[others])


def test_a_sign_in_a_photo_is_read_but_the_photo_is_not_a_page(patient):
    page = sign("Mind the dog", "cat", ((0.1, 0.7), (0.6, 0.74), (0.6, 0.9), (0.1, 0.86)), ("black", "#f2d024"))
    text = reader.read(page.image)
    assert (text.statement, text.is_page) == ("It says: Mind the dog", False)


def test_in_a_photo_without_text_none_is_found(patient, samples):
    assert reader.read(samples["cat"]).lines == ()


def test_noise_is_not_text(patient):
    noise = np.random.default_rng(0).integers(0, 256, (400, 600, 3), np.uint8)
    assert reader.read(noise).lines == ()


def test_a_page_with_more_text_than_there_is_time_for_ends_with_what_was_read(patient, monkeypatch):
    monkeypatch.setattr(reader, "LINES_SECONDS", 0.0)
    text = reader.read(write(["word " * 60], (240, 320), margin=10))
    assert not text.complete
    assert text.lines
    assert text.statement.endswith("There is more text, which took too long to read.")


def test_a_picture_that_takes_long_to_open_leaves_less_time_for_its_lines(monkeypatch):
    given = []
    load = reader.load
    monkeypatch.setattr(reader, "load", lambda *picture: (time.sleep(0.2), load(*picture))[1])
    monkeypatch.setattr(reader._Worker, "read", lambda self, *picture: given.append(picture[-1]) or PictureText())
    reader.read(note())
    monkeypatch.setattr(reader, "LINES_SECONDS", 0.3)
    reader.read(note())
    assert 2 <= given[0] <= 5.8
    assert given[1] == pytest.approx(0.1)


def test_a_worker_that_hangs_or_crashes_costs_one_picture(monkeypatch):
    reader.read(note())
    assert reader._worker
    process = reader._worker._process
    with monkeypatch.context() as patch:
        patch.setattr(reader, "PICTURE_TIMEOUT", 0.5)
        os.kill(process.pid, signal.SIGSTOP)
        with pytest.raises(TextUnavailable, match="took too long"):
            reader.read(note())
    assert process.poll() is not None
    monkeypatch.setattr(reader, "PICTURE_TIMEOUT", 60.0)
    assert reader.read(note()).lines


def test_the_memory_of_an_idle_worker_is_given_back(patient, monkeypatch):
    monkeypatch.setattr(reader, "IDLE_SECONDS", 0.1)
    reader.read(note())
    end = time.monotonic() + 10
    while reader._worker is not None:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_without_the_recogniser_a_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(reader, "is_installed", lambda: False)
    with pytest.raises(TextUnavailable, match=r"pip install 'captioner\[ocr\]'"):
        reader.read(note())


def test_an_answer_that_is_nonsense_is_an_error_and_control_characters_are_dropped():
    line = {"words": [["Hi\x1b[2J\u202e", 0.9], ["\x07", 0.9]], "box": [0, -1, 2, 1], "paragraph": 0}
    answer = {"lines": [line], "is_page": False, "rotation": 0, "complete": True}
    (parsed,) = reader._parsed(answer).lines
    assert (parsed.text, parsed.box) == ("Hi[2J", (0, 0, 1, 1))
    with pytest.raises(ValueError, match="rotation"):
        reader._parsed({**answer, "rotation": 45})


def test_words_have_the_confidence_of_their_characters():
    assert words_of("a bc", [0.9, 1.0, 0.4, 0.6]) == [("a", 0.9), ("bc", 0.5)]
