"""Free pictures of other people with known text, from screenshots to signs: see tests/free_text/LICENCES.md."""

from pathlib import Path

import jiwer
from PIL import Image

from tests.support.pages import ROOT, Page

FOLDER = ROOT / "tests" / "free_text"
# Small photos that are not free, in a folder next to the checkout, if there is one.
EVERYDAY = ROOT.parent / "shared" / "everyday" / "train" / "Images"

# Kinds of pictures, and the share of words that shall be right.
TARGETS = {
    "screenshots": 0.97,
    "dark_themes": None,
    "scans": 0.97,
    "newspapers": None,
    "photographed_pages": 0.85,
    "signs": 0.6,
}

# It does not matter to a listener which of these is read.
PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "…": "..."})


def pages(folder: Path) -> dict[str, Page]:
    """The pictures in a folder by their names. The text in each is in a file of the same name that ends in .txt."""
    pictures = {path.stem: path for path in sorted(folder.iterdir()) if path.suffix != ".txt"}
    return {name: Page(_opened(path), path.with_suffix(".txt").read_text("utf-8")) for name, path in pictures.items()}


def everyday_signs() -> dict[str, Page]:
    """Small photos with signs by their names; none if the photos are not there."""
    rows = (row.split("\t") for row in (FOLDER / "everyday.tsv").read_text("utf-8").splitlines())
    return {name: Page(_opened(EVERYDAY / name), text) for name, text in rows if (EVERYDAY / name).exists()}


def words_right(page: Page, text: str) -> tuple[int, int]:
    """How many words of a page were read right, in their order and with their case, and how many there are."""
    measures = _compared(page, text)
    wrong = measures.substitutions + measures.deletions + measures.insertions
    total = len(measures.references[0])
    return max(0, total - wrong), total


def misses(page: Page, text: str) -> list[str]:
    """What was read wrongly: "cat > cot"; " > cot" is too much, and "cat > " is missing."""
    measures = _compared(page, text)
    words, read = measures.references[0], measures.hypotheses[0]
    return [
        f"{' '.join(words[part.ref_start_idx : part.ref_end_idx])} > "
        f"{' '.join(read[part.hyp_start_idx : part.hyp_end_idx])}"
        for part in measures.alignments[0]
        if part.type != "equal"
    ]


def _compared(page: Page, text: str) -> jiwer.WordOutput:
    known, read = (" ".join(words.translate(PLAIN).split()) for words in (page.text, text))
    return jiwer.process_words(known, read)


def _opened(path: Path) -> Image.Image:
    return Image.open(path).convert("RGB")
