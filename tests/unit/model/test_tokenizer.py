"""The words of captions are those that the evaluation finds: pycocoevalcap runs a Java program for it."""

import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captioner.model.tokenizer import tokenize
from captioner.model.weights import open_weights

WORDS = """
    a the A The dog Dogs man's dogs' women's t-shirt black-and-white isn't can't they're he'll ma'am o'clock y'all 'em
    cannot gonna A.B.C. U.S. p.m. e.g. Mr. St. no. No. Ave etc. café cafe\u0301 naïve 10 3.5 1,000 3:30 5th 1/2 3-foot
    1950s his/her w/o AT&T R&B h&m #1 x I in is and
""".split()  # noqa: SIM905
JOINERS = [" "] * 12 + [" , ", ", ", ". ", " . ", "...", "…", "--", " - ", "–", "&", "/", "!", "?", "?!", ":", "; "]
JOINERS += ["'", "’", ' "', '" ', "“", "” ", " (", ") ", "[", "]", "%", "$", "£", "½", "°", "é", "\u0301", "\u00a0"]
CAPTION = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(JOINERS)).map("".join), min_size=1).map("".join)


def evaluated(captions: list[str]) -> list[list[str]]:
    """The words by the evaluation's own tokenizer, all in one run of it."""
    from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

    # How a caption ends depends on how the next line begins, so that another one stands between.
    lines = {number: [{"caption": caption}, {"caption": "x"}] for number, caption in enumerate(captions)}
    return [words.split() for words, _ in PTBTokenizer().tokenize(lines).values()]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("java"), reason="Java is not installed")
@pytest.mark.parametrize("joined", ["with spaces", "in any way"])
def test_any_caption_has_the_words_that_the_evaluation_finds(joined: str) -> None:
    captions: list[str] = []

    @settings(max_examples=1500, derandomize=True, database=None)
    @given(CAPTION if joined == "in any way" else st.lists(st.sampled_from(WORDS), min_size=1).map(" ".join))
    def collect(caption: str) -> None:
        captions.append(caption)

    collect()
    different = {
        caption: (ours, theirs)
        for caption, ours, theirs in zip(captions, map(tokenize, captions), evaluated(captions))
        if ours != theirs
    }
    assert not different


@pytest.mark.parametrize(
    ("caption", "words"),
    [
        ("A dog...running", ["a", "dog", "running"]),
        ("A dog&cat, A.B.C. and AT&T", ["a", "dog", "&", "cat", "a.b.c.", "and", "at&t"]),
        ("A cafe\u0301, a café", ["a", "cafe\u0301", "a", "café"]),
        ("dog,a cat;a bird:a fish", ["dog", "a", "cat", "a", "bird", "a", "fish"]),
        ("his/her 1/2 and ½", ["his/her", "1/2", "and", "1/2"]),
        ("It’s a (small) dog?!", ["it", "'s", "a", "-lrb-", "small", "-rrb-", "dog", "?!"]),
        ("A dog runs.It jumps.", ["a", "dog", "runs.it", "jumps"]),
        ("They cannot see it", ["they", "can", "not", "see", "it"]),
        ("...", []),
    ],
)
def test_captions_that_people_write(caption: str, words: list[str]) -> None:
    assert tokenize(caption) == words


def test_the_shipped_words_are_still_words() -> None:
    for word in open_weights().vocabulary().words[4:]:
        assert tokenize(word) == [word]
