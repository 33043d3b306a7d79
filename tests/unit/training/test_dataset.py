from pathlib import Path

import numpy as np
import pytest

from captioner.model.vocabulary import SPECIAL_WORDS, Vocabulary
from captioner.training.captions_file import DatasetError
from captioner.training.dataset import Example, build_vocabulary, encode_captions, load_dataset, load_datasets

FLICKR8K = Path(__file__).parents[4] / "shared" / "flickr8k"


def original(folder: Path, splits: dict[str, list[str]], captions: dict[str, list[str]]) -> Path:
    """A folder in the layout of Flickr8k's original release."""
    (folder / "Flicker8k_Dataset").mkdir(parents=True)
    (folder / "Flickr8k_text").mkdir()
    lines = [f"{name}#{n}\t{text}\n" for name, texts in captions.items() for n, text in enumerate(texts)]
    (folder / "Flickr8k_text" / "Flickr8k.token.txt").write_text("".join(lines))
    for split, names in splits.items():
        (folder / "Flickr8k_text" / f"Flickr_8k.{split}Images.txt").write_text("".join(f"{name}\n" for name in names))
    for name in captions:
        (folder / "Flicker8k_Dataset" / name).touch()
    return folder


def today(folder: Path, count: int, photos: str = "Images") -> Path:
    """A folder in the layout that is downloaded today, or plain photos with their captions."""
    (folder / photos).mkdir(parents=True, exist_ok=True)
    lines = [f'{n}.jpg,"A dog, number {n} ."\n' for n in range(count) for _ in range(2)]
    (folder / "captions.txt").write_text("image,caption\n" + "".join(lines))
    for n in range(count):
        (folder / photos / f"{n}.jpg").touch()
    return folder


def test_original_layout(tmp_path: Path) -> None:
    splits = {"train": ["a.jpg", "b.jpg"], "dev": ["c.jpg"]}
    captions = {name: [f"{name} one .", f"{name} two ."] for name in ("a.jpg", "b.jpg", "c.jpg")}
    dataset = load_dataset(original(tmp_path, splits, captions))
    assert {split: [example.photo.name for example in examples] for split, examples in dataset.items()} == splits
    assert dataset["train"][1].captions == ("b.jpg one .", "b.jpg two .")


def test_the_test_split_is_read_where_there_is_one(tmp_path: Path) -> None:
    splits = {"train": ["a.jpg"], "dev": ["b.jpg"], "test": ["c.jpg"]}
    assert set(load_dataset(original(tmp_path, splits, {f"{n}.jpg": ["A dog ."] for n in "abc"}))) == set(splits)


@pytest.mark.parametrize("photos", ["Images", "."])
def test_the_downloadable_layout_and_a_plain_folder(tmp_path: Path, photos: str) -> None:
    dataset = load_dataset(today(tmp_path, 16, photos))
    assert {split: len(examples) for split, examples in dataset.items()} == {"train": 12, "dev": 2, "test": 2}
    names = [example.photo for examples in dataset.values() for example in examples]
    assert len(set(names)) == 16
    assert all(photo.is_file() for photo in names)
    number = dataset["dev"][0].photo.stem
    assert dataset["dev"][0].captions == (f"A dog, number {number} .",) * 2


def test_the_split_is_the_same_every_time_and_another_by_another_seed(tmp_path: Path) -> None:
    folder = today(tmp_path, 40)
    assert load_dataset(folder) == load_dataset(folder)
    assert load_dataset(folder) != load_dataset(folder, seed=1)


def test_a_folder_in_no_known_layout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="neither Flickr8k_text/ nor captions.txt"):
        load_dataset(tmp_path)


@pytest.mark.parametrize("missing", ["Flickr8k.token.txt", "Flickr_8k.trainImages.txt", "Flickr_8k.devImages.txt"])
def test_missing_file(tmp_path: Path, missing: str) -> None:
    folder = original(tmp_path, {"train": ["a.jpg"], "dev": ["b.jpg"]}, {"a.jpg": ["A ."], "b.jpg": ["B ."]})
    (folder / "Flickr8k_text" / missing).unlink()
    with pytest.raises(DatasetError, match=missing):
        load_dataset(folder)


def test_caption_without_its_photo(tmp_path: Path) -> None:
    folder = today(tmp_path, 16)
    (folder / "Images" / "7.jpg").unlink()
    with pytest.raises(DatasetError, match=r"7\.jpg has no photo"):
        load_dataset(folder)


def test_photo_without_a_caption(tmp_path: Path) -> None:
    splits = {"train": ["a.jpg", "b.jpg"], "dev": ["c.jpg"]}
    folder = original(tmp_path, splits, {"a.jpg": ["A ."], "c.jpg": ["C ."]})
    with pytest.raises(DatasetError, match=r"b\.jpg of the train split has no caption"):
        load_dataset(folder)


def test_empty_split(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="dev split is empty"):
        load_dataset(today(tmp_path, 7))


def named(folder: Path, rows: list[str], files: list[str]) -> dict[str, list[Example]]:
    """The dataset of these rows and files, with seven further photos of their own."""
    others = [f"other{n}.jpg" for n in range(7)]
    (folder / "Images").mkdir()
    for name in (*files, *others):
        (folder / "Images" / name).touch()
    lines = ["image,caption", *rows, *(f"{name},A cat." for name in others)]
    (folder / "captions.txt").write_text("\n".join(lines), encoding="utf-8")
    return load_dataset(folder)


