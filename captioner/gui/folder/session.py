"""The photos that were opened together: captioned behind the window, with their progress."""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from captioner.batch.progress import duration
from captioner.gui.controller import failures
from captioner.gui.folder.job import FolderJob, PhotosFound, Report, Results
from captioner.gui.folder.photo_table import Outcome, PhotoTable, Row
from captioner.gui.session.captioning import CaptioningThread
from captioner.gui.session.events import CaptionReady
from captioner.gui.tk.main_thread import MainThreadQueue
from captioner.photos.source import PhotoSource

if TYPE_CHECKING:
    from captioner.output.edits import Edits

# The time left is estimated from the speed of the last seconds.
SPEED_SECONDS = 20


class FolderSession:
    """The photos of a folder, or several that were opened together, and their progress. Belongs to the main thread.

    It also knows which captions the user has edited of photos that are not among them.

    Args:
        show: called with a sentence about the progress, and whether this is the end.

    table: the photos. It is another one after `open` has found other photos.
    has_folder: whether a folder was opened, alone or among others.
    is_open: whether there are photos, or will be as soon as they are listed.
    is_single_folder: whether one folder was opened, and nothing else.
    is_running, is_paused: whether photos are being captioned.
    changed: called with the rows that have changed, None for all of them.
    """

    def __init__(
        self,
        captioning: CaptioningThread,
        edits: "Edits",
        main_thread: MainThreadQueue,
        show: Callable[[str, bool], object],
    ) -> None:
        self.table = PhotoTable()
        self.has_folder = self.is_running = self.is_paused = self.is_recursive = False
        self.changed: Callable[[Sequence[int] | None], object] = lambda rows: None
        self._edited: dict[Path, Row] = {}  # photos with an edit of this session, in the table or not
        self._captioning = captioning
        self._edits = edits
        self._main_thread = main_thread
        self._show = show
        self._sources: Sequence[PhotoSource] = ()
        self._job: FolderJob | None = None
        self._listing: set[FolderJob] = set()  # those that have not found their photos yet
        self._done = 0
        self._failed: list[str] = []
        self._result = ""
        self._speed: deque[tuple[float, int]] = deque()  # when so many photos were done

    def open(self, sources: Sequence[PhotoSource]) -> None:
        """Caption the photos of folders, or several photos. A single photo leaves everything as it is."""
        self._start(sources, recursive=False)

    def include_below(self, recursive: bool) -> None:
        """Open the same folders again, with or without the photos of the folders in them."""
        self._start(self._sources, recursive=recursive)

    def pause(self) -> None:
        """Pause or resume."""
        if self._job and self.is_running:
            self.is_paused = not self.is_paused
            (self._job.pause if self.is_paused else self._job.resume)()
            self._speed.clear()
            self._show(self.progress, False)
            self.changed(())

    def cancel(self) -> None:
        """Stop for good. What is captioned stays, and is there at once when the folder is opened again."""
        if self._job and self.is_running:
            self._job.end()
            self._end(f"Stopped. {self._captioned()}.")

    def close(self) -> None:
        if self._job:
            self._job.end()

    @property
    def is_open(self) -> bool:
        return bool(self._listing or self.table.rows)

    @property
    def is_single_folder(self) -> bool:
        return self.has_folder and len(self._sources) == 1

    @property
    def done(self) -> int:
        """How many photos are captioned or have failed."""
        return self._done

    @property
    def progress(self) -> str:
        """The progress in a sentence; "" before anything was opened."""
        if not self.is_running:
            return self._result
        if self.is_paused:
            return f"Paused. {self._captioned()}."
        seconds = self._seconds_left()
        return f"{self._captioned()}{f', {duration(seconds)} left' if seconds else ''}."

    def unsaved(self, *, only_edits: bool) -> list[Row]:
        """The photos whose captions could be saved, and are not.

        Args:
            only_edits: whether only those count that the user has edited since the program started.
        """
        rows = {path: row for path, row in self._edited.items() if row.edited}
        if not only_edits:
            rows |= {row.path: row for row in self.table.rows if row.is_reliable}
        return [row for row in rows.values() if row.is_unsaved]

    def saved(self, captions: Mapping[Path, str]) -> None:
        """These captions, by the absolute paths of their photos, have been saved."""
        for row in (*self.table.rows, *self._edited.values()):
            if row.path in captions:
                row.saved, row.author = captions[row.path], ""
        self.changed([index for index, row in enumerate(self.table.rows) if row.path in captions])

    def edited(self, before: CaptionReady, text: str | None) -> None:
        """The user has written a caption for a photo, or has taken it back (None).

        Args:
            before: the photo as it was until now.
        """
        if path := before.source.path:
            path = path.absolute()
            if path not in self._edited:
                self._edited[path] = _row(path, before)
            self._edited[path].edit(text)
        rows = [index for index, row in enumerate(self.table.rows) if row.key == before.key]
        for index in rows:
            self.table.rows[index].edit(text)
        self.changed(rows)

    def _start(self, sources: Sequence[PhotoSource], *, recursive: bool) -> None:
        def report(job: FolderJob, event: Report) -> None:
            self._main_thread.put(self._handle, job, event, sources, recursive)

        self._listing.add(FolderJob(self._captioning, report, self._edits, sources, recursive=recursive))

    def _handle(self, job: FolderJob, event: Report, sources: Sequence[PhotoSource], recursive: bool) -> None:
        self._listing.discard(job)
        if isinstance(event, PhotosFound):
            if self._job:
                self._job.end()
            self._job, self._sources = job, sources
            self.table, self.has_folder, self.is_recursive = event.table, event.has_folder, recursive
            self.is_running, self.is_paused = True, False
            self._done, self._failed, self._result = 0, [], ""
            self._speed.clear()
            self.changed(None)
        elif job is self._job:
            if isinstance(event, Results):
                self._take(event)
            elif self.is_running:
                problem = f" {event.problem}" if event.problem else ""
                self._end(f"{self._captioned()}{failures(self._failed)}.{problem}")

    def _take(self, event: Results) -> None:
        for index, outcome in event.outcomes:
            self.table.rows[index].take(outcome)
            if outcome.error:
                self._failed.append(self.table.rows[index].name)
        self._done += len(event.outcomes)
        now = time.monotonic()
        self._speed.append((now, self._done))
        while now - self._speed[0][0] > SPEED_SECONDS:
            self._speed.popleft()
        if self.is_running and not self.is_paused:
            self._show(self.progress, False)
        self.changed([index for index, _ in event.outcomes])

    def _end(self, result: str) -> None:
        self.is_running = self.is_paused = False
        self._result = result
        self._show(result, True)
        self.changed(())

    def _captioned(self) -> str:
        return f"{self._done - len(self._failed)} of {len(self.table.rows)} photos captioned"

    def _seconds_left(self) -> float:
        """0 while it is not known."""
        if len(self._speed) < 2:
            return 0
        (start, before), (now, done) = self._speed[0], self._speed[-1]
        return (now - start) / (done - before) * (len(self.table.rows) - done)


def _row(path: Path, captioned: CaptionReady) -> Row:
    """A photo that is not in the table."""
    from captioner.batch.caption_cache import KnownPhoto  # here, because the window loads this module when it starts

    author = captioned.author.text if captioned.author else ""
    row = Row(path, path.name)
    photo = KnownPhoto(captioned.key, captioned.caption.note, author)
    row.take(Outcome(photo, captioned.caption, captioned.edit))
    return row
