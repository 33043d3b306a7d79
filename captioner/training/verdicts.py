"""Readers' verdicts on captions, made with the photos in view: the truth that the confidence is fitted to."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from captioner.errors import CaptionerError, reason


class Verdict(NamedTuple):
    """What a reader says of a caption.

    describes: the main thing is right.
    exact: nothing in it is wrong.
    """

    describes: bool
    exact: bool


# By the name of a photo and its caption.
Verdicts = Mapping[tuple[str, str], Verdict]

# "right": all that the caption says is true. "mostly": the main thing is right and a detail is not. "wrong": the rest.
MEANINGS = {"right": Verdict(True, True), "mostly": Verdict(True, False), "wrong": Verdict(False, False)}


def read_verdicts(path: Path) -> dict[tuple[str, str], Verdict]:
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
