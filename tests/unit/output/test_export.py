import base64
import io
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from captioner import PhotoError
from captioner.output.export import html, save_caption
from captioner.photos.source import PhotoSource

TEXT = 'A "dog" & a <cat>.'


def parsed(markup: str) -> tuple[dict[str, str], str]:
    """The image's attributes, and the text that is read."""
    found: list[dict[str, str]] = []
    text: list[str] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "img":
                found.append({name: value or "" for name, value in attrs})

        def handle_data(self, data: str) -> None:
            text.append(data)

    Parser().feed(markup)
    (attributes,) = found
    return attributes, "".join(text)


def picture(attributes: dict[str, str]) -> Image.Image:
    match = re.fullmatch("data:image/jpeg;base64,(.*)", attributes["src"])
    assert match
    return Image.open(io.BytesIO(base64.b64decode(match[1], validate=True)))


def test_html_holds_the_photo_and_the_caption(samples):
    markup = html(PhotoSource.of(samples["cat"]), TEXT)
    attributes, text = parsed(markup)
    assert markup.startswith("<figure>")
    assert (attributes["alt"], text) == (TEXT, TEXT)
    assert picture(attributes).size == Image.open(samples["cat"]).size
    assert html(samples["cat"].read_bytes(), TEXT) == markup


def test_a_large_photo_comes_smaller_and_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (4000, 2000), "red").save(tmp_path / "large.jpg", exif=exif)
    attributes, _ = parsed(html(PhotoSource.of(tmp_path / "large.jpg"), TEXT))
    assert picture(attributes).size == (800, 1600)


def test_a_photo_that_has_gone_is_told(tmp_path):
    with pytest.raises(PhotoError, match="There is no such file"):
        html(PhotoSource.of(tmp_path / "gone.jpg"), TEXT)


@pytest.mark.parametrize(
    ("photo", "saved"),
    [("dog.jpg", "dog.txt"), ("dog.2.jpg", "dog.2.txt"), ("dog", "dog.txt"), ("dog.txt", "dog.txt.txt")],
)
def test_saves_the_caption_beside_the_photo(tmp_path, photo, saved):
    (tmp_path / photo).write_bytes(b"photo")
    assert save_caption(tmp_path / photo, "A dog.") == tmp_path / saved
    assert (tmp_path / saved).read_bytes() == b"A dog.\n"
    assert (tmp_path / photo).read_bytes() == b"photo"
    assert len(os.listdir(tmp_path)) == 2


def test_keeps_another_text_unless_told_to_replace_it(tmp_path):
    photo, saved = tmp_path / "dog.jpg", tmp_path / "dog.txt"
    saved.write_text("My notes.")
    with pytest.raises(FileExistsError):
        save_caption(photo, "A dog.")
    assert saved.read_text() == "My notes."
    assert save_caption(photo, "A dog.", overwrite=True) == saved
    assert save_caption(photo, "A dog.") == saved
    assert saved.read_text() == "A dog.\n"


def test_a_photo_whose_folder_has_gone_is_told(tmp_path):
    with pytest.raises(FileNotFoundError):
        save_caption(tmp_path / "gone" / "dog.jpg", "A dog.")


def test_a_text_that_others_may_read_is_written(tmp_path):
    """Not with the permissions of a secret."""
    mask = os.umask(0o022)
    try:
        assert Path(save_caption(tmp_path / "dog.jpg", "A dog.")).stat().st_mode & 0o777 == (
            0o644 if os.name == "posix" else 0o666
        )
    finally:
        os.umask(mask)
