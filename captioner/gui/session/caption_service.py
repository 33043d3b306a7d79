"""Loads and captions photos in threads, so that the window never waits: requests go in, events come out."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from captioner import PhotoError
from captioner.gui.session.captioning import CaptioningThread, Job, message
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
from captioner.gui.session.loading import Key, Photo, PhotoCache, load_for_model
from captioner.gui.session.other_texts import OtherTexts
from captioner.gui.session.photo_list import PhotoList
from captioner.photos.folder import FOLDER_TIMEOUT, TOO_SLOW
from captioner.photos.source import PhotoSource
from captioner.system.timeouts import in_time

if TYPE_CHECKING:
    from captioner import Caption
    from captioner.output.edits import Edits

# Seconds that a request waits for the previous one to stop reading. After that, a hanging one is ignored.
PREVIOUS_REQUEST_TIMEOUT = 0.3


class CaptionService:
    """Loads and captions photos in threads of its own. No method waits for anything.

    Every request has a number, which its events carry. Once a request is made, no event of an earlier one is reported.
    One that was reported before may still be in the window's queue, so the window compares numbers.

    Args:
        emit: called with each event, in any thread. It must not block: put the event in a queue.
        beam_width: how many captions the search keeps at each step; None for the width that the weights were tuned for.
        screen: width and height of the screen in pixels.
        edits: the user's captions; None to keep none.

    captioning: the thread that captions its photos, and those of others in the background.
    """

    # Each request has a thread that loads its photos; one more thread captions them all. An event is reported under the
    # lock and while its request is the current one. Making another request current, or none, supersedes it.

    def __init__(
        self,
        emit: Callable[[Event], None],
        *,
        beam_width: int | None = None,
        screen: tuple[int, int],
        edits: "Edits | None" = None,
    ) -> None:
        self._emit = emit
        self._lock = threading.Lock()
        self._closed = False
        self._number = 0
        self._current: _Request | None = None
        self._shown: _Request | None = None  # the last one whose photo was shown
        self._reading_ended = threading.Event()  # of the newest request's thread
        self._reading_ended.set()
        self._photos = PhotoCache(screen)
        self.captioning = CaptioningThread(beam_width, self._report_model)
        self._texts = OtherTexts(edits)

    def open(self, sources: Sequence[PhotoSource]) -> int:
        """Show and caption a photo, a folder's first one, or the first of several.

        A single photo brings the photos of its folder, for `step`; a folder brings its own. Several sources are a list
        of their own, in which folders are replaced by their photos, and all of it is captioned. Of a folder and of
        several sources, the first photo that can be read is shown.

        Returns:
            The request's number. With no sources nothing happens, and it is the number of the request before.
        """
        with self._lock:
            return self._begin(PhotoList(sources), 0, seeking=True) if sources else self._number

    def step(self, offset: int) -> int:
        """Show and caption the next (offset 1) or previous (-1) photo of the list.

        Returns:
            The request's number. At an end of the list, or before anything was opened, it is the number of the request
            before, which goes on.
        """
        with self._lock:
            start = self._current or self._shown
            if start is None:
                return self._number
            photos = start.photo_list.photos
            if photos is not None and not 0 <= start.position + offset < len(photos):
                self._emit(EndReached(self._number, "first" if offset < 0 else "last"))
                return self._number
            return self._begin(start.photo_list, start.offset + offset)

    def cancel(self) -> None:
        """Stop the current request and report Cancelled. If it is done, nothing happens.

        The next `step` starts from the photo that was shown last.
        """
        with self._lock:
            if self._current and self._current.is_busy:
                self._current.photo_list.waiting.clear()
                self._set_current(None)
                self._emit(Cancelled(self._number))

    def set_beam_width(self, beam_width: int | None) -> None:
        """Use this beam width from now on, and caption the shown photo again; its number stays."""
        with self._lock:
            if beam_width != self.captioning.beam_width:
                self.captioning.beam_width = beam_width
                if old := self._current:
                    self._start(
                        _Request(old.number, old.photo_list, old.offset, seeking=old.seeking, is_shown=old.is_shown)
                    )

    def close(self) -> None:
        """End. No event is reported afterwards."""
        with self._lock:
            self._closed = True
            self._shown = None
            self._set_current(None)
            self.captioning.close()

    def _begin(self, photo_list: PhotoList, offset: int, *, seeking: bool = False) -> int:
        self._number += 1
        self._start(_Request(self._number, photo_list, offset, seeking=seeking))
        return self._number

    def _start(self, request: "_Request") -> None:
        if not self._closed:
            self._set_current(request)
            request.previous_ended, self._reading_ended = self._reading_ended, request.ended
            threading.Thread(target=self._serve, args=(request,), name="reading", daemon=True).start()

    def _set_current(self, request: "_Request | None") -> None:
        self._current = request
        self.captioning.clear()

    def _is_current(self, request: "_Request") -> bool:
        return self._current is request

    def _check(self, request: "_Request") -> None:
        """Raise Superseded unless the request is the current one."""
        if not self._is_current(request):
            raise Superseded

    def _serve(self, request: "_Request") -> None:
        """The thread of a request: show its photo, then load and caption what may be wanted next."""
        try:
            photos = self._list(request)
            self._show(request, photos)
            self._read_ahead(request, photos)
        except Superseded:
            pass
        except Exception as error:  # nothing else would tell the user
            with self._lock:
                if self._is_current(request):
                    self._set_current(None)
                    name = request.photo_list.sources[0].name
                    self._emit(PhotoFailed(request.number, name, message(error)))
        finally:
            request.ended.set()

    def _list(self, request: "_Request") -> Sequence[PhotoSource]:
        """List the request's photos, and move its position to one of them."""
        photo_list = request.photo_list
        photos = in_time(photo_list.read, FOLDER_TIMEOUT, PhotoError(TOO_SLOW))
        with self._lock:
            self._check(request)
            if not 0 <= request.position < len(photos):  # steps that were made before the list's ends were known
                which, position = ("first", 0) if request.position < 0 else ("last", len(photos) - 1)
                request.offset = position - photo_list.start
                self._emit(EndReached(request.number, which))
        return photos

    def _show(self, request: "_Request", photos: Sequence[PhotoSource]) -> None:
        """Show and caption the request's photo, or, where allowed, the next one that can be read."""
        while True:
            position, source = request.position, photos[request.position]
            try:
                photo = self._load(request, source)
                break
            except PhotoError as error:
                if request.photo_list.is_single or not request.seeking or position == len(photos) - 1:
                    return self._report(request, position, error.sentence)
                with self._lock:
                    request.offset += 1
                self._report(request, position, error.sentence)
        with self._lock:
            self._check(request)
            self._shown = request
            if not request.is_shown:
                request.is_shown = True
                self._emit(PhotoLoaded(request.number, position + 1, len(photos), source, photo.image))
        self._caption(request, position, source, photo)

    def _read_ahead(self, request: "_Request", photos: Sequence[PhotoSource]) -> None:
        """Load and caption the shown photo's neighbours, then the rest of several that were opened together."""
        with self._lock:
            shown, waiting = request.position, sorted(request.photo_list.waiting)
        neighbours = [position for position in (shown + 1, shown - 1) if 0 <= position < len(photos)]
        for position in dict.fromkeys([*neighbours, *waiting]):
            source = photos[position]
            try:
                if position in neighbours:
                    self._caption(request, position, source, self._load(request, source))
                elif position != shown:
                    self._await_previous(request)
                    self._caption(request, position, source)
            except PhotoError as error:
                self._report(request, position, error.sentence)

    def _load(self, request: "_Request", source: PhotoSource) -> Photo:
        """Load a photo to show, unless it is in the cache."""
        key = source.key()
        if key not in self._photos:
            self._await_previous(request)
        self._check(request)
        return self._photos.load(source, key)

    def _await_previous(self, request: "_Request") -> None:
        """Wait, but not for long, until the request before this one no longer reads."""
        if request.previous_ended:
            request.previous_ended.wait(PREVIOUS_REQUEST_TIMEOUT)
            request.previous_ended = None
        self._check(request)

    def _caption(self, request: "_Request", position: int, source: PhotoSource, photo: Photo | None = None) -> None:
        """Report a photo's caption if it is known, or hand the photo to the captioning thread."""
        key = photo.key if photo else source.key()
        if caption := self.captioning.known(key):
            self._report(request, position, caption, key)
            return

        def done(outcome: "Caption | str | ModelUnavailable") -> None:
            with suppress(Superseded):
                self._report(request, position, outcome, key)

        prepared = photo.prepared if photo else load_for_model(source)
        self._texts.find(key, source, prepared)
        job = Job(key, prepared, done)
        self.captioning.put(job, lambda: self._is_current(request))
        self._check(request)

    def _report(
        self, request: "_Request", position: int, outcome: "Caption | str | ModelUnavailable", key: Key | None = None
    ) -> None:
        """Report a photo's caption, or why it has none, unless it was only captioned ahead.

        Raises:
            Superseded: the request is not the current one.
        """
        with self._lock:
            self._check(request)
            photo_list, number = request.photo_list, request.number
            is_shown = position == request.position
            if photo_list.photos is None or not (is_shown or position in photo_list.waiting):
                return
            source = photo_list.photos[position]
            if isinstance(outcome, ModelUnavailable):
                self._emit(outcome)
                photo_list.waiting.clear()
            elif isinstance(outcome, str):
                self._emit((PhotoFailed if is_shown else PhotoSkipped)(number, source.name, outcome))
            else:
                self._emit(CaptionReady(number, source, outcome, *self._texts.of(key)))
            if position in photo_list.waiting:
                photo_list.waiting.remove(position)
                if isinstance(outcome, str):
                    photo_list.failed.append(source.name)
                total = len(photo_list.photos)
                done = total - len(photo_list.waiting)
                self._emit(Progress(number, done, total, tuple(photo_list.failed)))
            request.is_reported |= is_shown

    def _report_model(self, event: ModelReady | ModelUnavailable) -> None:
        with self._lock:
            if not self._closed:
                self._emit(event)


class Superseded(Exception):
    """Another request has been made, or this one was cancelled."""


@dataclass(eq=False)
class _Request:
    """What the window asked for.

    offset: from the list's start.
    seeking: whether to go on to a later photo if this one can't be read, unless a single photo was opened.
    is_shown, is_reported: whether the photo, and its caption, have been reported.
    previous_ended: set when the thread of the request before has ended; None once it has been waited for.
    ended: set when this request's thread has ended.
    """

    number: int
    photo_list: PhotoList
    offset: int
    seeking: bool
    is_shown: bool = False
    is_reported: bool = False
    previous_ended: threading.Event | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def position(self) -> int:
        return self.photo_list.start + self.offset

    @property
    def is_busy(self) -> bool:
        return bool(not self.is_reported or self.photo_list.waiting)
