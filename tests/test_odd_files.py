import random
from pathlib import Path

import pytest

from scripts.corpus import outcome, pillow_images
from scripts.fuzz import mutated, photos


@pytest.fixture(scope="module")
def others(tmp_path_factory) -> list[Path]:
    try:
        folder = pillow_images(tmp_path_factory.mktemp("pillow"))
    except OSError as error:
        pytest.skip(str(error))
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".gz")


def test_files_that_others_made_do_no_harm(others):
    assert len(others) > 500
    outcomes = [outcome(path) for path in others[::10]]
    assert "HARMED" not in outcomes
    assert outcomes.count("read") > len(outcomes) / 2


def test_damaged_photos_of_any_format_do_no_harm():
    chance = random.Random(0)
    for contents in photos().values():
        assert outcome(contents[0]) == "read"
        for _ in range(10):
            assert outcome(mutated(chance.choice(contents), contents, chance)) != "HARMED"
