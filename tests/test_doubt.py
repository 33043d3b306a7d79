import numpy as np
import pytest

from captioner.beam_search import Hypothesis
from captioner.doubt import COEFFICIENTS, GUESS, SEARCH, WORDS, confidence, evidence, statement
from captioner.doubt import PHOTO as MEASURES

PHOTO = np.full((299, 299, 3), 51, np.uint8)
PLAIN = {part: dict.fromkeys(names, 0.0) for part, names in COEFFICIENTS.items()} | {
    "familiar": {"intercept": 1000.0, "strangeness": -2.0},
    "deviation": dict.fromkeys(COEFFICIENTS["deviation"], 1.0),
}


def hypothesis(words: tuple[int, ...], log_probabilities: tuple[float, ...], end: float = -0.1) -> Hypothesis:
    attention = tuple(np.full(100, 0.01, np.float32) for _ in words)
    unknown = (*(-3.0 for _ in words), -7.0)
    return Hypothesis(words, log_probabilities, attention, sum(log_probabilities) + end, unknown)


def test_the_evidence_of_a_search_is_what_a_hand_computes() -> None:
    best, second = hypothesis((4, 5, 6), (-0.2, -0.8, -0.1)), hypothesis((4, 5, 7, 8), (-1.0, -1.0, -1.0, -1.0), -1.0)
    found = evidence([best, second], PHOTO)
    expected = dict(zip(SEARCH, (-0.3, -0.8, 0.7, 2 / 5, np.log(100), 3, -4)))
    assert {name: found[name] for name in SEARCH} == pytest.approx(expected, abs=1e-4)
    alone = evidence([best], PHOTO)
    assert alone["margin"] == 0
    assert alone["agreement"] == 1


def test_the_measures_of_a_photo_are_what_a_hand_computes() -> None:
    photo = PHOTO.copy()
    photo[:, 150:] = (255, 0, 0)  # half of it red, so that one step in 149 is no flat one
    found = evidence([hypothesis((4,), (-0.1,))], photo)
    assert {name: found[name] for name in MEASURES} == pytest.approx(
        {"brightness": 4 / 15, "contrast": 1 / 15, "colour": 0.5, "flatness": 148 / 149, "detail": -6.91}, abs=0.01
    )


def test_confidence_is_a_probability_that_grows_with_the_evidence() -> None:
    found = evidence([hypothesis((4, 5), (-0.1, -0.1))], PHOTO)
    coefficients = PLAIN | {"describes": {"intercept": 1.0, "margin": 2.0}}
    assert confidence(found, coefficients) == pytest.approx(1 / (1 + np.exp(-1)))
    assert confidence(found | {"margin": 5.0}, coefficients) > 0.99
    assert confidence(found | {"margin": -5000.0}, coefficients) == pytest.approx(0)


def test_a_strange_photo_is_doubted_whatever_the_search_says() -> None:
    found = evidence([hypothesis((4, 5), (-0.1, -0.1))], PHOTO)
    coefficients = PLAIN | {"describes": {"intercept": 1000.0}, "familiar": {"intercept": 0.0, "strangeness": -2.0}}
    usual = coefficients | {"mean": {name: found[name] for name in MEASURES}}
    assert confidence(found, usual) > 0.99
    assert confidence(found | {"brightness": found["brightness"] + 100}, usual) < 0.01


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
