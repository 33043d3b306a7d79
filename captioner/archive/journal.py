"""What is still to be captioned, and what is done: both are recorded in the folder of the captions.

The plan is a file in that folder, written before the first photo is captioned. It divides the photos into units and
names the part that will contain each unit's captions. A part appears whole or not at all, so the names of the parts say
which units are done. If a unit is captioned twice, because a computer died or only seemed to, the same photos go into a
part of the same name. So nothing is lost, and nothing appears twice.
"""

import json
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import Any

from captioner.archive import storage
from captioner.archive.sources import is_shard
from captioner.archive.storage import ArchiveError, Place
from captioner.errors import reason

PLAN = "_archive.jsonl"
FORMAT = 1

# Photos in a part, at most: as many captions are lost if a worker dies.
PART_SIZE = 256
MIN_UNIT_SIZE = 8
# Of photos that are files: enough for a few workers to finish at about the same time.
MIN_UNITS = 64


@dataclass(frozen=True)
class Unit:
    """What one worker captions at a time: some photos that are files, or a shard, which contains photos.

    part: the name of its last part, without a suffix.
    done: how many parts of a shard were there when the command began.
    """

    part: str
    photos: tuple[str, ...] = ()
    shard: str = ""
    done: int = 0

    def earlier_part(self, number: int) -> str:
        """The name of a part that does not end the unit, counted from 0."""
        return f"{self.part}-{number:05d}"

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> "Unit":
        values = json.loads(line)
        return cls(**{**values, "photos": tuple(values["photos"])})


@dataclass(frozen=True)
class Settings:
    """What must not change while an archive is captioned.

    source: the name of the photos' place.
    output: the suffix of the parts, without the dot.
    model: its name and version.
    text: whether the text in the photos is read as well.
    """

    source: str
    output: str
    model: str
    beam_width: int
    text: bool


def waiting(out: Place, settings: Settings, names: Sequence[str]) -> tuple[list[Unit], int]:
    """What is still to be captioned, and how many units are done. The first call writes the plan, others extend it.

    Args:
        out: the folder of the captions.
        names: the photos and shards that the source contains now.

    Raises:
        ArchiveError: the folder contains something else, or captions with other settings, or it can't be used.
    """
    try:
        planned = _read(out, settings)
        known = {name for unit in planned for name in (unit.photos or [unit.shard])}
        new = [name for name in names if name not in known]
        if new or not planned:
            planned += _divide(new, len(planned))
            lines = [
                json.dumps({"captioner archive": FORMAT, **asdict(settings)}),
                *(unit.to_json() for unit in planned),
            ]
            storage.write(out / PLAN, "".join(f"{line}\n" for line in lines).encode())
        parts = {os.path.basename(name) for name in storage.files_below(out)}
    except OSError as error:
        raise ArchiveError(f"{out.name} can't be used for the captions ({reason(error)}).") from error
    open_units = [
        replace(unit, done=next(n for n in count() if f"{unit.earlier_part(n)}.{settings.output}" not in parts))
        for unit in planned
        if f"{unit.part}.{settings.output}" not in parts
    ]
    done = len(planned) - len(open_units)
    return list(_present(open_units, set(names))), done


def _reading(settings: Settings) -> str:
    return "with --text" if settings.text else "without --text"


def _divide(names: Iterable[str], number: int) -> list[Unit]:
    """Divide photos and shards into units, the first of which has this number."""
    photos = [name for name in names if not is_shard(name)]
    size = min(PART_SIZE, max(MIN_UNIT_SIZE, math.ceil(len(photos) / MIN_UNITS)))
    contents: list[dict[str, Any]] = [{"shard": name} for name in names if is_shard(name)]
    contents += [{"photos": tuple(photos[start : start + size])} for start in range(0, len(photos), size)]
    return [Unit(f"part-{number + index:06d}", **content) for index, content in enumerate(contents)]


def _present(units: Iterable[Unit], names: set[str]) -> Iterable[Unit]:
    """Leave out what the source no longer contains."""
    for unit in units:
        photos = tuple(name for name in unit.photos if name in names)
        if photos or unit.shard in names:
            yield replace(unit, photos=photos)


def _read(out: Place, settings: Settings) -> list[Unit]:
    kind = storage.kind(out)
    if kind == "file":
        raise ArchiveError(f"{out.name} is a file. Name a folder for the captions.")
    if not storage.kind(out / PLAN):
        if kind == "folder" and any(storage.files_below(out)):
            raise ArchiveError(f"{out.name} contains files and no captions of an archive. Choose another folder.")
        return []
    try:
        header, *lines = storage.text_lines(out / PLAN)
        values = json.loads(header)
        if values.pop("captioner archive") != FORMAT:
            raise ValueError("another format")
        before = Settings(**values)
        units = [Unit.from_json(line) for line in lines]
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveError(f"{(out / PLAN).name} is damaged. Choose another folder for the captions.") from error
    for what, old, new in (
        ("are of", before.source, settings.source),
        ("are in the format", before.output, settings.output),
        ("were written by the model", before.model, settings.model),
        ("were written with the beam width", before.beam_width, settings.beam_width),
        ("were written", _reading(before), _reading(settings)),
    ):
        if old != new:
            raise ArchiveError(f"The captions in {out.name} {what} {old}, not {new}. Choose another folder.")
    return units
