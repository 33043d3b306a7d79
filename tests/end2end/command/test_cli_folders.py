"""The command with folders, in processes of its own, as a user runs it."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
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


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def many_copies(samples, folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        shutil.copy(samples["coffee"], folder / f"photo{number}.jpg")
    return folder


def test_writes_a_table_and_continues_it(album, samples, shipped, tmp_path):
    (album / "a.jpg").write_text("no photo")
    table = tmp_path / "captions.csv"
    done = run(album, "--output", table, "--min-confidence", 0)
    assert (done.returncode, done.stdout) == (1, "")
    assert "captioner: 2 of 3 photos captioned, 1 could not be: a.jpg.\n" in done.stderr
    failed, cat, coffee = rows(table)
    assert (failed["caption"], failed["error"]) == ("", "This is text, not a photo. Open a photo.")
    assert coffee["path"] == str(album / "photo10.jpg")
    assert coffee["caption"] == shipped.caption(samples["coffee"]).text
    assert float(coffee["confidence"]) == pytest.approx(shipped.caption(samples["coffee"]).confidence, rel=1e-4)
    shutil.copy(samples["photographer"], album / "a.jpg")
    done = run(album, "--recursive", "--output", table, "--min-confidence", 0)
    assert done.returncode == 0
    assert rows(table)[:2] == [cat, coffee]
    assert [row["path"] for row in rows(table)[2:]] == [str(album / "a.jpg"), str(album / "below" / "photo1.jpg")]


def test_a_complete_table_does_not_even_need_the_model(album, tmp_path):
    table = tmp_path / "captions.jsonl"
    assert run(album, "--output", table).returncode == 0
    content = table.read_bytes()
    command = [sys.executable, "-X", "importtime", "-m", "captioner", album, "--output", table]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0
    assert "numpy" not in done.stderr
    assert table.read_bytes() == content


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGKILL")
@pytest.mark.parametrize("number", ["SIGKILL", "SIGINT"])
def test_a_table_is_continued_after_the_program_was_stopped(samples, tmp_path, number):
    folder, table = many_copies(samples, tmp_path / "many", 12), tmp_path / "captions.jsonl"
    command = [*COMMAND, folder, "--output", table]
    with subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as process:
        while not table.exists() or table.read_bytes().count(b"\n") < 3:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(getattr(signal, number))
        errors = process.stderr.read()
    kept = table.read_bytes().splitlines()[:3]
    if number == "SIGINT":
        assert process.returncode == 130
        assert errors.startswith("captioner: Stopped after ")
        assert errors.endswith(" of 12 photos. Run it again to continue.\n")
    assert run(*command[len(COMMAND) :]).returncode == 0
    lines = table.read_bytes().splitlines()
    assert lines[:3] == kept
    assert [json.loads(line)["path"] for line in lines] == [str(folder / f"photo{index}.jpg") for index in range(12)]


def test_says_how_many_captions_were_left_out(album, tmp_path):
    done = run(album, "--output", tmp_path / "captions.html", "--min-confidence", 1)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "captioner: 2 captions were left out because the confidence is below 1.\n"
    page = (tmp_path / "captions.html").read_text()
    assert page.count('alt=""') == page.count("<figure>") == 2
    done = run(album, "--output", tmp_path / "captions.html", "--min-confidence", 0)
    assert (done.returncode, done.stderr) == (0, "")
    page = (tmp_path / "captions.html").read_text()
    assert (page.count('alt=""'), page.count("<figure>")) == (0, 2)


def test_a_file_of_somebody_else_is_not_overwritten(album, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<p>My page.")
    done = run(album, "--output", page)
    assert (done.returncode, done.stdout) == (1, "")
    sentence = "exists and was not written by this command, so it stays as it is. Choose another name."
    assert done.stderr == f"captioner: {page} {sentence}\n"
    assert page.read_text() == "<p>My page."


@pytest.mark.parametrize(
    "arguments",
    [
        ["--output", "photo.jpg", "other.jpg"],
        ["--output", "captions.csv", "--json", "photo.jpg"],
        ["--output", "captions.csv", "--speak", "photo.jpg"],
        ["--output", "captions.csv", "-"],
        ["--min-confidence", "0.5", "photo.jpg"],
        ["--output", "captions.csv", "--min-confidence", "2", "photo.jpg"],
        ["--output", "captions.csv", "--min-confidence", "nan", "photo.jpg"],
        ["--output", "captions.csv", "--columns", "name,size", "photo.jpg"],
        ["--output", "captions.jsonl", "--columns", "name,caption", "photo.jpg"],
        ["--columns", "name,caption", "photo.jpg"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_refused_before_anything_is_captioned(arguments, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: captioner ")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo terminals")
def test_a_terminal_shows_how_far_it_is(samples, tmp_path):
    folder = many_copies(samples, tmp_path / "many", 30)
    terminal, other_end = os.openpty()
    command = [*COMMAND, folder, "--output", tmp_path / "captions.csv", "--min-confidence", "0"]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=other_end) as process:
        os.close(other_end)
        shown = b""
        try:
            while part := os.read(terminal, 4096):
                shown += part
        except OSError:  # how Linux reports the end
            pass
    os.close(terminal)
    assert process.returncode == 0
    assert b" of 30 photos, " in shown
    assert b" left" in shown
    assert shown.replace(b"\r\n", b"\n").endswith(b" \rcaptioner: 30 of 30 photos captioned.\n")
