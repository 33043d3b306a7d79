"""Describes a photo in a sentence, offline: `Captioner().caption("photo.jpg").text`."""

from typing import TYPE_CHECKING, Any

from captioner._version import __version__
from captioner.errors import CaptionerError, PhotoError, TextUnavailable, WeightsError

if TYPE_CHECKING:
    from captioner.caption import Alternative, Caption, Word
    from captioner.captioner import Captioner
    from captioner.model.preprocess import PreparedPhoto
    from captioner.ocr.picture_text import PictureText, TextLine
    from captioner.ocr.reader import read as read_text

__all__ = [
    "Alternative",
    "Caption",
    "Captioner",
    "CaptionerError",
    "PhotoError",
    "PictureText",
    "PreparedPhoto",
    "TextLine",
    "TextUnavailable",
    "WeightsError",
    "Word",
    "__version__",
    "read_text",
]


def __getattr__(name: str) -> Any:
    # Imported on first use: `--help` and the window need not wait the tenth of a second that numpy and Pillow take.
    if name == "Captioner":
        from captioner.captioner import Captioner

        return Captioner
    if name == "PreparedPhoto":
        from captioner.model.preprocess import PreparedPhoto

        return PreparedPhoto
    if name in ("Alternative", "Caption", "Word"):
        from captioner import caption

        return getattr(caption, name)
    if name in ("PictureText", "TextLine"):
        from captioner.ocr import picture_text

        return getattr(picture_text, name)
    if name == "read_text":
        from captioner.ocr.reader import read

        return read
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
