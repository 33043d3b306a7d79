"""The user's captions, which outlive the program."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from captioner.output.edits import MAX_OBSOLETE_LINES, Edits, content_key


def test_a_caption_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "data" / "captions.jsonl"
    edits = Edits(path)
    assert edits.get("a") is None
    edits.put("a", "Rex on the “beach”.")
    edits.put("b", "A cat.")
    edits.save()
    edits.put("b", None)
    edits.save()
    for kept in edits, Edits(path):
        assert (kept.get("a"), kept.get("b")) == ("Rex on the “beach”.", None)


def test_a_crash_costs_only_the_line_that_was_being_written(tmp_path: Path) -> None:
    path = tmp_path / "captions.jsonl"
    path.write_bytes(b'{"photo": "a", "caption": "A dog."}\n{"photo": "b", "capt')
    edits = Edits(path)
    assert edits.get("a") == "A dog."
    edits.put("c", "A cat.")
    edits.save()
    assert [Edits(path).get(key) for key in "abc"] == ["A dog.", None, "A cat."]


def test_a_caption_survives_a_program_that_is_killed_right_after_it(tmp_path: Path) -> None:
    path = tmp_path / "captions.jsonl"
    program = f"""
import os, pathlib
from captioner.output.edits import Edits
edits = Edits(pathlib.Path({str(path)!r}))
edits.put("a", "A dog.")
edits.put_draft("a", "A dog, my")
edits.save()
os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[3]).returncode == -9
    assert (Edits(path).get("a"), Edits(path).draft("a")) == ("A dog.", "A dog, my")


@pytest.mark.parametrize("text", ["A dog, my Rex.", None])
def test_a_draft_ends_with_the_caption_that_comes_of_it(tmp_path: Path, text: str | None) -> None:
    edits = Edits(tmp_path / "captions.jsonl")
    edits.put_draft("a", "A dog, my")
    edits.save()
    edits.put("a", text)
    edits.save()
    for kept in edits, Edits(tmp_path / "captions.jsonl"):
        assert (kept.get("a"), kept.draft("a")) == (text, "")


def test_what_could_not_be_saved_is_saved_with_the_next_change(tmp_path: Path) -> None:
    path = tmp_path / "data" / "captions.jsonl"
    path.parent.write_text("in the way")
    edits = Edits(path)
    edits.put("a", "A dog.")
    with pytest.raises(FileExistsError):
        edits.save()
    assert edits.get("a") == "A dog."
    path.parent.unlink()
    edits.put("b", "A cat.")
    edits.save()
    assert [Edits(path).get(key) for key in "ab"] == ["A dog.", "A cat."]


def test_senseless_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "captions.jsonl"
    path.write_bytes(b'7\n[]\n{"photo": 1, "caption": "x"}\n\xff\xfe\n{"photo": "a", "caption": "A dog."}\n')
    assert Edits(path).get("a") == "A dog."


def test_the_journal_does_not_grow_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "captions.jsonl"
    path.write_text('{"photo": "a", "caption": "A dog."}\n' * (MAX_OBSOLETE_LINES + 2))
    assert Edits(path).get("a") == "A dog."
    assert path.read_text().count("\n") == 1


def test_a_photo_is_known_by_its_pixels(samples: dict[str, Path], tmp_path: Path) -> None:
    from captioner.model.preprocess import prepare

    copy = tmp_path / "other.jpg"
    content = samples["cat"].read_bytes()
    copy.write_bytes(content[:2] + b"\xff\xfe\x00\x0aA comment"[:12] + content[2:])  # other metadata
    assert content_key(prepare(copy).pixels) == content_key(prepare(samples["cat"]).pixels)
    assert content_key(np.zeros((224, 224, 3), np.uint8)) != content_key(prepare(copy).pixels)
