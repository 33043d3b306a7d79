import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from captioner.photos.folder import natural, photos_below, photos_in

ROOT = Path(__file__).parents[3]


def test_sorts_names_as_file_managers_do():
    names = ["9.jpg", "10.jpg", "a.jpg", "B.jpg", "c1x2.jpg", "C1X10.jpg", "photo2.jpg", "photo02b.jpg", "photo10.jpg"]
    shuffled = names[:]
    random.Random(0).shuffle(shuffled)
    assert sorted(shuffled, key=natural) == names


def test_sorts_any_names():
    names = ["", "1", "\N{SUPERSCRIPT TWO}", "\N{ARABIC-INDIC DIGIT THREE}", os.fsdecode(b"\xff9"), "1a", "a1", "A1"]
    backwards = names[::-1]
    assert sorted(backwards, key=natural) == sorted(names, key=natural)


def test_lists_photos_only(tmp_path):
    photos = [tmp_path / name for name in ("a.BMP", "b.gif", "c.jpeg", "d.JPG", "e.png", "f.tif", "g.webp", "h.avif")]
    others = [tmp_path / name for name in (".hidden.jpg", "a.pdf", "b.eps", "c.mp4", "d.mpg", "e.txt", "jpg", "f.svg")]
    for path in photos + others:
        path.touch()
    (tmp_path / "folder.jpg").mkdir()
    assert photos_in(tmp_path) == photos


def test_lists_files_whose_content_is_a_photo_under_another_name(tmp_path):
    photos = [tmp_path / name for name in ("a.dng", "b.NEF", "c.CR3", "d.mpo", "e.jps", "f.pjpeg", "g.insp")]
    for path in photos:
        path.touch()
    assert photos_in(tmp_path) == photos


def test_listing_a_folder_does_not_load_pillow():
    """The window lists folders, but only its photo workers decode."""
    probe = "import sys; from captioner.photos.folder import photos_in; photos_in('.'); print('PIL' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_follows_links_that_lead_somewhere(tmp_path):
    (tmp_path / "photo.jpg").touch()
    (tmp_path / "link.jpg").symlink_to("photo.jpg")
    (tmp_path / "nowhere.jpg").symlink_to("gone.jpg")
    (tmp_path / "circle.jpg").symlink_to("circle.jpg")
    assert [path.name for path in photos_in(tmp_path)] == ["link.jpg", "photo.jpg"]


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        photos_in(tmp_path / "missing")


def test_lists_the_photos_below_a_folder_in_order(tmp_path):
    names = ["photo2.jpg", "photo10.jpg", "2/a.jpg", "2/deep/b.jpg", "10/a.png"]
    for name in [*names, ".hidden/c.jpg", "2/.d.jpg", "2/notes.txt"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    problems = []
    photos = photos_below(tmp_path, lambda folder, error: problems.append(folder))
    assert [path.relative_to(tmp_path).as_posix() for path in photos] == names
    assert problems == []


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
@pytest.mark.timeout(30)
def test_links_that_lead_back_do_not_list_photos_twice(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "photo.jpg").touch()
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "again").symlink_to("a", target_is_directory=True)
    (tmp_path / "circle").symlink_to("circle")
    assert photos_below(tmp_path, lambda folder, error: None) == [tmp_path / "a" / "photo.jpg"]


def test_a_folder_below_that_cannot_be_read_is_reported_and_the_others_are_listed(tmp_path, monkeypatch):
    """Simulated, because root can read every folder."""
    for name in ("bad", "good"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "photo.jpg").touch()
    scan = os.scandir

    def refuse(path):
        if Path(path).name == "bad":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr("captioner.photos.folder.os.scandir", refuse)
    problems = []
    photos = photos_below(tmp_path, lambda folder, error: problems.append((folder.name, type(error))))
    assert photos == [tmp_path / "good" / "photo.jpg"]
    assert problems == [("bad", PermissionError)]
