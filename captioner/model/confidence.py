"""How far to trust a caption: the probability that it describes its photo, and that nothing in it is wrong.

The first, the confidence, is a product of two. One: a caption with such evidence (how probable its words were, how its
attention was spread, how strongly the encoder responded) describes a photo of the kind that the model was trained on.
The other: the photo is of that kind. Its light, colours and detail are usual, few of the encoder's features are silent,
and the decoder seldom wanted an unknown word.

The second, the exactness, is a product with the same other factor. Its first follows from how likely each word is
wrong: see `captioner.model.claims`.

All factors are logistic regressions, which training/confidence.py fits.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from captioner.model.beam_search import Hypothesis

# A feature is silent if its mean over the photo is below this.
SILENT_BELOW = 0.01

# The measures of a photo, as shares or logarithms.
PHOTO = ("brightness", "contrast", "colour", "flatness", "detail")

# The coefficients in model.json, by their names there: of the regressions, and the usual range of each measure.
COEFFICIENTS = {
    "describes": (
        "intercept",
        "agreement",
        "mean log-probability of a word",
        "margin",
        "unknown words",
        "unknown words, by rarity",
        "attention entropy",
        "attention peak",
        "state",
        "silent features",
    ),
    "word": (
        "intercept",
        "log-probability",
        "expected of the photo",
        "expected of the photo more than of others",
        "rarity",
        "share of the captions found",
        "colour",
        "number",
        "sex or age",
    ),
    "exact": ("intercept", "words right"),
    "familiar": (
        "intercept",
        "mean log-probability of a word",
        "least log-probability of a word",
        "unknown words",
        "silent features",
        "strangeness",
    ),
    "mean": PHOTO,
    "deviation": PHOTO,
}


def evidence(
    hypotheses: Sequence[Hypothesis], photo: np.ndarray, regions: np.ndarray, state: np.ndarray
) -> dict[str, float]:
    """What the trust in the best caption depends on, by the names in PHOTO and COEFFICIENTS.

    Args:
        hypotheses: what `beam_search` found, best first.
        photo: uint8 [height, width, 3], as the encoder takes it.
        regions: float32 [1, R, D], from the encoder; the second half of each are features that are never negative.
        state: float32 [1, S], from the encoder.
    """
    best, *others = hypotheses
    log_probabilities = [*best.log_probabilities, best.log_probability - sum(best.log_probabilities)]
    attention = np.array(best.attention_weights)
    pixels = photo[::2, ::2].astype(np.float32) / 255  # fast, and enough
    grey = pixels.mean(-1)
    steps = np.abs(np.diff(grey))
    values = {
        "agreement": best.predicted_cider,
        "mean log-probability of a word": np.mean(log_probabilities),
        "least log-probability of a word": np.min(log_probabilities),
        "margin": best.mean_log_probability - others[0].mean_log_probability if others else 0.0,
        "unknown words": np.mean(best.unknown_log_probabilities),
        # The vocabulary is sorted by frequency: by Zipf's law the logarithm of the rank says how rare a word is.
        "unknown words, by rarity": np.average(best.unknown_log_probabilities[:-1], weights=np.log(best.words)),
        "attention entropy": -(attention * np.log(attention + 1e-9)).sum(-1).mean(),
        "attention peak": attention.max(-1).mean(),
        "state": np.abs(state).mean(),
        "silent features": (regions[0, :, regions.shape[2] // 2 :].mean(0) < SILENT_BELOW).mean(),
        "brightness": grey.mean(),
        "contrast": grey.std(),
        "colour": np.ptp(pixels, axis=-1).mean(),
        "flatness": (steps < 1 / 255).mean(),
        "detail": np.log(steps.mean() + 1e-4),
        "words right": best.words_right,
    }
    return {name: float(value) for name, value in values.items()}


def confidence(evidence: Mapping[str, float], coefficients: Mapping[str, Mapping[str, float]]) -> float:
    """The probability that a caption describes its photo.

    Args:
        coefficients: by the names in COEFFICIENTS.
    """
    return _product("describes", evidence, coefficients)


def exactness(evidence: Mapping[str, float], coefficients: Mapping[str, Mapping[str, float]]) -> float:
    """The probability that nothing in a caption is wrong.

    Args:
        coefficients: by the names in COEFFICIENTS.
    """
    return _product("exact", evidence, coefficients)


def _product(part: str, evidence: Mapping[str, float], coefficients: Mapping[str, Mapping[str, float]]) -> float:
    """The product of a regression's probability and of that of being familiar."""
    known = {**evidence, "intercept": 1.0, "strangeness": strangeness(evidence, coefficients)}
    of_caption, familiar = (
        probability(sum(coefficient * known[name] for name, coefficient in coefficients[each].items()))
        for each in (part, "familiar")
    )
    return of_caption * familiar


def strangeness(evidence: Mapping[str, float], coefficients: Mapping[str, Mapping[str, float]]) -> float:
    """How unusual a photo's measures are: the logarithm of their mean squared distance in standard deviations."""
    mean, deviation = coefficients["mean"], coefficients["deviation"]
    return math.log(sum(((evidence[name] - mean[name]) / deviation[name]) ** 2 for name in PHOTO) / len(PHOTO) + 1e-9)


def probability(logit: float) -> float:
    """The logistic function, for numbers of any size."""
    return (1 + math.tanh(logit / 2)) / 2
