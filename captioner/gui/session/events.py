"""The events that `captioner.gui.session.caption_service` reports."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from captioner.gui.session.photo_text import PhotoText, photo_text

if TYPE_CHECKING:
    from PIL import Image

    from captioner import Caption
    from captioner.output.alt_text import AltText
    from captioner.photos.source import PhotoSource


@dataclass(frozen=True)
class ModelReady:
    """The model is loaded."""


@dataclass(frozen=True)
class ModelUnavailable:
    """The model cannot be loaded, so there are no captions. Reported again for every photo that would get one."""

    sentence: str


@dataclass(frozen=True)
class PhotoLoaded:
    """The photo to show.

    position, total: it is photo 1 to total of its list.
    image: RGB, upright, at most as large as the screen.
    """

    number: int
    position: int
    total: int
    source: "PhotoSource"
    image: "Image.Image"


@dataclass(frozen=True)
class CaptionReady:
    """The caption of the shown photo, or of another one of several that were opened together.

    author: what the photo says of itself.
    key: identifies the photo among the user's captions; "" if they are not kept.
    edit: the user's caption.
    """

    number: int
    source: "PhotoSource"
    caption: "Caption"
    author: "AltText | None" = None
    key: str = ""
    edit: str | None = None

    @property
    def text(self) -> PhotoText:
        """The text that is shown for the photo."""
        return photo_text(self.caption, self.author, self.edit)


@dataclass(frozen=True)
class PhotoFailed:
    """The photo or folder to show cannot be read or captioned."""

    number: int
    name: str
    sentence: str


@dataclass(frozen=True)
class PhotoSkipped:
    """Another one of several photos that were opened together cannot be read or captioned. The rest go on."""

    number: int
    name: str
    sentence: str


@dataclass(frozen=True)
class Progress:
    """The progress of several photos that were opened together.

    done: photos that are captioned or have failed; equal to total in the last of these events.
    failed: the names of those that have failed.
    """

    number: int
    done: int
    total: int
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class EndReached:
    """There is no photo before the first or after the last one (which: "first" or "last"). The current task goes on."""

    number: int
    which: str


@dataclass(frozen=True)
class Cancelled:
    """The current task has been cancelled."""

    number: int


Event = (
    ModelReady
    | ModelUnavailable
    | PhotoLoaded
    | CaptionReady
    | PhotoFailed
    | PhotoSkipped
    | Progress
    | EndReached
    | Cancelled
)
