"""Describes a photo in a sentence, offline: `Captioner().caption("photo.jpg").text`."""

from typing import TYPE_CHECKING, Any

from captioner._version import __version__
from captioner.errors import CaptionerError, PhotoError, WeightsError

if TYPE_CHECKING:
    from captioner.captioner import Caption, Captioner, Word

__all__ = ["Caption", "Captioner", "CaptionerError", "PhotoError", "WeightsError", "Word", "__version__"]


def __getattr__(name: str) -> Any:
    # Not imported at once: numpy and Pillow take a tenth of a second that `--help` or a window should not wait for.
    if name in ("Caption", "Captioner", "Word"):
        from captioner import captioner

        return getattr(captioner, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
