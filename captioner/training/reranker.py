"""Fits what people would say of a photo, as n-grams, to the encoder's features: see `captioner.model.reranker`."""

import json
from pathlib import Path

import numpy as np
from tqdm import tqdm

from captioner.model.preprocess import encoder_input, prepare
from captioner.model.reranker import MAX_NGRAM, SHAPES
from captioner.model.runtime import Model, physical_cores
from captioner.model.tokenizer import tokenize
from captioner.model.vocabulary import Vocabulary
from captioner.model.weights import sha256
from captioner.training.dataset import Example
from captioner.training.evaluate import write_json
from captioner.training.self_critical import CiderD

# Photos whose captions have an n-gram, at least: rarer ones would only make the file longer.
LEAST_PHOTOS = 5
# What draws the regression to zero, for features of variance 1 that together have length 1 in the mean.
RIDGE = 0.2
DIMENSIONS = 512


def fit_consensus(weights: Path, examples: list[Example]) -> None:
    """Write consensus.npz into a weights folder, for its encoder.

    Args:
        weights: the weights folder; of its other files only model.json changes, which gets the checksum.
        examples: the photos that were trained on, with the captions that people gave them.

    Raises:
        CaptionerError: the weights or a photo cannot be read.
    """
    vocabulary = Vocabulary.load(weights / "vocabulary.json")
    encoder = Model(weights / "encoder.tflite", threads=physical_cores())
    side = encoder.inputs["photo"][1]
    features = [
        encoder(photo=encoder_input(prepare(example.photo).pixels, side)[None])["features"][0]
        for example in tqdm(examples, "consensus", unit="photo")
    ]
    captions = [[[*tokenize(caption), "<end>"] for caption in example.captions] for example in examples]
    path = weights / "consensus.npz"
    np.savez(path, **fit(np.array(features), captions, vocabulary))  # type: ignore[arg-type]
    model = json.loads((weights / "model.json").read_text(encoding="utf-8"))
    model["sha256"][path.name] = sha256(path)
    write_json(weights / "model.json", model)


def fit(features: np.ndarray, captions: list[list[list[str]]], vocabulary: Vocabulary) -> dict[str, np.ndarray]:
    """The arrays of `captioner.model.reranker.SHAPES`: ridge regression, and the main directions of what it foretells.

    Args:
        features: float32 [photos, F], from the encoder.
        captions: of each photo, as words with an end.
    """
    cider = CiderD(captions)
    known = sorted(  # so that the same photos give the same file
        ngram
        for ngram, photos in cider.frequency.items()
        if len(ngram) <= MAX_NGRAM and photos >= LEAST_PHOTOS and all(word in vocabulary.ids for word in ngram)
    )
    row = {ngram: number for number, ngram in enumerate(known)}
    said = np.zeros((len(captions), len(known)), np.float32)  # the mean of the captions' normalised vectors
    for photo, references in zip(said, cider.references):
        for vectors, norms, _ in references:
            for vector, norm in zip(vectors, norms):
                for ngram, weight in vector.items():
                    if weight and ngram in row:  # else the norm may be 0: all photos have the n-gram
                        photo[row[ngram]] += weight / norm / len(references)
    usual = said.mean(0)
    said -= usual

    mean, deviation = features.mean(0), features.std(0) + 1e-3 * features.std() + 1e-6
    inputs = ((features - mean) / deviation / np.sqrt(features.shape[1])).astype(np.float32)
    ridge = RIDGE * np.eye(inputs.shape[1], dtype=np.float32)
    coefficients = np.linalg.solve(inputs.T @ inputs + ridge, inputs.T @ said)  # [F, N]

    # The regression has few directions that matter: a randomised range finder (N. Halko et al., SIAM Review 53, 2011)
    # finds them.
    foretold = inputs @ coefficients
    sketch = np.random.default_rng(0).standard_normal((len(known), min(DIMENSIONS, *inputs.shape))).astype(np.float32)
    for _ in range(3):
        basis, triangle = np.linalg.qr(foretold @ sketch)
        projection = coefficients @ sketch @ np.linalg.pinv(triangle)
        sketch = foretold.T @ basis
    length = np.sqrt(len(inputs))  # so that what is projected has a variance of about 1
    projection *= length / deviation[:, None] / np.sqrt(features.shape[1])
    sketch /= length

    scale = np.abs(sketch).max(1) / 127 + 1e-12
    ids = [[vocabulary.ids[word] for word in ngram] for ngram in known]
    arrays = {
        "projection": projection.astype(np.float16),
        "bias": (-mean @ projection).astype(np.float32),
        "ngrams": np.array([each + [Vocabulary.pad] * (MAX_NGRAM - len(each)) for each in ids], np.uint16).reshape(
            -1, MAX_NGRAM
        ),
        "rarity": np.array([cider.log_photos - np.log(cider.frequency[ngram]) for ngram in known], np.float32),
        "usual": usual,
        "directions": np.round(sketch / scale[:, None]).astype(np.int8),
        "scale": scale.astype(np.float32),
        "rarest": np.float32(cider.log_photos),
    }
    return {name: arrays[name] for name in SHAPES}
