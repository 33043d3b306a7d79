"""Captions all photos of folders behind the window, in a thread."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from captioner.caption import Caption
from captioner.errors import PhotoError
from captioner.gui.folder.photo_table import Outcome, PhotoTable
from captioner.gui.session.captioning import CaptioningThread, Job, message
from captioner.gui.session.events import ModelUnavailable
from captioner.photos.source import PhotoSource

if TYPE_CHECKING:
    from captioner.batch.caption_cache import CaptionCache, KnownPhoto
    from captioner.output.edits import Edits

# Results are reported together: at the latest after this many seconds, and never more than this many at a time.
REPORT_INTERVAL = 0.1
MAX_RESULTS = 200

# While captions are already known, the thread pauses for PAUSE seconds after every PHOTOS_AT_A_TIME photos: otherwise
# the window would have to wait for it at each call of Tk.
PAUSE, PHOTOS_AT_A_TIME = 0.002, 10


@dataclass(frozen=True)
class PhotosFound:
    """The photos, none of them captioned yet.

    has_folder: whether a folder was opened, alone or among others.
    """

    table: PhotoTable
    has_folder: bool


@dataclass(frozen=True)
class Results:
    """The results for some photos, by their positions."""

    outcomes: Sequence[tuple[int, Outcome]]


@dataclass(frozen=True)
class JobEnded:
    """Nothing more will be reported.

    problem: why there are no captions at all, a sentence, or "".
    """

    problem: str = ""


Report = PhotosFound | Results | JobEnded


class FolderJob:
    """Lists photos, captions them one after the other, and reports. It does nothing for a single photo.

    A photo that was captioned before is not captioned again, even if it has been renamed. Any thread may call the
    methods.

    Args:
        captioning: captions the photos whenever no photo waits for it that the user has opened.
        report: called with this object and what happened, in other threads. It must not block.
        edits: the captions that the user has written.
        sources: the folders, or several photos.
        recursive: whether the photos of the folders below are wanted too.
    """

    def __init__(
        self,
        captioning: CaptioningThread,
        report: "Callable[[FolderJob, Report], object]",
        edits: "Edits",
        sources: Sequence[PhotoSource],
        *,
        recursive: bool,
    ) -> None:
        self._captioning = captioning
        self._report = report
        self._edits = edits
        self._sources = sources
        self._recursive = recursive
        self._ended = False
        self._may_run = threading.Event()
        self._may_run.set()
        self._results: SimpleQueue[tuple[int, Outcome | ModelUnavailable]] = SimpleQueue()
        self._waiting: set[int] = set()  # the positions of photos in the captioning thread
        self._reported = 0.0  # time.monotonic() of the last report
        threading.Thread(target=self._run, name="folder", daemon=True).start()

    def pause(self) -> None:
        self._may_run.clear()

    def resume(self) -> None:
        self._may_run.set()

    def end(self) -> None:
        """Stop. What is captioned stays."""
        self._ended = True
        self._may_run.set()
        self._captioning.drop_unwanted()

    def _run(self) -> None:
        try:
            photos, has_folder = self._list()
            if len(photos) > 1 or has_folder:
                self._report(self, PhotosFound(PhotoTable(photos), has_folder))
                self._caption_all(photos)
        except _Unavailable as error:
            self._report(self, JobEnded(str(error)))
        except Exception as error:  # nothing else would tell the user
            self._report(self, JobEnded(message(error)))
        else:
            self._report(self, JobEnded())

    def _list(self) -> tuple[list[Path], bool]:
        from captioner.batch.job import find_photos

        names = [str(source.path.absolute()) for source in self._sources if source.path]
        found = find_photos(names, recursive=self._recursive)
        return [Path(photo) for photo in found.photos], found.has_folder

    def _caption_all(self, photos: Sequence[Path]) -> None:
        from captioner.batch.caption_cache import CaptionCache, default_path

        with CaptionCache(default_path()) as cache:
            for index, photo in enumerate(photos):
                self._may_run.wait()
                if self._ended:
                    return
                self._start(index, photo, cache)
                self._pass_on(cache)
            while self._waiting and not self._ended:
                self._pass_on(cache, wait=True)
            self._pass_on(cache, at_once=True)

    def _start(self, index: int, path: Path, cache: "CaptionCache") -> None:
        """Find the caption of a photo, or load the photo and hand it to the captioning thread."""
        from captioner.batch.caption_cache import KnownPhoto
        from captioner.gui.session.loading import load_for_model
        from captioner.output.edits import content_key

        beam_width = self._captioning.beam_width
        if (photo := cache.photo(path)) and (caption := cache.get(photo, beam_width)):
            if index % PHOTOS_AT_A_TIME == 0:
                time.sleep(PAUSE)
            return self._put(index, photo, caption)
        source = PhotoSource(path=path)
        try:
            prepared, key = load_for_model(source), source.key()
        except PhotoError as error:
            return self._put(index, None, error.sentence)
        photo = KnownPhoto(content_key(prepared.pixels), prepared.note, _author(source))
        cache.remember(path, photo)
        if caption := cache.get(photo, beam_width):  # the same photo under another name
            return self._put(index, photo, caption)
        self._waiting.add(index)
        job = Job(key, prepared, partial(self._put, index, photo), in_background=True)
        self._captioning.put(job, lambda: not self._ended)

    def _put(self, index: int, photo: "KnownPhoto | None", result: Caption | str | ModelUnavailable) -> None:
        if isinstance(result, ModelUnavailable):
            self._results.put((index, result))
        elif isinstance(result, str):
            self._results.put((index, Outcome(error=result)))
        else:
            assert photo
            self._results.put((index, Outcome(photo, result, self._edits.get(photo.key))))

    def _pass_on(self, cache: "CaptionCache", *, wait: bool = False, at_once: bool = False) -> None:
        """Report the results so far, if it is time to, and put new captions into the cache."""
        if not (wait or at_once) and time.monotonic() - self._reported < REPORT_INTERVAL:
            return
        outcomes: list[tuple[int, Outcome]] = []
        try:
            while len(outcomes) < MAX_RESULTS:
                wanted = wait and not outcomes
                index, outcome = self._results.get(timeout=REPORT_INTERVAL) if wanted else self._results.get_nowait()
                if isinstance(outcome, ModelUnavailable):
                    raise _Unavailable(outcome.sentence)
                if index in self._waiting and outcome.photo and outcome.caption:
                    cache.put(outcome.photo.key, self._captioning.beam_width, outcome.caption)
                self._waiting.discard(index)
                outcomes.append((index, outcome))
        except Empty:
            pass
        if outcomes:
            self._report(self, Results(outcomes))
            self._reported = time.monotonic()
        if len(outcomes) == MAX_RESULTS:  # there may be more
            self._pass_on(cache, at_once=True)


def _author(source: PhotoSource) -> str:
    """What a photo says of itself, unless this program wrote it, or ""."""
    from captioner.output.alt_text import read_alt_text

    try:
        text = read_alt_text(source)
    except (OSError, PhotoError):  # the photo itself could be read
        return ""
    return text.text if text and not text.automatic else ""


class _Unavailable(Exception):
    """The model cannot be loaded."""
