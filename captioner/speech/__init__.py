"""Speaks texts and saves speech as WAV files: `Speaker`, `Voice` and `Event`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from captioner.speech.speaker import Event, Speaker, Voice

__all__ = ["Event", "Speaker", "Voice"]


def __getattr__(name: str) -> Any:
    # Imported when it is used: the speech worker is a module of this package and starts faster without it.
    if name in __all__:
        from captioner.speech import speaker

        return getattr(speaker, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
