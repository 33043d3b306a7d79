"""Readers' verdicts on captions, made with the photos in view: the truth that the confidence is fitted to."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from captioner.errors import CaptionerError, reason


class Verdict(NamedTuple):
    """What a reader says of a caption.

    describes: the main thing is right.
    exact: nothing in it is wrong.
    wrong: the words that are wrong, in groups that stand together in the caption: ("red", "in its mouth").
    """

    describes: bool
    exact: bool
    wrong: tuple[str, ...] = ()

    def marks(self, words: Sequence[str]) -> list[bool]:
        """Which of the caption's words are wrong. Of a group that occurs twice it is the first."""
        marks = [False] * len(words)
        for group in self.wrong:
            parts = group.split()
            places = [k for k in range(len(words)) if list(words[k : k + len(parts)]) == parts]
            for start in places[:1]:
                marks[start : start + len(parts)] = [True] * len(parts)
        return marks


# By the name of a photo and its caption.
Verdicts = Mapping[tuple[str, str], Verdict]

# "right": all that the caption says is true. "mostly": the main thing is right and a detail is not. "wrong": the rest.
MEANINGS = {"right": Verdict(True, True), "mostly": Verdict(True, False), "wrong": Verdict(False, False)}


def read_verdicts(path: Path) -> dict[tuple[str, str], Verdict]:
    """Read a CSV file with the columns photo, caption, verdict and wrong (words, divided by ";"); others are ignored.

    Raises:
        CaptionerError: the file cannot be read, a verdict is none of those in MEANINGS, or a wrong word is not in the
            caption.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        verdicts = {}
        for row in rows:
            wrong = tuple(filter(None, (group.strip().lower() for group in row["wrong"].split(";"))))
            if not all(group in row["caption"].lower() for group in wrong):
                raise CaptionerError(f'{path} calls words wrong that are not in the caption: "{row["wrong"]}".')
            verdicts[row["photo"], row["caption"]] = MEANINGS[row["verdict"]]._replace(wrong=wrong)
        return verdicts
    except OSError as error:
        raise CaptionerError(f"{path} can't be read ({reason(error)}).") from error
    except (UnicodeError, csv.Error, KeyError) as error:
        raise CaptionerError(
            f"{path} does not contain verdicts. It needs the columns photo, caption, verdict and wrong, and each "
            f"verdict must be one of {', '.join(MEANINGS)}."
        ) from error
