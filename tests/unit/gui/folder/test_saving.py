import csv
import json
import shutil
from pathlib import Path

import pytest

from captioner.batch.caption_cache import CaptionCache
from captioner.caption import Alternative, Caption
from captioner.gui.folder import saving
from captioner.gui.folder.photo_table import Row
from captioner.output.alt_text import read_alt_text, write_alt_text
from captioner.training.captions_file import read_captions


@pytest.fixture(autouse=True)
def _cache_of_our_own(tmp_path, monkeypatch):
    monkeypatch.setattr(saving, "default_path", lambda: tmp_path / "cache.sqlite")


@pytest.fixture
def rows(samples, tmp_path) -> list[Row]:
    """A sure caption, a guess, the user's own, and a photo that failed."""
    folder = tmp_path / "album"
    folder.mkdir()
    paths = [Path(shutil.copy(samples[name], folder)) for name in ("cat", "coffee", "astronaut")]
    return [
        Row(paths[0], "cat.jpg", "1", "A cat.", 0.9),
        Row(paths[1], "coffee.jpg", "2", "A dog.", 0.1),
        Row(paths[2], "astronaut.jpg", "3", 'My "friend", in orange.', 0.1, edited=True),
        Row(folder / "broken.jpg", "broken.jpg", error="The file is empty."),
    ]


def saved_text(row: Row) -> str:
    found = read_alt_text(row.path)
    return found.text if found else ""


@pytest.mark.skipif(not shutil.which("exiftool"), reason="ExifTool is not installed")
def test_captions_are_saved_in_their_photos_except_guesses(rows):
    result = saving.save_all(rows)
    assert result.saved == {rows[0].path: "A cat.", rows[2].path: 'My "friend", in orange.'}
    assert result.sentence == "2 captions saved in the photos. 1 guess was left out."
    assert [saved_text(row) for row in rows[:3]] == ["A cat.", "", 'My "friend", in orange.']


@pytest.mark.skipif(not shutil.which("exiftool"), reason="ExifTool is not installed")
def test_a_text_that_a_photo_has_stays(rows):
    write_alt_text(rows[0].path, "Tom.")
    result = saving.save_all(rows[:1])
    assert not result.is_complete
    assert result.sentence == "0 captions saved in the photos. 1 photo has another text, which stays: cat.jpg."
    assert saved_text(rows[0]) == "Tom."


@pytest.mark.skipif(not shutil.which("exiftool"), reason="ExifTool is not installed")
def test_a_corrected_caption_replaces_the_one_that_was_saved(rows):
    rows[0].saved = saving.save_all(rows[:1]).saved[rows[0].path]
    rows[0].text, rows[0].edited = "My cat.", True
    assert saving.save_all(rows[:1]).is_complete
    assert saved_text(rows[0]) == "My cat."


def test_without_exiftool_captions_are_saved_next_to_their_photos(rows, monkeypatch):
    monkeypatch.setenv("PATH", "")
    result = saving.save_all(rows)
    assert result.sentence.startswith("2 captions saved in text files next to the photos. 1 guess was left out.")
    assert "ExifTool" in result.sentence
    assert rows[0].path.with_suffix(".txt").read_text() == "A cat.\n"
    assert not rows[1].path.with_suffix(".txt").exists()


def test_what_cannot_be_saved_is_named_and_the_others_are_saved(rows, monkeypatch):
    monkeypatch.setenv("PATH", "")
    rows[0].path.with_suffix(".txt").mkdir()
    result = saving.save_all(rows)
    assert not result.is_complete
    assert result.saved == {rows[2].path: 'My "friend", in orange.'}
    assert "1 could not be saved: cat.jpg. The system reports: Is a directory." in result.sentence


def test_a_table_is_for_spreadsheets_and_leaves_out_guesses(rows, tmp_path):
    path = tmp_path / "captions.csv"
    sentence = saving.export(rows, path)
    assert sentence == "2 captions exported to captions.csv. 1 guess was left out."
    assert path.read_bytes().startswith(b"\xef\xbb\xbfpath,caption,")
    with path.open(encoding="utf-8-sig", newline="") as file:
        cat, guess, own, failed = csv.DictReader(file)
    assert (cat["caption"], cat["statement"]) == ("A cat.", "A cat.")
    assert guess["caption"] == ""
    assert guess["statement"] == "I can't describe this picture reliably. My best guess: a dog."
    assert own["caption"] == own["statement"] == 'My "friend", in orange.'
    assert failed["error"] == "The file is empty."


def test_a_table_has_the_columns_that_are_wanted(rows, tmp_path):
    path = tmp_path / "captions.csv"
    saving.export(rows[2:], path, columns=("name", "caption"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines == [["name", "caption"], ["astronaut.jpg", 'My "friend", in orange.'], ["broken.jpg", ""]]


@pytest.mark.parametrize("suffix", [".html", ".md", ".jsonl"])
def test_pages_and_lines_have_all_captions_but_guesses(rows, tmp_path, suffix):
    path = tmp_path / f"captions{suffix}"
    saving.export(rows, path)
    content = path.read_text()
    assert "A cat." in content
    assert "in orange." in content
    assert "The file is empty." in content


def test_json_lines_are_the_objects_of_the_command(rows, tmp_path):
    caption = Caption("A cat.", (), -7.0, 0.9, (Alternative("Two cats.", -8.0),), {})
    with CaptionCache(saving.default_path()) as cache:
        cache.put(rows[0].key, 5, caption)
    saving.export(rows[:1], tmp_path / "captions.jsonl", beam_width=5)
    record = json.loads((tmp_path / "captions.jsonl").read_text())
    assert record == {"path": str(rows[0].path), **caption.to_dict(), "version": record["version"]}


def test_the_file_for_training_has_what_the_user_has_corrected(rows, tmp_path):
    path = tmp_path / "album" / "captions.txt"
    assert saving.export(rows, path) == "1 corrected caption exported to captions.txt."
    assert read_captions(path) == [("astronaut.jpg", 'My "friend", in orange.')]


def test_without_a_corrected_caption_no_file_for_training_is_written(rows, tmp_path):
    path = tmp_path / "captions.txt"
    assert saving.export(rows[:2], path).startswith("No caption has been corrected yet")
    assert not path.exists()
