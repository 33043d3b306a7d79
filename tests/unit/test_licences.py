"""What the program is built from is named where users look for it."""

import configparser
import re
from pathlib import Path

from captioner.gui.dialogs.about import PARAGRAPHS

ROOT = Path(__file__).parents[2]


def test_about_and_the_licences_name_every_package_that_the_program_needs():
    configuration = configparser.ConfigParser()
    configuration.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = configuration["options"]["install_requires"].splitlines()
    packages = {re.split("[>=<;]", line)[0].strip() for line in lines if line and not line.startswith("#")}
    assert "pillow-heif" in packages
    licences = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8").lower()
    about = " ".join(PARAGRAPHS).lower()
    assert {name for name in packages if name not in licences} == set()
    # TensorFlow is only for some computers, and LiteRT comes in a package with another name.
    assert {name for name in packages - {"tensorflow", "ai-edge-litert"} if name not in about} == set()
    assert "litert" in about
