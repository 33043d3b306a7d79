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
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from PIL import Image

from captioner import Captioner
from captioner.gui.session import caption_service, photo_list
from captioner.gui.session.caption_service import CaptionService
from captioner.gui.session.events import (
    Cancelled,
    CaptionReady,
    EndReached,
    Event,
    ModelReady,
    ModelUnavailable,
    PhotoFailed,
    PhotoLoaded,
    PhotoSkipped,
    Progress,
)
from captioner.model.weights import open_weights
from captioner.photos.source import PhotoLike, PhotoSource
from tests.support.hanging import HangingFile, hanging_file

# With the real model, in real threads.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]

TIMEOUT = 60  # seconds, enough for a busy machine


class Client:
    """Stands in for the window: makes requests and keeps every event in order."""

    def __init__(self, **options) -> None:
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.service = CaptionService(self._queue.put, **{"screen": (640, 480), **options})
        self.events: list[Event] = []

    def open(self, *photos: PhotoLike) -> int:
        return self.service.open([PhotoSource.of(photo) for photo in photos])

    def wait(self, wanted: type | Callable[[Event], bool], *, number: int | None = None) -> Event:
        """The next event of a kind, or one that a function accepts."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            event = self._queue.get(timeout=deadline - time.monotonic())
            self.events.append(event)
            fits = isinstance(event, wanted) if isinstance(wanted, type) else wanted(event)
            if fits and number in (None, getattr(event, "number", None)):
                return event

    def mark(self, mark: int) -> None:
        """Put a marker between the events."""
        self._queue.put(mark)

    def rest(self) -> list[Event]:
        """The events since the last one that was waited for."""
        return [self._queue.get() for _ in range(self._queue.qsize())]

    def settled(self) -> "list[Event]":
        """All events before those of one more request, for something that is not a photo."""
        number = self.open(b"no photo")
        self.wait(PhotoFailed, number=number)
        return self.events[:-1]


@pytest.fixture
def client() -> Iterator[Client]:
    client = Client()
    yield client
    client.service.close()


@pytest.fixture
def folder(tmp_path, samples) -> Path:
    """A folder with photo1.jpg to photo12.jpg, and more that is not a photo."""
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


def of(events: list[Event], kind: type) -> list[Event]:
    return [event for event in events if isinstance(event, kind)]


def test_shows_then_captions_a_photo_as_the_command_line_does(client, samples, shipped):
    number = client.open(samples["cat"])
    shown = client.wait(PhotoLoaded)
    captioned = client.wait(CaptionReady)
    assert (shown.number, shown.source, shown.source.name) == (number, PhotoSource.of(samples["cat"]), "cat.jpg")
    assert (captioned.number, captioned.source) == (number, PhotoSource.of(samples["cat"]))
    assert captioned.caption.statement == shipped.caption(samples["cat"]).statement
    assert (shown.image.mode, shown.image.size) == ("RGB", Image.open(samples["cat"]).size)


def test_a_photo_that_comes_before_the_model_waits_for_it(client, samples):
    client.open(samples["cat"])
    client.wait(CaptionReady)
    kinds = [type(event) for event in client.events]
    assert kinds.index(ModelReady) < kinds.index(CaptionReady)
    assert kinds.count(ModelReady) == 1


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_a_large_photo_is_shrunk_to_the_screen_but_not_for_the_captioner(samples, shipped, tmp_path, format):
    path = tmp_path / "large"
    Image.open(samples["astronaut"]).resize((1500, 2000)).save(path, format)
    client = Client(screen=(1000, 1400))
    client.open(path)
    assert client.wait(PhotoLoaded).image.size == (1000, 1333)
    # To the last digit: it got the very same pixels.
    assert client.wait(CaptionReady).caption.log_probability == shipped.caption(path).log_probability
    client.service.close()


def test_a_photo_is_shown_upright(client, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (64, 32), "red").save(tmp_path / "photo.jpg", exif=exif)
    client.open(tmp_path / "photo.jpg")
    assert client.wait(PhotoLoaded).image.size == (32, 64)


def test_a_pasted_photo_is_a_list_of_its_own(client, samples, shipped):
    content = samples["coffee"].read_bytes()
    number = client.open(content)
    shown = client.wait(PhotoLoaded)
    assert (shown.position, shown.total, shown.source.content) == (1, 1, content)
    assert shown.source.name == "Pasted photo"
    assert client.wait(CaptionReady).caption.text == shipped.caption(content).text
    assert client.service.step(1) == number
    assert client.wait(EndReached) == EndReached(number, "last")


def test_steps_through_a_folder_in_the_order_of_file_managers(client, folder):
    client.open(folder / "photo9.jpg")
    shown = client.wait(PhotoLoaded)
    assert (shown.position, shown.total) == (9, 12)
    for position, name in ((10, "photo10.jpg"), (11, "photo11.jpg")):
        client.service.step(1)
        shown = client.wait(PhotoLoaded)
        assert (shown.position, shown.source.name) == (position, name)
    client.service.step(-1)
    assert client.wait(PhotoLoaded).source.name == "photo10.jpg"


def test_opens_a_folder_at_its_first_photo(client, folder):
    client.open(folder)
    shown = client.wait(PhotoLoaded)
    assert (shown.position, shown.total, shown.source) == (1, 12, PhotoSource.of(folder / "photo1.jpg"))


def test_an_end_of_the_folder_is_reported_and_the_current_task_goes_on(client, folder):
    number = client.open(folder / "photo12.jpg")
    client.wait(PhotoLoaded)
    assert client.service.step(1) == number
    client.wait(CaptionReady, number=number)
    assert EndReached(number, "last") in client.events
    number = client.open(folder / "photo1.jpg")
    client.wait(PhotoLoaded)
    assert client.service.step(-1) == number
    assert client.wait(EndReached) == EndReached(number, "first")


def test_steps_add_up_before_the_folder_is_listed(client, folder):
    client.open(folder / "photo2.jpg")
    for _ in range(3):
        number = client.service.step(1)
    assert client.wait(PhotoLoaded, number=number).source.name == "photo5.jpg"
    client.open(folder / "photo11.jpg")
    for _ in range(5):
        number = client.service.step(1)
    assert client.wait(PhotoLoaded, number=number).source.name == "photo12.jpg"
    assert client.wait(CaptionReady, number=number).source.name == "photo12.jpg"


def test_nothing_happens_before_anything_is_open(client):
    assert client.service.step(1) == client.service.step(-1) == client.open() == 0
    client.service.cancel()
    assert set(map(type, client.settled())) <= {ModelReady}


def test_the_next_photo_is_shown_at_once(client, folder, monkeypatch):
    """Its file is not even read again."""
    client.open(folder / "photo4.jpg")
    client.wait(CaptionReady)
    reads = []
    wait_until(lambda: len(client.service.captioning._captions) == 3)
    monkeypatch.setattr(
        "captioner.gui.session.loading.load_for_display", lambda *arguments: reads.append(arguments) or 1 / 0
    )
    number = client.service.step(1)
    assert client.wait(CaptionReady, number=number).source.name == "photo5.jpg"
    assert [type(event) for event in client.events[-2:]] == [PhotoLoaded, CaptionReady]


@pytest.fixture
def hanging(tmp_path) -> Iterator[HangingFile]:
    with hanging_file(tmp_path / "hangs.jpg") as file:
        yield file


def test_a_photo_that_hangs_keeps_no_other_one_waiting(client, samples, hanging):
    for name in ("cat", "coffee", "astronaut"):
        client.open(hanging.path)
        hanging.wait()
        number = client.open(samples[name])
        client.wait(CaptionReady, number=number)


def test_a_neighbour_that_hangs_keeps_no_other_one_waiting(client, samples, hanging):
    client.open(samples["cat"], hanging.path, samples["coffee"])
    hanging.wait()
    client.service.step(1)
    number = client.service.step(1)
    assert client.wait(CaptionReady, number=number).source.name == "coffee.jpg"


def test_events_of_superseded_requests_are_not_reported(client, folder):
    for index in range(12):
        number = client.open(folder / f"photo{index + 1}.jpg")
        client.mark(number)
        time.sleep(0.02 * (index % 3))  # come in between at different moments
    client.wait(CaptionReady, number=number)
    wanted = 0
    for event in client.events:
        if isinstance(event, int):
            wanted = event
        elif not isinstance(event, ModelReady):
            assert event.number >= wanted


def test_cancel_drops_a_photo_that_hangs_and_steps_go_on_from_the_shown_one(client, folder, hanging):
    client.open(folder / "photo4.jpg")
    client.wait(CaptionReady)
    number = client.open(hanging.path)
    hanging.wait()
    client.service.cancel()
    assert client.wait(Cancelled) == Cancelled(number)
    number = client.service.step(1)
    assert client.wait(CaptionReady, number=number).source.name == "photo5.jpg"
    assert of(client.events, PhotoFailed) == []


def test_a_slow_folder_is_not_called_a_slow_photo(client, folder, monkeypatch):
    monkeypatch.setattr(caption_service, "FOLDER_TIMEOUT", 0.2)
    monkeypatch.setattr(photo_list, "photos_in", lambda folder: time.sleep(2))
    number = client.open(folder)
    assert client.wait(PhotoFailed, number=number).sentence.startswith("Listing the folder took over 8 seconds")


def test_says_that_a_photo_is_damaged(client, samples):
    content = samples["cat"].read_bytes()
    client.open(content[: len(content) * 3 // 4])
    assert client.wait(CaptionReady).caption.note == "The photo is damaged: part of it is missing."


def test_cancel_does_nothing_when_all_is_done(client, samples):
    client.open(samples["cat"])
    client.wait(CaptionReady)
    client.service.cancel()
    assert of(client.settled(), Cancelled) == []


def test_reports_why_a_photo_cannot_be_opened(client, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.jpg").write_text("Dear Sir or Madam,")
    for source, name, sentence in (
        (tmp_path / "missing.jpg", "missing.jpg", "There is no such file."),
        (tmp_path / "missing" / "missing.jpg", "missing.jpg", "There is no such file."),
        (tmp_path / "empty", "empty", "There is no photo in this folder."),
        (tmp_path / "text.jpg", "text.jpg", "This is text, not a photo. Open a photo."),
        (Path("null\0byte.jpg"), "null\0byte.jpg", "There is no such file."),
        (b"", "Pasted photo", "The file is empty."),
    ):
        number = client.open(source)
        assert client.wait(PhotoFailed) == PhotoFailed(number, name, sentence)


def test_steps_past_photos_that_have_been_deleted(client, folder):
    client.open(folder / "photo1.jpg")
    client.wait(CaptionReady)
    for index in (2, 3):
        (folder / f"photo{index}.jpg").unlink()
        number = client.service.step(1)
        assert client.wait(PhotoFailed) == PhotoFailed(number, f"photo{index}.jpg", "There is no such file.")
    number = client.service.step(1)
    assert client.wait(CaptionReady, number=number).source.name == "photo4.jpg"


def test_captions_a_photo_again_when_it_has_changed(client, folder, samples, shipped):
    photo = folder / "photo1.jpg"
    for name in ("cat", "coffee"):
        shutil.copy(samples[name], photo)
        number = client.open(photo)
        assert client.wait(PhotoLoaded).image.size == Image.open(samples[name]).size
        assert client.wait(CaptionReady, number=number).caption.text == shipped.caption(samples[name]).text


def test_a_folder_with_thousands_of_photos(client, samples, tmp_path):
    for index in range(5000):
        (tmp_path / f"{index}.jpg").touch()
    shutil.copy(samples["cat"], tmp_path / "777.jpg")
    client.open(tmp_path / "777.jpg")
    shown = client.wait(PhotoLoaded)
    assert (shown.position, shown.total) == (778, 5000)
    client.wait(CaptionReady)


def test_a_name_that_is_not_valid_text_is_still_shown(client, samples, tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    try:
        shutil.copy(samples["cat"], path)
    except (OSError, UnicodeError):
        pytest.skip("the file system takes only valid text")
    client.open(path)
    assert client.wait(PhotoLoaded).source.name == "caf\N{REPLACEMENT CHARACTER}.jpg"


def test_several_photos_are_all_captioned_in_order(client, samples, tmp_path, shipped):
    text = tmp_path / "notes.txt"
    text.write_text("Dear Sir or Madam,")
    photos = list(samples.values())
    number = client.open(photos[0], photos[1], text, photos[2], photos[3])
    client.wait(lambda event: event == Progress(number, 5, 5, ("notes.txt",)))
    captioned = of(client.events, CaptionReady)
    assert [(event.source.path, event.caption.text) for event in captioned] == [
        (photo, shipped.caption(photo).text) for photo in photos
    ]
    assert [(event.position, event.total) for event in of(client.events, PhotoLoaded)] == [(1, 5)]
    sentence = "This is text, not a photo. Open a photo."
    assert of(client.events, PhotoSkipped) == [PhotoSkipped(number, "notes.txt", sentence)]
    progress = [replace(event, failed=()) for event in of(client.events, Progress)]
    assert progress == [Progress(number, done, 5) for done in range(1, 6)]


def test_of_several_the_first_that_can_be_read_is_shown(client, samples, tmp_path):
    number = client.open(tmp_path / "missing.jpg", b"no photo", samples["cat"])
    shown = client.wait(PhotoLoaded)
    assert (shown.position, shown.total, shown.source.name) == (3, 3, "cat.jpg")
    client.wait(lambda event: event == Progress(number, 3, 3, ("missing.jpg", "Pasted photo")))
    assert [event.name for event in of(client.events, PhotoSkipped)] == ["missing.jpg", "Pasted photo"]


def test_folders_among_several_are_replaced_by_their_photos(client, folder, samples):
    client.open(samples["cat"], folder)
    shown = client.wait(PhotoLoaded)
    assert (shown.source.name, shown.position, shown.total) == ("cat.jpg", 1, 13)


def test_200_photos_are_captioned_while_the_user_steps_among_them(client, samples):
    photos = [photo.read_bytes() for photo in samples.values()] * 50
    client.open(*photos)
    client.wait(Progress)
    number = client.service.step(1)
    assert client.wait(PhotoLoaded).position == 2
    client.wait(lambda event: event == Progress(number, 200, 200))
    assert [event.done for event in of(client.events, Progress)] == list(range(1, 201))
    # The second one is captioned with the others, and reported again when it is shown.
    assert len(of(client.events, CaptionReady)) in (200, 201)


def test_cancel_ends_the_captioning_of_several_and_their_list_stays(client, folder):
    client.open(*sorted(folder.glob("photo*.jpg")))
    number = client.wait(Progress).number
    client.service.cancel()
    client.mark(0)
    client.wait(lambda event: event == Cancelled(number))
    client.service.step(1)
    assert client.wait(PhotoLoaded).position == 2
    client.wait(CaptionReady)
    client.settled()
    assert of(client.events[client.events.index(0) :], Progress) == []


def test_another_beam_width_captions_the_shown_photo_again(client, samples, shipped):
    number = client.open(samples["astronaut"])
    client.wait(CaptionReady)
    for beam_width in (1, None):
        client.service.set_beam_width(beam_width)
        captioned = client.wait(CaptionReady)
        expected = Captioner(beam_width=beam_width).caption(samples["astronaut"])
        assert (captioned.number, captioned.caption.text) == (number, expected.text)
    assert len(of(client.events, PhotoLoaded)) == 1


def test_few_photos_are_kept(client, folder):
    client.open(folder / "photo1.jpg")
    images = []
    for _ in range(11):
        images.append(weakref.ref(client.wait(PhotoLoaded).image))
        client.wait(CaptionReady)
        client.events.clear()
        client.service.step(1)
    gc.collect()
    assert sum(image() is not None for image in images) <= 4


def test_damaged_weights_are_reported_for_every_photo_and_photos_are_still_shown(samples, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "weights", tmp_path / "weights")
    (tmp_path / "weights" / "encoder.tflite").write_bytes(b"damaged")
    monkeypatch.setattr("captioner.captioner.open_weights", lambda folder: open_weights(tmp_path / "weights"))
    client = Client()
    broken = client.wait(ModelUnavailable)
    assert "encoder.tflite is damaged" in broken.sentence
    client.open(samples["cat"], samples["coffee"])
    client.wait(PhotoLoaded)
    assert client.wait(ModelUnavailable) == broken
    client.service.step(1)
    assert client.wait(PhotoLoaded).source.name == "coffee.jpg"
    assert client.wait(ModelUnavailable) == broken
    client.service.close()


def test_whatever_else_goes_wrong_is_reported_in_a_sentence(client, samples, monkeypatch):
    for error, sentence in (
        (MemoryError(), "There isn't enough memory for this. Close other programs and try again."),
        (
            ImportError("No module named 'PIL'"),
            "Part of this program is missing (No module named 'PIL'). Install it again.",
        ),
        (RuntimeError("?"), "Something went wrong in the program (RuntimeError). Please try again."),
    ):
        monkeypatch.setattr("captioner.gui.session.loading.load_for_display", Mock(side_effect=error))
        number = client.open(samples["cat"])
        assert client.wait(PhotoFailed) == PhotoFailed(number, "cat.jpg", sentence)


def test_nothing_is_reported_after_close_and_the_model_is_freed(samples):
    others = set(threading.enumerate())
    client = Client()
    client.open(*samples.values())
    client.wait(PhotoLoaded)
    client.service.close()
    client.mark(0)
    client.open(samples["coffee"])
    client.service.step(1)
    wait_until(lambda: set(threading.enumerate()) <= others)
    assert client.rest() == [0]


SCRIPT = """
import sys, time
from captioner.gui.session.caption_service import CaptionService
from captioner.photos.source import PhotoSource
assert not {"numpy", "PIL", "ai_edge_litert"} & set(sys.modules)
events = []
service = CaptionService(events.append, screen=(640, 480))
service.open([PhotoSource.of(name) for name in sys.argv[3:]])
while not any(type(event).__name__ == sys.argv[2] for event in events):
    time.sleep(0.001)
time.sleep(float(sys.argv[1]))
service.close()
"""


@pytest.mark.parametrize(
    ("seconds", "event"), [(0, "ModelReady"), (0, "PhotoLoaded"), (0.02, "CaptionReady"), (0.05, "CaptionReady")]
)
def test_the_program_exits_cleanly_while_photos_are_captioned(samples, seconds, event):
    command = [sys.executable, "-c", SCRIPT, str(seconds), event, *map(str, samples.values())]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
