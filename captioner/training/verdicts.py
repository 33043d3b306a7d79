"""Readers' verdicts on captions, made with the photos in view: the truth that the confidence is fitted to."""

import csv
from collections.abc import Mapping
from pathlib import Path

from captioner.errors import CaptionerError, reason

# By the name of a photo and its caption: whether the main thing is right.
Verdicts = Mapping[tuple[str, str], bool]

# "right": all that the caption says is true. "mostly": the main thing is right and a detail is not. "wrong": the rest.
MEANINGS = {"right": True, "mostly": True, "wrong": False}


def read_verdicts(path: Path) -> dict[tuple[str, str], bool]:
    """Read a CSV file with the columns photo, caption and verdict; others are ignored.

    Raises:
        CaptionerError: the file cannot be read, or a verdict is none of those in MEANINGS.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {(row["photo"], row["caption"]): MEANINGS[row["verdict"]] for row in csv.DictReader(file)}
    except OSError as error:
        raise CaptionerError(f"{path} can't be read ({reason(error)}).") from error
    except (UnicodeError, csv.Error, KeyError) as error:
        raise CaptionerError(
            f"{path} does not contain verdicts. It needs the columns photo, caption and verdict, and each verdict must "
            f"be one of {', '.join(MEANINGS)}."
        ) from error
