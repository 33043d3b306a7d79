"""Fits confidence and exactness to captions of the development splits, and tests them on held-out folds of them."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.optimize import brentq
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from captioner.caption import EXACT, GUESS, HEDGES
from captioner.errors import WeightsError, reason
from captioner.model import confidence
from captioner.model.beam_search import Hypothesis
from captioner.model.pipeline import Pipeline
from captioner.model.preprocess import LOADED_SIDE
from captioner.model.text import sentence
from captioner.model.tokenizer import tokenize
from captioner.model.weights import open_weights
from captioner.photos.load import load
from captioner.training.dataset import Example
from captioner.training.evaluation.encoded import EncodedSplit
from captioner.training.evaluation.evaluate import write_json
from captioner.training.evaluation.table import table
from captioner.training.out_of_distribution.degraded import degraded
from captioner.training.out_of_distribution.synthetic_images import synthetic_images
from captioner.training.self_critical import CiderD
from captioner.training.verdicts import Verdict, Verdicts

# Where nobody has judged the captions: from this CIDEr-D on, counted within the split, a caption is taken to describe
# its photo. Of 100 captions that were judged this agreed with the judgement on 77; 0.1, 0.3 and 0.4 on 74, 70 and 61.
# People's captions of another photo reach it in 1 of 42 cases, their captions of the same photo, against the other
# four, in 5 of 6.
DESCRIBES = 0.2
# And from this one on nothing in it is taken to be wrong, which agreed with the judgement on 71 of 100.
EXACT_FROM = 0.9
FOLDS = 10

# For the second regression: how many photos of a split are degraded, and how many times a picture that is unlike the
# photos counts. With 1,000 photos such pictures are a sixth of all then.
DEGRADED = 5
UNLIKE_WEIGHT = 2

Evidence = dict[str, float]
Coefficients = dict[str, dict[str, float]]
Prediction = Callable[[Evidence, Coefficients], float]


@dataclass(frozen=True)
class Calibration:
    """How well confidences and exactnesses on held-out folds predicted the truth.

    confidences, describes: of each photo, float64 and bool [photos]: what was predicted, and what came true.
    exactnesses, exact: the same of nothing being wrong.
    truth: what "describes its photo" means here, as the end of a sentence.
    """

    confidences: np.ndarray
    describes: np.ndarray
    exactnesses: np.ndarray
    exact: np.ndarray
    truth: str = f"its CIDEr-D is {DESCRIBES} or more"

    @property
    def expected_calibration_error(self) -> float:
        """Mean distance of predicted and true frequency in ten bins of equally many photos."""
        predicted, true = self.bins()
        return float(np.abs(predicted - true).mean())

    @property
    def auroc(self) -> float:
        """How often a caption that describes its photo has a higher confidence than one that does not."""
        if self.describes.all() or not self.describes.any() or np.isnan(self.confidences).any():
            return float("nan")
        return float(roc_auc_score(self.describes, self.confidences))

    def bins(self, count: int = 10) -> tuple[np.ndarray, np.ndarray]:
        """Mean confidence and frequency of describing captions, by confidence, float64 [count] each."""
        groups = np.array_split(np.argsort(self.confidences, kind="stable"), count)
        predicted, true = ([values[group].mean() for group in groups] for values in (self.confidences, self.describes))
        return np.array(predicted), np.array(true)

    def summary(self) -> str:
        return (
            f"Expected calibration error {self.expected_calibration_error:.3f}, AUROC {self.auroc:.3f}, "
            f"on folds that it was not fitted to. A caption is taken to describe its photo if {self.truth}."
        )

    def words_table(self) -> str:
        """For each way to hedge a caption: how many get it, and how many of them describe their photo and are exact."""
        rows, left = [], np.ones(len(self.confidences), bool)
        for least, words in (*HEDGES, (0.0, GUESS)):
            chosen = left & (self.confidences >= least)
            if not words:
                chosen &= self.exactnesses >= EXACT
            right = [f"{truth[chosen].mean():.0%}" if chosen.any() else "" for truth in (self.describes, self.exact)]
            rows.append([words.strip() or "(plain)", f"{chosen.mean():.0%}", *right])
            left &= ~chosen
        return table(["said", "of all captions", "describe their photo", "nothing wrong"], rows)


def calibrate(
    weights: Path,
    splits: Mapping[str, EncodedSplit],
    found: Mapping[str, list[list[Hypothesis]]],
    verdicts: Verdicts | None = None,
) -> dict[str, Calibration]:
    """Fit confidence and exactness to captions of photos that were not trained on, and write them into model.json.

    Fits the regressions of `captioner.model.confidence`: two to the photos, the third to photos and to pictures that
    are unlike them.

    Args:
        weights: the weights folder; of its files only model.json changes.
        splits: development splits.
        found: of each split's photos, the captions that the program finds, best first.
        verdicts: of readers. Captions without one are left out then. None: CIDEr-D decides.

    Returns:
        For each split, what the same fit to nine tenths of the photos predicts for the other tenth.

    Raises:
        CaptionerError: the weights or a photo cannot be read.
    """
    pipeline = Pipeline(open_weights(weights))
    known: list[Evidence] = []
    true: list[Verdict] = []
    sizes = []
    for name, split in splits.items():
        reward = CiderD([[tokenize(caption) for caption in example.captions] for example in split.examples])
        for number, (photo, hypotheses) in enumerate(zip(split, found[name], strict=True)):
            words = pipeline.vocabulary.decode(hypotheses[0].words)
            if verdicts is None:
                score = reward(number, words)
                verdict = Verdict(score >= DESCRIBES, score >= EXACT_FROM)
            else:
                judged = verdicts.get((split.examples[number].photo.name, sentence(words)))
                if judged is None:
                    continue
                verdict = judged
            known.append(pipeline.evidence(photo, hypotheses))
            true.append(verdict)
        sizes.append(len(known))
    truths = np.array(true, bool).reshape(-1, 2)
    unlike = []
    for picture in unlike_photos([example for split in splits.values() for example in split.examples[:DEGRADED]]):
        photo = pipeline.encode(pipeline.encoder_input(np.asarray(picture)))
        unlike.append(pipeline.evidence(photo, pipeline.search(photo)))

    fold = np.random.default_rng(0).permutation(len(known)) % FOLDS
    write_confidence(weights, fit_all(known, truths, unlike))
    held_out = np.full((len(known), 2), np.nan)  # a single photo's stays so, as there are no others to fit to
    for number in range(FOLDS if len(known) > 1 else 0):
        fitted = fit_all([known[n] for n in np.flatnonzero(fold != number)], truths[fold != number], unlike)
        for n in np.flatnonzero(fold == number):
            held_out[n] = confidence.confidence(known[n], fitted), confidence.exactness(known[n], fitted)
    truth = (
        "a reader who saw the photo said that the main things are right" if verdicts is not None else Calibration.truth
    )
    parts = zip(splits, np.split(held_out, sizes[:-1]), np.split(truths, sizes[:-1]))
    return {name: Calibration(p[:, 0], t[:, 0], p[:, 1], t[:, 1], truth) for name, p, t in parts}


def write_confidence(weights: Path, coefficients: Coefficients) -> None:
    """Put coefficients into a weights folder's model.json.

    Raises:
        WeightsError: the file is missing or damaged.
    """
    path = weights / "model.json"
    try:
        model = json.loads(path.read_text(encoding="utf-8"))
        write_json(path, model | {"confidence": coefficients})
    except (OSError, ValueError, TypeError) as error:
        raise WeightsError(
            f"{path} can't be read ({reason(error)}). Name a weights folder, or export the model again."
        ) from error


def unlike_photos(examples: list[Example]) -> Iterator[Image.Image]:
    """Every other synthetic image (`scripts/measure/out_of_distribution.py` tests the rest), and degraded photos."""
    for _, _, picture in islice(synthetic_images(), 0, None, 2):
        yield picture
    for example in examples:
        for _, picture in degraded(load(example.photo, (LOADED_SIDE,)).images[0]):
            yield picture


def fit_all(known: Sequence[Evidence], truths: np.ndarray, unlike: Sequence[Evidence]) -> Coefficients:
    """All coefficients of `captioner.model.confidence`.

    Args:
        truths: bool [len(known), 2]: which captions describe their photos, and in which nothing is wrong.
    """
    measures = columns(known, confidence.PHOTO)
    usual = {
        "mean": dict(zip(confidence.PHOTO, measures.mean(0).tolist())),
        "deviation": dict(zip(confidence.PHOTO, (measures.std(0) + 1e-6).tolist())),
    }
    both = [{**evidence, "strangeness": confidence.strangeness(evidence, usual)} for evidence in (*known, *unlike)]
    familiar = np.arange(len(both)) < len(known)
    fitted = {
        "describes": regression("describes", known, truths[:, 0], np.ones(len(known))),
        "exact": regression("exact", known, truths[:, 1], np.ones(len(known))),
        "familiar": regression("familiar", both, familiar, np.where(familiar, 1, UNLIKE_WEIGHT)),
        **usual,
    }
    for part, predict, true in zip(("describes", "exact"), (confidence.confidence, confidence.exactness), truths.T):
        fitted[part]["intercept"] += shift(fitted, part, predict, known, true)
    return fitted


def shift(fitted: Coefficients, part: str, predict: Prediction, known: Sequence[Evidence], true: np.ndarray) -> float:
    """How much to add to a regression's intercept so that its product with the familiarity is right on average."""

    def error(change: float) -> float:
        moved = fitted[part] | {"intercept": fitted[part]["intercept"] + change}
        predicted = [predict(evidence, fitted | {part: moved}) for evidence in known]
        return float(np.mean(predicted) - true.mean())

    limit = 5.0  # the second regression may make the mean unreachable
    return float(brentq(error, -limit, limit, xtol=0.01)) if error(-limit) < 0 < error(limit) else 0.0


