"""Chooses among the captions that the search found the one that is expected to agree best with people's.

CIDEr (R. Vedantam et al., CVPR 2015, arXiv 1411.5726) compares a caption with people's captions by their n-grams, rare
ones counting more. A linear regression, fitted by training/reranker.py, predicts from the encoder's features how much
of each n-gram people's captions of the photo contain, and from that the CIDEr of each caption that the beam search
returns. It judges a caption as a whole, while the decoder goes from word to word.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from captioner.errors import REINSTALL, WeightsError, reason
from captioner.model.beam_search import Hypothesis
from captioner.model.vocabulary import Vocabulary

T = TypeVar("T")

# Words of an n-gram. CIDEr goes up to four, but n-grams of four can hardly be predicted.
MAX_NGRAM = 3

# A caption's rank also depends on the mean log-probability of its words.
LOG_PROBABILITY_WEIGHT = 0.04

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
        self._rows = {tuple(filter(None, ids)): row for row, ids in enumerate(arrays["ngrams"].tolist())}

    @property
    def features(self) -> int:
        """How many features the encoder has to give."""
        return len(self._projection)

    def rerank(self, hypotheses: Sequence[Hypothesis], features: np.ndarray) -> list[Hypothesis]:
        """The captions with their predicted CIDEr, best first.

        Args:
            features: float32 [1, F], from the encoder.
        """
        # Not @: the threads of its library would keep the cores busy for a while, and slow down the next photo.
        photo = np.einsum("f,fr->r", features[0], self._projection) + self._bias
        predicted = [replace(h, predicted_cider=self._predict(h.words, photo)) for h in hypotheses]
        return sorted(
            predicted,
            key=lambda h: h.predicted_cider + LOG_PROBABILITY_WEIGHT * h.mean_log_probability,
            reverse=True,
        )

    def _predict(self, words: Sequence[int], photo: np.ndarray) -> float:
        """About the mean cosine between the n-grams of a caption and people's, over n-grams of 1 to 3 words.

        Args:
            photo: float32 [R].
        """
        total = 0.0
        for counts in ngrams((*words, Vocabulary.end), MAX_NGRAM):
            known = {self._rows[ngram]: count for ngram, count in counts.items() if ngram in self._rows}
            rows = list(known)
            weights = np.array(list(known.values())) * self._idf[rows]
            unknown = sum(count**2 for ngram, count in counts.items() if ngram not in self._rows)
            expected = self._directions[rows] @ photo * self._scale[rows] + self._mean[rows]
            norm = math.sqrt(weights @ weights + unknown * self._unknown_idf**2 + 1e-9)
            total += float(weights @ expected) / norm
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
