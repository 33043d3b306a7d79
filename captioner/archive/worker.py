"""Captions the units of an archive, on whatever computer it runs."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypedDict

from captioner.archive import storage
from captioner.archive.journal import PART_SIZE, Settings, Unit
from captioner.archive.parts import FORMATS, Row, errors_in, row
from captioner.archive.sources import Missing, Photo, folder_is_gone, photos_in_files, photos_in_shard
from captioner.archive.storage import ArchiveError, Place
from captioner.batch.run import start
from captioner.captioner import Captioner
from captioner.errors import CaptionerError, PhotoError, reason, user_message
from captioner.model.preprocess import PreparedPhoto
from captioner.ocr import reader
from captioner.ocr.picture_text import PictureText

CHECK = "Check that the disk or network is connected, on every computer that captions."
DIED = "{} workers have died with {}. Move it out of the source."
GONE = "{} is missing, and so is its folder. " + CHECK

# So many workers may die with a unit. Computers that are taken away hardly ever had the same unit so often, so that it
# contains what crashes its workers: a Parquet file that PyArrow can't take, for instance.
MAX_DEATHS = 10

Source = str | bytes
Loaded = tuple[Photo, Source, PreparedPhoto | PhotoError, float]


@dataclass(frozen=True)
class Job:
    """What all workers need to know.

    options: of the connection to the photos.
    threads: of each worker's model.
    """

    out: Place
    settings: Settings
    options: str
    threads: int


class Report(TypedDict):
    """What a worker has done since its last report.

    photos: how many, with those that have an error.
    errors: how many of them have one.
    units: 1 if the unit is done, else 0.
    problem: why the archive can't be captioned at present: a sentence, or "".
    """

    photos: int
    errors: int
    units: int
    problem: str


class Worker:
    """Captions units and writes their parts. It has a model of its own, which it loads for the first unit."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._captioner: Captioner | None = None

    def caption(self, unit: Unit, deaths: int = 0) -> Iterator[Report]:
        """Caption a unit, or the rest of it, with a report for each part. The last report may name a problem.

        A worker that tries again, because another one died, repeats its reports: Ray leaves out as many as it has had.

        Args:
            deaths: of workers that had this unit before.
        """
        try:
            yield from self._caption(unit, deaths)
        except CaptionerError as error:
            yield _report(problem=user_message(error))

    def _caption(self, unit: Unit, deaths: int) -> Iterator[Report]:
        number = unit.done
        while unit.shard and self._exists(unit.earlier_part(number)):
            yield self._counted(unit.earlier_part(number))
            number += 1
        if self._exists(unit.part):
            yield {**self._counted(unit.part), "units": 1}
            return
        if deaths >= MAX_DEATHS:
            name = unit.shard or f"one of the photos from {unit.photos[0]} to {unit.photos[-1]}"
            raise ArchiveError(DIED.format(deaths, name))
        self._captioner = self._captioner or Captioner(
            threads=self._job.threads, beam_width=self._job.settings.beam_width
        )
        photos = (
            photos_in_shard(unit.shard, self._job.options)
            if unit.shard
            else photos_in_files(unit.photos, self._job.options)
        )
        rows, missing = list[Row](), 0
        try:
            for one, is_missing in self._rows(self._captioner, islice(photos, number * PART_SIZE, None)):
                if len(rows) == PART_SIZE:
                    yield self._write(unit.earlier_part(number), rows)
                    number, rows, missing = number + 1, [], 0
                rows.append(one)
                missing += is_missing
        except OSError as error:
            name = unit.shard or unit.photos[len(rows)]
            raise ArchiveError(f"{name} can't be read ({reason(error)}). {CHECK}") from error
        if rows and missing == len(rows) and folder_is_gone(unit.photos[0], self._job.options):
            raise ArchiveError(GONE.format(rows[0]["path"]))
        yield {**self._write(unit.part, rows), "units": 1}

    def _rows(self, captioner: Captioner, photos: Iterator[Photo]) -> Iterator[tuple[Row, bool]]:
        """The photos' rows, and whether the photo was missing. The next photo is loaded while one is captioned."""
        following = _load_next(captioner, photos)
        while loaded := following():
            following = _load_next(captioner, photos)
            photo, source, prepared, seconds = loaded
            begun = time.perf_counter()
            model = self._job.settings.model
            if isinstance(prepared, PhotoError):
                yield row(photo.name, model, seconds, error=user_message(prepared)), isinstance(prepared, Missing)
                continue
            caption, text = captioner.caption(prepared), self._text(source)
            yield row(photo.name, model, seconds + time.perf_counter() - begun, caption, text), False

    def _text(self, source: Source) -> PictureText | None:
        """The text in a photo, or None if it can't be read or is not wanted."""
        if not self._job.settings.text:
            return None
        if not reader.is_installed():
            raise ArchiveError(f"{reader.MISSING}, on every computer that captions.")
        try:
            return reader.read(source)
        except CaptionerError:  # it took too long, or the recogniser crashed
            return None

    def _exists(self, part: str) -> bool:
        try:
            return bool(storage.kind(self._place(part)))
        except OSError as error:
            raise self._unusable(error) from error

    def _write(self, part: str, rows: list[Row]) -> Report:
        try:
            storage.write(self._place(part), FORMATS[self._job.settings.output](rows))
        except OSError as error:
            raise self._unusable(error) from error
        return _report(photos=len(rows), errors=sum(row["error"] is not None for row in rows))

    def _counted(self, part: str) -> Report:
        """The report of a part that another worker wrote."""
        try:
            with storage.open_to_read(self._place(part)) as file:
                errors = errors_in(file.read(), self._job.settings.output)
        except OSError as error:
            raise self._unusable(error) from error
        return _report(photos=len(errors), errors=sum(map(bool, errors)))

    def _place(self, part: str) -> Place:
        return self._job.out / f"{part}.{self._job.settings.output}"

    def _unusable(self, error: OSError) -> ArchiveError:
        return ArchiveError(f"The captions can't be written into {self._job.out.name} ({reason(error)}).")


def _report(photos: int = 0, errors: int = 0, units: int = 0, problem: str = "") -> Report:
    return {"photos": photos, "errors": errors, "units": units, "problem": problem}


def _load_next(captioner: Captioner, photos: Iterator[Photo]) -> Callable[[], Loaded | None]:
    """Start to load the next photo. What is returned waits for it, with the seconds that it took; None at the end."""

    def load() -> Loaded | None:
        begun = time.perf_counter()
        if (photo := next(photos, None)) is None:
            return None
        source: Source = b""
        prepared: PreparedPhoto | PhotoError
        try:
            source = photo.load()
            prepared = captioner.prepare(source)
        except PhotoError as error:
            prepared = error
        return photo, source, prepared, time.perf_counter() - begun

    return start(load)
