"""Archives of photos, and the captions that are written for them."""

import csv
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet


def write_tar(path: Path, members: dict[str, bytes], *, compressed: bool = False) -> Path:
    with tarfile.open(path, "w:gz" if compressed else "w") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def write_parquet(path: Path, **columns: list[Any]) -> Path:
    parquet.write_table(pyarrow.table(columns), path)
    return path


def rows(out: Path) -> list[dict[str, Any]]:
    """The rows of all parts in a folder, by their paths."""
    found: list[dict[str, Any]] = []
    for part in out.glob("part-*"):
        if part.suffix == ".parquet":
            found += parquet.read_table(part).to_pylist()
        elif part.suffix == ".jsonl":
            found += map(json.loads, part.read_text().splitlines())
        else:
            found += csv.DictReader(io.StringIO(part.read_text(), newline=""))
    return sorted(found, key=lambda row: str(row["path"]))


def paths(out: Path) -> list[str]:
    return [row["path"] for row in rows(out)]


def differences(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> list[str]:
    """Where the rows of an archive, sorted by path, are not what `captioner --json` printed."""
    expected = sorted(expected, key=lambda row: str(row["path"]))
    names, wanted = [row["path"] for row in found], [row["path"] for row in expected]
    if names != wanted:
        return [f"{len(names)} rows for {len(wanted)} photos, {len(set(wanted) - set(names))} are missing"]
    return [
        row["path"]
        for row, one in zip(found, expected, strict=True)
        if any(row[name] != one.get(name) for name in ("caption", "statement", "error"))
        or abs((row["confidence"] or 0) - one.get("confidence", 0)) > 1e-5
        or row["alternatives"] != [other["caption"] for other in one.get("alternatives", [])]
    ]
