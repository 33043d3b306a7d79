import numpy as np
import pytest

from captioner.beam_search import Hypothesis
from captioner.doubt import EVIDENCE, GUESS, WORDS, confidence, evidence, statement


def hypothesis(words: tuple[int, ...], log_probabilities: tuple[float, ...], end: float = -0.1) -> Hypothesis:
    attention = tuple(np.full(100, 0.01, np.float32) for _ in words)
    return Hypothesis(words, log_probabilities, attention, sum(log_probabilities) + end)


def test_evidence_is_what_a_hand_computes() -> None:
    best, second = hypothesis((4, 5, 6), (-0.2, -0.8, -0.1)), hypothesis((4, 5, 7, 8), (-1.0, -1.0, -1.0, -1.0), -1.0)
    found = evidence([best, second])
    assert found == pytest.approx(dict(zip(EVIDENCE, (-0.3, -0.8, 0.7, 2 / 5, np.log(100), 3))), abs=1e-4)
    alone = evidence([best])
    assert alone["margin"] == 0
    assert alone["agreement"] == 1


def test_confidence_is_a_probability_that_grows_with_the_evidence() -> None:
    coefficients = {"intercept": 1.0, **dict.fromkeys(EVIDENCE, 0.0), "margin": 2.0}
    found = dict.fromkeys(EVIDENCE, 0.0)
    assert confidence(found, coefficients) == pytest.approx(1 / (1 + np.exp(-1)))
    assert confidence(found | {"margin": 5.0}, coefficients) > 0.99
    assert confidence(found | {"margin": -5000.0}, coefficients) == pytest.approx(0)


@pytest.mark.parametrize(
    ("confidence", "said"),
    [
        (1.0, "A dog runs."),
        (WORDS[0][0], "A dog runs."),
        (WORDS[0][0] - 0.01, "Probably: a dog runs."),
        (WORDS[1][0] - 0.01, "Not sure, perhaps: a dog runs."),
        (WORDS[2][0] - 0.01, GUESS + "a dog runs."),
        (0.0, GUESS + "a dog runs."),
    ],
)
def test_doubt_is_said_in_words(confidence: float, said: str) -> None:
    assert statement("A dog runs.", confidence) == said
