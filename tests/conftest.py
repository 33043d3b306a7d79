from pathlib import Path

import pytest

from captioner import Captioner

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def samples() -> dict[str, Path]:
    """The sample photos by name: "cat", "coffee" ..."""
    return {path.stem: path for path in sorted((ROOT / "assets").glob("*.jpg"))}


@pytest.fixture(scope="session")
def shipped() -> Captioner:
    """A captioner with the shipped weights."""
    return Captioner()
