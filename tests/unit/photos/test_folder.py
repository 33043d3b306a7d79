import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from captioner.photos.folder import natural, photos_in

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
