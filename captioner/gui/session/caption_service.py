"""Reads and captions photos behind the window, which never waits: requests go in, answers come out."""

import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from captioner import CaptionerError, PhotoError
from captioner.errors import user_message
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
from captioner.gui.session.loading import Key, Photo, load_for_display, load_for_model
from captioner.gui.session.photo_list import Walk
from captioner.photos.folder import FOLDER_TIMEOUT, TOO_SLOW
from captioner.photos.source import PhotoSource
from captioner.system import crash_log
from captioner.system.timeouts import in_time

if TYPE_CHECKING:
    from captioner import Caption, Captioner
    from captioner.model.preprocess import PreparedPhoto

# Seconds that a request waits for the one before to stop reading. One that hangs is left to itself from then on.
PATIENCE = 0.3

# Photos kept: the shown one, those beside it, and one more, so that a step either way reads only one.
KEPT = 4

# The number of glibc's setting for how large a piece of memory must be to come from the system on its own.
M_MMAP_THRESHOLD = -3


class Background:
    """Reads and captions photos in threads of its own. No method waits for anything.

    Every request has a number, which its answers carry. From the moment that a request is made, no answer to an earlier
    one is told any more; one that was told before may still lie in the window's queue, so the window compares numbers.

    Args:
        tell: takes the answers, in any thread; must not block: a queue's put.
        beam_width: how many captions the search follows at a time; None for what the weights were tuned for.
        screen: width and height of the screen in pixels.
    """

    # Each request has a thread that reads its photos; one more thread captions them all. Whatever is told is told under
    # the lock and while its request is self._request: a request is given up by putting another one, or None, there
    # (_want), which also wakes who waits for the lock's condition.

    def __init__(
        self, tell: Callable[[Answer], None], *, beam_width: int | None = None, screen: tuple[int, int]
    ) -> None:
        self._tell = tell
        self._beam_width = beam_width
        self._screen = screen
        self._lock = threading.Condition()
        self._closed = False
        self._number = 0
        self._request: _Request | None = None
        self._shown: _Request | None = None  # the last one whose photo was shown
        self._reading_ended = threading.Event()  # of the newest request's thread
        self._reading_ended.set()
        self._photos: OrderedDict[Key, Future[Photo]] = OrderedDict()
        self._captions: dict[tuple[Key, int | None], Caption] = {}
        self._jobs: deque[_Job] = deque()
        threading.Thread(target=self._caption_jobs, name="captioning", daemon=True).start()

    def open(self, sources: Sequence[PhotoSource]) -> int:
        """Show and caption a photo, a folder's first one, or the first of several.

        Of a single photo, the photos of its folder become the walk that `step` goes along; of a folder, its photos.
        Several sources are the walk themselves, folders among them replaced by their photos, and all of it is
        captioned. Of a folder and of several, the first photo that can be read is shown.

        Returns:
            The request's number. With no sources nothing happens, and it is the number of the request before.
        """
        with self._lock:
            return self._begin(Walk(sources), 0, seeking=True) if sources else self._number

    def step(self, offset: int) -> int:
        """Show and caption the next (offset 1) or previous (-1) photo of the walk.

        Returns:
            The request's number. At an end of the walk, or before anything was opened, it is the number of the request
            before, which goes on.
        """
        with self._lock:
            place = self._request or self._shown
            if place is None:
                return self._number
            photos = place.walk.photos
            if photos is not None and not 0 <= place.position + offset < len(photos):
                self._tell(End(self._number, "first" if offset < 0 else "last"))
                return self._number
            return self._begin(place.walk, place.offset + offset)

    def cancel(self) -> None:
        """Give up what is under way, and tell Cancelled. Nothing happens if nothing is under way.

        The next `step` goes from the photo that was shown last.
        """
        with self._lock:
            if self._request and self._request.busy:
                self._request.walk.waiting.clear()
                self._want(None)
                self._tell(Cancelled(self._number))

    def set_beam_width(self, beam_width: int | None) -> None:
        """Load the model anew for this width, then caption the shown photo anew; its number stays."""
        with self._lock:
            if beam_width != self._beam_width:
                self._beam_width = beam_width
                if old := self._request:
                    self._start(_Request(old.number, old.walk, old.offset, seeking=old.seeking, shown=old.shown))

    def close(self) -> None:
        """End. No answer is told afterwards."""
        with self._lock:
            self._closed = True
            self._shown = None
            self._want(None)

    def _begin(self, walk: Walk, offset: int, *, seeking: bool = False) -> int:
        self._number += 1
        self._start(_Request(self._number, walk, offset, seeking=seeking))
        return self._number

    def _start(self, request: "_Request") -> None:
        if not self._closed:
            self._want(request)
            request.before, self._reading_ended = self._reading_ended, request.ended
            threading.Thread(target=self._serve, args=(request,), name="reading", daemon=True).start()

    def _want(self, request: "_Request | None") -> None:
        self._request = request
        self._jobs.clear()
        self._lock.notify_all()

    def _check(self, request: "_Request") -> None:
        if self._request is not request:
            raise _Unwanted

    def _serve(self, request: "_Request") -> None:
        """The thread of a request: show its photo, then read ahead what will be wanted next."""
        try:
            photos = self._list(request)
            self._show(request, photos)
            self._read_ahead(request, photos)
        except _Unwanted:
            pass
        except Exception as error:  # nobody else would tell the user, whatever it is
            with self._lock:
                if self._request is request:
                    self._want(None)
                    self._tell(Failed(request.number, request.walk.sources[0].name, _message(error)))
        finally:
            request.ended.set()

    def _list(self, request: "_Request") -> Sequence[PhotoSource]:
        """The photos of the request's walk, and its position set to one of them."""
        walk = request.walk
        photos = in_time(walk.list, FOLDER_TIMEOUT, PhotoError(TOO_SLOW))
        with self._lock:
            self._check(request)
            if not 0 <= request.position < len(photos):  # steps that were made before the ends were known
                which, position = ("first", 0) if request.position < 0 else ("last", len(photos) - 1)
                request.offset = position - walk.start
                self._tell(End(request.number, which))
        return photos

    def _show(self, request: "_Request", photos: Sequence[PhotoSource]) -> None:
        walk = request.walk
        while True:
            position, source = request.position, photos[request.position]
            try:
                photo = self._photo(request, source)
                break
            except PhotoError as error:
                if walk.single or not request.seeking or position == len(photos) - 1:
                    return self._settle(request, position, error.sentence)
                with self._lock:
                    request.offset += 1
                self._settle(request, position, error.sentence)
        with self._lock:
            self._check(request)
            self._shown = request
            if not request.shown:
                request.shown = True
                self._tell(Shown(request.number, position + 1, len(photos), source, photo.image))
        self._caption(request, position, source, photo)

    def _read_ahead(self, request: "_Request", photos: Sequence[PhotoSource]) -> None:
        """Read and caption the photos beside the shown one, then the rest of several that were opened together."""
        with self._lock:
            shown, waiting = request.position, sorted(request.walk.waiting)
        beside = [position for position in (shown + 1, shown - 1) if 0 <= position < len(photos)]
        for position in dict.fromkeys([*beside, *waiting]):
            source = photos[position]
            try:
                if position in beside:
                    self._caption(request, position, source, self._photo(request, source))
                elif position != shown:
                    self._await_turn(request)
                    self._caption(request, position, source)
            except PhotoError as error:
                self._settle(request, position, error.sentence)

    def _photo(self, request: "_Request", source: PhotoSource) -> Photo:
        """Read a photo to show, or take it from those kept or from another request's thread that is reading it."""
        key = source.key()
        if key not in self._photos:
            self._await_turn(request)
        with self._lock:
            self._check(request)
            reading = self._photos.get(key)
            if mine := reading is None:
                reading = self._photos[key] = Future()
            self._photos.move_to_end(key)
            while len(self._photos) > KEPT:
                self._photos.popitem(last=False)
        if mine:
            try:
                reading.set_result(load_for_display(source, key, self._screen))
            except BaseException as error:
                with self._lock:
                    if self._photos.get(key) is reading:
                        del self._photos[key]
                reading.set_exception(error)
        return reading.result()

    def _await_turn(self, request: "_Request") -> None:
        """Wait, not for long, until the request before no longer reads."""
        if request.before:
            request.before.wait(PATIENCE)
            request.before = None
        self._check(request)

    def _caption(self, request: "_Request", position: int, source: PhotoSource, photo: Photo | None = None) -> None:
        """Tell a photo's caption if it is known, or have it made."""
        key = photo.key if photo else source.key()
        if caption := self._captions.get((key, self._beam_width)):
            self._settle(request, position, caption)
        else:
            job = _Job(request, position, key, photo.prepared if photo else load_for_model(source))
            with self._lock:
                self._lock.wait_for(lambda: len(self._jobs) < 2 or self._request is not request)
                self._check(request)
                self._jobs.append(job)
                self._lock.notify_all()

    def _settle(self, request: "_Request", position: int, outcome: "Caption | str | Broken") -> None:
        """Tell what became of a photo (str: why it failed), unless it was only worked on ahead.

        Raises:
            _Unwanted: nobody wants to know any more.
        """
        with self._lock:
            self._check(request)
            walk, number = request.walk, request.number
            shown = position == request.position
            if walk.photos is None or not (shown or position in walk.waiting):
                return
            source = walk.photos[position]
            if isinstance(outcome, Broken):
                self._tell(outcome)
                walk.waiting.clear()
            elif isinstance(outcome, str):
                self._tell((Failed if shown else Skipped)(number, source.name, outcome))
            else:
                self._tell(Captioned(number, source, outcome))
            if position in walk.waiting:
                walk.waiting.remove(position)
                self._tell(Progress(number, len(walk.photos) - len(walk.waiting), len(walk.photos)))
            request.settled |= shown

    def _caption_jobs(self) -> None:
        """The captioning thread."""
        _give_memory_back()
        beam_width = self._beam_width
        captioner = _load(beam_width)
        with self._lock:
            if not self._closed:
                self._tell(captioner if isinstance(captioner, Broken) else Ready())
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._jobs or self._closed)
                if self._closed:
                    return
                job = self._jobs.popleft()
                self._lock.notify_all()
            if beam_width != self._beam_width:
                beam_width = self._beam_width
                captioner = _load(beam_width, captioner)
            with suppress(_Unwanted):
                if isinstance(captioner, Broken):
                    self._settle(job.request, job.position, captioner)
                    continue
                # The request before may have had it made meanwhile.
                caption = self._captions.get((job.key, beam_width))
                try:
                    caption = caption or captioner.caption(job.photo)
                except Exception as error:  # nobody else would tell the user, whatever it is
                    self._settle(job.request, job.position, _message(error))
                else:
                    self._captions[job.key, beam_width] = caption
                    self._settle(job.request, job.position, caption)


