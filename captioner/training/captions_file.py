"""captions.txt: the table of photos and captions, as people and their programs write it.

CSV as in RFC 4180, and as spreadsheets and text editors write it: commas, semicolons or tabs between the columns, any
of the usual encodings, a header in any order or none, and captions that contain commas without being quoted.
"""

import re
from pathlib import Path
from typing import NamedTuple, NoReturn

from captioner.errors import CaptionerError, reason

# A row begins with a file's name. A quotation mark that reaches such a line was never closed.
ROW = re.compile(r'\s*"?[^,;\t"]+\.\w{2,5}"?\s*[,;\t]')
QUOTED = re.compile(r' *"([^"]*(?:""[^"]*)*)"(?!") *')
MAX_LINES = 20  # of a quoted caption
NOT_CLOSED = "the caption begins with a quotation mark that is not closed. Close or remove it."


class DatasetError(CaptionerError):
    """The data cannot be trained on; the message says what is wrong and what to do."""


class Row(NamedTuple):
    """A row of the table: the name of a photo as it is written there, and a caption, all in one line."""

    photo: str
    caption: str


class Columns(NamedTuple):
    """What separates the columns, how many there are, and which of them, from 0, hold the photo and the caption."""

    separator: str = ","
    number: int = 2
    photo: int = 0
    caption: int = 1


def read_captions(path: Path) -> list[Row]:
    """Read a captions.txt.

    Raises:
        DatasetError: the file cannot be read or is no such table; the message names the line.
    """
    lines = read_lines(path)
    number = next((number for number, line in enumerate(lines) if line.strip()), 0)
    separator = (re.findall(r"[,;\t]", lines[number]) or [","])[0]
    header = [name.strip(' "').lower() for name in lines[number].split(separator)]
    if {"image", "caption"} <= set(header):
        columns = Columns(separator, len(header), header.index("image"), header.index("caption"))
        number += 1
    elif ROW.match(lines[number]):
        columns = Columns(separator)
    else:
        raise DatasetError(f"{path} does not begin with the line image,caption. Add it.")
    rows = []
    while number < len(lines):
        if not lines[number].strip(" \t" + separator):
            number += 1
            continue
        row, number = read_row(path, lines, number, columns)
        rows.append(row)
    return rows


def read_lines(path: Path) -> list[str]:
    """The lines of a text file. They end with a line feed or a carriage return; captions may contain other line ends.

    Raises:
        DatasetError: it cannot be read.
    """
    try:
        return re.split(r"\r\n?|\n", decode(path.read_bytes()))
    except OSError as error:
        raise DatasetError(f"{path} can't be read ({reason(error)}), so the data is not complete.") from error


def decode(content: bytes) -> str:
    """Text in UTF-8, in UTF-16, with a byte order mark or without, or in Windows' older encoding."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content[:2]:
        return content.decode("utf-16-be" if content[0] == 0 else "utf-16-le", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def read_row(path: Path, lines: list[str], number: int, columns: Columns) -> tuple[Row, int]:
    """The row that begins in a line, and the number of the line after it."""
    first, rest, before = number, lines[number], []
    for _ in range(columns.caption):
        field, found, rest = split_off(rest, columns.separator)
        if not found:
            refuse(path, first)
        before.append(field)
    number += 1
    quoted = QUOTED.match(rest)
    if rest.lstrip(" ").startswith('"'):
        last = min(len(lines), first + MAX_LINES)
        while not quoted and number < last and not ROW.match(lines[number]):
            rest, number = f"{rest}\n{lines[number]}", number + 1
            quoted = QUOTED.match(rest)
        if not quoted:
            refuse(path, first, NOT_CLOSED)
    count = columns.number - columns.caption - 1
    after = fields_after(rest[quoted.end() :], count, columns.separator) if quoted else None
    if quoted and after is not None:
        caption = quoted[1].replace('""', '"')
    elif "\n" in rest:
        refuse(path, first, NOT_CLOSED)
    else:  # no quotation marks around the caption: all its commas are its own
        caption, *after = rest.rsplit(columns.separator, count)
        if len(after) < count:
            refuse(path, first)
    fields = [*before, caption, *after]
    return Row(fields[columns.photo].strip(' "'), " ".join(caption.split())), number


def fields_after(text: str, count: int, separator: str) -> list[str] | None:
    """The columns after a quoted caption; None if there are too few, because the caption does not end there."""
    if not text.strip(" " + separator):
        return [""] * count
    fields = text.split(separator)
    return fields[1:] if not fields[0] and len(fields) == count + 1 else None


def split_off(text: str, separator: str) -> tuple[str, bool, str]:
    """The first field, whether a separator follows it, and the text behind that."""
    if (quoted := QUOTED.match(text)) and text.startswith(separator, quoted.end()):
        return quoted[1].replace('""', '"'), True, text[quoted.end() + 1 :]
    field, found, rest = text.partition(separator)
    return field.strip(), bool(found), rest


def refuse(path: Path, line: int, reason: str = "a line is the photo's name, a comma, and the caption.") -> NoReturn:
    raise DatasetError(f"{path}, line {line + 1}: {reason}")
