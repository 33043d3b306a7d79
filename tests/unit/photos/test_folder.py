import os
import random

import pytest
from PIL import Image

from captioner.photos.folder import natural, photos_in


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


def test_every_listed_suffix_can_be_read(tmp_path):
    """Else walking a folder would stop at files that a file manager does not show as photos either."""
    for suffix in Image.registered_extensions():
        (tmp_path / f"photo{suffix}").touch()
    listed = {path.suffix for path in photos_in(tmp_path)}
    assert {".jpg", ".png", ".webp", ".tiff"} <= listed
    assert not {".pdf", ".eps", ".ps", ".mpg", ".h5", ".wmf"} & listed


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
