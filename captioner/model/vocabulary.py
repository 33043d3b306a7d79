"""Words and their ids, and the way between captions and lists of words."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from captioner.errors import WeightsError

SPECIAL_WORDS = ("<pad>", "<start>", "<end>", "<unknown>")

# Bytes that are read of a vocabulary, and letters of a word: what is longer is none.
MOST = 2**22
LONGEST = 1000

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


class Vocabulary:
    """The words that the decoder knows; a word's id is its position.

    Args:
        words: the special words first, each word once.
    """

    pad, start, end, unknown = range(len(SPECIAL_WORDS))

    def __init__(self, words: Sequence[str]):
        self.words = list(words)
        self.ids = {word: id for id, word in enumerate(self.words)}
        if tuple(self.words[: len(SPECIAL_WORDS)]) != SPECIAL_WORDS or len(self.ids) != len(self.words):
            raise ValueError("a vocabulary starts with the special words and has each word once")

    def __len__(self) -> int:
        return len(self.words)

    @classmethod
    def build(cls, captions: Iterable[str], min_count: int) -> "Vocabulary":
        """The words that occur at least min_count times, the most frequent first."""
        counts = Counter(word for caption in captions for word in tokenize(caption))
        frequent = [word for word, count in counts.items() if count >= min_count]
        return cls([*SPECIAL_WORDS, *sorted(frequent, key=lambda word: (-counts[word], word))])

    @classmethod
    def load(cls, path: Path) -> "Vocabulary":
        """Read a vocabulary from JSON.

        Raises:
            WeightsError: the file is missing or is no vocabulary.
        """
        try:
            with path.open("rb") as file:
                words = json.loads(file.read(MOST).decode())["words"]
            others = words[len(SPECIAL_WORDS) :]
            if not others or not all(len(word) <= LONGEST and WORD.fullmatch(word) for word in others):
                raise ValueError("a word is none")
            return cls(words)
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise WeightsError(
                f"The vocabulary {path} cannot be read ({error}). Install the program or export the model again."
            ) from error

    def save(self, path: Path) -> None:
        path.write_text(json.dumps({"words": self.words}, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")

    def encode(self, caption: str) -> list[int]:
        """Ids of the caption's words, unknown for rare ones, without start and end."""
        return [self.ids.get(word, self.unknown) for word in tokenize(caption)]

    def decode(self, ids: Iterable[int]) -> list[str]:
        return [self.words[id] for id in ids]
