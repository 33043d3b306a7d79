"""What the user has chosen, kept in a JSON file."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from captioner.system import files

MOST = 2**20  # bytes that are read: more are no settings of ours

THEMES = ("system", "light", "dark", "high contrast")


@dataclass
class Settings:
    """The settings.

    voice: the name of the speech engine's voice; None for its own choice.
    rate: words a minute, 80 to 600; None for the voice's own.
    volume: 0 to 1; None for the voice's own.
    speak_captions: speak a caption when it appears.
    self_voicing: say what has the focus and what happens; None for only where no screen reader is found.
    text_size: per cent, 75 to 300.
    theme: one of THEMES.
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
    from platformdirs import user_config_path

    return user_config_path("captioner", appauthor=False) / "settings.json"


def load(path: Path) -> tuple[Settings, str]:
    """Read the settings. What is missing or makes no sense is as if it had never been set.

    Returns:
        The settings, and a sentence for the user if the file is damaged, in which case it is put aside, or cannot be
        read; otherwise "".
    """
    try:
        stored = _read(path)
    except OSError as error:
        return Settings(), f"The settings in {path} cannot be read ({error.strerror}): the usual ones hold."
    except ValueError:
        aside = path.with_suffix(".damaged.json")
        try:
            path.replace(aside)
        except OSError as error:
            advice = f"and cannot be put aside ({error.strerror}): delete it"
        else:
            advice = f"and was put aside as {aside.name}: choose your settings again"
        return Settings(), f"The settings file {path} is damaged {advice}."
    known = {name: stored[name] for name, makes_sense in CHECKS.items() if name in stored and makes_sense(stored[name])}
    return Settings(**known), ""


def save(settings: Settings, path: Path, before: Settings | None = None) -> None:
    """Write the settings, all at once or not at all. What else the file holds is kept.

    Args:
        before: the settings as this program last loaded or saved them: only what differs is written, so that what
            another running program changed stays. None to write all.

    Raises:
        OSError: the file cannot be written.
    """
    if not path.is_absolute():  # "~/.config/..." of a user without a home
        raise FileNotFoundError(2, "there is no home folder", str(path))
    new, old = asdict(settings), asdict(before) if before else {}
    changed = {name: value for name, value in new.items() if name not in old or old[name] != value}
    path.parent.mkdir(parents=True, exist_ok=True)
    with files.locked(path.with_suffix(".lock")):
        try:
            content = json.dumps(_read(path) | changed, indent=2)
        except (ValueError, RecursionError):  # the file has been damaged meanwhile
            content = json.dumps(new, indent=2)
        files.write(path, f"{content}\n".encode())


def _read(path: Path) -> dict[str, Any]:
    """What the file holds; nothing if there is none.

    Raises:
        OSError: it cannot be read.
        ValueError: it holds no JSON object.
    """
    try:
        with path.open("rb") as file:
            stored = json.loads(file.read(MOST).decode())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(stored, dict):
        raise ValueError("no object")
    return stored


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


def _is_whole(low: int, high: int) -> Callable[[object], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _or_none(makes_sense: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or makes_sense(value)


CHECKS: dict[str, Callable[[object], bool]] = {
    "voice": _or_none(_is_text),
    "rate": _or_none(_is_whole(80, 600)),
    "volume": _or_none(_is_share),
    "speak_captions": _is_switch,
    "self_voicing": _or_none(_is_switch),
    "text_size": _is_whole(75, 300),
    "theme": lambda value: value in THEMES,
    "beam_width": _or_none(_is_whole(1, 20)),
    "show_attention": _is_switch,
    "last_folder": _is_text,
}
