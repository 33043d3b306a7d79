"""How sure the captioner is of a caption: as a probability, and in words."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from captioner.beam_search import Hypothesis

# From which confidence on a caption is told in which words; below all of them it is no more than a guess.
WORDS = ((0.7, ""), (0.45, "Probably: "), (0.2, "Not sure, perhaps: "))
EVIDENCE = (
    "mean log-probability of a word",
    "least log-probability of a word",
    "margin",
    "agreement",
    "attention entropy",
    "words",
)
GUESS = "This does not look like a photo that I can describe. My best guess: "


def evidence(hypotheses: Sequence[Hypothesis]) -> dict[str, float]:
    """What a search tells of how sure its best caption is, by EVIDENCE.

    Args:
        hypotheses: what `beam_search` found, best first.
    """
    best, *others = hypotheses
    log_probabilities = [*best.log_probabilities, best.log_probability - sum(best.log_probabilities)]
    margin = _mean_log_probability(best) - _mean_log_probability(others[0]) if others else 0.0
    words = set(best.words)
    shared = [len(words & set(other.words)) / len(words | set(other.words)) for other in others]
    attention = np.array(best.attention_weights)
    entropy = -(attention * np.log(attention + 1e-9)).sum(-1).mean()
    values = (np.mean(log_probabilities), np.min(log_probabilities), margin, np.mean(shared or [1.0]), entropy)
    return dict(zip(EVIDENCE, map(float, (*values, len(best.words)))))


def confidence(evidence: Mapping[str, float], coefficients: Mapping[str, float]) -> float:
    """The probability that a caption describes its photo: logistic regression on the evidence.

    Args:
        coefficients: the "intercept", and one for each of EVIDENCE.
    """
    logit = coefficients["intercept"] + sum(coefficients[name] * value for name, value in evidence.items())
    return probability(logit)


def probability(logit: float) -> float:
    """The logistic function, for numbers of any size."""
    return (1 + math.tanh(logit / 2)) / 2


def statement(text: str, confidence: float) -> str:
    """A caption with its doubt in words: "Probably: a dog runs through grass."."""
    prefix = next((words for least, words in WORDS if confidence >= least), GUESS)
    return prefix + text[:1].lower() + text[1:] if prefix else text


def _mean_log_probability(hypothesis: Hypothesis) -> float:
    return hypothesis.log_probability / (len(hypothesis.words) + 1)
