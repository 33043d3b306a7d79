import os
from pathlib import Path

import pytest

from captioner.output.text_file import save_caption, text_path


@pytest.mark.parametrize(
    ("photo", "saved"),
    [("dog.jpg", "dog.txt"), ("dog.2.jpg", "dog.2.txt"), ("dog", "dog.txt"), ("dog.txt", "dog.txt.txt")],
)
def test_saves_the_caption_next_to_the_photo(tmp_path, photo, saved):
    (tmp_path / photo).write_bytes(b"photo")
    assert save_caption(tmp_path / photo, "A dog.") == tmp_path / saved
    assert (tmp_path / saved).read_bytes() == b"A dog.\n"
    assert (tmp_path / photo).read_bytes() == b"photo"
    assert len(os.listdir(tmp_path)) == 2


def test_keeps_another_text_unless_it_is_to_be_replaced(tmp_path):
    photo, saved = tmp_path / "dog.jpg", tmp_path / "dog.txt"
    saved.write_text("My notes.")
    with pytest.raises(FileExistsError):
        save_caption(photo, "A dog.")
    assert saved.read_text() == "My notes."
    assert save_caption(photo, "A dog.", overwrite=True) == saved
    assert save_caption(photo, "A dog.") == saved
    assert saved.read_text() == "A dog.\n"


def test_a_photo_whose_folder_was_deleted_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        save_caption(tmp_path / "gone" / "dog.jpg", "A dog.")


def test_the_text_has_the_usual_permissions(tmp_path):
    """Not with the permissions of a secret."""
    mask = os.umask(0o022)
    try:
        assert Path(save_caption(tmp_path / "dog.jpg", "A dog.")).stat().st_mode & 0o777 == (
            0o644 if os.name == "posix" else 0o666
        )
    finally:
        os.umask(mask)


@pytest.mark.parametrize(
    "photos",
    [
        ["IMG_1.jpg", "IMG_1.png", "IMG_1.heic"],
        ["IMG_1.jpg", "img_1.PNG"],
        ["IMG_1.jpg", "IMG_1.dng"],
        ["dog.jpg", "dog.png", "dog.jpg.png", "dog.jpg.png.webp"],
    ],
    ids=" ".join,
)
def test_photos_with_the_same_name_keep_a_text_each(tmp_path: Path, photos: list[str]) -> None:
    for photo in photos:
        (tmp_path / photo).touch()
    for photo in photos:
        save_caption(tmp_path / photo, f"The caption of {photo}.")
    texts = [path for path in tmp_path.iterdir() if path.suffix == ".txt"]
    assert len({path.name.casefold() for path in texts}) == len(photos)
    for photo in photos:
        assert text_path(tmp_path / photo).read_text() == f"The caption of {photo}.\n"


def test_only_other_photos_change_the_name(tmp_path: Path) -> None:
    for name in ("dog.jpg", "dog.mp4", "dog.xmp", "dog2.jpg", ".dog.jpg"):
        (tmp_path / name).touch()
    assert text_path(tmp_path / "dog.jpg").name == "dog.txt"
