"""From trained Keras models to the weights folder that the program runs."""

import hashlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import keras
import tensorflow as tf

from captioner._version import __version__
from captioner.model.confidence import COEFFICIENTS
from captioner.model.vocabulary import Vocabulary
from captioner.model.weights import FORMAT
from captioner.training.encoder import SIDE

FILES = ("encoder.tflite", "decoder.tflite", "vocabulary.json")  # and later consensus.npz, see `fit_reranker`


def export(
    encoder: keras.Model, decoder: keras.Model, vocabulary: Vocabulary, folder: Path, *, name: str, max_length: int
) -> None:
    """Write encoder.tflite and decoder.tflite (float16 weights), vocabulary.json and model.json with their checksums.

    The encoder's flatbuffer does all work that is done once a photo, the decoder's is one step of a whole beam.

    Args:
        encoder: photo [1, 299, 299, 3] in 0…255 to regions [1, 10, 10, channels].
        decoder: has `begin` and `step`, see `captioner.training.decoder`.
        vocabulary: the decoder's words.
        folder: made if it is missing.
        name: of the model.
        max_length: most words that a caption may have.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def encode(photo: tf.Tensor) -> dict[str, tf.Tensor]:
        grid = encoder(tf.cast(photo, tf.float32), training=False)
        regions, state = decoder.begin(grid)
        features = tf.concat([tf.reduce_mean(grid, (1, 2)), tf.math.reduce_std(grid, (1, 2))], -1)
        return {"regions": regions, "state": state, "features": features}

    def step(word: tf.Tensor, state: tf.Tensor, regions: tf.Tensor) -> dict[str, tf.Tensor]:
        log_probabilities, attention_weights, next_state = decoder.step(word, state, regions)
        return {
            "log_probabilities": log_probabilities,
            "attention_weights": attention_weights,
            "next_state": next_state,
        }

    photo = tf.TensorSpec((1, SIDE, SIDE, 3), tf.uint8, "photo")
    shapes = {name: tensor.shape for name, tensor in encode(tf.zeros(photo.shape, tf.uint8)).items()}
    convert(encode, [encoder, decoder], [photo], folder / "encoder.tflite")
    inputs = [
        tf.TensorSpec((None,), tf.int32, "word"),
        tf.TensorSpec((None, shapes["state"][1]), tf.float32, "state"),
        tf.TensorSpec(shapes["regions"], tf.float32, "regions"),
    ]
    convert(step, [decoder], inputs, folder / "decoder.tflite")
    vocabulary.save(folder / "vocabulary.json")
    checksums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    # The search settings and the confidence are only a beginning: `choose_search` and `calibrate` find better ones.
    # Until then no word is taken to be wrong, so no caption is shortened.
    coefficients = {part: dict.fromkeys(names, 1.0) for part, names in COEFFICIENTS.items()}
    coefficients["word"] = dict.fromkeys(COEFFICIENTS["word"], 0.0) | {"intercept": -100.0}
    model = {
        "format": FORMAT,
        "name": name,
        "version": __version__,
        "beam_width": 3,
        "length_normalisation": 0.7,
        "max_length": max_length,
        "confidence": coefficients,
        "sha256": checksums,
    }
    text = json.dumps(model, indent=2)
    (folder / "model.json").write_text(text + "\n", encoding="utf-8")


def convert(
    function: Callable[..., dict[str, tf.Tensor]], models: list[keras.Model], signature: list[tf.TensorSpec], path: Path
) -> None:
    """Write a function as a flatbuffer with float16 weights and the one signature "serving_default"."""
    module = tf.Module()
    module.function = tf.function(function, input_signature=signature)
    module.tracked = [variable.value for model in models for variable in model.variables]
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, module.function.get_concrete_function())
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
        path.write_bytes(converter.convert())
