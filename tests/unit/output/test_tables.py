import csv
import io
import os
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from captioner.caption import GUESS, Caption
from captioner.output.tables import COLUMNS, FORMATS, Row, identity

CAPTION = Caption("A dog & a cat <b>.", (), -7.0, 0.7, (), {})
DOUBTFUL = Caption("A dog.", (), -7.0, 0.1, (), {}, note="The photo is damaged: part of it is missing.")


def record(suffix: str, path: str, caption: Caption | None = CAPTION, **options) -> str:
    return FORMATS[suffix].record(Row(path, "12-34", caption, **options), Path("pages"))


class Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


def test_csv_is_a_table_that_excel_opens():
    format = FORMATS[".csv"]
    content = (format.header + record(".csv", 'a "b", c.jpg') + record(".csv", "e.jpg", None, error="Empty.")).encode()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows == [
        list(COLUMNS),
        ['a "b", c.jpg', "A dog & a cat <b>.", "Probably: a dog & a cat <b>.", "0.7", "", "12-34"],
        ["e.jpg", "", "", "", "Empty.", "12-34"],
    ]


def test_a_name_or_a_caption_in_a_table_is_not_a_formula():
    (row,) = csv.reader([record(".csv", "=1+2.jpg", Caption("=HYPERLINK(1)", (), 0.0, 1.0, (), {}))])
    assert row[:3] == [os.path.join(".", "=1+2.jpg"), "'=HYPERLINK(1)", "'=HYPERLINK(1)"]
    (entry,) = FORMATS[".csv"].entries(record(".csv", "=1+2.jpg"))
    assert entry.path == identity("=1+2.jpg")


def test_html_shows_a_figure_with_alt_and_caption():
    path = os.path.join("photos", "a 100% 'b' & \"c\".jpg")
    page = Page(record(".html", path))
    assert [tag for tag, _ in page.tags] == ["figure", "img", "figcaption", "a"]
    image = page.tags[1][1]
    assert image["alt"] == "A dog & a cat <b>."
    assert unquote(image["src"]) == "../photos/a 100% 'b' & \"c\".jpg"
    assert page.tags[3][1]["href"] == image["src"]
    assert page.text == "Probably: a dog & a cat <b>. a 100% 'b' & \"c\".jpg\n"


def test_markdown_shows_the_photo_with_alt_and_caption():
    line, empty, _ = record(".md", os.path.join("photos", "a_b [c](d).jpg")).split("\n")
    assert empty == ""
    shown, comment, _ = line.partition(" <!-- ")
    assert comment
    assert shown == (
        r"![A dog \& a cat \<b\>.](../photos/a_b%20%5Bc%5D%28d%29.jpg) **a\_b \[c\](d).jpg**: "
        r"Probably: a dog \& a cat \<b\>."
    )


@pytest.mark.parametrize("suffix", [".html", ".md"])
def test_a_name_cannot_break_out_of_its_page(suffix):
    path = "--><script>alert(1)</script>\n`x` javascript:y\x1b.jpg"
    text = record(suffix, path) + record(suffix, path, None, error="Empty.")
    assert "<script" not in text.replace("\\<", "")
    assert "\x1b" not in text
    first, second = FORMATS[suffix].entries(text)
    assert first.path == second.path == identity(path)
    assert (first.confidence, second.confidence) == (0.7, None)


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_an_unreliable_caption_keeps_its_doubt(suffix):
    text = record(suffix, "a.jpg", DOUBTFUL, least=0.2)
    (entry,) = FORMATS[suffix].entries(text)
    assert (entry.has_caption, entry.confidence) == (False, 0.1)
    assert text.count("dog.") == 1, "only in the statement"
    assert (GUESS + "a dog. The photo is damaged: part of it is missing.").replace("'", "&#x27;") in text.replace(
        "'", "&#x27;"
    )
    assert FORMATS[suffix].entries(record(suffix, "a.jpg", DOUBTFUL, least=0.1))[0].has_caption


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are text")
@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_a_name_that_is_not_valid_text_is_recognised(suffix):
    path = os.fsdecode(b"caf\xe9\xff.jpg")
    (entry,) = FORMATS[suffix].entries(record(suffix, path).encode().decode())
    assert entry.path == identity(path)
