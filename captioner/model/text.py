"""Captions as text and as lists of words."""

import re
from collections.abc import Iterable

# The Penn Treebank's rules as far as captions need them: clitics are words of their own, other punctuation is dropped.
CLITIC = re.compile(r"(?<=\w)('s|'re|'ve|'ll|'d|'m|n't)\b")
WORD = re.compile(r"n't|'(?:s|re|ve|ll|d|m)\b|[^\W_]+(?:[-'.,/&]+[^\W_]+)*|[&$#@%]")

# How plurals end, and what people and animals are doing.
PLURALS = {"men": "man", "women": "woman", "children": "child", "people": "person"}
ENDING = re.compile(r"(?<=\w\w\w)(?:ing|s)$")


def tokenize(caption: str) -> list[str]:
    """Split a caption into lower-case words without punctuation, as evaluation does (pycocoevalcap's PTBTokenizer)."""
    return WORD.findall(CLITIC.sub(r" \1", caption.lower().replace("’", "'")))


def sentence(words: Iterable[str]) -> str:
    """Join words into a sentence with a capital and a full stop: ["a", "man", "'s", "dog"] gives "A man's dog."."""
    text = re.sub(r" (?='|n't\b)", "", " ".join(words))
    return text[:1].upper() + text[1:] + "."


# Words that say little of what is in a photo.
FUNCTION_WORDS = frozenset(
    tokenize(
        "a an the some this that there their his her its it they them who which and or while as is are was were be "
        "been being has have having 's with in on of at to by for from into onto over through near next up down out "
        "off around along"
    )
)


def content(words: Iterable[str]) -> frozenset[str]:
    """What a caption speaks of: its words but for function words, plurals and verbs without their endings.

    Two captions of the same content say the same: "A dog runs on grass.", "The dogs are running through grass."
    """
    return frozenset(stem(word) for word in words if word not in FUNCTION_WORDS)


def stem(word: str) -> str:
    """What the forms of a word have in common: "rid" of ride, rides, riding; "run" of run, runs, running."""
    word = ENDING.sub("", PLURALS.get(word, word)).removesuffix("e")
    return word[:-1] if word[-1:] == word[-2:-1] else word
