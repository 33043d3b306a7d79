"""Captions photos one after the other on this computer."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Thread
from typing import TypeVar

from captioner.batch.job import STANDARD_INPUT
from captioner.caption import Caption
from captioner.captioner import Captioner
from captioner.errors import PhotoError

T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    """The result of captioning a photo. Either `caption` or `error` is set."""

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
    """Caption photos in their order. The next one is read and encoded while this one's caption is searched.

    Args:
        photos: paths, file: URLs, or STANDARD_INPUT.
        read_standard_input: called when STANDARD_INPUT is next.
    """

    def begin(photo: str) -> Callable[[], Caption]:
        if photo == STANDARD_INPUT:  # not ahead: a thread that waits for input could not be stopped
            return lambda: captioner.caption(read_standard_input())
        return start(lambda: captioner.caption(photo))

    following: Callable[[], Caption] | None = None
    for index, photo in enumerate(photos):
        caption = following or begin(photo)
        # Not during the first, for which somebody may be waiting.
        following = begin(photos[index + 1]) if 0 < index < len(photos) - 1 else None
        try:
            yield Outcome(photo, caption())
        except PhotoError as error:
            yield Outcome(photo, error=error)


def start(function: Callable[[], T]) -> Callable[[], T]:
    """Call a function in a thread, and return a function that waits for what it returns or raises."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(function())
        except Exception as error:
            future.set_exception(error)

    Thread(target=run, name="read-ahead", daemon=True).start()  # a daemon, so that Ctrl+C does not wait for a disk
    return future.result
