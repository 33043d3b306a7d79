"""The photos of a folder with their captions, as rows that can be sorted and filtered."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from captioner.caption import HEDGES, RELIABLE, Caption, confidence_sentence, hedge
from captioner.output.printable import printable

if TYPE_CHECKING:
    from captioner.batch.caption_cache import KnownPhoto

# Below it a caption begins with "Possibly": it is worth a look.
SURE = HEDGES[-2][0]

STATES = (UNSURE, CAPTIONED, EDITED, AUTHORS, SAVED, FAILED, WAITING) = (
    "Unsure",
    "Captioned",
    "Edited",
    "Has text",
    "Saved",
    "Failed",
    "Waiting",
)
NOT_SAVED = "Not saved"
FILTERS = ("All", UNSURE, EDITED, NOT_SAVED, AUTHORS, SAVED, FAILED, WAITING)

HEADINGS = ("Name", "Caption", "Confidence", "State")


@dataclass(frozen=True)
class Outcome:
    """The result of captioning a photo.

    photo, caption: None if it could not be captioned.
    edited: the user's own caption, None if there is none.
    error: why there is no caption: a sentence, or "".
    """

    photo: "KnownPhoto | None" = None
    caption: Caption | None = None
    edited: str | None = None
    error: str = ""


@dataclass(slots=True)
class Row:
    """A photo with its caption.

    name: as the list shows it.
    key: what the photo is known by, "" while that is not known.
    text: the user's own caption, what the photo says of itself, or the program's caption; "" while there is none.
    note: a sentence about the photo's file, or "".
    edited: whether the user has written or chosen the caption.
    caption: the program's.
    author: what the photo says of itself, if that is not a caption that was saved, or "".
    error: why there is no caption: a sentence, or "".
    saved: the caption as it was saved last, "" if it was not.
    """

    path: Path
    name: str
    key: str = ""
    text: str = ""
    confidence: float = 0.0
    exactness: float = 1.0
    note: str = ""
    edited: bool = False
    caption: str = ""
    author: str = ""
    error: str = ""
    saved: str = ""

    @property
    def state(self) -> str:
        if self.error:
            return FAILED
        if not self.text:
            return WAITING
        if self.saved == self.text:
            return SAVED
        if self.edited:
            return EDITED
        if self.author:
            return AUTHORS
        return UNSURE if self.confidence < SURE else CAPTIONED

    @property
    def is_reliable(self) -> bool:
        """Whether the caption may be saved with many others."""
        return bool(self.text) and (not self.is_by_the_program or self.confidence >= RELIABLE)

    @property
    def is_by_the_program(self) -> bool:
        return not self.edited and not self.author

    @property
    def is_unsaved(self) -> bool:
        """Whether there is a caption that is not saved, other than what the photo says of itself."""
        return bool(self.text) and self.text not in (self.saved, self.author)

    @property
    def statement(self) -> str:
        """The caption as it is shown and spoken, with its doubt, or why there is none."""
        if not self.text:
            return self.error
        if self.is_by_the_program:
            statement = hedge(self.text, self.confidence, self.exactness)
        elif self.edited:
            statement = self.text
        else:
            from captioner.output.alt_text import AltText  # here, because the window loads this module when it starts

            statement = AltText(self.author, "").statement
        return f"{statement} {self.note}".rstrip()

    @property
    def share(self) -> str:
        """How many captions like this one are right, in words."""
        if not self.text or not self.is_by_the_program:
            return "yours" if self.edited else "its author's" if self.author else ""
        return confidence_sentence(self.confidence).removeprefix("Confidence: ").removesuffix(".")

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """What the list shows, in the order of HEADINGS."""
        return self.name, self.statement, self.share, self.state

    def take(self, outcome: Outcome) -> None:
        """Take the result for the photo."""
        if outcome.photo and outcome.caption:
            photo, caption = outcome.photo, outcome.caption
            self.key, self.note = photo.key, photo.note
            self.caption, self.error = caption.text, ""
            self.confidence, self.exactness = caption.confidence, caption.exactness
            # The program, or its command, may have saved a caption in an earlier session.
            is_ours = photo.author in (caption.text, caption.statement, outcome.edited)
            self.saved = photo.saved or (photo.author if is_ours else "")
            self.author = "" if is_ours or photo.author == self.saved else photo.author
            self.edit(outcome.edited)
        else:
            self.error = outcome.error

    def edit(self, text: str | None) -> None:
        """Set the user's own caption; None for none."""
        self.text, self.edited = text or self.author or self.caption, text is not None


# Least certain first. Photos that failed or are still waiting come last; before them, the user's own captions.
def _by_doubt(row: Row) -> float:
    return row.confidence + (not row.is_by_the_program) if row.text else 3.0


# Names need no key: a folder is in the order of its names.
_KEYS: dict[str, Callable[[Row], Any]] = {
    "Caption": lambda row: row.text.casefold() or "\uffff",
    "Confidence": _by_doubt,
    "State": lambda row: STATES.index(row.state),
}


class PhotoTable:
    """Rows, and which of them are shown in which order.

    rows: all of them, in the order of the folder.
    order: the heading by which they are sorted; "" for the order of the folder.
    descending: whether they are sorted the other way round.
    state: one of FILTERS.
    words: only rows that contain them all are shown.
    """

    def __init__(self, photos: Sequence[Path] = ()) -> None:
        folders = {photo.parent for photo in photos}
        top = os.path.commonpath(folders) if len(folders) > 1 else ""
        self.rows = [Row(photo, printable(os.path.relpath(photo, top) if top else photo.name)) for photo in photos]
        self.order = ""
        self.descending = False
        self.state = FILTERS[0]
        self.words = ""

    def sort(self, heading: str) -> None:
        """Sort by a column, or in reverse if the table is already sorted by it."""
        self.descending = heading == self.order and not self.descending
        self.order = heading

    def shown(self) -> list[int]:
        """The positions of the rows that are shown, in their order. Rows that are equal keep the folder's order."""
        words = self.words.casefold().split()
        shown = [index for index, row in enumerate(self.rows) if self._matches(row, words)]
        if key := _KEYS.get(self.order):
            shown.sort(key=lambda index: key(self.rows[index]), reverse=self.descending)
        elif self.descending:
            shown.reverse()
        return shown

    def _matches(self, row: Row, words: Sequence[str]) -> bool:
        if self.state == NOT_SAVED:
            if not row.is_unsaved:
                return False
        elif self.state not in (FILTERS[0], row.state) and not (self.state == EDITED and row.edited):
            return False
        text = f"{row.name} {row.text or row.error}".casefold() if words else ""
        return all(word in text for word in words)
