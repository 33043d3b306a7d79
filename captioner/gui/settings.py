"""The user's settings, their limits, and the JSON file that they are kept in."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from captioner.errors import reason
from captioner.system import files

MAX_FILE_BYTES = 2**20  # a larger file is not one of ours

# What the settings dialog offers. Text sizes and beam widths between the first and the last are valid, too.
THEMES = ("system", "light", "dark", "high contrast")
TEXT_SIZES = (75, 100, 125, 150, 175, 200, 250, 300)
RATES = (100, 120, 140, 160, 180, 200, 225, 250, 275, 300, 350, 400)
RATE_LIMITS = (80, 600)
VOLUMES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
UNRELIABLE_CAPTIONS = ("ask", "with doubt", "without doubt")
BEAM_WIDTHS = (1, 2, 3, 4, 5, 8, 12, 20)

Number = TypeVar("Number", int, float)


def next_larger(value: Number, choices: Sequence[Number]) -> Number:
    """The smallest choice above a value; the value itself if there is none."""
    return min((choice for choice in choices if choice > value), default=value)


def next_smaller(value: Number, choices: Sequence[Number]) -> Number:
    """The largest choice below a value; the value itself if there is none."""
    return max((choice for choice in choices if choice < value), default=value)


@dataclass(frozen=True)
class Settings:
    """The settings.

    voice: the id of one of the speech engine's voices; None for the engine's default.
    rate: words per minute, within RATE_LIMITS; None for the voice's default.
    volume: from 0 to 1; None for the voice's default.
    speak_captions: whether a caption is spoken when it appears.
    self_voicing: whether focus and changes are spoken; None for yes, unless Tk itself speaks to a screen reader.
    short_sounds: whether a short sound is played, in place of a sentence, when a key goes no further.
    text_size: in percent, from the first to the last of TEXT_SIZES.
    theme: one of THEMES.
    beam_width: how many captions the search keeps at each step, from the first to the last of BEAM_WIDTHS; None for
        the width that the weights were tuned for.
    show_attention: whether the photo shows where the selected word came from.
    save_description: whether a caption that is saved in its photo becomes the photo's description, too.
    unreliable_captions: what to do when one is copied or saved that the program calls unreliable; one of
        UNRELIABLE_CAPTIONS.
    table_columns: those of the last exported table, with commas between them.
    last_folder: where the Open dialog starts; "" for the system's default.
    """

    voice: str | None = None
    rate: int | None = None
    volume: float | None = None
    speak_captions: bool = True
    self_voicing: bool | None = None
    short_sounds: bool = False
    text_size: int = 100
    theme: str = "system"
    beam_width: int | None = None
    show_attention: bool = True
    save_description: bool = False
    unreliable_captions: str = "ask"
    table_columns: str = ""
    last_folder: str = ""


def default_path() -> Path:
    """Where the platform keeps this program's settings."""
    from platformdirs import user_config_path

    return user_config_path("captioner", appauthor=False) / "settings.json"


def load(path: Path) -> tuple[Settings, str]:
    """Read the settings. A value that is missing or invalid becomes the default.

    Returns:
        The settings, and a sentence for the user if the file cannot be read or is damaged, otherwise "". A damaged
        file is renamed.
    """
    try:
        stored = _read(path)
    except OSError as error:
        return Settings(), f"The settings in {path} can't be read ({reason(error)}). Using the defaults."
    except ValueError:
        renamed = path.with_suffix(".damaged.json")
        try:
            path.replace(renamed)
        except OSError as error:
            advice = f"and can't be renamed ({reason(error)}). Delete it."
        else:
            advice = f"and was renamed to {renamed.name}. Choose your settings again."
        return Settings(), f"The settings file {path} is damaged {advice}"
    valid = {name: stored[name] for name, is_valid in CHECKS.items() if name in stored and is_valid(stored[name])}
    return Settings(**valid), ""


def save(settings: Settings, path: Path, before: Settings | None = None) -> None:
    """Write the settings, all or nothing. Unknown keys in the file are kept.

    Args:
        before: the settings that this program last loaded or saved. Only the differences are written, so that changes
            by another running program are kept. None to write everything.

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
        except (ValueError, RecursionError):  # the file was damaged after it was loaded
            content = json.dumps(new, indent=2)
        files.write(path, f"{content}\n".encode())


def _read(path: Path) -> dict[str, Any]:
    """The content of the file, empty if there is no file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not a JSON object.
    """
    try:
        with path.open("rb") as file:
            stored = json.loads(file.read(MAX_FILE_BYTES).decode())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(stored, dict):
        raise ValueError("not an object")
    return stored


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_integer(low: int, high: int) -> Callable[[object], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_fraction(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_none_or(is_valid: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or is_valid(value)


CHECKS: dict[str, Callable[[object], bool]] = {
    "voice": _is_none_or(_is_text),
    "rate": _is_none_or(_is_integer(*RATE_LIMITS)),
    "volume": _is_none_or(_is_fraction),
    "speak_captions": _is_bool,
    "self_voicing": _is_none_or(_is_bool),
    "short_sounds": _is_bool,
    "text_size": _is_integer(TEXT_SIZES[0], TEXT_SIZES[-1]),
    "theme": lambda value: value in THEMES,
    "beam_width": _is_none_or(_is_integer(BEAM_WIDTHS[0], BEAM_WIDTHS[-1])),
    "show_attention": _is_bool,
    "save_description": _is_bool,
    "unreliable_captions": lambda value: value in UNRELIABLE_CAPTIONS,
    "table_columns": _is_text,
    "last_folder": _is_text,
}
