"""What `captioner.gui.session.caption_service` tells the window."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

    from captioner import Caption
    from captioner.photos.source import PhotoSource


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
    image: RGB, upright, at most the screen's size.
    """

    number: int
    position: int
    total: int
    source: "PhotoSource"
    image: "Image.Image"


@dataclass(frozen=True)
class Captioned:
    """A photo's caption: the shown one's, or that of another one of several that were opened together."""

    number: int
    source: "PhotoSource"
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
    """There is no photo before the first or after the last (which: "first" or "last"); what is under way goes on."""

    number: int
    which: str


@dataclass(frozen=True)
class Cancelled:
    """What was under way has been given up."""

    number: int


Answer = Ready | Broken | Shown | Captioned | Failed | Skipped | Progress | End | Cancelled
