"""Beam search over made-up decoders whose every probability depends on all words before."""

import itertools

import numpy as np
import pytest

from captioner.model.beam_search import Hypothesis, beam_search

START, END, FORBIDDEN, A, B, C = range(6)
SIZE = 6
EVERYTHING = 1000  # wide enough for a beam that drops nothing below


def log_probabilities(history: float, seed: int) -> np.ndarray:
    logits = np.random.default_rng([seed, int(history)]).normal(size=SIZE) * 2
    return logits - np.log(np.exp(logits).sum())


def random_step(seed: int):
    """A decoder whose state is a number that stands for all the words so far."""

    def step(words, state):
        histories = state[:, 0] * SIZE + words
        rows = np.array([log_probabilities(history, seed) for history in histories], np.float32)
        return rows, histories[:, None].astype(np.float32), histories[:, None]

    return step


def search(step, **options) -> list[Hypothesis]:
    defaults = {"start": START, "end": END, "beam_width": 3, "max_length": 7, "length_normalisation": 0.7}
    return beam_search(step, np.zeros((1, 1)), **{**defaults, "forbidden": (START, FORBIDDEN), **options})


def brute_force(seed: int, max_length: int, length_normalisation: float) -> list[tuple[float, float, tuple[int, ...]]]:
    """(score, log-probability, words) of every caption allowed, best first."""
    captions = []
    for length in range(1, max_length + 1):
        for words in itertools.product((A, B, C), repeat=length):
            trigrams = list(zip(words, words[1:], words[2:]))
            if any(a == b for a, b in itertools.pairwise(words)) or len(set(trigrams)) < len(trigrams):
                continue
            total, history = 0.0, float(START)
            for word in (*words, END):
                total += float(np.float32(log_probabilities(history, seed)[word]))
                history = history * SIZE + word
            captions.append((total / (length + 1) ** length_normalisation, total, words))
    return sorted(captions, reverse=True)


@pytest.mark.parametrize("length_normalisation", [0.0, 0.7, 1.0, 1.5])
@pytest.mark.parametrize("seed", range(3))
def test_a_wide_beam_finds_what_brute_force_finds(seed, length_normalisation):
    found = search(random_step(seed), beam_width=EVERYTHING, length_normalisation=length_normalisation)
    expected = brute_force(seed, 7, length_normalisation)
    assert [hypothesis.words for hypothesis in found] == [words for _, _, words in expected]
    totals = [hypothesis.log_probability for hypothesis in found]
    np.testing.assert_allclose(totals, [total for _, total, _ in expected], rtol=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_a_narrow_beam_returns_real_captions_best_first(seed):
    scores = {words: score for score, _, words in brute_force(seed, 7, 0.7)}
    found = [hypothesis.words for hypothesis in search(random_step(seed))]
    assert 1 <= len(found) <= 3
    assert len(set(found)) == len(found)
    assert sorted(found, key=lambda words: scores[words], reverse=True) == found


def test_each_word_comes_with_its_own_numbers():
    for hypothesis in search(random_step(5)):
        history = float(START)
        for word, log_probability, attention in zip(
            hypothesis.words, hypothesis.log_probabilities, hypothesis.attention_weights, strict=True
        ):
            assert log_probability == pytest.approx(log_probabilities(history, 5)[word], rel=1e-6)
            assert attention == [history]
            history = history * SIZE + word
        end = log_probabilities(history, 5)[END]
        assert hypothesis.log_probability == pytest.approx(sum(hypothesis.log_probabilities) + end, rel=1e-6)


def fixed_step(probabilities):
    """A decoder that gives every word the same probabilities always."""

    def step(words, state):
        count = len(words)
        with np.errstate(divide="ignore"):
            rows = np.tile(np.log(np.array(probabilities, np.float32)), (count, 1))
        return rows, np.zeros((count, 1), np.float32), state

    return step


def test_never_repeats_a_phrase():
    for hypothesis in search(fixed_step([0, 0.01, 0, 0.39, 0.36, 0.24]), max_length=20, length_normalisation=1.0):
        words = hypothesis.words
        assert len(words) > 6
        assert all(a != b for a, b in itertools.pairwise(words))
        trigrams = list(zip(words, words[1:], words[2:]))
        assert len(set(trigrams)) == len(trigrams)


def test_repeats_only_the_words_that_may_be_repeated():
    step = fixed_step([0, 0.01, 0, 0.39, 0.36, 0.24])
    for hypothesis in search(step, max_length=20, length_normalisation=1.0, once=(A, C)):
        assert hypothesis.words.count(A) <= 1
        assert hypothesis.words.count(C) <= 1
    assert any(hypothesis.words.count(B) > 1 for hypothesis in search(step, max_length=6, once=(A, C)))


@pytest.mark.parametrize("seed", range(3))
def test_a_bonus_decides_which_captions_are_found_but_is_no_probability(seed):
    bonuses = np.random.default_rng(seed).normal(size=(SIZE, SIZE))

    def bonus(words, scores):
        scores += bonuses[words]

    found = search(random_step(seed), beam_width=EVERYTHING, length_normalisation=1.0, max_length=4, bonus=bonus)
    totals = {words: total for _, total, words in brute_force(seed, 4, 1.0)}
    scores = {}
    for words, total in totals.items():
        pairs = itertools.pairwise((START, *words, END))
        scores[words] = (total + sum(bonuses[pair] for pair in pairs)) / (len(words) + 1)
    assert [hypothesis.words for hypothesis in found] == sorted(scores, key=scores.__getitem__, reverse=True)
    for hypothesis in found:
        assert hypothesis.log_probability == pytest.approx(totals[hypothesis.words], rel=1e-5)


def test_length_normalisation_favours_longer_captions():
    step = fixed_step([0, 0.2, 0, 0.4, 0.3, 0.1])
    short, long = (search(step, length_normalisation=strength)[0].words for strength in (0.0, 1.0))
    assert len(short) == 1 < len(long)


def test_ties_go_to_the_lower_word_id():
    best = search(fixed_step([0, 0.25, 0, 0.25, 0.25, 0.25]), beam_width=2, length_normalisation=0.0)
    assert [hypothesis.words for hypothesis in best] == [(A,), (B,)]
    best = search(fixed_step([0] + [0.01] * 98 + [0.02]), beam_width=4, length_normalisation=0.0)
    assert [hypothesis.words for hypothesis in best] == [(99,), (A,), (B,), (C,)]


def test_never_returns_forbidden_words_or_empty_captions():
    found = search(fixed_step([0.2, 0.4, 0.3, 0.1, 0, 0]), max_length=3)
    assert [hypothesis.words for hypothesis in found] == [(A,)]


def test_ends_a_caption_at_max_length():
    best = search(fixed_step([0, 1e-6, 0, 0.4, 0.3, 0.3]), max_length=4, length_normalisation=1.0)[0]
    assert len(best.words) == 4
    assert best.log_probability == pytest.approx(sum(best.log_probabilities) + np.log(1e-6), rel=1e-5)


def test_stops_when_no_caption_can_get_better():
    widths = []

    def step(words, state):
        widths.append(len(words))
        probabilities = [0, 0.01, 0, 0.5, 0.3, 0.19] if len(widths) < 4 else [0, 0.97, 0, 0.01, 0.01, 0.01]
        return fixed_step(probabilities)(words, state)

    found = search(step, max_length=100)
    assert {len(hypothesis.words) for hypothesis in found} == {3}
    assert widths[0] == 1
    assert set(widths[1:]) == {3}
    assert len(widths) < 8
