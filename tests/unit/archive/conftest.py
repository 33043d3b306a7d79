"""An archive that is captioned in this process, without Ray."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from captioner.archive.journal import Settings, Unit, waiting
from captioner.archive.sources import find
from captioner.archive.storage import Place
from captioner.archive.worker import Job, Report, Worker

SETTINGS: dict[str, Any] = {"output": "parquet", "model": "captioner 1", "beam_width": 2, "text": False}


class Archive:
    """What the command `captioner archive` does, with one worker."""

    def __init__(self, source: Path | str, out: Path, **settings: Any) -> None:
        self.source, self.out = str(source), Place.of(str(out))
        self.settings = Settings(source=Place.of(self.source).name, **(SETTINGS | settings))
        self.job = Job(self.out, self.settings, "", threads=1)

    def waiting(self) -> list[Unit]:
        return waiting(self.out, self.settings, find(self.source, self.out))[0]

    def caption(self) -> list[Report]:
        worker = Worker(self.job)
        return [report for unit in self.waiting() for report in worker.caption(unit)]


@pytest.fixture
def archive(tmp_path: Path) -> Callable[..., Archive]:
    """A function that returns an archive, whose captions go to the folder "out"."""

    def make(source: Path | str, **settings: Any) -> Archive:
        return Archive(source, tmp_path / "out", **settings)

    return make
