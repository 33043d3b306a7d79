"""Fits confidence and exactness to captions of the development splits, and tests them on held-out folds of them."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy.optimize import brentq
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from captioner.caption import EXACT, GUESS, HEDGES
from captioner.errors import WeightsError, reason
from captioner.model import confidence
from captioner.model.beam_search import Hypothesis
from captioner.model.claims import words_right
from captioner.model.pipeline import EncodedPhoto, Pipeline
from captioner.model.preprocess import LOADED_SIDE
from captioner.model.text import sentence, stem
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
# photos counts. With 1,500 photos such pictures are a sixth of all then.
DEGRADED = 5
UNLIKE_WEIGHT = 3

Evidence = dict[str, float]
Coefficients = dict[str, dict[str, float]]
Prediction = Callable[[Evidence, Coefficients], float]


class Judged(NamedTuple):
    """A photo whose caption has a verdict.

    claims: of the words of the caption, as in `Hypothesis`.
    words, wrong: the claims of the content words of all its captions that have a verdict, float64 [W, 9], and which of
        them are wrong, bool [W].
    """

    evidence: Evidence
    verdict: Verdict
    claims: np.ndarray
    words: np.ndarray
    wrong: np.ndarray

    def known(self, coefficients: Coefficients) -> Evidence:
        """The evidence, with what a new regression says of the words."""
        return self.evidence | {"words right": words_right(self.claims, coefficients["word"])}


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

    Fits the regressions of `captioner.model.confidence`: to the captions' words, to the captions, and the one of
    being familiar to the photos and to pictures that are unlike them.

    Args:
        weights: the weights folder; of its files only model.json changes.
        splits: development splits.
        found: of each split's photos, the captions that the program finds, best first.
        verdicts: of readers. Captions without one are left out then. None: CIDEr-D decides, and of the words whether
            people's captions have them.

    Returns:
        For each split, what the same fit to nine tenths of the photos predicts for the other tenth.

    Raises:
        CaptionerError: the weights or a photo cannot be read.
    """
    pipeline = Pipeline(open_weights(weights))
    judged: list[Judged] = []
    sizes = []
    for name, split in splits.items():
        references = [[tokenize(caption) for caption in example.captions] for example in split.examples]
        reward = CiderD(references)
        for number, (photo, hypotheses) in enumerate(zip(split, found[name], strict=True)):
            if verdicts is None:
                words = pipeline.vocabulary.decode(hypotheses[0].words)
                said = {stem(word) for caption in references[number] for word in caption}
                score = reward(number, words)
                wrong = tuple(word for word in words if stem(word) not in said)
                given = [(hypotheses[0], Verdict(score >= DESCRIBES, score >= EXACT_FROM, wrong))]
            else:
                texts = [sentence(pipeline.vocabulary.decode(hypothesis.words)) for hypothesis in hypotheses]
                keys = [(split.examples[number].photo.name, text) for text in texts]
                given = [(h, verdicts[key]) for h, key in zip(hypotheses, keys) if key in verdicts]
            if given and given[0][0] is hypotheses[0]:
                judged.append(judge(pipeline, photo, hypotheses, given))
        sizes.append(len(judged))
    unlike = []
    for picture in unlike_photos([example for split in splits.values() for example in split.examples[:DEGRADED]]):
        photo = pipeline.encode(pipeline.encoder_input(np.asarray(picture)))
        unlike.append(pipeline.evidence(photo, pipeline.search(photo)))

    fold = np.random.default_rng(0).permutation(len(judged)) % FOLDS
    write_confidence(weights, fit_all(judged, unlike))
    held_out = np.full((len(judged), 2), np.nan)  # a single photo's stays so, as there are no others to fit to
    for number in range(FOLDS if len(judged) > 1 else 0):
        fitted = fit_all([judged[n] for n in np.flatnonzero(fold != number)], unlike)
        for n in np.flatnonzero(fold == number):
            known = judged[n].known(fitted)
            held_out[n] = confidence.confidence(known, fitted), confidence.exactness(known, fitted)
    truths = np.array([judgement.verdict[:2] for judgement in judged], bool).reshape(-1, 2)
    truth = (
        "a reader who saw the photo said that the main things are right" if verdicts is not None else Calibration.truth
    )
    parts = zip(splits, np.split(held_out, sizes[:-1]), np.split(truths, sizes[:-1]))
    return {name: Calibration(p[:, 0], t[:, 0], p[:, 1], t[:, 1], truth) for name, p, t in parts}


def judge(
    pipeline: Pipeline,
    photo: EncodedPhoto,
    hypotheses: Sequence[Hypothesis],
    given: Sequence[tuple[Hypothesis, Verdict]],
) -> Judged:
    """What to fit to of a photo.

    Args:
        given: the hypotheses that have verdicts, the first of all among them.
    """
    marks = [verdict.marks(pipeline.vocabulary.decode(hypothesis.words)) for hypothesis, verdict in given]
    words, wrong = np.concatenate([hypothesis.claims for hypothesis, _ in given]), np.array(sum(marks, []), bool)
    counting = words[:, -1] == 1
    best, verdict = given[0]
    return Judged(pipeline.evidence(photo, hypotheses), verdict, best.claims, words[counting], wrong[counting])


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


def fit_all(judged: Sequence[Judged], unlike: Sequence[Evidence]) -> Coefficients:
    """All coefficients of `captioner.model.confidence`."""
    measures = columns([judgement.evidence for judgement in judged], confidence.PHOTO)
    words = np.concatenate([judgement.words[:, :-1] for judgement in judged])
    wrong = np.concatenate([judgement.wrong for judgement in judged])
    fitted = {
        "word": dict(zip(confidence.COEFFICIENTS["word"], fit(words, wrong, np.ones(len(wrong))).tolist())),
        "mean": dict(zip(confidence.PHOTO, measures.mean(0).tolist())),
        "deviation": dict(zip(confidence.PHOTO, (measures.std(0) + 1e-6).tolist())),
    }
    known = [judgement.known(fitted) for judgement in judged]
    describes, exact = np.array([judgement.verdict[:2] for judgement in judged], bool).T
    both = [{**evidence, "strangeness": confidence.strangeness(evidence, fitted)} for evidence in (*known, *unlike)]
    familiar = np.arange(len(both)) < len(known)
    fitted |= {
        "describes": regression("describes", known, describes, np.ones(len(known))),
        "exact": regression("exact", known, exact, np.ones(len(known))),
        "familiar": regression("familiar", both, familiar, np.where(familiar, 1, UNLIKE_WEIGHT)),
    }
    predictions = ("describes", confidence.confidence, describes), ("exact", confidence.exactness, exact)
    for part, predict, true in predictions:
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
