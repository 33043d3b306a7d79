"""The command with folders, in processes of its own, as a user runs it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "captioner"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""}


def run(*arguments: object, **options) -> subprocess.CompletedProcess:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, env=ENVIRONMENT, **{"capture_output": True, "text": True, **options})


@pytest.fixture
def album(samples, tmp_path) -> Path:
    """A folder with photo2.jpg, photo10.jpg and below/photo1.jpg."""
    folder = tmp_path / "album"
    (folder / "below").mkdir(parents=True)
    shutil.copy(samples["cat"], folder / "photo2.jpg")
    shutil.copy(samples["coffee"], folder / "photo10.jpg")
    shutil.copy(samples["astronaut"], folder / "below" / "photo1.jpg")
    return folder


def test_captions_the_photos_of_a_folder_and_those_below_it(album, samples, statement):
    done = run(album)
    expected = [
        f"{album / 'photo2.jpg'}: {statement(samples['cat'])}",
        f"{album / 'photo10.jpg'}: {statement(samples['coffee'])}",
    ]
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == expected
    done = run("--recursive", album)
    assert done.stdout.splitlines() == [
        *expected,
        f"{album / 'below' / 'photo1.jpg'}: {statement(samples['astronaut'])}",
    ]


def test_the_end_says_which_photos_of_a_folder_could_not_be_captioned(album):
    (album / "a.jpg").write_text("no photo")
    (album / "b.jpg").write_bytes(b"")
    done = run(album)
    assert done.returncode == 1
    assert done.stdout.count("\n") == 2
    assert done.stderr.splitlines() == [
        f"captioner: {album / 'a.jpg'}: This is text, not a photo. Open a photo.",
        f"captioner: {album / 'b.jpg'}: The file is empty.",
        "captioner: 2 of 4 photos captioned, 2 could not be: a.jpg, b.jpg.",
    ]


def test_a_folder_without_photos_is_an_error(tmp_path):
    done = run(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"captioner: {tmp_path}: There is no photo in this folder. ")
