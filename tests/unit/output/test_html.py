import base64
import io
import re
from html.parser import HTMLParser

import pytest
from PIL import Image

from captioner import PhotoError
from captioner.output.html import figure
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
    markup = figure(PhotoSource.of(samples["cat"]), TEXT)
    attributes, text = parsed(markup)
    assert markup.startswith("<figure>")
    assert (attributes["alt"], text) == (TEXT, TEXT)
    assert picture(attributes).size == Image.open(samples["cat"]).size
    assert figure(PhotoSource.of(samples["cat"].read_bytes()), TEXT) == markup


def test_a_large_photo_comes_smaller_and_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (4000, 2000), "red").save(tmp_path / "large.jpg", exif=exif)
    attributes, _ = parsed(figure(PhotoSource.of(tmp_path / "large.jpg"), TEXT))
    assert picture(attributes).size == (800, 1600)


def test_a_photo_that_was_deleted_is_refused(tmp_path):
    with pytest.raises(PhotoError, match="There is no such file"):
        figure(PhotoSource.of(tmp_path / "gone.jpg"), TEXT)
