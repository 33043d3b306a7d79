"""How sure the captioner is of a caption: as a probability, and in words.

The probability that a caption describes its photo is a product of two. One, that a caption with such evidence (how
probable its words were, where they looked, how strongly the encoder reacted) describes a photo like those that were
trained on. The other, that the photo is like those: its light, colours and detail are not strange, few of the encoder's
features are silent, and the decoder misses no words. Both are logistic regressions; training/calibration.py fits them.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from captioner.model.beam_search import Hypothesis

# A feature is silent if its mean over the photo is less.
SILENT = 0.01

# What is measured of a photo, as shares or logarithms.
PHOTO = ("brightness", "contrast", "colour", "flatness", "detail")

# The coefficients: of both regressions, and what is usual for each measure of a photo.
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
    """What tells how sure the best caption is, by the names in PHOTO and COEFFICIENTS.

    Args:
        hypotheses: what `beam_search` found, best first.
        photo: uint8 [height, width, 3], as the encoder takes it.
        regions: float32 [1, R, D], from the encoder; the second half of each are features that are never negative.
        state: float32 [1, S], from the encoder.
    """
    best, *others = hypotheses
    log_probabilities = [*best.log_probabilities, best.log_probability - sum(best.log_probabilities)]
    attention = np.array(best.attention_weights)
    pixels = photo[::2, ::2].astype(np.float32) / 255  # enough, and quick
    grey = pixels.mean(-1)
    steps = np.abs(np.diff(grey))
    values = {
        "agreement": best.agreement,
        "mean log-probability of a word": np.mean(log_probabilities),
        "least log-probability of a word": np.min(log_probabilities),
        "margin": best.mean_log_probability - others[0].mean_log_probability if others else 0.0,
        "unknown words": np.mean(best.forbidden),
        # The vocabulary is sorted by frequency, and by Zipf's law the logarithm of the rank tells how rare a word is.
        "unknown words, by rarity": np.average(best.forbidden[:-1], weights=np.log(best.words)),
        "attention entropy": -(attention * np.log(attention + 1e-9)).sum(-1).mean(),
        "attention peak": attention.max(-1).mean(),
        "state": np.abs(state).mean(),
        "silent features": (regions[0, :, regions.shape[2] // 2 :].mean(0) < SILENT).mean(),
        "brightness": grey.mean(),
        "contrast": grey.std(),
        "colour": np.ptp(pixels, axis=-1).mean(),
        "flatness": (steps < 1 / 255).mean(),
        "detail": np.log(steps.mean() + 1e-4),
    }
    return {name: float(value) for name, value in values.items()}


def confidence(evidence: Mapping[str, float], coefficients: Mapping[str, Mapping[str, float]]) -> float:
    """The probability that a caption describes its photo.

    Args:
        coefficients: by the names in COEFFICIENTS.
    """
    known = {**evidence, "intercept": 1.0, "strangeness": strangeness(evidence, coefficients)}
    describes, familiar = (
        probability(sum(coefficient * known[name] for name, coefficient in coefficients[part].items()))
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
