"""Captions as text and as lists of words."""

import re
from collections.abc import Iterable

from captioner.model.tokenizer import tokenize

# What can be learnt and printed: words, numbers and a few signs, but not brackets ("-lrb-"), smileys or tags.
WORD = re.compile(r"(?!-[lr][rsc]b-)[^\s<>()\[\]{}]*[^\W_][^\s<>()\[\]{}]*|[&$#@%]")
CLITIC = re.compile(r" (?='(?:s|re|ve|ll|d|m)\b|n't\b)")
MAX_WORD_LENGTH = 1000  # characters

# Irregular plurals, and the endings of plurals and participles.
PLURALS = {"men": "man", "women": "woman", "children": "child", "people": "person"}
ENDING = re.compile(r"(?<=\w\w\w)(?:ing|s)$")


def words_of(caption: str) -> list[str]:
    """The words of a caption, in lower case, without punctuation and smileys."""
    return [word for word in tokenize(caption) if is_word(word)]


def is_word(text: str) -> bool:
    return len(text) <= MAX_WORD_LENGTH and text.isprintable() and WORD.fullmatch(text) is not None


def sentence(words: Iterable[str]) -> str:
    """Join words into a sentence with a capital and a full stop: ["a", "man", "'s", "dog"] gives "A man's dog."."""
    text = CLITIC.sub("", " ".join(words))
    return text[:1].upper() + text[1:] + "."


# Words that say little about what is in a photo.
FUNCTION_WORDS = frozenset(
    """
    a an the some this that there their his her its it they them who which and or while as is are was were be been being
    has have having 's with in on of at to by for from into onto over through near next up down out off around along
    """.split()  # noqa: SIM905
)

COLOURS = frozenset("red blue green yellow black white brown pink orange purple gray grey tan silver".split())  # noqa: SIM905

# Words that a caption may say twice: "a man in a white shirt and white trousers". Of other words, such as the train in
# "a train next to a train", the second is nearly always a mistake.
REPEATABLE_WORDS = (
    FUNCTION_WORDS | COLOURS | frozenset("dark light large small young other another two three wooden metal".split())  # noqa: SIM905
)


def content(words: Iterable[str]) -> frozenset[str]:
    """What a caption is about: its words without function words, and without the endings of plurals and verbs.

    Two captions with the same content say the same: "A dog runs on grass.", "The dogs are running through grass."
    """
    return frozenset(stem(word) for word in words if word not in FUNCTION_WORDS)


def stem(word: str) -> str:
    """What the forms of a word have in common: "rid" of ride, rides, riding; "run" of run, runs, running."""
    word = ENDING.sub("", PLURALS.get(word, word)).removesuffix("e")
    return word[:-1] if word[-1:] == word[-2:-1] else word
