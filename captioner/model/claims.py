"""How likely the words of a caption are wrong, and the choice of a caption of which little is likely to be.

Each content word of a caption is a claim. A logistic regression, which training/confidence.py fits to words that
readers called wrong, predicts whether one is false from how probable the decoder found it, how much the reranker
expects it of this photo, and how many of the search's captions agree on it. A caption is exact if none is false. Where
that is doubtful, a shorter version takes its place, if it is hardly worse otherwise.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from captioner.model.beam_search import Hypothesis
from captioner.model.confidence import probability
from captioner.model.reranker import LEAST_EXPECTED, Reranker
from captioner.model.shortening import NEUTRAL, NUMBERS, versions
from captioner.model.text import COLOURS, FUNCTION_WORDS
from captioner.model.vocabulary import Vocabulary

SEX_OR_AGE = frozenset("man woman boy girl child baby men women boys girls".split())  # noqa: SIM905

# Of the wrong words for a person's sex or age, the share where a word without it was wrong as well: nobody was there.
NOBODY = 0.3

# In a caption's rank: the weight of the logarithm of its exactness.
EXACTNESS_WEIGHT = 0.006
# Shorter versions are looked for where the exactness is below this, among those of the first captions, and taken if the
# rank's score is lower by this at most.
SURE = 0.69
SHORTENED = 5
MAX_LOSS = 0.018

Coefficients = Mapping[str, Mapping[str, float]]


def choose(
    hypotheses: Sequence[Hypothesis],
    vocabulary: Vocabulary,
    reranker: Reranker,
    expected: np.ndarray,
    coefficients: Coefficients,
) -> list[Hypothesis]:
    """Rank captions by what the reranker says and by how likely they are exact, the one to print first.

    The first may be a shorter version of one of the others. Its log-probabilities are those of the words in the longer
    caption, as the decoder has not seen it.

    Args:
        hypotheses: from `Reranker.rerank`.
        expected: from `Reranker.expect`.
        coefficients: by the names in `captioner.model.confidence.COEFFICIENTS`.
    """

    def score(hypothesis: Hypothesis) -> float:
        return reranker.score(hypothesis) + EXACTNESS_WEIGHT * math.log(exact(hypothesis))

    def exact(hypothesis: Hypothesis) -> float:
        logit = coefficients["exact"]["intercept"] + coefficients["exact"]["words right"] * hypothesis.words_right
        return max(probability(logit), 1e-9)

    found = with_claims(hypotheses, vocabulary, reranker, expected, coefficients["word"])
    ranked = sorted(found, key=score, reverse=True)
    if exact(ranked[0]) >= SURE:
        return ranked
    shorter = [
        version
        for hypothesis in ranked[:SHORTENED]
        for version in shortened(hypothesis, vocabulary, coefficients["word"])
        if exact(version) >= SURE
    ]
    best = max(reranker.rerank(shorter, expected), key=score, default=None)
    return [best, *ranked] if best and score(best) >= score(ranked[0]) - MAX_LOSS else ranked


def with_claims(
    hypotheses: Sequence[Hypothesis],
    vocabulary: Vocabulary,
    reranker: Reranker,
    expected: np.ndarray,
    coefficients: Mapping[str, float],
) -> Iterator[Hypothesis]:
    """The captions with their `claims` and `words_right`."""
    texts = [vocabulary.decode(hypothesis.words) for hypothesis in hypotheses]
    totals = np.array([hypothesis.total for hypothesis in hypotheses])
    shares = np.exp(totals - totals.max())
    agreeing: dict[str, float] = {}
    for share, words in zip((shares / shares.sum()).tolist(), texts):
        for word in set(words):
            agreeing[word] = agreeing.get(word, 0.0) + share
    for hypothesis, words in zip(hypotheses, texts):
        rows = []
        for id, word, log_probability in zip(hypothesis.words, words, hypothesis.log_probabilities):
            here, usual, rarity = reranker.mentions(id, expected)
            here, usual = np.log(max(here, LEAST_EXPECTED)), np.log(max(usual, LEAST_EXPECTED))
            kinds = word in COLOURS, word in NUMBERS, word in SEX_OR_AGE
            rows.append(
                [log_probability, here, here - usual, rarity, agreeing[word], *kinds, word not in FUNCTION_WORDS]
            )
        claims = np.array(rows, float)
        yield replace(hypothesis, claims=claims, words_right=words_right(claims, coefficients))


def words_right(claims: np.ndarray, coefficients: Mapping[str, float]) -> float:
    """The log-probability that no word of a caption is wrong, if their mistakes were independent.

    Args:
        claims: of a `Hypothesis`.
        coefficients: the intercept, and one for each column of claims but the last.
    """
    intercept, *slopes = coefficients.values()
    wrong = (1 + np.tanh((intercept + claims[:, :-1] @ slopes) / 2)) / 2
    return float(np.log1p(-np.minimum(wrong * claims[:, -1], 1 - 1e-9)).sum())


def shortened(
    hypothesis: Hypothesis, vocabulary: Vocabulary, coefficients: Mapping[str, float]
) -> Iterator[Hypothesis]:
    """The shorter versions of a caption that has `claims`."""
    words = vocabulary.decode(hypothesis.words)
    end = hypothesis.log_probability - sum(hypothesis.log_probabilities)
    for version in dict.fromkeys(versions(words)):
        if not vocabulary.ids.keys() >= set(version.words):
            continue
        kept = list(version.origins)
        claims = hypothesis.claims[kept]
        neutral = [new != words[k] and words[k] in NEUTRAL for new, k in zip(version.words, kept)]
        claims[neutral, -1] = NOBODY
        log_probabilities = tuple(hypothesis.log_probabilities[k] for k in kept)
        yield replace(
            hypothesis,
            words=tuple(vocabulary.ids[word] for word in version.words),
            log_probabilities=log_probabilities,
            attention_weights=tuple(hypothesis.attention_weights[k] for k in kept),
            log_probability=sum(log_probabilities) + end,
            unknown_log_probabilities=tuple(hypothesis.unknown_log_probabilities[k] for k in [*kept, -1]),
            total=hypothesis.total / (len(words) + 1) * (len(kept) + 1),  # the mean of a word stays
            claims=claims,
            words_right=words_right(claims, coefficients),
        )
