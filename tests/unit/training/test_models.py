from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

from captioner.errors import WeightsError
from captioner.training import checkpoint
from captioner.training.decoder import DECODERS
from captioner.training.encoder import FIRST_LAYER_OF_HEAD, build_encoder, split

XCEPTION = Path(__file__).parents[4] / "shared" / "xception" / "xception_imagenet_blocks1-13.npz"


@pytest.mark.parametrize("name", ["xception", "resnet50"])
def test_encoder_gives_a_grid_and_its_two_parts_agree_with_it(name: str) -> None:
    encoder = build_encoder(name, None)
    backbone, head = split(encoder, FIRST_LAYER_OF_HEAD[name])
    photo = np.random.default_rng(0).integers(0, 256, (1, 299, 299, 3)).astype(np.uint8)
    grid = encoder.predict_on_batch(photo)
    assert grid.shape == (1, 10, 10, 2048)
    assert grid.std() > 0
    np.testing.assert_allclose(head.predict_on_batch(backbone.predict_on_batch(photo)), grid, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["xception", "resnet50"])
def test_encoder_weights_survive_a_file_whatever_numbers_keras_gives_layers(name: str, tmp_path: Path) -> None:
    saved = checkpoint.encoder_variables(build_encoder(name, None))
    path = tmp_path / "weights.npz"
    checkpoint.save(path, {key: np.asarray(ops.convert_to_numpy(variable)) for key, variable in saved.items()})
    keras.layers.Conv2D(1, 1)  # moves Keras' numbers on
    loaded = checkpoint.encoder_variables(build_encoder(name, path))
    assert saved.keys() == loaded.keys()
    for key, variable in saved.items():
        np.testing.assert_array_equal(variable.numpy(), loaded[key].numpy(), err_msg=key)


def test_partial_imagenet_weights_fit() -> None:
    if not XCEPTION.is_file():
        pytest.skip(f"{XCEPTION} is not there")
    arrays = checkpoint.load(XCEPTION)
    named = checkpoint.encoder_variables(build_encoder("xception", XCEPTION))
    missing = {f"block14_sepconv{n}/{kind}_kernel" for n in (1, 2) for kind in ("depthwise", "pointwise")}
    assert named.keys() - arrays.keys() == missing
    assert arrays.keys() <= named.keys()
    for key, array in arrays.items():
        if not key.startswith("block14"):
            np.testing.assert_array_equal(named[key].numpy(), array, err_msg=key)
    # ImageNet's normalisation belongs to kernels that are not there.
    for n in (1, 2):
        np.testing.assert_array_equal(named[f"block14_sepconv{n}_bn/gamma"].numpy(), 1)
        np.testing.assert_array_equal(named[f"block14_sepconv{n}_bn/moving_variance"].numpy(), 1)


def test_missing_weights_and_weights_of_another_encoder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="can't be read"):
        build_encoder("xception", tmp_path / "none.npz")
    path = tmp_path / "other.npz"
    checkpoint.save(path, {"something/kernel": np.zeros(3, np.float32)})
    with pytest.raises(WeightsError, match="holds no weights of xception"):
        build_encoder("xception", path)
    checkpoint.save(path, {"block1_conv1/kernel": np.zeros(3, np.float32)})
    with pytest.raises(WeightsError, match="block1_conv1/kernel"):
        build_encoder("xception", path)


@pytest.mark.parametrize("name", DECODERS)
def test_whole_captions_and_word_by_word_agree(name: str) -> None:
    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    decoder = DECODERS[name](50)
    grid = random.standard_normal((2, 10, 10, 64)).astype(np.float32)
    words = random.integers(0, 50, (2, 3, 7)).astype(np.int32)
    logits = decoder((grid, words))
    assert logits.shape == (2, 3, 7, 50)
    expected = ops.convert_to_numpy(ops.log_softmax(logits))
    for photo in range(2):
        regions, state = decoder.begin(ops.convert_to_tensor(grid[photo : photo + 1]))
        assert regions.shape[1] == 100
        state = ops.repeat(state, 3, axis=0)  # the three captions as a beam
        for position in range(7):
            log_probabilities, attention, state = decoder.step(
                ops.convert_to_tensor(words[photo, :, position]), state, regions
            )
            np.testing.assert_allclose(log_probabilities, expected[photo, :, position], rtol=1e-4, atol=1e-4)
            np.testing.assert_allclose(ops.sum(attention, axis=-1), np.ones(3), rtol=1e-5)


@pytest.mark.parametrize("name", DECODERS)
def test_a_decoder_learns_new_words_and_keeps_what_it_knows(name: str) -> None:
    grid, words = np.ones((1, 10, 10, 16), np.float32), np.array([[[1, 5, 7]]], np.int32)
    small, large = (DECODERS[name](size) for size in (20, 23))
    for decoder in (small, large):
        decoder((grid, words))
    arrays = {variable.path: ops.convert_to_numpy(variable) for variable in small.variables}
    named = {variable.path: variable for variable in large.variables if "seed_generator" not in variable.path}
    checkpoint.assign(named, checkpoint.with_new_words(arrays, named, 20), "small.npz")
    old, new = (np.asarray(decoder((grid, words)))[0, 0] for decoder in (small, large))
    np.testing.assert_allclose(new[:, :20], old, atol=1e-5)
    rows = np.asarray(large.embed.embeddings.value)[19:]
    assert len(np.unique(rows, axis=0)) == 4


def test_attention_looks_where_the_photo_differs() -> None:
    """The attention weights depend on the photo's regions, and follow them when they move."""
    decoder = DECODERS["attention"](50)
    grid = np.zeros((1, 10, 10, 64), np.float32)
    grid[0, 2, 7] = 5
    word = ops.convert_to_tensor(np.array([1], np.int32))
    state = ops.zeros((1, 2 * decoder.units)) + 0.5
    where = []
    for view in (grid, grid[:, :, ::-1]):
        regions, _ = decoder.begin(ops.convert_to_tensor(view.copy()))
        attention = np.asarray(decoder.step(word, state, regions)[1]).reshape(10, 10)
        where.append(np.unravel_index(np.abs(attention - np.median(attention)).argmax(), (10, 10)))
    assert where == [(2, 7), (2, 2)]
