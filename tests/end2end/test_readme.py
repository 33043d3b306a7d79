"""The README's list of keys."""

import re
from pathlib import Path

import pytest

from captioner.gui.commands import COMMANDS, MAC

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.skipif(MAC, reason="the README gives the keys of Linux and Windows")
def test_readme_gives_every_key():
    cells = re.findall(r"^\| (.+?) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    keys = {key for cell in cells for key in (cell, *re.split(", | \\(", cell))}
    assert {command.shortcut for command in COMMANDS if command.shortcut} <= keys
