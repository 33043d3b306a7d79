"""The documentation: its list of keys is complete, and its links lead somewhere."""

import re
from pathlib import Path

import pytest

from captioner.gui.commands import COMMANDS, MAC

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "weights" / "README.md"]


@pytest.mark.skipif(MAC, reason="the user guide gives the keys of Linux and Windows")
def test_user_guide_gives_every_key():
    cells = re.findall(r"^\| (.+?) \|", (ROOT / "docs" / "user-guide.md").read_text(encoding="utf-8"), re.MULTILINE)
    keys = {key for cell in cells for key in (cell, *re.split(", | \\(", cell))}
    assert {command.shortcut for command in COMMANDS if command.shortcut} <= keys


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_and_a_heading(page):
    for link in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        name, _, heading = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        if heading:
            assert heading in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_of_the_project_that_a_page_names_exists(page):
    text = page.read_text(encoding="utf-8")
    for name in re.findall(r"\b(?:captioner|scripts|tests|docs)/[\w/.-]+\.(?:py|sh|md|png)\b", text):
        assert (ROOT / name).exists(), name


def anchors(page: Path) -> set[str]:
    """The names by which GitHub links to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_architecture_names_modules_that_exist():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    names = set(re.findall(r"\b(?:gui|photos|model|speech|output|system|training)/[a-z_/]*[a-z_]", text))
    assert len(names) > 15
    for name in names:
        path = ROOT / "captioner" / name
        assert path.is_dir() or path.with_suffix(".py").exists(), name


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120
