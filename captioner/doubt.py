"""How sure the captioner is of a caption: as a probability, and in words.

The probability that a caption describes its photo is a product of two. One, that a caption with such evidence (how
probable its words were, how the beams agreed) describes a photo like those that were trained on. The other, that the
photo is like those at all: its brightness, colours and detail are not strange, and the decoder misses no words that it
does not know. Both are logistic regressions; `captioner.training.calibration` fits them.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from captioner.beam_search import Hypothesis

# From which confidence on a caption is told in which words; below all of them it is no more than a guess.
WORDS = ((0.7, ""), (0.45, "Probably: "), (0.2, "Not sure, perhaps: "))
GUESS = "This does not look like a photo that I can describe. My best guess: "

# What a search tells of its best caption, and what is measured of the photo.
SEARCH = (
    "mean log-probability of a word",
    "least log-probability of a word",
    "margin",
    "agreement",
    "attention entropy",
    "words",
    "unknown words",
)
PHOTO = ("brightness", "contrast", "colour", "flatness", "detail")

# The coefficients: of both regressions, and what is usual for each measure of a photo.
COEFFICIENTS = {
    "describes": ("intercept", *SEARCH),
    "familiar": ("intercept", "strangeness", "unknown words", *SEARCH[:2]),
    "mean": PHOTO,
    "deviation": PHOTO,
}


def evidence(hypotheses: Sequence[Hypothesis], photo: np.ndarray) -> dict[str, float]:
    """What tells how sure the best caption is, by the names in SEARCH and PHOTO.

    Args:
        hypotheses: what `beam_search` found, best first.
        photo: uint8 [height, width, 3], as the encoder takes it.
    """
    return dict(zip((*SEARCH, *PHOTO), (*_of_search(hypotheses), *_of_photo(photo))))


def confidence(evidence: Mapping[str, float], coefficients: Mapping[str, Mapping[str, float]]) -> float:
    """The probability that a caption describes its photo.

    Args:
        coefficients: by the names in COEFFICIENTS.
    """
    known = {**evidence, "intercept": 1.0, "strangeness": strangeness(evidence, coefficients)}
    describes, familiar = (
        probability(sum(value * known[name] for name, value in coefficients[part].items()))
        for part in ("describes", "familiar")
    )
    return describes * familiar


def strangeness(evidence: Mapping[str, float], coefficients: Mapping[str, Mapping[str, float]]) -> float:
    """How far a photo's measures are from the usual: the logarithm of the mean square, in standard deviations."""
    mean, deviation = coefficients["mean"], coefficients["deviation"]
    return math.log(sum(((evidence[name] - mean[name]) / deviation[name]) ** 2 for name in PHOTO) / len(PHOTO) + 1e-9)


def probability(logit: float) -> float:
    """The logistic function, for numbers of any size."""
    return (1 + math.tanh(logit / 2)) / 2


def statement(text: str, confidence: float) -> str:
    """A caption with its doubt in words: "Probably: a dog runs through grass."."""
    prefix = next((words for least, words in WORDS if confidence >= least), GUESS)
    return prefix + text[:1].lower() + text[1:] if prefix else text


def _of_search(hypotheses: Sequence[Hypothesis]) -> tuple[float, ...]:
    best, *others = hypotheses
    log_probabilities = [*best.log_probabilities, best.log_probability - sum(best.log_probabilities)]
    margin = _mean_log_probability(best) - _mean_log_probability(others[0]) if others else 0.0
    words = set(best.words)
    shared = [len(words & set(other.words)) / len(words | set(other.words)) for other in others]
    attention = np.array(best.attention_weights)
    values = (
        np.mean(log_probabilities),
        np.min(log_probabilities),
        margin,
        np.mean(shared or [1.0]),
        -(attention * np.log(attention + 1e-9)).sum(-1).mean(),
        len(best.words),
        np.mean(best.forbidden),
    )
    return tuple(map(float, values))


def _of_photo(photo: np.ndarray) -> tuple[float, ...]:
    pixels = photo[::2, ::2].astype(np.float32) / 255  # enough, and quick
    grey = pixels.mean(-1)
    steps = np.abs(np.diff(grey))
    values = (
        grey.mean(),
        grey.std(),
        np.ptp(pixels, axis=-1).mean(),
        (steps < 1 / 255).mean(),
        np.log(steps.mean() + 1e-4),
    )
    return tuple(map(float, values))


def _mean_log_probability(hypothesis: Hypothesis) -> float:
    return hypothesis.log_probability / (len(hypothesis.words) + 1)
