import pytest

from captioner.model.text import content, sentence
from captioner.model.tokenizer import tokenize


@pytest.mark.parametrize(
    ("caption", "words"),
    [
        ("A dog , wet , runs .", ["a", "dog", "wet", "runs"]),
        ("A man's T-shirt; isn't it red?", ["a", "man", "'s", "t-shirt", "is", "n't", "it", "red"]),
        ("The girls’ “dog” is #7 ...", ["the", "girls", "dog", "is", "#", "7"]),
        ("10,000 people at 3.5 km", ["10,000", "people", "at", "3.5", "km"]),
        ("", []),
    ],
)
def test_tokenize(caption: str, words: list[str]) -> None:
    assert tokenize(caption) == words


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["a", "man", "'s", "dog", "runs"], "A man's dog runs."),
        (["the", "dog", "is", "n't", "wet"], "The dog isn't wet."),
        (["two", "t-shirts"], "Two t-shirts."),
    ],
)
def test_sentence_reads_as_a_person_would_write_it(words: list[str], text: str) -> None:
    assert sentence(words) == text
    assert tokenize(text) == words


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a dog runs on grass", "the dogs are running through the grass", True),
        ("two men ride bikes", "two men riding on a bike", True),
        ("a woman", "women", True),
        ("a dog runs on grass", "a dog runs on sand", False),
        ("a dog runs", "a black dog runs", False),
        ("a man sits", "a woman sits", False),
    ],
)
def test_content_decides_whether_captions_say_the_same(one: str, other: str, same: bool) -> None:
    assert (content(tokenize(one)) == content(tokenize(other))) is same
