"""Captions one photo after the other on this computer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread

from captioner.batch.job import STANDARD_INPUT
from captioner.caption import Caption
from captioner.captioner import Captioner
from captioner.errors import PhotoError
from captioner.model.preprocess import PreparedPhoto


@dataclass(frozen=True)
class Outcome:
    """What became of a photo. Either `caption` or `error` is set."""

    photo: str
    caption: Caption | None = None
    error: PhotoError | None = None

    @property
    def result(self) -> Caption | PhotoError:
        result = self.caption or self.error
        assert result
        return result


def caption_all(
    captioner: Captioner, photos: Sequence[str], read_standard_input: Callable[[], bytes] = bytes
) -> Iterator[Outcome]:
    """Caption photos in their order. The next one is read while this one is captioned.

    Args:
        photos: paths, file: URLs, or STANDARD_INPUT.
        read_standard_input: called when it is the turn of STANDARD_INPUT.
    """

    def start(photo: str) -> Callable[[], PreparedPhoto]:
        if photo == STANDARD_INPUT:  # not ahead: a thread that waits for input could not be stopped
            return lambda: captioner.prepare(read_standard_input())
        return _start(lambda: captioner.prepare(photo))

    following = start(photos[0]) if photos else None
    for index, photo in enumerate(photos):
        assert following
        try:
            prepared = following()
        except PhotoError as error:
            failure: PhotoError | None = error
        else:
            failure = None
        following = start(photos[index + 1]) if index + 1 < len(photos) else None
        yield Outcome(photo, error=failure) if failure else Outcome(photo, captioner.caption(prepared))


def _start(prepare: Callable[[], PreparedPhoto]) -> Callable[[], PreparedPhoto]:
    """Call a function in a thread, and return a function that waits for what it returns or raises."""
    results: SimpleQueue[tuple[PreparedPhoto | None, Exception | None]] = SimpleQueue()

    def run() -> None:
        try:
            results.put((prepare(), None))
        except Exception as error:
            results.put((None, error))

    def wait() -> PreparedPhoto:
        prepared, error = results.get()
        if prepared is None:
            assert error
            raise error
        return prepared

    Thread(target=run, name="read-ahead", daemon=True).start()  # a daemon, so that Ctrl+C does not wait for a disk
    return wait
