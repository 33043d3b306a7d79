"""The user's captions, which outlive the program."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from captioner.output.edits import MAX_OBSOLETE_LINES, Edits, content_key


def test_a_caption_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "data" / "captions.jsonl"
    edits = Edits(path)
    assert edits.get("a") is None
    edits.put("a", "Rex on the “beach”.")
    edits.put("b", "A cat.")
    edits.put("b", None)
    for kept in edits, Edits(path):
        assert (kept.get("a"), kept.get("b")) == ("Rex on the “beach”.", None)


def test_a_crash_costs_only_the_line_that_was_being_written(tmp_path: Path) -> None:
    path = tmp_path / "captions.jsonl"
    Edits(path).put("a", "A dog.")
    path.write_bytes(path.read_bytes() + b'{"photo": "b", "capt')
    edits = Edits(path)
    assert edits.get("a") == "A dog."
    edits.put("c", "A cat.")
    assert [Edits(path).get(key) for key in "abc"] == ["A dog.", None, "A cat."]


def test_a_caption_survives_a_program_that_is_killed_right_after_it(tmp_path: Path) -> None:
    path = tmp_path / "captions.jsonl"
    program = f"""
import os, pathlib
from captioner.output.edits import Edits
Edits(pathlib.Path({str(path)!r})).put("a", "A dog.")
os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[3]).returncode == -9
    assert Edits(path).get("a") == "A dog."


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
