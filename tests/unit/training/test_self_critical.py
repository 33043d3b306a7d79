import keras
import numpy as np
import pytest
from keras import ops
from pycocoevalcap.cider.cider import Cider

from captioner.model.tokenizer import tokenize
from captioner.model.vocabulary import SPECIAL_WORDS, Vocabulary
from captioner.training.decoder import DECODERS
from captioner.training.optimization import weighted_loss
from captioner.training.self_critical import CiderD, advantages, sample_captions

TRUTH = [
    ["a brown dog runs through grass", "the dog is running on green grass"],
    ["two boys play football on sand", "boys kick a ball at the beach"],
    ["a cat sleeps on the red sofa", "the cat is asleep"],
]
REWARD = CiderD([[caption.split() for caption in captions] for captions in TRUTH])


def test_reward_equals_cider_for_equal_lengths_without_repeated_words() -> None:
    made = ["a brown dog sleeps on grass", "two boys kick a red ball", "a brown cat sleeps on sand"]
    truth = [captions[:1] for captions in TRUTH]
    truth[2] = ["a cat sleeps on red sofa"]
    reward = CiderD([[caption.split() for caption in captions] for captions in truth])
    _, expected = Cider().compute_score(dict(enumerate(truth)), {n: [caption] for n, caption in enumerate(made)})
    ours = [reward(photo, caption.split()) for photo, caption in enumerate(made)]
    assert ours == pytest.approx(list(expected))
    assert min(ours) > 0


def test_repeated_words_and_length_do_not_raise_the_reward() -> None:
    good = REWARD(0, tokenize("a brown dog runs through grass"))
    assert REWARD(0, tokenize("a brown dog runs through grass grass grass")) < good
    assert REWARD(0, tokenize("a brown dog")) < good
    assert REWARD(1, tokenize("a brown dog runs through grass")) < good / 10
    assert REWARD(0, []) == 0


@pytest.mark.parametrize("name", DECODERS)
def test_samples_follow_the_decoder(name: str) -> None:
    """First words come as often as the decoder's probabilities say; captions end once and hold words only."""
    keras.utils.set_random_seed(0)
    decoder = DECODERS[name](8)
    grid = np.random.default_rng(0).standard_normal((2, 10, 10, 16)).astype(np.float32) * 3
    decoder((grid, np.ones((2, 1, 3), np.int32)))
    captions = sample_captions(decoder, ops.convert_to_tensor(grid), 2000, 5, np.random.default_rng(0))
    assert captions.shape == (2, 2000, 7)
    assert (captions[..., 0] == Vocabulary.start).all()
    for rows in captions.reshape(-1, 7)[:200, 1:]:
        ends = np.flatnonzero(rows == Vocabulary.end)
        length = ends[0] if len(ends) else len(rows)
        assert not np.isin(rows[:length], (Vocabulary.pad, Vocabulary.start, Vocabulary.unknown)).any()
        assert (rows[length + 1 :] == Vocabulary.pad).all()
    regions, state = decoder.begin(ops.convert_to_tensor(grid))
    start = ops.convert_to_tensor(np.full(2, Vocabulary.start, np.int32))
    probabilities = np.exp(ops.convert_to_numpy(decoder.step(start, state, regions)[0]))
    probabilities[:, [Vocabulary.pad, Vocabulary.start, Vocabulary.unknown]] = 0
    probabilities /= probabilities.sum(-1, keepdims=True)
    for photo in range(2):
        frequency = np.bincount(captions[photo, :, 1], minlength=8) / 2000
        np.testing.assert_allclose(frequency, probabilities[photo], atol=0.04)


def test_better_captions_of_a_photo_gain_and_unfinished_ones_lose() -> None:
    vocabulary = Vocabulary(
        [*SPECIAL_WORDS, *sorted({word for captions in TRUTH for c in captions for word in c.split()})]
    )
    reward = CiderD([[[*caption.split(), "<end>"] for caption in captions] for captions in TRUTH])

    def row(caption: str) -> list[int]:
        ids = [vocabulary.start, *(vocabulary.ids[word] for word in caption.split())]
        return ids + [vocabulary.pad] * (12 - len(ids))

    finished, cut = "a cat sleeps on the red sofa <end>", "a cat sleeps on the red"
    captions = np.array([[row(finished), row(cut), row(cut + " <end>")]] * 2)
    gains, mean = advantages(reward, np.array([2, 1]), captions, vocabulary)
    np.testing.assert_allclose(gains.sum(-1), 0, atol=1e-5)
    assert gains[0, 0] > 0 > max(gains[0, 1:])
    assert np.abs(gains[1]).max() < gains[0, 0] / 10
    assert 0 < mean < 10


def test_the_loss_raises_the_probability_of_better_captions() -> None:
    model = keras.Sequential([keras.Input((3, 1, 8)), keras.layers.Dense(8)])
    model.compile(keras.optimizers.SGD(1.0), weighted_loss)
    same = np.ones((1, 3, 1, 8), np.float32)
    before = model.predict_on_batch(same)[0, 0, 0]
    words, gains = np.array([[[4], [5], [Vocabulary.pad]]]), np.array([[[1], [-1], [9]]])
    model.train_on_batch(same, np.stack([words, gains], -1).astype(np.float32))
    change = model.predict_on_batch(same)[0, 0, 0] - before
    assert change[4] > 0 > change[5]
    assert np.abs(np.delete(change, [4, 5])).max() < 1e-5  # padding teaches nothing
