"""Rows of captions as Parquet, JSON Lines or CSV."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

from captioner.caption import Caption
from captioner.ocr.picture_text import PictureText, with_text

# The names of the columns, and the types that PyArrow gives them.
COLUMNS = {
    "path": "string",
    "caption": "string",
    "statement": "string",
    "confidence": "double",
    "alternatives": "list<string>",
    "text": "string",
    "error": "string",
    "model": "string",
    "seconds": "double",
}
# In CSV, what separates the alternatives.
SEPARATOR = " | "

Row = dict[str, Any]


def row(
    path: str,
    model: str,
    seconds: float,
    caption: Caption | None = None,
    text: PictureText | None = None,
    error: str | None = None,
) -> Row:
    """The row of a photo.

    Args:
        path: as `captioner.archive.sources.Photo.name` has it.
        model: name and version of the model that wrote the caption.
        seconds: how long loading and captioning took.
        caption, error: one of them.
        text: the text in the photo, if it was read.
    """
    return {
        "path": path.encode("utf-8", "backslashreplace").decode(),
        "caption": caption and caption.text,
        "statement": caption and with_text(caption.statement, text),
        "confidence": caption and caption.confidence,
        "alternatives": [alternative.text for alternative in caption.alternatives] if caption else [],
        "text": text and text.text,
        "error": error,
        "model": model,
        "seconds": round(seconds, 3),
    }


def _parquet(rows: Sequence[Row]) -> bytes:
    import pyarrow
    from pyarrow import parquet

    kinds = {"list<string>": pyarrow.list_(pyarrow.string()), "string": pyarrow.string(), "double": pyarrow.float64()}
    schema = pyarrow.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
    file = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(list(rows), schema), file)
    return file.getvalue()


def _json_lines(rows: Sequence[Row]) -> bytes:
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def _csv(rows: Sequence[Row]) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    writer.writerows({**row, "alternatives": SEPARATOR.join(row["alternatives"])} for row in rows)
    return file.getvalue().encode()


# By the suffix of the files.
FORMATS: dict[str, Callable[[Sequence[Row]], bytes]] = {"parquet": _parquet, "jsonl": _json_lines, "csv": _csv}


def errors_in(part: bytes, output: str) -> list[str | None]:
    """The error of each row of a part, which is None or empty for a photo with a caption.

    Args:
        part: the content of the file.
        output: the suffix of the file.
    """
    if output == "parquet":
        from pyarrow import parquet

        return list(parquet.read_table(io.BytesIO(part), columns=["error"])["error"].to_pylist())
    lines = io.StringIO(part.decode(), newline="")
    return [row["error"] for row in (map(json.loads, lines) if output == "jsonl" else csv.DictReader(lines))]
