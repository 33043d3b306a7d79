"""The words that the decoder knows, and their ids."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from captioner.errors import REINSTALL, WeightsError, reason
from captioner.model.text import is_word, words_of

SPECIAL_WORDS = ("<pad>", "<start>", "<end>", "<unknown>")

MAX_FILE_SIZE = 2**22  # bytes; a longer file is damaged


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
        counts = Counter(word for caption in captions for word in words_of(caption))
        frequent = [word for word, count in counts.items() if count >= min_count]
        return cls([*SPECIAL_WORDS, *sorted(frequent, key=lambda word: (-counts[word], word))])

    @classmethod
    def load(cls, path: Path) -> "Vocabulary":
        """Read a vocabulary from JSON.

        Raises:
            WeightsError: the file is missing or not a vocabulary.
        """
        try:
            with path.open("rb") as file:
                words = json.loads(file.read(MAX_FILE_SIZE).decode())["words"]
            others = words[len(SPECIAL_WORDS) :]
            if not others or not all(isinstance(word, str) and is_word(word) for word in others):
                raise ValueError("an entry is not a word")
            return cls(words)
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise WeightsError(f"The vocabulary {path} can't be read ({reason(error)}). {REINSTALL}") from error

    def save(self, path: Path) -> None:
        path.write_text(json.dumps({"words": self.words}, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")

    def encode(self, caption: str) -> list[int]:
        """Ids of the caption's words, unknown for rare ones, without start and end."""
        return [self.ids.get(word, self.unknown) for word in words_of(caption)]

    def decode(self, ids: Iterable[int]) -> list[str]:
        return [self.words[id] for id in ids]
