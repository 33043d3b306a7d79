from pathlib import Path

import numpy as np
from keras import ops

from captioner.model.pipeline import Pipeline
from captioner.model.preprocess import encoder_input, prepare
from captioner.model.vocabulary import Vocabulary
from captioner.model.weights import open_weights
from captioner.training import checkpoint
from captioner.training.decoder import DECODERS
from captioner.training.encoder import SIDE, build_encoder

WEIGHTS = Path(__file__).parents[3] / "weights"


def test_keras_and_litert_agree(samples: dict[str, Path]) -> None:
    """The log-probability of every word of a caption, by the checkpoint in Keras and by the flatbuffers.

    Of the last caption that the search found: the first may be a shorter version of another one.
    """
    pipeline = Pipeline(open_weights())
    vocabulary = Vocabulary.load(WEIGHTS / "vocabulary.json")
    encoder, decoder = build_encoder("xception", None), DECODERS["attention"](len(vocabulary))
    decoder((np.zeros((1, *encoder.output.shape[1:]), np.float32), np.ones((1, 1, 2), np.int32)))
    path = WEIGHTS / "checkpoint.npz"
    checkpoint.assign(checkpoint.model_variables(encoder, decoder), checkpoint.load(path), path)
    for photo in samples.values():
        image = encoder_input(prepare(photo).pixels, SIDE)
        found = pipeline.search(pipeline.encode(image))[-1]
        ids = found.words
        grid = encoder.predict_on_batch(image[None])
        logits = decoder((grid, np.array([[[vocabulary.start, *ids]]], np.int32)))
        log_probabilities = np.asarray(ops.log_softmax(logits))[0, 0]
        expected = [log_probabilities[n, id] for n, id in enumerate(ids)]
        np.testing.assert_allclose(found.log_probabilities, expected, rtol=1e-2, atol=1e-2)
        np.testing.assert_allclose(
            found.log_probability, sum(expected) + log_probabilities[len(ids), vocabulary.end], atol=2e-2
        )
