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
from captioner.gui.folder.photo_table import PhotoTable
from captioner.gui.session.captioning import CaptioningThread, Job, message
from captioner.gui.session.events import ModelUnavailable
from captioner.photos.source import PhotoSource

if TYPE_CHECKING:
    from captioner.batch.caption_cache import CaptionCache

# Results are reported together: at the latest after this many seconds, and never more than this many at a time.
REPORT_INTERVAL = 0.1
MAX_RESULTS = 200


@dataclass(frozen=True)
class PhotosFound:
    """The photos, none of them captioned yet.

    has_folder: whether there is a folder among what was opened.
    """

    table: PhotoTable
    has_folder: bool


@dataclass(frozen=True)
class Results:
    """What became of some photos, by their positions: a caption, or a sentence that says why there is none."""

    results: Sequence[tuple[int, Caption | str]]


@dataclass(frozen=True)
class JobEnded:
    """Nothing more will be reported.

    problem: why there are no captions at all, a sentence, or "".
    """

    problem: str = ""


Report = PhotosFound | Results | JobEnded


class FolderJob:
    """Lists photos, then captions one after the other, and reports. A single photo is none of its business.

    What was captioned before is not captioned again, even if the photo has been renamed. Any thread may call its
    methods.

    Args:
        captioning: captions the photos whenever no photo waits for it that the user has opened.
        report: called with this object and what happened, in other threads. It must not block.
        sources: the folders, or several photos.
        recursive: whether the photos of the folders below are wanted too.
    """

    def __init__(
        self,
        captioning: CaptioningThread,
        report: "Callable[[FolderJob, Report], object]",
        sources: Sequence[PhotoSource],
        *,
        recursive: bool,
    ) -> None:
        self._captioning = captioning
        self._report = report
        self._sources = sources
        self._recursive = recursive
        self._ended = False
        self._may_run = threading.Event()
        self._may_run.set()
        self._results: SimpleQueue[tuple[int, Caption | str | ModelUnavailable]] = SimpleQueue()
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
        except Exception as error:  # whatever it is, nobody else would tell the user
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

        waiting: dict[int, str] = {}  # the keys of photos in the captioning thread
        with CaptionCache(default_path()) as cache:
            for index, photo in enumerate(photos):
                self._may_run.wait()
                if self._ended:
                    return
                self._start(index, photo, waiting, cache)
                self._pass_on(waiting, cache)
            while waiting and not self._ended:
                self._pass_on(waiting, cache, wait=True)
            self._pass_on(waiting, cache, at_once=True)

    def _start(self, index: int, path: Path, waiting: dict[int, str], cache: "CaptionCache") -> None:
        """Find the caption of a photo, or load the photo and hand it to the captioning thread."""
        from captioner.batch.caption_cache import KnownPhoto, content_key
        from captioner.gui.session.loading import load_for_model

        beam_width = self._captioning.beam_width
        if (photo := cache.photo(path)) and (caption := cache.get(photo, beam_width)):
            self._results.put((index, caption))
            return
        source = PhotoSource(path=path)
        try:
            prepared, key = load_for_model(source), source.key()
        except PhotoError as error:
            self._results.put((index, error.sentence))
            return
        photo = KnownPhoto(content_key(prepared.pixels), prepared.note)
        cache.remember(path, photo)
        if caption := cache.get(photo, beam_width):  # the same photo under another name
            self._results.put((index, caption))
            return
        waiting[index] = photo.key
        done: Callable[[Caption | str | ModelUnavailable], None] = partial(self._done, index)
        self._captioning.put(Job(key, prepared, done, in_background=True), lambda: not self._ended)

    def _done(self, index: int, result: Caption | str | ModelUnavailable) -> None:
        self._results.put((index, result))

    def _pass_on(
        self, waiting: dict[int, str], cache: "CaptionCache", *, wait: bool = False, at_once: bool = False
    ) -> None:
        """Report what there is, if it is time to, and put new captions into the cache."""
        if not (wait or at_once) and time.monotonic() - self._reported < REPORT_INTERVAL:
            return
        results: list[tuple[int, Caption | str]] = []
        try:
            while len(results) < MAX_RESULTS:
                timeout = REPORT_INTERVAL if wait and not results else 0
                index, result = self._results.get(timeout=timeout) if timeout else self._results.get_nowait()
                if isinstance(result, ModelUnavailable):
                    raise _Unavailable(result.sentence)
                key = waiting.pop(index, None)
                if key and isinstance(result, Caption):
                    cache.put(key, self._captioning.beam_width, result)
                results.append((index, result))
        except Empty:
            pass
        if results:
            self._report(self, Results(results))
            self._reported = time.monotonic()
        if len(results) == MAX_RESULTS:  # there may be more
            self._pass_on(waiting, cache, at_once=True)


class _Unavailable(Exception):
    """The model cannot be loaded."""
