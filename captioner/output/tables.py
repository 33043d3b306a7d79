"""Captions of many photos in one file: CSV, JSON Lines, HTML or Markdown.

Such a file grows by one record for each photo, and is complete after each of them. It says itself what it holds, so it
can be continued: each record contains the photo's path, and a version that changes when the photo does.
"""

import csv
import io
import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

from captioner.caption import Caption
from captioner.output.printable import printable
from captioner.photos.source import PhotoSource


@dataclass(frozen=True)
class Row:
    """The result of captioning a photo. Either `caption` or `error` is set.

    path: as the user named it.
    version: changes when the photo does.
    error: why there is no caption: a sentence.
    least: with less confidence the caption is left out. The statement, which contains the doubt, stays.
    """

    path: str
    version: str
    caption: Caption | None = None
    error: str = ""
    least: float = 0.0

    @property
    def text(self) -> str:
        """The caption, or "" if it is left out or missing."""
        return self.caption.text if self.caption and self.caption.confidence >= self.least else ""


@dataclass(frozen=True)
class Entry:
    """A photo's record in a file.

    path: the photo's, in the form that `identity` returns.
    confidence: None if the photo could not be captioned.
    text: the record as it is in the file.
    """

    path: str
    version: str
    confidence: float | None
    has_caption: bool
    text: str


class Format(NamedTuple):
    """A kind of file.

    Attributes:
        header: what the file begins with.
        record: a row as text, given the folder of the file.
        entries: what a file holds, given its complete lines after the header. Raises ValueError, KeyError, TypeError or
            csv.Error if they are something else.
        is_torn: whether bytes without a line's end may be the beginning of a record.
    """

    header: str
    record: Callable[[Row, Path], str]
    entries: Callable[[str], list[Entry]]
    is_torn: Callable[[bytes], bool]


def identity(path: str) -> str:
    """A path as valid text, the same for a.jpg and ./a.jpg."""
    return os.path.normpath(path).encode("utf-8", "backslashreplace").decode()


# CSV, as spreadsheets open it: the byte order mark is how Excel recognises UTF-8.

# What its columns may be.
VALUES: dict[str, Callable[[Row], str]] = {
    "name": lambda row: _no_formula(_name(row.path)),
    "path": lambda row: _no_formula(row.path),
    "caption": lambda row: _no_formula_text(row.text),
    "statement": lambda row: _no_formula_text(row.caption.statement if row.caption else ""),
    "confidence": lambda row: str(row.caption.confidence) if row.caption else "",
    "error": lambda row: row.error,
    "version": lambda row: row.version,
}
COLUMNS = ("path", "caption", "statement", "confidence", "error", "version")  # unless others are chosen
CONTINUED = {"path", "caption", "version"}  # without these, a table cannot be continued


FORMULAS = tuple("=+-@\t\r")  # how they begin


def parse_columns(names: str) -> tuple[str, ...]:
    """The columns that are named, with commas between them.

    Raises:
        ValueError: there is no such column; the message is a sentence for the user.
    """
    chosen = tuple(name.strip().lower() for name in names.split(","))
    for name in chosen:
        if name not in VALUES:
            raise ValueError(f"There is no column {name!r}. Choose from {', '.join(VALUES)}.")
    return chosen


def csv_format(columns: Sequence[str] = COLUMNS) -> Format:
    """A table with these columns, each one of VALUES."""

    def record(row: Row, folder: Path) -> str:
        return _csv_line([VALUES[name](row) for name in columns])

    def entries(text: str) -> list[Entry]:
        entries = []
        for fields in csv.reader(io.StringIO(text, newline="")):
            values = dict(zip(columns, fields, strict=True))
            confidence = values.get("confidence")
            number = float(confidence) if confidence else None
            line = _csv_line(fields)
            entries.append(Entry(identity(values["path"]), values["version"], number, bool(values["caption"]), line))
        return entries

    return Format("\ufeff" + _csv_line(columns), record, entries, lambda tail: True)


def _no_formula(path: str) -> str:
    """A path that a spreadsheet takes for text."""
    path = path.encode("utf-8", "backslashreplace").decode()
    return os.path.join(".", path) if path[:1] in FORMULAS else path


