from dataclasses import replace

import numpy as np
import pytest

from captioner.model.beam_search import Hypothesis
from captioner.model.confidence import COEFFICIENTS, confidence, evidence, exactness
from captioner.model.confidence import PHOTO as MEASURES

PHOTO = np.full((299, 299, 3), 51, np.uint8)
REGIONS = np.full((1, 100, 8), 0.5, np.float32)
STATE = np.array([[-0.5, 0.1]], np.float32)
LEVEL = {part: dict.fromkeys(names, 0.0) for part, names in COEFFICIENTS.items()} | {
    "familiar": {"intercept": 1000.0},
    "deviation": dict.fromkeys(MEASURES, 1.0),
}


def hypothesis(words: tuple[int, ...], log_probabilities: tuple[float, ...], end: float = -0.1) -> Hypothesis:
    attention = tuple(np.full(100, 0.01, np.float32) for _ in words)
    unknown = (*(-float(word) for word in words), -7.0)
    return Hypothesis(words, log_probabilities, attention, sum(log_probabilities) + end, unknown)


def test_evidence_equals_values_computed_by_hand() -> None:
    best = replace(hypothesis((4, 5, 6), (-0.2, -0.8, -0.1)), predicted_cider=0.25, words_right=-2.0)
    second = hypothesis((4, 5, 7, 8), (-1.0, -1.0, -1.0, -1.0), -1.0)
    photo, regions = PHOTO.copy(), REGIONS.copy()
    photo[:, 150:] = (255, 0, 0)  # half of it red: of the 149 steps along a row that are looked at, one is not flat
    regions[:, :, 7] = 0
    assert evidence([best, second], photo, regions, STATE) == pytest.approx(
        {
            "agreement": 0.25,
            "mean log-probability of a word": -0.3,
            "least log-probability of a word": -0.8,
            "margin": 0.7,
            "unknown words": -5.5,
            "unknown words, by rarity": -(4 * np.log(4) + 5 * np.log(5) + 6 * np.log(6)) / np.log(4 * 5 * 6),
            "attention entropy": np.log(100),
            "attention peak": 0.01,
            "state": 0.3,
            "silent features": 1 / 4,
            "brightness": 4 / 15,
            "contrast": 1 / 15,
            "colour": 0.5,
            "flatness": 148 / 149,
            "detail": np.log(2 / 15 / 149 + 1e-4),
            "words right": -2.0,
        },
        abs=0.005,
    )
    assert evidence([best], photo, regions, STATE)["margin"] == 0


def test_confidence_is_a_probability_that_grows_with_the_evidence() -> None:
    found = evidence([hypothesis((4, 5), (-0.1, -0.1))], PHOTO, REGIONS, STATE)
    coefficients = LEVEL | {"describes": {"intercept": 1.0, "margin": 2.0}}
    assert confidence(found, coefficients) == pytest.approx(1 / (1 + np.exp(-1)))
    assert confidence(found | {"margin": 5.0}, coefficients) > 0.99
    assert confidence(found | {"margin": -5000.0}, coefficients) == pytest.approx(0)


def test_doubtful_words_lower_the_exactness_and_leave_the_confidence() -> None:
    sure, doubtful = (
        evidence([replace(hypothesis((4, 5), (-0.1, -0.1)), words_right=right)], PHOTO, REGIONS, STATE)
        for right in (0.0, -3.0)
    )
    coefficients = LEVEL | {"exact": {"intercept": 1.0, "words right": 2.0}}
    assert exactness(sure, coefficients) == pytest.approx(1 / (1 + np.exp(-1)))
    assert exactness(doubtful, coefficients) == pytest.approx(1 / (1 + np.exp(5)))
    assert confidence(sure, coefficients) == confidence(doubtful, coefficients)


def test_an_unusual_photo_lowers_the_confidence_however_good_the_search() -> None:
    found = evidence([hypothesis((4, 5), (-0.1, -0.1))], PHOTO, REGIONS, STATE)
    coefficients = LEVEL | {
        "describes": {"intercept": 1000.0},
        "exact": {"intercept": 1000.0},
        "familiar": {"intercept": 0.0, "strangeness": -2.0},
        "mean": {name: found[name] for name in MEASURES},
    }
    for trust in confidence, exactness:
        assert trust(found, coefficients) > 0.99
        assert trust(found | {"brightness": found["brightness"] + 100}, coefficients) < 0.01
