"""How much a confidence is worth: fitted to captions of the development split, and tested on folds of it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from captioner.caption import GUESS, HEDGES
from captioner.errors import WeightsError
from captioner.model import confidence
from captioner.model.beam_search import Hypothesis
from captioner.model.pipeline import Pipeline
from captioner.model.preprocess import LOADED_SIDE, PreparedPhoto, prepare
from captioner.model.tokenizer import tokenize
from captioner.model.weights import open_weights
from captioner.photos.load import load
from captioner.training.dataset import Example
from captioner.training.evaluate import write_json
from captioner.training.self_critical import CiderD
from captioner.training.synthetic_images import drawn, spoilt
from captioner.training.table import table

# From this CIDEr-D on, counted within the split, a caption is taken to describe its photo. Of 100 captions that were
# looked at beside their photos this agreed with the eye on 77; thresholds of 0.1, 0.3 and 0.4 on 74, 70 and 61.
# People's captions of another photo reach it in 1 of 42 cases, their captions of the same photo, against the other
# four, in 5 of 6.
DESCRIBES = 0.2
FOLDS = 10

# Of the second regression: so many photos are spoilt for it, and so many times an odd picture counts; a sixth of all is
# odd then.
SPOILT = 5
ODD_WEIGHT = 4

Evidence = dict[str, float]
Coefficients = dict[str, dict[str, float]]


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
        for least, words in (*HEDGES, (0.0, GUESS)):
            chosen = (self.confidences >= least) & (self.confidences < below)
            right = f"{self.describes[chosen].mean():.0%}" if chosen.any() else ""
            rows.append([words.strip() or "(plain)", f"{chosen.mean():.0%}", right])
            below = least
        return table(["said", "of all captions", "describe their photo"], rows)


def calibrate(weights: Path, examples: list[Example]) -> Calibration:
    """Fit the confidence to captions of photos that were not trained on, and write it into model.json.

    Fits both regressions of `captioner.model.confidence`: one to the photos, the other to photos and odd pictures.

    Args:
        weights: the weights folder; of its files only model.json changes.
        examples: photos with the captions that people gave them, of the development split.

    Returns:
        What the same fit to nine tenths of the photos foretells of the others.

    Raises:
        CaptionerError: the weights or a photo cannot be read.
    """
    path = weights / "model.json"
    try:
        model = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(
            f"{path} cannot be read ({error}): name a weights folder, or export the model again."
        ) from error
    # To begin with, for these may be weights of an earlier program.
    model["confidence"] = {part: dict.fromkeys(names, 1.0) for part, names in confidence.COEFFICIENTS.items()}
    write_json(path, model)
    known, scores, odd = collect(weights, examples)
    describes = scores >= DESCRIBES
    fold = np.random.default_rng(0).permutation(len(known)) % FOLDS
    model["confidence"] = fit_all(known, describes, odd)
    write_json(path, model)
    held_out = np.full(len(known), np.nan)  # and so it stays for a single photo: there are no others to fit to
    for number in range(FOLDS if len(known) > 1 else 0):
        fitted = fit_all([known[n] for n in np.flatnonzero(fold != number)], describes[fold != number], odd)
        for n in np.flatnonzero(fold == number):
            held_out[n] = confidence.confidence(known[n], fitted)
    return Calibration(held_out, describes)


def collect(weights: Path, examples: list[Example]) -> tuple[list[Evidence], np.ndarray, list[Evidence]]:
    """Each photo's evidence, its caption's CIDEr-D, float64 [photos], and the evidence of odd pictures."""
    pipeline = Pipeline(open_weights(weights))
    reward = CiderD([[tokenize(caption) for caption in example.captions] for example in examples])

    def look(picture: np.ndarray | PreparedPhoto) -> tuple[Evidence, list[Hypothesis]]:
        photo = pipeline.encode(pipeline.encoder_input(picture))
        hypotheses = pipeline.search(photo)
        return pipeline.evidence(photo, hypotheses), hypotheses

    known, scores = [], []
    for number, example in enumerate(tqdm(examples, "confidence", unit="photo")):
        evidence, hypotheses = look(prepare(example.photo))
        known.append(evidence)
        scores.append(reward(number, pipeline.vocabulary.decode(hypotheses[0].words)))
    return known, np.array(scores), [look(np.asarray(picture))[0] for picture in odd_pictures(examples)]


def odd_pictures(examples: list[Example]) -> Iterator[Image.Image]:
    """Every other drawn picture (`scripts/measure/odd_pictures.py` tests the rest), and some of the photos, spoilt."""
    for _, _, picture in islice(drawn(), 0, None, 2):
        yield picture
    for example in examples[:SPOILT]:
        for _, picture in spoilt(load(example.photo, (LOADED_SIDE,)).images[0]):
            yield picture


def fit_all(known: Sequence[Evidence], describes: np.ndarray, odd: Sequence[Evidence]) -> Coefficients:
    """All coefficients of `captioner.model.confidence.confidence`."""
    measures = columns(known, confidence.PHOTO)
    usual = {
        "mean": dict(zip(confidence.PHOTO, measures.mean(0).tolist())),
        "deviation": dict(zip(confidence.PHOTO, (measures.std(0) + 1e-6).tolist())),
    }
    both = [{**evidence, "strangeness": confidence.strangeness(evidence, usual)} for evidence in (*known, *odd)]
    familiar = np.arange(len(both)) < len(known)
    return {
        "describes": regression("describes", known, describes, np.ones(len(known))),
        "familiar": regression("familiar", both, familiar, np.where(familiar, 1, ODD_WEIGHT)),
        **usual,
    }


def regression(part: str, evidence: Sequence[Evidence], true: np.ndarray, weights: np.ndarray) -> dict[str, float]:
    names = confidence.COEFFICIENTS[part]
    return dict(zip(names, fit(columns(evidence, names[1:]), true, weights).tolist()))


def columns(evidence: Sequence[Evidence], names: Sequence[str]) -> np.ndarray:
    """float64 [len(evidence), len(names)]."""
    return np.array([[each[name] for name in names] for each in evidence])


def fit(inputs: np.ndarray, true: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Logistic regression by Newton's method, slightly drawn to zero: the intercept and the coefficients.

    Args:
        inputs: float64 [samples, inputs].
        true: bool [samples].
        weights: [samples], how often each sample counts.
    """
    mean, deviation = inputs.mean(0), inputs.std(0) + 1e-9
    scaled = np.c_[np.ones(len(inputs)), (inputs - mean) / deviation]
    coefficients = np.zeros(scaled.shape[1])
    for _ in range(30):
        p = (1 + np.tanh(scaled @ coefficients / 2)) / 2
        hessian = scaled.T @ (scaled * (weights * p * (1 - p))[:, None]) + np.eye(len(coefficients))
        coefficients += np.linalg.solve(hessian, scaled.T @ (weights * (true - p)) - coefficients)
    slopes = coefficients[1:] / deviation
    return np.array([coefficients[0] - slopes @ mean, *slopes])
