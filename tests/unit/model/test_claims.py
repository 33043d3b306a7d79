from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from captioner.model.beam_search import Hypothesis
from captioner.model.claims import choose, shortened, with_claims, words_right
from captioner.model.confidence import COEFFICIENTS
from captioner.model.reranker import SHAPES, Reranker
from captioner.model.vocabulary import SPECIAL_WORDS, Vocabulary

WORDS = ["a", "red", "blue", "dog", "on", "man", "person", "grass", "the", "runs"]
VOCABULARY = Vocabulary([*SPECIAL_WORDS, *WORDS])
NONE = dict.fromkeys(COEFFICIENTS["word"], 0.0)
COEFFICIENT = {
    "word": NONE | {"intercept": -1.0, "log-probability": -1.0},
    "exact": {"intercept": 2.0, "words right": 1.0},
}


@pytest.fixture
def reranker(tmp_path: Path) -> Reranker:
    """Expects "dog" three times as often as usual of the only photo, and "man" as often as usual."""
    words = [VOCABULARY.ids["dog"], VOCABULARY.ids["man"]]
    arrays: dict[str, Any] = {
        "projection": np.ones((1, 1), np.float16),
        "bias": np.zeros(1, np.float32),
        "ngrams": np.array([[word, 0, 0] for word in words], np.uint16),
        "rarity": np.array([1.0, 2.0], np.float32),
        "usual": np.array([0.1, 0.1], np.float32),
        "directions": np.array([[2], [0]], np.int8),
        "scale": np.array([0.1, 0.1], np.float32),
        "rarest": np.float32(5.0),
    }
    assert arrays.keys() == SHAPES.keys()
    np.savez(tmp_path / "consensus.npz", **arrays)
    return Reranker(tmp_path / "consensus.npz")


def hypothesis(text: str, *log_probabilities: float, total: float = -1.0) -> Hypothesis:
    words = tuple(VOCABULARY.ids[word] for word in text.split())
    each = log_probabilities or (-0.1,) * len(words)
    attention = tuple(np.full(4, number, np.float32) for number in range(len(words)))
    return Hypothesis(words, each, attention, sum(each) - 0.5, (-9.0,) * (len(words) + 1), total)


def texts(hypotheses: list[Hypothesis]) -> list[str]:
    return [" ".join(VOCABULARY.decode(each.words)) for each in hypotheses]


def test_claims_say_what_is_known_of_each_word(reranker: Reranker) -> None:
    expected = reranker.expect(np.ones((1, 1), np.float32))
    found = [hypothesis("a dog", -0.1, -0.7), hypothesis("a red man", total=-1 + np.log(3))]
    dog, man = with_claims(found, VOCABULARY, reranker, expected, NONE)
    assert dog.claims[1] == pytest.approx([-0.7, np.log(0.3), np.log(3), 1, 0.25, 0, 0, 0, 1], abs=1e-5)
    assert man.claims[1] == pytest.approx([-0.1, np.log(0.001), 0, 5, 0.75, 1, 0, 0, 1], abs=1e-5)  # not in the file
    assert man.claims[2] == pytest.approx([-0.1, np.log(0.1), 0, 2, 0.75, 0, 0, 1, 1], abs=1e-5)
    assert dog.claims[0, 4] == pytest.approx(1)
    assert dog.claims[0, -1] == 0


def test_a_caption_is_right_if_all_its_claims_are(reranker: Reranker) -> None:
    claims = np.zeros((3, 9))
    claims[:, -1] = 1, 1, 0
    assert words_right(claims, NONE) == pytest.approx(2 * np.log(0.5))
    claims[1, 0] = 3.0
    assert words_right(claims, NONE | {"log-probability": 1.0}) < 2 * np.log(0.5)


def test_a_doubtful_word_is_left_out_if_the_rest_is_sure(reranker: Reranker) -> None:
    expected = reranker.expect(np.ones((1, 1), np.float32))
    doubtful = hypothesis("a red dog on grass", -0.1, -6.0, -0.1, -0.1, -0.1)
    first, *others = choose([doubtful], VOCABULARY, reranker, expected, COEFFICIENT)
    assert texts([first, *others]) == ["a dog on grass", "a red dog on grass"]
    assert first.log_probabilities == (-0.1,) * 4
    assert first.log_probability == pytest.approx(-0.9)
    assert [weights[0] for weights in first.attention_weights] == [0, 2, 3, 4]
    assert first.words_right > others[0].words_right


def test_a_sure_caption_stays_and_a_hopeless_one_too(reranker: Reranker) -> None:
    expected = reranker.expect(np.ones((1, 1), np.float32))
    sure, hopeless = hypothesis("a red dog on grass"), hypothesis("a red dog on grass", *[-9.0] * 5)
    for caption in sure, hopeless:
        assert len(choose([caption], VOCABULARY, reranker, expected, COEFFICIENT)) == 1


def test_of_two_captions_alike_the_surer_one_comes_first(reranker: Reranker) -> None:
    expected = reranker.expect(np.ones((1, 1), np.float32))
    doubtful, sure = hypothesis("a red dog", -0.1, -5.0, -0.1), hypothesis("a blue dog", -0.1, -1.0, -0.1)
    assert texts(choose([doubtful, sure], VOCABULARY, reranker, expected, COEFFICIENT))[0] == "a blue dog"


def test_a_person_is_surer_than_a_man(reranker: Reranker) -> None:
    expected = reranker.expect(np.ones((1, 1), np.float32))
    (man,) = with_claims([hypothesis("the man runs")], VOCABULARY, reranker, expected, COEFFICIENT["word"])
    (person,) = shortened(man, VOCABULARY, COEFFICIENT["word"])
    assert texts([person]) == ["the person runs"]
    assert person.words_right > man.words_right
    unknown = Vocabulary([word for word in VOCABULARY.words if word != "person"])
    same = replace(man, words=tuple(unknown.ids[word] for word in ["the", "man", "runs"]))
    assert not list(shortened(same, unknown, COEFFICIENT["word"]))
