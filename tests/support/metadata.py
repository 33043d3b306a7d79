"""Reads and writes photos' metadata as another program does."""

import atexit
import functools
import shutil
import subprocess
from pathlib import Path

import pytest

needs_exiftool = pytest.mark.skipif(
    not shutil.which("exiftool"), reason="no exiftool (Debian package libimage-exiftool-perl)"
)


@functools.cache
def _process() -> "subprocess.Popen[bytes]":
    """ExifTool, started once, because that takes half a second."""
    command = ["exiftool", "-stay_open", "True", "-@", "-"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    atexit.register(process.communicate, b"-stay_open\nFalse\n")
    return process


def exiftool(path: Path, *arguments: str) -> str:
    """What ExifTool prints for a file, whose name may have line ends."""
    name = str(path).replace("\\", "\\\\").replace("\n", "\\n")
    lines = "\n".join([*arguments, f"#[CSTR]{name}" if "\n" in str(path) else name, "-execute\n"])
    process = _process()
    assert process.stdin
    assert process.stdout
    process.stdin.write(lines.encode())
    process.stdin.flush()
    printed = b""
    while not printed.endswith(b"{ready}\n"):
        printed += process.stdout.readline()
    return printed.decode().removesuffix("{ready}\n").strip()


def set_tags(path: Path, *tags: str) -> Path:
    """Set tags, "-Artist=Ann" for instance, with ExifTool. A sidecar that is missing is made."""
    assert " 1 image files " in f" {exiftool(path, '-overwrite_original', *tags)} "
    return path


def alt_text(path: Path) -> str:
    """The alternative text as ExifTool reads it."""
    return exiftool(path, "-s3", "-XMP-iptcCore:AltTextAccessibility")
