"""Captioned photos: where they are, how they are split, and their captions as arrays of word ids."""

import random
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

import numpy as np

from captioner.model.text import content, words_of
from captioner.model.vocabulary import SPECIAL_WORDS, Vocabulary
from captioner.training.captions_file import DatasetError, read_captions, read_lines

MAX_HELD_OUT = 1000  # photos in a development or a test split of our own making
MAX_NAMED = 20  # photos in a message

# Where a folder holds a folder a split: their names.
SPLIT_FOLDERS = {"train": "train", "dev": "development", "test": "test"}


@dataclass(frozen=True)
class Example:
    """A photo with its captions as people wrote them."""

    photo: Path
    captions: tuple[str, ...]


Dataset = dict[str, list[Example]]


def load_datasets(folders: Sequence[Path], seed: int = 0) -> dict[str, Dataset]:
    """Read several folders with `load_dataset`, each by its name, or by its path where two have the same name."""
    names = [folder.resolve().name for folder in folders]
    if len(set(names)) < len(names):
        names = ["-".join(folder.resolve().parts[1:]) for folder in folders]
    if len(set(names)) < len(names):
        raise DatasetError("The same data folder is named twice. Name it once, and give it a weight with --mix.")
    return {name: load_dataset(folder, seed) for name, folder in zip(names, folders)}


def load_dataset(folder: str | Path, seed: int = 0) -> Dataset:
    """Read a folder of captioned photos.

    Four layouts are known. The original release of Flickr8k (M. Hodosh et al., JAIR 47, 2013): `Flicker8k_Dataset/`
    and `Flickr8k_text/` with `Flickr8k.token.txt` and the official splits, of which test may be missing. Today's
    download: `Images/` and `captions.txt`, a table with the columns image and caption. Any folder of photos with such a
    `captions.txt` among them. A folder with `train/` and `development/` (and `test/`), each in one of the last two
    layouts. Without such folders the photos are split by a fixed seed: an eighth of them (at most 1,000) is the
    development split, and as many are the test split.

    Captions without a word are left out, and so are photos that have no other; what was left out is printed.

    Args:
        folder: the folder that holds one of these.
        seed: of the split, where the data has none.

    Returns:
        Examples by split: "train", "dev" and, where there is one, "test".

    Raises:
        DatasetError: no known layout, a missing file, a caption without its photo, an empty split.
    """
    folder = Path(folder)
    if (folder / "Flickr8k_text").is_dir():
        splits = read_flickr8k(folder)
    elif (folder / "captions.txt").is_file():
        splits = {"all": read_folder(folder)}
    elif (folder / "train").is_dir() and (folder / "development").is_dir():
        splits = {
            split: read_folder(folder / name)
            for split, name in SPLIT_FOLDERS.items()
            if split != "test" or (folder / name).is_dir()
        }
    else:
        raise DatasetError(
            f"{folder} has neither Flickr8k_text/ nor captions.txt. Name the folder of Flickr8k, a folder of photos "
            "with a captions.txt that begins with the line image,caption, or a folder that holds two such folders, "
            "train/ and development/."
        )
    splits = without_wordless(splits)
    if "all" in splits:
        splits = split_at_random(splits["all"], seed)
    for split, examples in splits.items():
        if not examples:
            raise DatasetError(f"The {split} split is empty. The data needs at least eight captioned photos.")
    return splits


def read_flickr8k(folder: Path) -> Dataset:
    """The original release of Flickr8k, whose captions are lines `NAME.jpg#N<TAB>caption`."""
    path = folder / "Flickr8k_text" / "Flickr8k.token.txt"
    captions = defaultdict(list)
    for number, line in enumerate(read_lines(path), 1):
        key, tab, caption = line.partition("\t")
        if tab:
            captions[key.rpartition("#")[0]].append(" ".join(caption.split()))
        elif line.strip():
            raise DatasetError(f"{path}, line {number}: a line is NAME.jpg#N, a tab, and the caption.")
    splits: Dataset = {}
    for split in ("train", "dev", "test"):
        path = folder / "Flickr8k_text" / f"Flickr_8k.{split}Images.txt"
        if split == "test" and not path.exists():
            continue
        names = [line.strip() for line in read_lines(path) if line.strip()]
        for name in names:
            if not captions.get(name):
                raise DatasetError(
                    f"The photo {name} of the {split} split has no caption. Add one, or remove it from the split."
                )
        splits[split] = examples_of([(name, c) for name in names for c in captions[name]], folder / "Flicker8k_Dataset")
    return splits


