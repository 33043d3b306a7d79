"""The thread that owns the model and captions one photo after the other."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from captioner.errors import CaptionerError, user_message
from captioner.gui.session.events import ModelReady, ModelUnavailable
from captioner.gui.session.loading import Key
from captioner.system import crash_log
from captioner.system.memory import return_freed_memory

if TYPE_CHECKING:
    from captioner import Caption, Captioner
    from captioner.model.preprocess import PreparedPhoto

# Photos that wait for the model. More would only take up memory.
MAX_JOBS = 2


@dataclass(frozen=True)
class Job:
    """A photo to caption.

    done: called in the captioning thread with the caption, or with a sentence that says why there is none.
    in_background: whether photos that the user waits for come first. There may be very many such jobs, so their
        captions are not kept.
    """

    key: Key
    photo: "PreparedPhoto"
    done: "Callable[[Caption | str | ModelUnavailable], None]"
    in_background: bool = False


class CaptioningThread:
    """Loads the model, then captions photos in the order of their jobs, those in the background last.

    Any thread may call its methods.

    Args:
        beam_width: how many captions the search keeps at each step; None for the width that the weights were tuned for.
        report: called in the thread, once, when the model is loaded or cannot be.

    beam_width: may be changed; it holds for jobs that begin later.
    """

    def __init__(self, beam_width: int | None, report: Callable[[ModelReady | ModelUnavailable], None]) -> None:
        self.beam_width = beam_width
        self._report = report
        self._closed = False
        self._changed = threading.Condition()
        self._jobs: deque[Job] = deque()
        self._background: deque[Job] = deque()
        self._captions: dict[tuple[Key, int | None], Caption] = {}
        # The last ones made in the background: the first photo of a folder is often done there before it is shown.
        self._latest: deque[tuple[tuple[Key, int | None], Caption]] = deque(maxlen=MAX_JOBS)
        threading.Thread(target=self._run, name="captioning", daemon=True).start()

    def known(self, key: Key) -> "Caption | None":
        """The caption that a photo already has at this beam width."""
        return self._captions.get((key, self.beam_width))

    def put(self, job: Job, is_wanted: Callable[[], bool]) -> None:
        """Add a job, after waiting for room in the queue. It is dropped if it is no longer wanted by then."""
        jobs = self._background if job.in_background else self._jobs
        with self._changed:
            self._changed.wait_for(lambda: len(jobs) < MAX_JOBS or not is_wanted())
            if is_wanted():
                jobs.append(job)
                self._changed.notify_all()

    def clear(self) -> None:
        """Drop the jobs that wait, and those that wait to be put, but not those in the background."""
        with self._changed:
            self._jobs.clear()
            self._changed.notify_all()

    def drop_unwanted(self) -> None:
        """Drop those that wait to be put, and are no longer wanted."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """End the thread when its present job is done."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        return_freed_memory()
        beam_width = self.beam_width
        captioner = _load(beam_width)
        self._report(captioner if isinstance(captioner, ModelUnavailable) else ModelReady())
        while job := self._next_job():
            if beam_width != self.beam_width:
                beam_width = self.beam_width
                captioner = _load(beam_width, captioner)
            if isinstance(captioner, ModelUnavailable):
                job.done(captioner)
                continue
            known = job.key, beam_width
            # An earlier request may have got it in the meantime.
            caption = self._captions.get(known) or dict(self._latest).get(known)
            try:
                caption = caption or captioner.caption(job.photo)
            except Exception as error:  # nothing else would tell the user
                job.done(message(error))
                continue
            if job.in_background:
                self._latest.append((known, caption))
            else:
                self._captions[known] = caption
            job.done(caption)

    def _next_job(self) -> Job | None:
        """Wait for a job; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._background or self._closed)
            if self._closed:
                return None
            self._changed.notify_all()
            return (self._jobs or self._background).popleft()


def message(error: Exception) -> str:
    """What to tell the user. A bug in the program is also noted in the crash log."""
    if not isinstance(error, CaptionerError | ImportError | MemoryError):
        crash_log.record(error)
    return user_message(error)


def _load(
    beam_width: int | None, loaded: "Captioner | ModelUnavailable | None" = None
) -> "Captioner | ModelUnavailable":
    """Load the model, or set the beam width if it is loaded."""
    try:
        from captioner import Captioner

        if not isinstance(loaded, Captioner):
            return Captioner(beam_width=beam_width)
        loaded.set_beam_width(beam_width)
        return loaded
    except Exception as error:  # the window stays usable without captions
        return ModelUnavailable(message(error))
