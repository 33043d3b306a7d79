"""Captioned photos: where they lie, how they are split, and their captions as arrays of word ids."""

import csv
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from captioner.errors import CaptionerError
from captioner.model.tokenizer import tokenize
from captioner.model.vocabulary import Vocabulary


class DatasetError(CaptionerError):
    """The data cannot be trained on; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Example:
    """A photo with its captions as people wrote them."""

    photo: Path
    captions: tuple[str, ...]


def load_dataset(folder: str | Path, seed: int = 0) -> dict[str, list[Example]]:
    """Read a folder of captioned photos.

    Three layouts are known. The original release of Flickr8k (M. Hodosh et al., JAIR 47, 2013): `Flicker8k_Dataset/`
    and `Flickr8k_text/` with `Flickr8k.token.txt` and the official splits, of which test may be missing. Today's
    download: `Images/` and `captions.txt`, a CSV file with the header `image,caption`. Any folder of photos with such a
    `captions.txt` beside them. The last two are split by a fixed seed: an eighth of the photos (1,000 at most) is the
    development split and as many the test split.

    Args:
        folder: the folder that holds one of these.
        seed: of the split, where the data brings none.

    Returns:
        Examples by split: "train", "dev" and, where there is one, "test".

    Raises:
        DatasetError: no known layout, a missing file, a caption without its photo, an empty split.
    """
    folder = Path(folder)
    if (folder / "Flickr8k_text").is_dir():
        captions = read_tokens(folder / "Flickr8k_text" / "Flickr8k.token.txt")
        photos = folder / "Flicker8k_Dataset"
        splits = {
            split: read(path).split()
            for split in ("train", "dev", "test")
            if (path := folder / "Flickr8k_text" / f"Flickr_8k.{split}Images.txt").exists() or split != "test"
        }
    elif (folder / "captions.txt").is_file():
        captions = read_csv(folder / "captions.txt")
        photos = folder / "Images" if (folder / "Images").is_dir() else folder
        splits = shuffle_split(sorted(captions), seed)
    else:
        raise DatasetError(
            f"{folder} has neither Flickr8k_text/ nor captions.txt: name the folder of Flickr8k, or a folder of photos "
            "with a captions.txt that begins with the line image,caption."
        )
    return {split: examples(split, names, photos, captions) for split, names in splits.items()}


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path} cannot be read ({error}): the data is not complete, fetch it again.") from error


def read_tokens(path: Path) -> dict[str, list[str]]:
    """Captions by photo name from lines `NAME.jpg#N<TAB>caption`."""
    captions = defaultdict(list)
    for number, line in enumerate(read(path).splitlines(), 1):
        key, tab, caption = line.partition("\t")
        if not tab:
            raise DatasetError(f"{path}, line {number}: a line is NAME.jpg#N, a tab, and the caption.")
        captions[key.rpartition("#")[0]].append(caption)
    return captions


def read_csv(path: Path) -> dict[str, list[str]]:
    """Captions by photo name from a CSV file with the columns image and caption."""
    captions = defaultdict(list)
    rows = csv.reader(read(path).splitlines(), skipinitialspace=True)
    if [name.strip().lower() for name in next(rows, [])] != ["image", "caption"]:
        raise DatasetError(f"{path} does not begin with the line image,caption: add it.")
    for row in rows:
        if len(row) < 2:
            raise DatasetError(f"{path}, line {rows.line_num}: a line is the photo's name, a comma, and the caption.")
        captions[row[0]].append(",".join(row[1:]))
    return captions


def shuffle_split(names: list[str], seed: int) -> dict[str, list[str]]:
    held_out = min(1000, len(names) // 8)
    names = random.Random(seed).sample(names, len(names))
    return {"train": names[2 * held_out :], "dev": names[:held_out], "test": names[held_out : 2 * held_out]}


def examples(split: str, names: list[str], photos: Path, captions: dict[str, list[str]]) -> list[Example]:
    if not names:
        raise DatasetError(f"The {split} split is empty: the data needs at least eight captioned photos.")
    for name in names:
        if not captions.get(name):
            raise DatasetError(
                f"The photo {name} of the {split} split has no caption: add one, or take it from the split."
            )
        if not (photos / name).is_file():
            raise DatasetError(f"The caption of {name} has no photo: {photos / name} does not exist.")
    return [Example(photos / name, tuple(captions[name])) for name in names]


def encode_captions(
    dataset: list[Example], vocabulary: Vocabulary, captions_per_photo: int, max_length: int
) -> np.ndarray:
    """Captions as word ids.

    Args:
        dataset: examples; one with fewer captions than asked for repeats them, one with more is cut.
        vocabulary: gives the ids.
        captions_per_photo: how many captions a photo has in the result.
        max_length: words of a caption; longer ones are cut (and have no end).

    Returns:
        int32 [photos, captions_per_photo, max_length + 2]: start, words, end, padding.
    """
    ids = np.full((len(dataset), captions_per_photo, max_length + 2), vocabulary.pad, np.int32)
    for example, rows in zip(dataset, ids):
        captions = [caption for caption in example.captions if tokenize(caption)] or list(example.captions)
        for number, row in enumerate(rows):
            words = [vocabulary.start, *vocabulary.encode(captions[number % len(captions)]), vocabulary.end]
            row[: len(words)] = words[: len(row)]
    return ids
