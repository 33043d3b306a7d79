"""What the user has chosen, kept in a JSON file."""

from dataclasses import dataclass
from pathlib import Path


@dataclass
class Settings:
    """The settings.

    voice: the name of the speech engine's voice; None for its own choice.
    rate: words a minute, 80 to 600; None for the voice's own.
    volume: 0 to 1; None for the voice's own.
    speak_captions: speak a caption when it appears.
    self_voicing: say what has the focus and what happens; None for only where no screen reader is found.
    text_size: per cent, 75 to 300.
    theme: "system", "light", "dark" or "high contrast".
    beam_width: how many captions the search follows at a time, 1 to 20; None for what the weights were tuned for.
    show_attention: light up where in the photo a word was read from.
    last_folder: where the Open dialog starts; "" for where the system starts it.
    """

    voice: str | None = None
    rate: int | None = None
    volume: float | None = None
    speak_captions: bool = True
    self_voicing: bool | None = None
    text_size: int = 100
    theme: str = "system"
    beam_width: int | None = None
    show_attention: bool = True
    last_folder: str = ""


def default_path() -> Path:
    """The platform's own place for this program's settings."""
    raise NotImplementedError


def load(path: Path) -> tuple[Settings, str]:
    """Read the settings. What is missing or makes no sense is as if it had never been set.

    Returns:
        The settings, and a sentence for the user if the file is damaged, in which case it is put aside, or cannot be
        read; otherwise "".
    """
    raise NotImplementedError


def save(settings: Settings, path: Path, before: Settings | None = None) -> None:
    """Write the settings, all at once or not at all. What else the file holds is kept.

    Args:
        before: the settings as this program last loaded or saved them: only what differs is written, so that another
            running program's changes stay. None to write all.

    Raises:
        OSError: the file cannot be written.
    """
    raise NotImplementedError
