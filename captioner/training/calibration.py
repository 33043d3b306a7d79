"""How much a confidence is worth: fitted to captions of the development split, and tested on folds of it."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from captioner import doubt
from captioner.captioner import search
from captioner.images import encoder_input, read_photo
from captioner.litert import Model, physical_cores
from captioner.training.dataset import Example
from captioner.training.self_critical import CiderD
from captioner.training.table import table
from captioner.vocabulary import tokenize
from captioner.weights import open_weights

# From this CIDEr-D on, counted within the split, a caption is taken to describe its photo. People's captions of another
# photo reach it in 1 of 70 cases, their captions of the same photo, against the other four, in 3 of 4.
DESCRIBES = 0.3
FOLDS = 10


@dataclass(frozen=True)
class Calibration:
    """What confidences on held-out folds were worth.

    confidences, describes: of each photo, float64 and bool [photos]: what was foretold, and what came true.
    """

    confidences: np.ndarray
    describes: np.ndarray

    @property
    def expected_calibration_error(self) -> float:
        """Mean distance of foretold and true frequency in ten bins of equally many photos."""
        foretold, true = self.bins()
        return float(np.abs(foretold - true).mean())

    @property
    def auroc(self) -> float:
        """How often a caption that describes its photo has a higher confidence than one that does not."""
        good, bad = self.confidences[self.describes], self.confidences[~self.describes]
        return float((good[:, None] > bad).mean() + (good[:, None] == bad).mean() / 2)

    def bins(self, count: int = 10) -> tuple[np.ndarray, np.ndarray]:
        """Mean confidence and frequency of describing captions, by confidence, float64 [count] each."""
        groups = np.array_split(np.argsort(self.confidences, kind="stable"), count)
        foretold, true = ([values[group].mean() for group in groups] for values in (self.confidences, self.describes))
        return np.array(foretold), np.array(true)

    def summary(self) -> str:
        return (
            f"Expected calibration error {self.expected_calibration_error:.3f}, AUROC {self.auroc:.3f}, "
            "on folds that it was not fitted to. A caption is taken to describe its photo if its CIDEr-D is "
            f"{DESCRIBES} or more."
        )

    def words_table(self) -> str:
        """For each way to say how sure: how many captions it gets, and how many of them describe their photo."""
        rows, below = [], np.inf
        for least, words in (*doubt.WORDS, (0.0, doubt.GUESS)):
            chosen = (self.confidences >= least) & (self.confidences < below)
            right = f"{self.describes[chosen].mean():.0%}" if chosen.any() else ""
            rows.append([words.strip() or "(plain)", f"{chosen.mean():.0%}", right])
            below = least
        return table(["said", "of all captions", "describe their photo"], rows)


def calibrate(weights: Path, examples: list[Example]) -> Calibration:
    """Fit the confidence to captions of photos that were not trained on, and write it into model.json.

    Args:
        weights: the weights folder; of its files only model.json changes.
        examples: photos with the captions that people gave them, of the development split.

    Returns:
        What the same fit to nine tenths of the photos foretells of the others.

    Raises:
        CaptionerError: the weights or a photo cannot be read.
    """
    evidence, scores = collect(weights, examples)
    describes = scores >= DESCRIBES
    fold = np.random.default_rng(0).permutation(len(examples)) % FOLDS
    held_out = np.zeros(len(examples))
    for number in range(FOLDS):
        others, rest = fold != number, fold == number
        held_out[rest] = probabilities(fit(evidence[others], describes[others]), evidence[rest])
    path = weights / "model.json"
    model = json.loads(path.read_text(encoding="utf-8"))
    model["confidence"] = dict(zip(("intercept", *doubt.EVIDENCE), fit(evidence, describes).round(6).tolist()))
    path.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")
    return Calibration(held_out, describes)


def collect(weights: Path, examples: list[Example]) -> tuple[np.ndarray, np.ndarray]:
    """Each photo's evidence, float64 [photos, len(EVIDENCE)], and its caption's CIDEr-D, float64 [photos]."""
    opened = open_weights(weights)
    opened.check()
    vocabulary, threads = opened.vocabulary(), physical_cores()
    encoder = Model(opened.encoder, threads=threads)
    decoder = Model(opened.decoder, threads=threads, batch=opened.beam_width)
    reward = CiderD([[tokenize(caption) for caption in example.captions] for example in examples])
    evidence, scores = [], []
    for number, example in enumerate(tqdm(examples, "confidence", unit="photo")):
        encoded = encoder(photo=encoder_input(read_photo(example.photo), encoder.inputs["photo"][1])[None])
        hypotheses = search(
            decoder,
            encoded["regions"],
            encoded["state"],
            beam_width=opened.beam_width,
            max_length=opened.max_length,
            length_normalisation=opened.length_normalisation,
            seconds={},
        )
        evidence.append(list(doubt.evidence(hypotheses).values()))
        scores.append(reward(number, vocabulary.decode(hypotheses[0].words)))
    return np.array(evidence), np.array(scores)


def fit(evidence: np.ndarray, describes: np.ndarray) -> np.ndarray:
    """Logistic regression by Newton's method, slightly drawn to zero: the intercept and the coefficients."""
    mean, deviation = evidence.mean(0), evidence.std(0) + 1e-9
    inputs = np.c_[np.ones(len(evidence)), (evidence - mean) / deviation]
    coefficients = np.zeros(inputs.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-inputs @ coefficients))
        hessian = inputs.T @ (inputs * (p * (1 - p))[:, None]) + np.eye(len(coefficients))
        coefficients += np.linalg.solve(hessian, inputs.T @ (describes - p) - coefficients)
    scaled = coefficients[1:] / deviation
    return np.array([coefficients[0] - scaled @ mean, *scaled])


def probabilities(coefficients: np.ndarray, evidence: np.ndarray) -> np.ndarray:
    return np.array([doubt.probability(logit) for logit in coefficients[0] + evidence @ coefficients[1:]])
