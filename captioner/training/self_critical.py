"""Self-critical sequence training (S. Rennie et al., CVPR 2017, arXiv 1612.00563).

The decoder samples captions, and those that score better than its other captions of the same photo are made more
likely: training optimises the score itself, on the decoder's own words. The mean of the other captions is the baseline
(R. Luo, arXiv 2003.09971), so no further caption is needed.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from keras import ops

from captioner.model.reranker import ngrams
from captioner.model.vocabulary import Vocabulary
from captioner.training.decoder import AttentionDecoder, MergeDecoder, Tensor

Words = Sequence[str]
Vector = tuple[list[dict[tuple[str, ...], float]], list[float], int]


class CiderD:
    """CIDEr-D (R. Vedantam et al., CVPR 2015, arXiv 1411.5726), about 0 to 10, of a caption against a photo's.

    Args:
        references: each photo's captions as words.
        idf: of n-grams, the logarithm of (photos / photos whose captions contain it), for references that are too few
            to count it in.
        unknown_idf: of n-grams that idf lacks.
    """

    def __init__(
        self,
        references: Sequence[Sequence[Words]],
        idf: Mapping[tuple[str, ...], float] | None = None,
        unknown_idf: float = 0.0,
    ) -> None:
        photos = [{n for words in captions for counts in ngrams(words, 4) for n in counts} for captions in references]
        self.frequency = Counter(ngram for photo in photos for ngram in photo)
        self.log_photos = math.log(len(references))
        self.idf, self.unknown_idf = idf, unknown_idf
        self.references = [[self.vector(caption) for caption in captions] for captions in references]

    def vector(self, words: Words) -> Vector:
        """TF-IDF of the n-grams of each length from 1 to 4, their norms, and the number of words."""
        weights = [
            {ngram: count * self.rarity(ngram) for ngram, count in counts.items()} for counts in ngrams(words, 4)
        ]
        return weights, [math.sqrt(sum(w * w for w in each.values())) for each in weights], len(words)

    def rarity(self, ngram: tuple[str, ...]) -> float:
        """The idf of an n-gram."""
        if self.idf is not None:
            return self.idf.get(ngram, self.unknown_idf)
        return self.log_photos - math.log(max(1, self.frequency[ngram]))

    def __call__(self, photo: int, words: Words) -> float:
        candidate, norms, length = self.vector(words)
        total = 0.0
        for reference, reference_norms, reference_length in self.references[photo]:
            alike = 0.0
            for ours, theirs, norm in zip(candidate, reference, (a * b for a, b in zip(norms, reference_norms))):
                if norm:
                    alike += (
                        sum(min(w, theirs[ngram]) * theirs[ngram] for ngram, w in ours.items() if ngram in theirs)
                        / norm
                    )
            total += alike / 4 * math.exp(-((length - reference_length) ** 2) / 72)
        return 10 * total / len(self.references[photo])


def sample_captions(
    decoder: AttentionDecoder | MergeDecoder, grid: Tensor, count: int, max_length: int, random: np.random.Generator
) -> np.ndarray:
    """Captions drawn from the decoder's distribution.

    Args:
        grid: float32 [photos, 10, 10, channels].
        count: how many captions a photo gets.
        max_length: most words of a caption; one that is longer is cut and has no end.

    Returns:
        int32 [photos, count, max_length + 2]: start, words, end, padding.
    """
    regions, state = decoder.begin(grid)
    state = ops.repeat(state, count, axis=0)
    captions = np.full((len(state), max_length + 2), Vocabulary.pad, np.int32)
    captions[:, 0] = Vocabulary.start
    for position in range(1, max_length + 2):
        log_probabilities, _, state = decoder.step(ops.convert_to_tensor(captions[:, position - 1]), state, regions)
        probabilities = np.exp(ops.convert_to_numpy(log_probabilities))
        probabilities[:, [Vocabulary.pad, Vocabulary.start, Vocabulary.unknown]] = 0
        cumulative = probabilities.cumsum(-1)
        drawn = random.random((len(captions), 1), np.float32) * cumulative[:, -1:]
        ended = np.isin(captions[:, position - 1], (Vocabulary.end, Vocabulary.pad))
        captions[:, position] = np.where(ended, Vocabulary.pad, (cumulative[:, :-1] <= drawn).sum(-1))
        if ended.all():
            break
    return captions.reshape(-1, count, max_length + 2)


def advantages(
    reward: CiderD, photos: np.ndarray, captions: np.ndarray, vocabulary: Vocabulary
) -> tuple[np.ndarray, float]:
    """How much better each caption is than the others of its photo, float32 [photos, count], and the mean reward.

    The end counts as a word, or nothing would keep captions from stopping at "in a".

    Args:
        reward: made with an end behind each reference.
        photos: the reward's index of each photo, int [photos].
        captions: as `sample_captions` gives them.
    """
    padding = (Vocabulary.pad, Vocabulary.start)
    rewards = np.array(
        [
            [reward(photo, vocabulary.decode(id for id in row if id not in padding)) for row in rows]
            for photo, rows in zip(photos, captions)
        ],
        np.float32,
    )
    others = (rewards.sum(-1, keepdims=True) - rewards) / (rewards.shape[1] - 1)
    return rewards - others, float(rewards.mean())