@pytest.mark.parametrize(
    ("written", "file"),
    [
        ("Images/1.jpg", "1.jpg"),
        ("Images\\1.jpg", "1.jpg"),
        ("C:\\photos\\1.jpg", "1.jpg"),
        ("./1.jpg", "1.jpg"),
        ("1.jpg ", "1.jpg"),
        ("1.JPG", "1.jpg"),
        ("1.jpg", "1.JPG"),
        ("\u00e9.jpg", "e\u0301.jpg"),
        ("e\u0301.jpg", "\u00e9.jpg"),
    ],
)
def test_a_photo_is_found_however_its_name_is_written(tmp_path: Path, written: str, file: str) -> None:
    dataset = named(tmp_path, [f"{written},A dog.", f"{file},A wet dog."], [file])
    (example,) = [e for examples in dataset.values() for e in examples if e.photo.name == file]
    assert example.captions == ("A dog.", "A wet dog.")


def test_captions_without_a_word_are_left_out_and_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["1.jpg,", "1.jpg,A dog.", '2.jpg,""', "2.jpg,...", "3.jpg,A fox.", "3.jpg,( )"]
    dataset = named(tmp_path, rows, ["1.jpg", "2.jpg", "3.jpg"])
    captions = {example.photo.name: example.captions for examples in dataset.values() for example in examples}
    assert captions["1.jpg"] == ("A dog.",)
    assert captions["3.jpg"] == ("A fox.",)
    assert "2.jpg" not in captions
    assert len(captions) == 9
    said = capsys.readouterr().err
    assert "Skipped 4 captions without a word." in said
    assert "Left out 1 photo without any other caption: 2.jpg." in said


def test_a_folder_with_a_folder_for_each_split(tmp_path: Path) -> None:
    today(tmp_path / "train", 3)
    today(tmp_path / "development", 2, ".")
    dataset = load_dataset(tmp_path)
    assert {split: len(examples) for split, examples in dataset.items()} == {"train": 3, "dev": 2}
    assert dataset["dev"][0].photo.parent == tmp_path / "development"
    today(tmp_path / "test", 1)
    assert len(load_dataset(tmp_path)["test"]) == 1


def test_flickr8k_itself() -> None:
    if not FLICKR8K.is_dir():
        pytest.skip(f"{FLICKR8K} is not there")
    dataset = load_dataset(FLICKR8K)
    assert {split: len(examples) for split, examples in dataset.items()} == {"train": 5996, "dev": 1000}
    assert all(len(example.captions) == 5 for examples in dataset.values() for example in examples)


def test_two_folders_are_read_by_their_names(tmp_path: Path) -> None:
    one, two, same = (today(tmp_path / name, 8) for name in ("one", "two", "other/one"))
    assert list(load_datasets([one, two])) == ["one", "two"]
    assert len(load_datasets([one, same])) == 2
    with pytest.raises(DatasetError, match="named twice"):
        load_datasets([one, one])


def test_the_minimum_word_count_follows_the_size_of_the_data() -> None:
    """A user's own photos have few words twice; of Flickr8k's 30,000 captions words count from five times on."""
    few = ["A woman in orange, smiling at us.", "A cat, close up.", "A cup of coffee, on a plate."]
    assert {"woman", "orange", "cat", "coffee"} <= set(build_vocabulary(few, None).words)
    many = [*["a dog runs"] * 29_980, *["a rare zebra"] * 4, *["a common cat"] * 5]
    assert not {"rare", "zebra"} & set(build_vocabulary(many, None).words)
    assert {"common", "cat"} <= set(build_vocabulary(many, None).words)
    assert "zebra" in build_vocabulary(many, 4).words


@pytest.mark.parametrize("captions", [["A cat, close up.", "A cup.", "A man."] * 4, ["A zebra grazes."], []])
def test_a_useless_vocabulary_is_refused(captions: list[str]) -> None:
    with pytest.raises(DatasetError, match=r"^Only \d+% of the words in the captions occur 9 times or more"):
        build_vocabulary(captions, 9)


def test_words_of_the_weights_keep_their_ids_and_new_ones_follow() -> None:
    known = Vocabulary([*SPECIAL_WORDS, "dog", "a"])
    vocabulary = build_vocabulary(["A zebra grazes.", "A zebra."], None, known)
    assert vocabulary.words == [*known.words, "zebra", "grazes"]


def test_captions_as_arrays(tmp_path: Path) -> None:
    examples = load_dataset(today(tmp_path, 16))["train"][:1]
    vocabulary = Vocabulary([*SPECIAL_WORDS, "a", "dog"])
    ids = encode_captions(examples, vocabulary, captions_per_photo=3, max_length=5)
    a, dog = vocabulary.ids["a"], vocabulary.ids["dog"]
    caption = [vocabulary.start, a, dog, vocabulary.unknown, vocabulary.unknown, vocabulary.end, vocabulary.pad]
    np.testing.assert_array_equal(ids, [[caption] * 3])
    short = encode_captions(examples, vocabulary, captions_per_photo=1, max_length=1)
    np.testing.assert_array_equal(short, [[[vocabulary.start, a, dog]]])
