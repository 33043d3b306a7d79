from pathlib import Path

import pytest

from captioner.options import expand_patterns


def test_patterns_stand_for_the_files_that_match_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows, where no shell does it."""
    for name in ("photo10.jpg", "photo2.jpg", "dog.png", "cat[1].jpg"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert expand_patterns(["photo*.jpg", "-", "dog.png"]) == ["photo2.jpg", "photo10.jpg", "-", "dog.png"]
    assert expand_patterns(["missing*.jpg", "missing.jpg"]) == ["missing*.jpg", "missing.jpg"]
    assert expand_patterns(["cat[1].jpg"]) == ["cat[1].jpg"]
    assert expand_patterns([str(tmp_path / "*.png")]) == [str(tmp_path / "dog.png")]
