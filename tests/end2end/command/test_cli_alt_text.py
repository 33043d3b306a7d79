"""The command saves captions in photos as alternative text, and reads what photos say of themselves."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from captioner import Captioner
from tests.support import metadata

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "captioner"]

pytestmark = [metadata.needs_exiftool, pytest.mark.slow]


def run(*arguments: object, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **({"PATH": path} if path is not None else {})}
    return subprocess.run([*COMMAND, *map(str, arguments)], env=environment, capture_output=True, text=True)


@pytest.fixture
def album(samples: dict[str, Path], tmp_path: Path) -> Path:
    """A cat, and a photo that has a text."""
    folder = tmp_path / "album"
    folder.mkdir()
    shutil.copy(samples["cat"], folder / "a.jpg")
    metadata.set_tags(Path(shutil.copy(samples["coffee"], folder / "b.jpg")), "-XMP-dc:Description=My cup.")
    return folder


def test_captions_are_saved_where_there_is_no_text(album: Path, shipped: Captioner) -> None:
    done = run(album, "--write-alt-text")
    caption = shipped.caption(album / "a.jpg")
    assert metadata.alt_text(album / "a.jpg") == caption.text
    assert metadata.alt_text(album / "b.jpg") == ""
    assert done.returncode == 0
    assert done.stdout.count("\n") == 2
    kept = "1 photo keeps the text it has; --overwrite replaces it."
    assert done.stderr == f"captioner: 1 caption was saved as alternative text. {kept}\n"

    done = run(album, album / "none.jpg", "--read-alt-text")
    assert done.stdout == f"{album / 'a.jpg'}: {caption.text}\n{album / 'b.jpg'}: My cup.\n"
    assert (done.returncode, done.stderr) == (1, f"captioner: {album / 'none.jpg'}: There is no such file.\n")


def test_a_text_is_replaced_if_that_is_asked_for(album: Path, shipped: Captioner) -> None:
    done = run(album / "b.jpg", "--write-alt-text", "--overwrite", "--min-confidence", 0)
    assert (done.returncode, done.stderr) == (0, "")
    assert metadata.alt_text(album / "b.jpg") == shipped.caption(album / "b.jpg").text
    assert metadata.exiftool(album / "b.jpg", "-s3", "-XMP-dc:Description") == "My cup."


def test_a_doubtful_caption_is_not_saved(album: Path) -> None:
    before = (album / "a.jpg").read_bytes()
    done = run(album / "a.jpg", "--write-alt-text", "--min-confidence", 1)
    doubt = "1 caption was not saved because the confidence is below 1."
    assert (done.returncode, done.stderr) == (
        0,
        f"captioner: 0 captions were saved as alternative text. {doubt}\n",
    )
    assert (album / "a.jpg").read_bytes() == before


def test_captions_go_into_a_file_and_into_the_photos(album: Path, tmp_path: Path) -> None:
    command = (album, "--write-alt-text", "--overwrite", "--min-confidence", 0, "--output", tmp_path / "captions.jsonl")
    assert run(*command).returncode == 0
    for line in (tmp_path / "captions.jsonl").read_text().splitlines():
        assert metadata.alt_text(Path(json.loads(line)["path"])) == json.loads(line)["caption"]
    before = (tmp_path / "captions.jsonl").read_bytes()
    done = run(*command)  # the photos that it has changed itself are not new
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "captions.jsonl").read_bytes() == before


def test_a_photo_without_a_text_is_not_a_failure(samples: dict[str, Path], album: Path) -> None:
    done = run(samples["cat"], "--read-alt-text")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"captioner: {samples['cat']}: The photo has no text.\n"
    done = run(samples["cat"], album / "b.jpg", "--read-alt-text", "--json")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"path": str(samples["cat"]), "text": None, "place": None},
        {"path": str(album / "b.jpg"), "text": "My cup.", "place": "XMP"},
    ]


def test_a_missing_exiftool_is_reported_before_anything_is_captioned(album: Path) -> None:
    done = run(album, "--write-alt-text", path=str(album))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("captioner: ExifTool, which saves text in photos, is not installed.")


def test_a_photo_that_cannot_be_changed_fails_alone(album: Path) -> None:
    (album / "a.jpg").chmod(0o444)
    shutil.copy(album / "a.jpg", album / "c.jpg")
    (album / "c.jpg").chmod(0o644)
    done = run(album / "a.jpg", album / "c.jpg", "--write-alt-text", "--min-confidence", 0)
    assert done.returncode == 1
    assert done.stderr.startswith(f"captioner: {album / 'a.jpg'}: The caption can't be saved.")
    assert metadata.alt_text(album / "c.jpg") != ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--overwrite", "a.jpg"],
        ["--write-alt-text", "-"],
        ["--read-alt-text", "--write-alt-text", "a.jpg"],
        ["--read-alt-text", "--speak", "a.jpg"],
    ],
)
def test_options_that_do_not_go_together_are_refused(arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "captioner: error: argument --" in done.stderr