def read_folder(folder: Path) -> list[Example]:
    """A captions.txt with its photos, which lie in Images/ or with it; sorted by their names."""
    rows = read_captions(folder / "captions.txt")
    photos = next((path for path in folder.iterdir() if path.name.lower() == "images" and path.is_dir()), folder)
    return sorted(examples_of(rows, photos), key=lambda example: example.photo.name)


def examples_of(rows: Iterable[tuple[str, str]], photos: Path) -> list[Example]:
    """The photos that captions name, in the order in which they come first.

    A name may have another case, another form of its accents or another folder before it than the file: on a memory
    card or another system they are the same.
    """
    files = {plain(path.name): path for path in sorted(photos.iterdir())} if photos.is_dir() else {}
    found: dict[str, Path] = {}
    captions: defaultdict[Path, list[str]] = defaultdict(list)
    for name, caption in rows:
        if name not in found:
            exact = photos / name
            path = exact if name and exact.is_file() else files.get(plain(PureWindowsPath(name).name))
            if path is None:
                raise DatasetError(f"The caption of {name} has no photo: {exact} does not exist.")
            found[name] = path
        captions[found[name]].append(caption)
    return [Example(photo, tuple(texts)) for photo, texts in captions.items()]


def plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def split_at_random(examples: list[Example], seed: int) -> Dataset:
    held_out = min(MAX_HELD_OUT, len(examples) // 8)
    examples = random.Random(seed).sample(examples, len(examples))
    return {"train": examples[2 * held_out :], "dev": examples[:held_out], "test": examples[held_out : 2 * held_out]}


def without_wordless(splits: Dataset) -> Dataset:
    """The same without captions that have no word, and photos that have no other; prints what was left out."""
    kept: Dataset = {}
    skipped, bare = 0, []
    for split, examples in splits.items():
        kept[split] = []
        for example in examples:
            captions = tuple(filter(words_of, example.captions))
            skipped += len(example.captions) - len(captions)
            if captions:
                kept[split].append(Example(example.photo, captions))
            else:
                bare.append(example.photo.name)
    if skipped:
        print(f"Skipped {counted(skipped, 'caption')} without a word.", file=sys.stderr)
    if bare:
        names = ", ".join(bare[:MAX_NAMED]) + (f" and {len(bare) - MAX_NAMED} more" if len(bare) > MAX_NAMED else "")
        print(f"Left out {counted(len(bare), 'photo')} without any other caption: {names}.", file=sys.stderr)
    return kept


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def build_vocabulary(captions: list[str], min_word_count: int | None, known: Vocabulary | None = None) -> Vocabulary:
    """The words to train with.

    Args:
        captions: of the training photos.
        min_word_count: how often a word must occur; None for a number that follows the size of the data: 1 for a few
            thousand captions, 5, as is usual, for those of Flickr8k.
        known: the words of the weights that the training starts from. They come first; the others follow.

    Raises:
        DatasetError: too few words occur that often.
    """
    count = min_word_count or min(5, max(1, len(captions) // 5000))
    vocabulary = Vocabulary.build(captions, count)
    if known:
        vocabulary = Vocabulary([*known.words, *(word for word in vocabulary.words if word not in known.ids)])
    words = [word for caption in captions for word in words_of(caption)]
    share = sum(word in vocabulary.ids for word in words) / max(1, len(words))
    if share < 0.5 or not content(vocabulary.words[len(SPECIAL_WORDS) :]):
        raise DatasetError(
            f"Only {share:.0%} of the words in the captions occur {count} times or more, too few to train on. Add "
            f"captions{', or set --min-word-count to a lower number' if count > 1 else ''}."
        )
    return vocabulary


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
        captions = example.captions
        for number, row in enumerate(rows):
            words = [vocabulary.start, *vocabulary.encode(captions[number % len(captions)]), vocabulary.end]
            row[: len(words)] = words[: len(row)]
    return ids