def _no_formula_text(text: str) -> str:
    """A text that a spreadsheet takes for text. The window exports what photos of strangers say of themselves, too."""
    return f"'{text}" if text[:1] in FORMULAS else text


def _csv_line(fields: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(fields)
    return line.getvalue()


# JSON Lines: the objects that --json prints, with the version.


def _json_record(row: Row, folder: Path) -> str:
    result = {**row.caption.to_dict(), "caption": row.text} if row.caption else {"error": row.error}
    return json.dumps({"path": row.path, **result, "version": row.version}) + "\n"


def _json_entries(text: str) -> list[Entry]:
    entries = []
    for line in filter(None, text.split("\n")):
        record = json.loads(line)
        if not isinstance(record, dict):
            raise ValueError("not an object")
        confidence = None if "error" in record else float(record["confidence"])
        has_caption = "error" not in record and bool(record["caption"])
        entries.append(Entry(identity(record["path"]), record["version"], confidence, has_caption, f"{line}\n"))
    return entries


def _is_torn_json(tail: bytes) -> bool:
    try:
        return "version" in json.loads(tail)
    except ValueError:
        return _begins(tail, b'{"path": ')


# HTML and Markdown: a line for each photo, which ends in a comment for the program. HTML needs no end tag for its body.

COMMENT = re.compile(r"<!-- photo (\S+) (\S+) (\S+) (caption|doubt|error) -->$")

HTML_HEADER = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="generator" content="Captioner">
<title>Captions</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 sans-serif; margin: auto; max-width: 50rem; padding: 1rem }
figure { margin: 2rem 0 }
img { display: block; max-height: 20rem; max-width: 100% }
</style>
<h1>Captions</h1>
"""


def _html_record(row: Row, folder: Path) -> str:
    address, name = escape(_address(row.path, folder)), escape(_name(row.path))
    image = f'<img src="{address}" alt="{escape(row.text)}" loading="lazy">' if row.caption else ""
    caption = f'{escape(_sentence(row))} <a href="{address}">{name}</a>'
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>{_comment(row)}\n"


def _markdown_record(row: Row, folder: Path) -> str:
    name, sentence = _markdown(_name(row.path)), _markdown(_sentence(row))
    return f"![{_markdown(row.text)}]({_address(row.path, folder)}) **{name}**: {sentence} {_comment(row)}\n\n"


def _markdown(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>&~|$])", r"\\\1", text)


def _name(path: str) -> str:
    return printable(PhotoSource.of(path).name)


def _sentence(row: Row) -> str:
    return row.caption.statement if row.caption else f"This photo could not be captioned. {row.error}"


def _address(path: str, folder: Path) -> str:
    """A link from a page in a folder to a photo."""
    photo = PhotoSource.of(path).path or Path(path)
    try:
        return quote(os.fsencode(Path(os.path.relpath(photo, folder)).as_posix()))
    except ValueError:  # the photo is on another drive of Windows
        return photo.absolute().as_uri()


def _comment(row: Row) -> str:
    state = "error" if row.caption is None else "caption" if row.text else "doubt"
    confidence = row.caption.confidence if row.caption else 0
    return f"<!-- photo {quote(identity(row.path))} {row.version or '-'} {confidence} {state} -->"


def _entries_of_lines(text: str, end: str) -> list[Entry]:
    entries = []
    for line in filter(None, text.split("\n")):
        match = COMMENT.search(line)
        if not match:
            raise ValueError("a line without a photo")
        path, version, confidence, state = match.groups()
        number = None if state == "error" else float(confidence)
        entries.append(Entry(unquote(path), version, number, state == "caption", line + end))
    return entries


def _begins(tail: bytes, record: bytes) -> bool:
    return tail.startswith(record) or record.startswith(tail)


FORMATS = {
    ".csv": csv_format(),
    ".jsonl": Format("", _json_record, _json_entries, _is_torn_json),
    ".html": Format(
        HTML_HEADER, _html_record, lambda text: _entries_of_lines(text, "\n"), lambda tail: _begins(tail, b"<figure>")
    ),
    ".md": Format(
        "# Captions\n\n",
        _markdown_record,
        lambda text: _entries_of_lines(text, "\n\n"),
        lambda tail: _begins(tail, b"!["),
    ),
}
