"""Odd, damaged and malicious files, from other projects and made here, never harm the program."""

import random
from pathlib import Path

import numpy as np
import pytest

from scripts.measure.corpus import CORPORA, outcome
from scripts.measure.fuzz import mutated, photos
from tests.support.photos import read_photo


@pytest.fixture(scope="module")
def others(tmp_path_factory, request) -> list[Path]:
    """The files of a corpus."""
    try:
        folder = CORPORA[request.param](tmp_path_factory.mktemp("corpus"))
    except OSError as error:
        pytest.skip(str(error))
    return sorted(path for path in folder.rglob("*") if path.is_file())


# With every which file is tried here; scripts/measure/corpus.py tries all.
@pytest.mark.parametrize(("others", "step"), [("pillow", 10), ("pillow-heif", 3), ("PngSuite", 1)], indirect=["others"])
def test_files_that_others_made_do_no_harm(others, step):
    outcomes = [outcome(path) for path in others[::step]]
    assert "HARMED" not in outcomes
    assert len(outcomes) > 20
    assert outcomes.count("read") > len(outcomes) / 2


@pytest.mark.parametrize("others", ["PngSuite"], indirect=True)
def test_png_suite_looks_as_it_should(others):
    """As http://www.schaik.com/pngsuite/ describes its files by their names."""
    files = {path.stem: path for path in others if path.suffix == ".png"}
    damaged = [path for name, path in files.items() if name.startswith("x")]
    assert len(damaged) == 14
    assert {outcome(path) for path in damaged} <= {"damaged", "refused"}

    def look(name: str) -> np.ndarray:
        return read_photo(files[name]).astype(int)

    for name in files:
        if name.startswith("basn") or (name[0] == "s" and name[3] == "n"):  # interlaced, it is the same
            assert np.array_equal(look(name), look(name[:3] + name[3:].replace("n", "i", 1)))
    for names in (
        ["basn0g16", "oi1n0g16", "oi2n0g16", "oi4n0g16", "oi9n0g16"],  # in pieces of any length
        ["basn2c16", "oi1n2c16", "oi2n2c16", "oi4n2c16", "oi9n2c16", "pp0n2c16", "ps1n2c16", "ps2n2c16"],
        ["z00n2c08", "z03n2c08", "z06n2c08", "z09n2c08"],  # compressed in any way
    ):
        assert all(np.array_equal(look(names[0]), look(name)) for name in names)
    for kind in ("0g16", "2c08", "3p04"):  # saved with any gamma
        usual = look(f"g05n{kind}")
        assert all(np.abs(look(f"g{gamma}n{kind}") - usual).mean() < 8 for gamma in ("03", "04", "07", "10", "25"))
    assert look("basn0g16")[0, :20:4, 0].tolist() == [0, 105, 144, 173, 197]  # 16 bits of light itself
    for name in ("tbbn0g04", "tbbn2c16", "tbbn3p08", "tbwn0g16", "tbyn3p08", "tp1n3p08"):  # over white
        assert look(name)[0, 0].tolist() == [255, 255, 255]


def test_damaged_photos_of_any_format_do_no_harm():
    chance = random.Random(0)
    for contents in photos().values():
        assert outcome(contents[0]) == "read"
        for _ in range(10):
            assert outcome(mutated(chance.choice(contents), contents, chance)) != "HARMED"
