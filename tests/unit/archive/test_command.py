import io
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
import yaml

from captioner.archive import cluster, progress
from captioner.archive.progress import ArchiveProgress
from captioner.cli import main

ROOT = Path(__file__).parents[3]


def test_without_ray_one_sentence_says_how_to_get_it(monkeypatch, tmp_path, capsys):
    def missing(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(cluster, "version", missing)
    assert main(["archive", str(tmp_path), str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == (
        "captioner: Captioning an archive needs Ray, which isn't installed. "
        "Install it with \"pip install 'captioner[cluster]'\".\n"
    )


def test_a_version_of_ray_that_is_too_old_is_one_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(cluster, "version", lambda package: "2.9.3")
    assert main(["archive", str(tmp_path), str(tmp_path / "out")]) == 1
    assert "needs Ray 2.59 or newer, not 2.9.3. Install it" in capsys.readouterr().err


def test_a_wrong_option_is_status_2(tmp_path, capsys):
    for wrong in (["--workers", "0"], ["--format", "xlsx"], ["more"]):
        with pytest.raises(SystemExit, match="2"):
            main(["archive", str(tmp_path), str(tmp_path / "out"), *wrong])


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_says_how_fast_it_is_and_how_long_it_takes(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    terminal, log = Terminal(), io.StringIO()
    shown, logged = ArchiveProgress(10, 2, terminal), ArchiveProgress(10, 2, log)
    for _ in range(4):
        now[0] += 64
        for one in (shown, logged):
            one.add({"photos": 256, "errors": 1, "units": 1, "problem": ""})
    assert terminal.getvalue().endswith("\r1,024 photos, 60 %, 4.0 photos a second, 4 minutes left")
    assert len(log.getvalue().splitlines()) == 4
    assert log.getvalue().endswith(" 1,024 photos, 60 %, 4.0 photos a second, 4 minutes left\n")
    shown.clear()
    assert terminal.getvalue().endswith("\r")
    assert shown.errors == 4


def test_importing_the_command_line_loads_neither_ray_nor_pyarrow():
    code = (
        "import captioner.cli, captioner.archive.command, sys; print({'ray', 'pyarrow', 'fsspec'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "set()\n"


@pytest.mark.slow
def test_the_cluster_configuration_is_what_ray_takes():
    from ray.autoscaler._private.util import prepare_config, validate_config

    configuration = yaml.safe_load((ROOT / "scripts" / "archive_cluster.yaml").read_text())
    validate_config(prepare_config(configuration))
    assert configuration["docker"]["image"].startswith("rayproject/ray:2.")
