"""The text in pictures on the command line and in the library."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import captioner
from captioner.ocr import reader
from tests.end2end.command.test_cli import ENVIRONMENT, run
from tests.support.pages import sign, write
from tests.support.program import WITH_OCR

pytestmark = pytest.mark.slow

NOTE = ("Dear Mrs Lee, your train leaves at 10:45", "from platform 4. Bring your tickets.")


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "note.png"
    write(NOTE, (400, 130), margin=20).save(path)
    return path


@pytest.fixture(scope="module")
def photo(tmp_path_factory) -> Path:
    """A photo with a sign."""
    path = tmp_path_factory.mktemp("photos") / "sign.png"
    corners = ((0.05, 0.06), (0.5, 0.1), (0.48, 0.24), (0.06, 0.22))
    sign("Fresh coffee", "coffee", corners, ("white", "#304030")).image.save(path)
    return path


def test_a_page_is_read_instead_of_guessed_at(page):
    done = run(page, env=ENVIRONMENT | WITH_OCR)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "This is mostly text:"
    assert done.stdout.split("\n", 1)[1].split() == " ".join(NOTE).split()


def test_no_text_is_read_where_it_is_not_wanted(page, shipped):
    assert run("--no-text", page).stdout == shipped.caption(page).statement + "\n"


def test_the_text_in_a_photo_comes_after_its_caption(photo, page, shipped):
    done = run("--text", photo, page, env=ENVIRONMENT | WITH_OCR)
    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.splitlines()  # one line for each of several pictures
    assert first == f"{photo}: {shipped.caption(photo).statement} It says: Fresh coffee"
    assert second.startswith(f"{page}: This is mostly text: Dear Mrs Lee, ")


def test_json_has_the_lines_of_a_photo_from_standard_input(photo):
    done = run("--text", "--json", "-", input=photo.read_bytes(), text=False, env=ENVIRONMENT | WITH_OCR)
    (line,) = (answer := json.loads(done.stdout))["text"]
    assert line["text"] == "Fresh coffee"
    assert line["confidence"] > 0.9
    left, top, right, bottom = line["box"]
    assert 0 < left < 0.2 < right < 0.55
    assert 0 < top < 0.2
    assert bottom < 0.3
    assert (answer["mostly_text"], answer["text_rotation"], answer["text_complete"]) == (False, 0, True)


def test_without_the_recogniser_captions_go_on(photo, shipped):
    hide = (
        "import importlib.util, sys; from captioner import cli; find = importlib.util.find_spec;"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'rapidocr' else find(name, *rest);"
        "sys.exit(cli.main(sys.argv[1:]))"
    )
    done = subprocess.run([sys.executable, "-c", hide, "--text", photo], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, shipped.caption(photo).statement + "\n")
    assert done.stderr == f"captioner: {reader.MISSING}\n"


def test_the_library_reads_text(page, monkeypatch):
    monkeypatch.setattr(reader, "PICTURE_TIMEOUT", 150.0)  # on a busy machine
    text = captioner.read_text(page)
    reader.end()
    assert text.is_page
    assert [line.text for line in text.lines] == [*NOTE]