def regression(part: str, evidence: Sequence[Evidence], true: np.ndarray, weights: np.ndarray) -> dict[str, float]:
    names = confidence.COEFFICIENTS[part]
    return dict(zip(names, fit(columns(evidence, names[1:]), true, weights).tolist()))


def columns(evidence: Sequence[Evidence], names: Sequence[str]) -> np.ndarray:
    """float64 [len(evidence), len(names)]."""
    return np.array([[each[name] for name in names] for each in evidence])


def fit(inputs: np.ndarray, true: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Logistic regression, slightly regularised: the intercept and the coefficients, float64 [1 + inputs].

    Args:
        inputs: float64 [samples, inputs].
        true: bool [samples].
        weights: [samples], how often each sample counts.
    """
    mean, deviation = inputs.mean(0), inputs.std(0) + 1e-9
    scaled = (inputs - mean) / deviation
    if true.all() or not true.any():  # a few photos may all be right, or all wrong
        rate = (weights @ true + 0.5) / (weights.sum() + 1)
        return np.array([np.log(rate / (1 - rate)), *np.zeros(inputs.shape[1])])
    regression = LogisticRegression(tol=1e-6, max_iter=1000).fit(scaled, true, sample_weight=weights)
    slopes = regression.coef_[0] / deviation
    return np.array([regression.intercept_[0] - slopes @ mean, *slopes])
