"""Reads and captions photos behind the window, which never waits: requests go in, answers come out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PIL import Image

    from captioner import Caption

# A photo's path, or the content of one that was pasted or dropped.
Source = Path | bytes


@dataclass(frozen=True)
class Ready:
    """The model is loaded."""


@dataclass(frozen=True)
class Broken:
    """There are no captions, because the model cannot be loaded. Comes again for every photo that gets none."""

    sentence: str


@dataclass(frozen=True)
class Shown:
    """A photo to show.

    position, total: it is photo 1 to total of its walk.
    name: the file's name, or what to call a pasted photo.
    image: RGB, upright, at most the screen's size.
    """

    number: int
    position: int
    total: int
    source: Source
    name: str
    image: "Image.Image"


@dataclass(frozen=True)
class Captioned:
    """A photo's caption: the shown one's, or that of another one of several that were opened together."""

    number: int
    source: Source
    name: str
    caption: "Caption"


@dataclass(frozen=True)
class Failed:
    """The photo, or the folder, that was asked for cannot be shown or captioned."""

    number: int
    name: str
    sentence: str


@dataclass(frozen=True)
class Skipped:
    """Another one of several photos that were opened together cannot be captioned; the rest go on."""

    number: int
    name: str
    sentence: str


@dataclass(frozen=True)
class Progress:
    """So many of several photos that were opened together are done. The last one says that all are."""

    number: int
    done: int
    total: int


@dataclass(frozen=True)
class End:
    """There is no photo before the first or after the last; what was asked for before goes on."""

    number: int
    which: Literal["first", "last"]


@dataclass(frozen=True)
class Cancelled:
    """What was under way has been given up."""

    number: int


Answer = Ready | Broken | Shown | Captioned | Failed | Skipped | Progress | End | Cancelled


class Background:
    """Reads and captions photos in threads of its own. No method waits for anything.

    Every request has a number, which its answers carry. From the moment that a request is made, no answer to an earlier
    one is told any more; one that was told before may still lie in the window's queue, so the window compares numbers.

    Args:
        tell: takes the answers, in any thread; must not block: a queue's put.
        beam_width: how many captions the search follows at a time; None for what the weights were tuned for.
        screen: width and height of the screen in pixels.
    """

    def __init__(
        self, tell: Callable[[Answer], None], *, beam_width: int | None = None, screen: tuple[int, int]
    ) -> None:
        raise NotImplementedError

    def open(self, sources: Sequence[Source]) -> int:
        """Show and caption a photo, a folder's first one, or the first of several.

        Of a single photo, the photos of its folder become the walk that `step` goes along; of a folder, its photos. Several
        sources are the walk themselves, folders in it replaced by their photos, and all of it is captioned.

        Returns:
            The request's number. With no sources nothing happens, and it is the number of the request before.
        """
        raise NotImplementedError

    def step(self, offset: int) -> int:
        """Show and caption the next (offset 1) or previous (-1) photo of the walk.

        Returns:
            The request's number. At an end of the walk, or before anything was opened, it is the number of the request
            before, which goes on.
        """
        raise NotImplementedError

    def cancel(self) -> None:
        """Give up what is under way, and tell Cancelled. Nothing happens if there is nothing under way.

        The next `step` goes from the photo that was shown last.
        """
        raise NotImplementedError

    def set_beam_width(self, beam_width: int | None) -> None:
        """Load the model anew for this width, then caption the shown photo anew; its number stays."""
        raise NotImplementedError

    def close(self) -> None:
        """End. No answer is told afterwards."""
        raise NotImplementedError
