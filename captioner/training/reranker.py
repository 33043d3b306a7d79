"""Fits the reranker: how much of each n-gram people's captions contain, by the encoder's features."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.utils.extmath import randomized_svd
from tqdm import tqdm

from captioner.model.preprocess import encoder_input, prepare
from captioner.model.reranker import MAX_NGRAM, SHAPES
from captioner.model.runtime import Model, physical_cores
from captioner.model.tokenizer import tokenize
from captioner.model.vocabulary import Vocabulary
from captioner.model.weights import sha256
from captioner.training.dataset import Example
from captioner.training.evaluation.evaluate import write_json
from captioner.training.self_critical import CiderD
from captioner.training.settings import FEW_PHOTOS

Ngram = tuple[str, ...]

# N-grams in the captions of fewer photos are left out: they would only make the file larger.
MIN_PHOTOS = 7
# The penalty, for features of variance 1 that together have length 1 on average.
RIDGE = 0.3
DIMENSIONS = 512


def fit_reranker(weights: Path, examples: list[Example], start_from: Path | None = None) -> None:
    """Write consensus.npz into a weights folder, for its encoder.

    Args:
        weights: the weights folder; of its other files only model.json changes, which gets the checksum.
        examples: the photos that were trained on, with the captions that people gave them.
        start_from: the weights folder that the training started from. A few photos adapt its regression to them, many
            replace it.

    Raises:
        CaptionerError: the weights or a photo cannot be read.
    """
    vocabulary = Vocabulary.load(weights / "vocabulary.json")
    encoder = Model(weights / "encoder.tflite", threads=physical_cores())
    side = encoder.inputs["photo"][1]
    features = np.array(
        [
            encoder(photo=encoder_input(prepare(example.photo).pixels, side)[None])["features"][0]
            for example in tqdm(examples, "reranker", unit="photo")
        ]
    )
    captions = [[[*tokenize(caption), "<end>"] for caption in example.captions] for example in examples]
    if start_from and len(examples) < FEW_PHOTOS:
        with np.load(start_from / "consensus.npz") as file:
            arrays = adapt(dict(file), features, captions, vocabulary)
    else:
        arrays = fit(features, captions, vocabulary)
    path = weights / "consensus.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]  # NumPy's own types know no array named as it likes
    model = json.loads((weights / "model.json").read_text(encoding="utf-8"))
    model["sha256"][path.name] = sha256(path)
    write_json(weights / "model.json", model)


def fit(features: np.ndarray, captions: list[list[list[str]]], vocabulary: Vocabulary) -> dict[str, np.ndarray]:
    """The arrays of `captioner.model.reranker.SHAPES`: ridge regression, and the main directions of its predictions.

    Args:
        features: float32 [photos, F], from the encoder.
        captions: of each photo, as words with an end.
    """
    cider = CiderD(captions)
    ngrams = known_ngrams(cider, vocabulary, MIN_PHOTOS)
    idf = np.array([cider.log_photos - np.log(cider.frequency[ngram]) for ngram in ngrams], np.float32)
    said = shares(cider, ngrams)
    average = said.mean(0)
    said -= average

    mean, deviation = features.mean(0), features.std(0) + 1e-3 * features.std() + 1e-6
    inputs = ((features - mean) / deviation / np.sqrt(features.shape[1])).astype(np.float32)
    dimensions = min(DIMENSIONS, *inputs.shape)
    if ngrams:
        coefficients = Ridge(RIDGE, fit_intercept=False, solver="cholesky").fit(inputs, said).coef_.T  # [F, N]
        # The predictions are inputs @ coefficients; few of their directions matter.
        _, strengths, directions = randomized_svd(inputs @ coefficients, dimensions, n_iter=4, random_state=0)
    else:
        coefficients = np.zeros((inputs.shape[1], 0), np.float32)
        strengths, directions = np.zeros(dimensions, np.float32), np.zeros((dimensions, 0), np.float32)
    strengths = strengths / np.sqrt(len(inputs))  # so that what is projected has a variance of about 1
    inverse = np.where(strengths > 1e-6 * max(strengths.max(initial=0), 1e-6), 1 / np.maximum(strengths, 1e-12), 0)
    projection = coefficients @ (directions.T * inverse) / deviation[:, None] / np.sqrt(features.shape[1])
    return stored(
        {
            "projection": projection.astype(np.float16),
            "bias": (-mean @ projection).astype(np.float32),
            "rarity": idf,
            "usual": average,
            "rarest": np.array(cider.log_photos, np.float32),
        },
        [[vocabulary.ids[word] for word in ngram] for ngram in ngrams],
        directions.T * strengths,
    )


def adapt(
    old: Mapping[str, np.ndarray], features: np.ndarray, captions: list[list[list[str]]], vocabulary: Vocabulary
) -> dict[str, np.ndarray]:
    """The arrays of an earlier regression, adapted to a few photos of another kind, such as a user's own.

    Ridge regression again, of what the earlier one predicts wrongly for these photos, on its own projections. So the
    predictions for photos unlike these stay what they were. N-grams that the earlier one lacks are added.

    Args:
        old: the earlier arrays, whose words are the vocabulary's first.
        features, captions: as `fit` takes them.
    """
    cider = CiderD(captions)
    rows: dict[tuple[int, ...], int] = {tuple(filter(None, ids)): row for row, ids in enumerate(old["ngrams"].tolist())}
    ngrams = [tuple(vocabulary.words[id] for id in ids) for ids in rows]
    new = [ngram for ngram in known_ngrams(cider, vocabulary, 1) if tuple(map(vocabulary.ids.get, ngram)) not in rows]
    rarest = float(old["rarest"])
    idf = np.concatenate([old["rarity"], np.full(len(new), rarest, np.float32)])
    # The photos are too few to count in: how rare an n-gram is, the earlier regression knows.
    cider = CiderD(captions, dict(zip((*ngrams, *new), idf.tolist())), rarest)
    average = np.concatenate([old["usual"], np.zeros(len(new), np.float32)])
    directions = np.zeros((len(idf), old["directions"].shape[1]), np.float32)
    directions[: len(ngrams)] = old["directions"] * old["scale"][:, None]

    projected = features @ old["projection"].astype(np.float32) + old["bias"]  # of variance 1
    missing = shares(cider, [*ngrams, *new]) - (projected @ directions.T + average)
    inputs = projected / np.sqrt(projected.shape[1])
    weights = np.linalg.solve(inputs @ inputs.T + RIDGE * np.eye(len(inputs)), missing)  # [photos, N]
    directions += weights.T @ inputs / np.sqrt(projected.shape[1])
    return stored(
        {**old, "rarity": idf, "usual": average},
        [*map(list, rows), *([vocabulary.ids[word] for word in ngram] for ngram in new)],
        directions,
    )


def known_ngrams(cider: CiderD, vocabulary: Vocabulary, photos: int) -> list[Ngram]:
    """The n-grams of known words in the captions of this many photos or more, sorted, as the order of a set varies."""
    return sorted(
        ngram
        for ngram, count in cider.frequency.items()
        if len(ngram) <= MAX_NGRAM and count >= photos and all(word in vocabulary.ids for word in ngram)
    )


def shares(cider: CiderD, ngrams: list[Ngram]) -> np.ndarray:
    """The mean of each photo's normalised TF-IDF vectors, float32 [photos, n-grams]."""
    columns = {ngram: number for number, ngram in enumerate(ngrams)}
    means = np.zeros((len(cider.references), len(ngrams)), np.float32)
    for photo, references in zip(means, cider.references):
        for vectors, norms, _ in references:
            for vector, norm in zip(vectors, norms):
                for ngram, weight in vector.items():
                    if weight and ngram in columns:  # else the norm may be 0: all photos have the n-gram
                        photo[columns[ngram]] += weight / norm / len(references)
    return means


def stored(arrays: Mapping[str, np.ndarray], ngrams: list[list[int]], directions: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays of the file: the directions, float32 [N, R], become int8 with a scale for each n-gram."""
    scale = np.abs(directions).max(1, initial=0) / 127 + 1e-12
    padded = [ids + [Vocabulary.pad] * (MAX_NGRAM - len(ids)) for ids in ngrams]
    complete = {
        **arrays,
        "ngrams": np.array(padded, np.uint16).reshape(-1, MAX_NGRAM),
        "directions": np.round(directions / scale[:, None]).astype(np.int8),
        "scale": scale.astype(np.float32),
    }
    return {name: complete[name] for name in SHAPES}
