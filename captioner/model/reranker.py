"""Tells the search what people would say of the photo, and chooses among the captions that it found.

CIDEr (R. Vedantam et al., CVPR 2015, arXiv 1411.5726) compares a caption with people's captions by their n-grams, rare
ones counting more. A linear regression, fitted by training/reranker.py, predicts from the encoder's features how much
of each n-gram people's captions of the photo contain. During the search this favours words that are more expected of
this photo than of others; afterwards it predicts the CIDEr of each caption that the search returns. It judges a caption
as a whole, while the decoder goes from word to word.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from captioner.errors import REINSTALL, WeightsError, reason
from captioner.model.beam_search import Bonus, Hypothesis
from captioner.model.vocabulary import Vocabulary

T = TypeVar("T")

# Words of an n-gram. CIDEr goes up to four, but n-grams of four can hardly be predicted.
MAX_NGRAM = 3

# A caption's rank also depends on the mean log-probability of its words, with the bonuses of the search, and on how
# many they are: the regression, which compares directions, likes short captions a little too much.
LOG_PROBABILITY_WEIGHT = 0.04
LENGTH_WEIGHT = 0.005

# How much the search follows the regression: the weight of log(expected of this photo / expected of any photo), and the
# least that is expected, as predictions of rare n-grams are too uncertain to compare.
BONUS_WEIGHT = 0.12
LEAST_EXPECTED = 0.001

# The arrays of the file, by their names there: F features, N n-grams, R dimensions between them.
SHAPES = {
    "projection": ("F", "R"),  # float16
    "bias": ("R",),  # float32
    "ngrams": ("N", MAX_NGRAM),  # uint16: the ids of the words, then padding
    "rarity": ("N",),  # float32, the idf: the logarithm of (photos / photos whose captions contain it)
    "usual": ("N",),  # float32: the mean of the predictions over all photos
    "directions": ("N", "R"),  # int8
    "scale": ("N",),  # float32, of the directions
    "rarest": (),  # float32: the idf of n-grams that are not in the file
}


class Reranker:
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
            raise WeightsError(f"The model file {path} is damaged ({reason(error)}). {REINSTALL}") from error
        self._projection = arrays["projection"].astype(np.float32)
        self._bias, self._idf, self._mean = arrays["bias"], arrays["rarity"], arrays["usual"]
        self._directions, self._scale = arrays["directions"], arrays["scale"]
        self._unknown_idf = float(arrays["rarest"])
        ids = arrays["ngrams"]
        self._rows = {tuple(filter(None, words)): row for row, words in enumerate(ids.tolist())}
        lengths = (ids != Vocabulary.pad).sum(1)
        self._unigrams, pairs = np.flatnonzero(lengths == 1), np.flatnonzero(lengths == 2)
        self._words = ids[self._unigrams, 0]
        self._pairs = pairs[np.argsort(ids[pairs, 0], kind="stable")]  # by their first word
        self._first_words, self._second_words = ids[self._pairs, :2].T

    @property
    def features(self) -> int:
        """How many features the encoder has to give."""
        return len(self._projection)

    def expect(self, features: np.ndarray) -> np.ndarray:
        """How much of each n-gram people's captions of a photo are expected to contain, float32 [N].

        Args:
            features: float32 [1, F], from the encoder.
        """
        # Not @: the threads of its library would keep the cores busy for a while, and slow down the next photo.
        photo = np.einsum("f,fr->r", features[0], self._projection) + self._bias
        expected: np.ndarray = np.einsum("nr,r->n", self._directions, photo) * self._scale + self._mean
        return expected

    def bonus(self, expected: np.ndarray) -> Bonus:
        """For `beam_search`: favours words that are more expected of this photo than of others.

        Args:
            expected: from `expect`.
        """
        floor = np.maximum(self._mean, LEAST_EXPECTED)
        gains = BONUS_WEIGHT * np.log(np.maximum(expected, LEAST_EXPECTED) / floor)
        of_words, of_pairs = gains[self._unigrams], gains[self._pairs]

        def add(words: np.ndarray, scores: np.ndarray) -> None:
            scores[:, self._words] += of_words
            starts, ends = (np.searchsorted(self._first_words, words, side) for side in ("left", "right"))
            for row, start, end in zip(scores, starts, ends):
                row[self._second_words[start:end]] += of_pairs[start:end]

        return add

    def rerank(self, hypotheses: Sequence[Hypothesis], expected: np.ndarray) -> list[Hypothesis]:
        """The captions with their predicted CIDEr, best first.

        Args:
            expected: from `expect`.
        """
        predicted = [replace(h, predicted_cider=self._predict(h.words, expected)) for h in hypotheses]
        return sorted(predicted, key=self.score, reverse=True)

    def score(self, hypothesis: Hypothesis) -> float:
        """What a caption with its predicted CIDEr is ranked by."""
        length = len(hypothesis.words)
        mean = hypothesis.total / (length + 1)
        return hypothesis.predicted_cider + LOG_PROBABILITY_WEIGHT * mean + LENGTH_WEIGHT * length

    def mentions(self, word: int, expected: np.ndarray) -> tuple[float, float, float]:
        """How much of a word is expected of the photo and of any photo, and its idf.

        Args:
            word: its id.
            expected: from `expect`.
        """
        row = self._rows.get((word,))
        if row is None:
            return 0.0, 0.0, self._unknown_idf
        return float(expected[row]), float(self._mean[row]), float(self._idf[row])

    def _predict(self, words: Sequence[int], expected: np.ndarray) -> float:
        """About the mean cosine between the n-grams of a caption and people's, over n-grams of 1 to 3 words."""
        total = 0.0
        for counts in ngrams((*words, Vocabulary.end), MAX_NGRAM):
            known = {self._rows[ngram]: count for ngram, count in counts.items() if ngram in self._rows}
            rows = list(known)
            weights = np.array(list(known.values())) * self._idf[rows]
            unknown = sum(count**2 for ngram, count in counts.items() if ngram not in self._rows)
            norm = math.sqrt(weights @ weights + unknown * self._unknown_idf**2 + 1e-9)
            total += float(weights @ expected[rows]) / norm
        return total / MAX_NGRAM


def ngrams(words: Sequence[T], longest: int) -> list[Counter[tuple[T, ...]]]:
    """The n-grams of 1 word, of 2 words and so on, counted."""
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
            raise ValueError(f"{name} contains values that are not finite")
