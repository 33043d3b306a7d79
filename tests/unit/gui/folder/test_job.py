import shutil
import threading
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from captioner import Captioner
from captioner.gui.folder.job import FolderJob, JobEnded, PhotosFound, Results
from captioner.gui.folder.photo_table import PhotoTable
from captioner.gui.session.captioning import CaptioningThread, Job
from captioner.gui.session.events import ModelUnavailable
from captioner.gui.session.loading import load_for_model
from captioner.output.edits import Edits, content_key
from captioner.photos.source import PhotoSource
from tests.support.program import wait_for


@pytest.fixture(autouse=True)
def _cache_of_our_own(tmp_path, monkeypatch):
    monkeypatch.setattr("captioner.batch.caption_cache.default_path", lambda: tmp_path / "cache" / "captions.sqlite")


@pytest.fixture
def captioning(shipped, monkeypatch):
    """A captioning thread with the shipped model. `captioned` counts what it has captioned."""
    monkeypatch.setattr("captioner.gui.session.captioning._load", lambda beam_width, loaded=None: Counting(shipped))
    thread = CaptioningThread(None, lambda event: None)
    yield thread
    thread.close()


class Counting(Captioner):
    def __init__(self, shipped: Captioner) -> None:
        self.shipped = shipped

    def caption(self, source):
        Counting.count += 1
        return self.shipped.caption(source)

    count = 0


@pytest.fixture
def album(samples, tmp_path) -> Path:
    folder = tmp_path / "album"
    folder.mkdir()
    for name in ("cat", "coffee", "astronaut"):
        shutil.copy(samples[name], folder)
    return folder


class Listener:
    """Collects what a job reports, in a table."""

    def __init__(self, captioning, *paths: Path, edits: Edits, recursive: bool = False) -> None:
        self.events: SimpleQueue = SimpleQueue()
        self.table: PhotoTable | None = None
        sources = [PhotoSource.of(path) for path in paths]
        report = lambda job, event: self.events.put(event)  # noqa: E731
        self.job = FolderJob(captioning, report, edits, sources, recursive=recursive)

    def take(self, timeout: float = 30) -> object:
        event = self.events.get(timeout=timeout)
        if isinstance(event, PhotosFound):
            self.table = event.table
        elif isinstance(event, Results):
            assert self.table is not None
            for index, outcome in event.outcomes:
                self.table.rows[index].take(outcome)
        return event

    def end(self) -> dict[str, str]:
        """Wait for the end, and return the statements by the names of the photos."""
        while not isinstance(self.take(), JobEnded):
            pass
        return {row.name: row.statement for row in self.table.rows} if self.table else {}


@pytest.fixture
def edits(tmp_path) -> Edits:
    return Edits(tmp_path / "edits.jsonl")


def test_captions_all_photos_of_a_folder_and_says_which_failed(captioning, edits, album, statement, samples):
    (album / "broken.jpg").write_bytes(b"")
    done = Listener(captioning, album, edits=edits).end()
    expected = {f"{name}.jpg": statement(samples[name]) for name in ("astronaut", "cat", "coffee")}
    assert done == {**expected, "broken.jpg": "The file is empty."}


def test_what_was_captioned_is_not_captioned_again_even_under_another_name(captioning, edits, album):
    first = Listener(captioning, album, edits=edits).end()
    Counting.count = 0
    album.joinpath("cat.jpg").rename(album / "tiger.jpg")
    second = Listener(captioning, album, edits=edits).end()
    assert Counting.count == 0
    assert second == {name.replace("cat", "tiger"): text for name, text in first.items()}


def test_folders_below_are_captioned_if_wanted(captioning, edits, album, samples):
    (album / "below").mkdir()
    shutil.copy(samples["cat"], album / "below" / "other.jpg")
    assert len(Listener(captioning, album, edits=edits).end()) == 3
    assert str(Path("below/other.jpg")) in Listener(captioning, album, edits=edits, recursive=True).end()


def test_a_single_photo_is_left_alone(captioning, edits, album):
    listener = Listener(captioning, album / "cat.jpg", edits=edits)
    assert isinstance(listener.take(), JobEnded)
    assert listener.table is None


def test_the_users_captions_are_found_again(captioning, edits, album, samples):
    edits.put(content_key(load_for_model(PhotoSource.of(samples["cat"])).pixels), "My cat.")
    listener = Listener(captioning, album, edits=edits)
    assert listener.end()["cat.jpg"] == "My cat."
    assert listener.table
    assert [row.state for row in listener.table.rows if row.name == "cat.jpg"] == ["Edited"]


def test_a_photo_that_the_user_has_opened_comes_first(shipped, edits, album, samples, monkeypatch):
    order: list[int] = []
    may_caption = threading.Event()

    class Waiting(Captioner):
        def __init__(self) -> None: ...

        def caption(self, source):
            may_caption.wait(30)
            order.append(id(source))
            return shipped.caption(source)

    monkeypatch.setattr("captioner.gui.session.captioning._load", lambda beam_width, loaded=None: Waiting())
    captioning = CaptioningThread(None, lambda event: None)
    listener = Listener(captioning, album, edits=edits)
    wait_for(lambda: captioning._background)
    opened = load_for_model(PhotoSource.of(samples["photographer"]))
    captioning.put(Job(("opened", 0, 0), opened, lambda result: None), lambda: True)
    may_caption.set()
    listener.end()
    captioning.close()
    assert id(opened) in order[:2]  # the one before was being captioned already


def test_a_photo_is_captioned_once_behind_the_window_and_in_it(captioning, samples):
    source = PhotoSource.of(samples["cat"])
    photo, done = load_for_model(source), SimpleQueue()
    Counting.count = 0
    for in_background in (True, False):
        captioning.put(Job(source.key(), photo, done.put, in_background=in_background), lambda: True)
    assert done.get(timeout=30) == done.get(timeout=30)
    assert Counting.count == 1


@pytest.mark.slow
def test_pauses_and_ends(captioning, edits, album, samples):
    for number in range(20):
        shutil.copy(samples["cat"], album / f"photo{number}.jpg")
        with (album / f"photo{number}.jpg").open("ab") as file:
            file.write(bytes(number))
    listener = Listener(captioning, album, edits=edits)
    listener.take()
    listener.job.pause()
    with suppress(Empty):
        while listener.take(timeout=1):
            pass
    assert listener.table
    waiting = sum(row.state == "Waiting" for row in listener.table.rows)
    assert waiting > 5
    listener.job.resume()
    while sum(row.state == "Waiting" for row in listener.table.rows) == waiting:
        assert not isinstance(listener.take(), JobEnded)
    listener.job.end()
    while not isinstance(listener.take(), JobEnded):
        pass
    assert any(row.state == "Waiting" for row in listener.table.rows)


def test_without_a_model_the_reason_is_reported_once(edits, album, monkeypatch):
    unavailable = ModelUnavailable("The weights are missing.")
    monkeypatch.setattr("captioner.gui.session.captioning._load", lambda beam_width, loaded=None: unavailable)
    listener = Listener(CaptioningThread(None, lambda event: None), album, edits=edits)
    assert isinstance(listener.take(), PhotosFound)
    assert listener.take() == JobEnded("The weights are missing.")
