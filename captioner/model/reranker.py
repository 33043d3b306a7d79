"""Which of the captions that were found agrees best with what people would say.

CIDEr (R. Vedantam et al., CVPR 2015, arXiv 1411.5726) compares a caption with people's by their n-grams, rare ones
counting more. How much of each n-gram people's captions of a photo have is foretold from the encoder's features by
linear regression, which training/consensus.py fits; of the captions of a beam search, the one that agrees best with
that is told. It is judged as a whole, while the decoder goes from word to word.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from captioner.errors import WeightsError
from captioner.model.beam_search import Hypothesis
from captioner.model.vocabulary import Vocabulary

T = TypeVar("T")

# Words of an n-gram. CIDEr goes up to four; how much of those people have can hardly be foretold.
LONGEST = 3

# What the mean log-probability of a word counts beside the agreement, and what each word costs: the more is said, the
# more may agree, but the more may be wrong, too.
LIKELIHOOD = 0.02
LENGTH = 0.0005

# The arrays of the file: F features, N n-grams, R dimensions between them.
SHAPES = {
    "projection": ("F", "R"),  # float16
    "bias": ("R",),  # float32
    "ngrams": ("N", LONGEST),  # uint16: the ids of the words, then padding
    "rarity": ("N",),  # float32: logarithm of how many photos there are for one whose captions have it
    "usual": ("N",),  # float32: the mean over all photos of what is foretold
    "directions": ("N", "R"),  # int8
    "scale": ("N",),  # float32, of the directions
    "rarest": (),  # float32: the rarity of what is no n-gram of these
}


class Consensus:
    """The regression.

    Args:
        path: an .npz file of the arrays in SHAPES.

    Raises:
        WeightsError: it is damaged.
    """

    def __init__(self, path: Path) -> None:
        try:
            with np.load(path) as file:
                arrays = {name: file[name] for name in SHAPES}
            _check(arrays)
        except Exception as error:  # zip files raise almost anything
            raise WeightsError(f"The model's file {path} is damaged ({error}).") from error
        self._projection = arrays["projection"].astype(np.float32)
        self._bias, self._rarity, self._usual = arrays["bias"], arrays["rarity"], arrays["usual"]
        self._directions, self._scale = arrays["directions"], arrays["scale"]
        self._rarest = float(arrays["rarest"])
        self._rows = {tuple(filter(None, ids)): row for row, ids in enumerate(arrays["ngrams"].tolist())}

    @property
    def features(self) -> int:
        return len(self._projection)

    def rank(self, hypotheses: Sequence[Hypothesis], features: np.ndarray) -> list[Hypothesis]:
        """Captions with their agreement, the best first.

        Args:
            features: float32 [1, F], from the encoder.
        """
        photo = features[0] @ self._projection + self._bias
        agreeing = [replace(h, agreement=self._agreement(h.words, photo)) for h in hypotheses]
        return sorted(
            agreeing,
            key=lambda h: h.agreement + LIKELIHOOD * h.mean_log_probability - LENGTH * len(h.words),
            reverse=True,
        )

    def _agreement(self, words: Sequence[int], photo: np.ndarray) -> float:
        """About the mean cosine between the n-grams of a caption and people's, over 1 to 3 words.

        Args:
            photo: float32 [R].
        """
        total = 0.0
        for counts in ngrams((*words, Vocabulary.end), LONGEST):
            known = {self._rows[ngram]: count for ngram, count in counts.items() if ngram in self._rows}
            rows = list(known)
            weights = np.array(list(known.values())) * self._rarity[rows]
            unknown = sum(count**2 for ngram, count in counts.items() if ngram not in self._rows) * self._rarest**2
            foretold = self._directions[rows] @ photo * self._scale[rows] + self._usual[rows]
            total += float(weights @ foretold) / math.sqrt(weights @ weights + unknown + 1e-9)
        return total / LONGEST


def ngrams(words: Sequence[T], longest: int) -> list[Counter[tuple[T, ...]]]:
    """The n-grams of 1 to so many words, counted, by their length."""
    return [Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1)) for n in range(1, longest + 1)]


def _check(arrays: dict[str, np.ndarray]) -> None:
    """Raises ValueError: these are not the arrays of a regression."""
    sizes: dict[str, int] = {}
    for name, shape in SHAPES.items():
        expected = tuple(
            sizes.setdefault(n, size) if isinstance(n, str) else n for n, size in zip(shape, arrays[name].shape)
        )
        if arrays[name].shape != expected or len(shape) != arrays[name].ndim:
            raise ValueError(f"{name} has the wrong shape")
        if not np.isfinite(arrays[name]).all():
            raise ValueError(f"{name} has what are no numbers")
