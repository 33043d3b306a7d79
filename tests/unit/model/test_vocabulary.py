from pathlib import Path

import pytest

from captioner.errors import WeightsError
from captioner.model.vocabulary import SPECIAL_WORDS, Vocabulary


def test_rare_words_are_unknown() -> None:
    vocabulary = Vocabulary.build(["a dog", "a dog runs", "a cat"], min_count=2)
    assert vocabulary.words == [*SPECIAL_WORDS, "a", "dog"]
    assert vocabulary.encode("A dog runs.") == [4, 5, vocabulary.unknown]
    assert vocabulary.decode([4, 5]) == ["a", "dog"]


def test_the_same_captions_give_the_same_file(tmp_path: Path) -> None:
    """Of words that occur equally often the order is fixed: ids must not change from run to run."""
    for name, captions in (("one", ["b a", "c d"]), ("two", ["d c", "a b"])):
        Vocabulary.build(captions, min_count=1).save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert Vocabulary.load(tmp_path / "one").words == [*SPECIAL_WORDS, "a", "b", "c", "d"]


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"words": 3}', '{"words": ["a"]}', '{"words": ["<pad>", "<start>", "<end>", "<unknown>", 7]}'],
)
def test_a_file_that_is_not_a_vocabulary_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "vocabulary.json"
    path.write_text(content)
    with pytest.raises(WeightsError, match=r"vocabulary\.json"):
        Vocabulary.load(path)


def test_a_missing_vocabulary_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="can't be read"):
        Vocabulary.load(tmp_path / "vocabulary.json")