class _Unwanted(Exception):
    """Another request has been made, or this one cancelled."""


@dataclass(eq=False)
class _Request:
    """What the window wants.

    offset: from the walk's start.
    seeking: if the photo cannot be read, another one after it will do, unless a single one was opened.
    shown, settled: whether the photo, and its caption, have been told.
    before: set when the thread of the request before has ended; None when that has been awaited.
    ended: set when this request's thread has ended.
    """

    number: int
    walk: Walk
    offset: int
    seeking: bool
    shown: bool = False
    settled: bool = False
    before: threading.Event | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def position(self) -> int:
        return self.walk.start + self.offset

    @property
    def busy(self) -> bool:
        return bool(not self.settled or self.walk.waiting)


@dataclass(frozen=True)
class _Job:
    """A photo to caption."""

    request: _Request
    position: int
    key: Key
    photo: "PreparedPhoto"


def _give_memory_back() -> None:
    """Let the system have the memory of a photo again as soon as it is not needed.

    glibc would keep it between the small pieces of captions, which stay, and take more for every photo.
    """
    if sys.platform == "linux":
        import ctypes

        with suppress(AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 64 * 1024)  # from so many bytes on


def _load(beam_width: int | None, loaded: "Captioner | Broken | None" = None) -> "Captioner | Broken":
    """Load the model, or set the beam width of one that is loaded."""
    try:
        from captioner import Captioner

        if not isinstance(loaded, Captioner):
            return Captioner(beam_width=beam_width)
        loaded.set_beam_width(beam_width)
        return loaded
    except Exception as error:  # whatever it is, the window stays usable without captions
        return Broken(_message(error))


def _message(error: Exception) -> str:
    """What to tell the user; an error that should not happen is noted in the crash log."""
    if not isinstance(error, CaptionerError | ImportError | MemoryError):
        crash_log.note(error)
    return user_message(error)
