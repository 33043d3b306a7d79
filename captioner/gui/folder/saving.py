"""Saves and exports the captions of many photos."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from captioner.batch.caption_cache import CaptionCache, KnownPhoto, default_path
from captioner.caption import RELIABLE, Caption
from captioner.errors import CaptionerError, user_message
from captioner.gui.folder.photo_table import Row
from captioner.output import exiftool, tables
from captioner.output.alt_text import AltTextExistsError, write_alt_text
from captioner.output.printable import listed
from captioner.output.text_file import save_caption
from captioner.output.training_file import training_file
from captioner.photos.source import version_of
from captioner.system import files

MAX_NAMES = 5  # of photos in a sentence

# What captions are exported as, by the end of the file's name.
EXPORTS = {
    ".csv": "Table for spreadsheets",
    ".html": "Web page",
    ".md": "Markdown",
    ".jsonl": "JSON Lines",
    ".txt": "Corrected captions for training",
}
TABLE, TRAINING = ".csv", ".txt"


@dataclass
class Saved:
    """How saving captions went.

    saved: the captions by the paths of their photos.
    in_photos: whether they are in the photos, and not in text files.
    left_out: how many captions the program only guesses.
    kept: the names of photos that have another text already.
    failed: the names of photos whose captions could not be saved, and why.
    """

    saved: dict[Path, str] = field(default_factory=dict)
    in_photos: bool = True
    left_out: int = 0
    kept: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        return not self.kept and not self.failed

    @property
    def sentence(self) -> str:
        """What to tell the user."""
        where = "in the photos" if self.in_photos else "in text files next to the photos"
        parts = [f"{_count(len(self.saved), 'caption')} saved {where}."]
        if self.left_out:
            parts.append(_left_out(self.left_out))
        if self.kept:
            have = "has" if len(self.kept) == 1 else "have"
            parts.append(
                f"{_count(len(self.kept), 'photo')} {have} another text, which stays: {listed(self.kept, MAX_NAMES)}."
            )
        if self.failed:
            reason = next(iter(self.failed.values()))
            parts.append(f"{len(self.failed)} could not be saved: {listed(list(self.failed), MAX_NAMES)}. {reason}")
        if not self.in_photos:
            parts.append(exiftool.MISSING)
        return " ".join(parts)


def save_all(rows: Iterable[Row]) -> Saved:
    """Save captions in their photos, or, where ExifTool is missing, in text files next to them. Call it in a thread.

    Captions that are saved, or only guessed, are left out. A text that a photo has already stays.
    """
    result = Saved(in_photos=_has_exiftool())
    with CaptionCache(default_path()) as cache:
        for row in rows:
            if not row.is_unsaved:
                continue
            if not row.is_reliable:
                result.left_out += 1
                continue
            try:
                _save(row, in_photo=result.in_photos)
            except (FileExistsError, AltTextExistsError):
                result.kept.append(row.name)
            except (OSError, CaptionerError) as error:
                result.failed[row.name] = user_message(error)
            else:
                cache.remember(row.path, KnownPhoto(row.key, row.note, row.text, row.text))
                result.saved[row.path] = row.text
    return result


def _save(row: Row, *, in_photo: bool) -> None:
    """Save a caption. It may replace one that was saved before, but nothing else."""
    if not in_photo:
        save_caption(row.path, row.text, overwrite=bool(row.saved))
        return
    try:
        write_alt_text(row.path, row.text, automatic=not row.edited)
    except AltTextExistsError as error:
        if not error.existing.automatic and error.existing.text not in (row.saved, row.caption):
            raise
        write_alt_text(row.path, row.text, automatic=not row.edited, overwrite=True)


def _has_exiftool() -> bool:
    try:
        exiftool.require()
    except exiftool.ExifToolError:
        return False
    return True


def export(
    rows: Sequence[Row], path: Path, *, columns: Sequence[str] = tables.COLUMNS, beam_width: int | None = None
) -> str:
    """Write captions into one file, whose name ends in one of EXPORTS, and say what it has. Call it in a thread.

    Captions that are only guessed are left out, as they are by the command. The file for training has only those that
    the user has written or chosen: the program's own would teach it nothing.

    Args:
        columns: of a table.
        beam_width: with which the program's captions were made.

    Raises:
        OSError: the file cannot be written.
    """
    if path.suffix.lower() == TRAINING:
        corrected = [(row.path, row.text) for row in rows if row.edited]
        if not corrected:
            return "No caption has been corrected yet, so there is nothing to train on. Nothing was written."
        files.write(path, training_file(corrected, path.parent).encode())
        return f"{_count(len(corrected), 'corrected caption')} exported to {path.name}."
    suffix = path.suffix.lower()
    kind = tables.csv_format(columns) if suffix == TABLE else tables.FORMATS[suffix]
    with CaptionCache(default_path()) as cache:
        records = [_record(row, cache, beam_width) for row in rows if row.text or row.error]
    content = kind.header + "".join(kind.record(record, path.parent) for record in records)
    files.write(path, content.encode())
    written = sum(bool(record.text) for record in records)
    left_out = sum(record.caption is not None and not record.text for record in records)
    doubt = f" {_left_out(left_out)}" if left_out else ""
    return f"{_count(written, 'caption')} exported to {path.name}.{doubt}"


def _record(row: Row, cache: CaptionCache, beam_width: int | None) -> tables.Row:
    if row.error:
        return tables.Row(str(row.path), version_of(row.path), error=row.error)
    caption = Caption(row.text, (), 0.0, 1.0, (), {}, row.note)  # what the user and the author say is not doubted
    if row.is_by_the_program:
        # The row has no more of it than the list shows; the cache may have all.
        caption = replace(caption, confidence=row.confidence, exactness=row.exactness)
        known = cache.get(KnownPhoto(row.key, row.note), beam_width)
        if known and known.text == row.text:
            caption = known
    return tables.Row(str(row.path), version_of(row.path), caption, least=RELIABLE)


def _left_out(number: int) -> str:
    return "1 guess was left out." if number == 1 else f"{number} guesses were left out."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
