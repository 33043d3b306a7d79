"""Caption scores by the standard code, pycocoevalcap (Chen et al., arXiv 1504.00325)."""

import contextlib
import io
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.bleu.bleu_scorer import cook_refs, cook_test
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.meteor.meteor import Meteor
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

from captioner.errors import CaptionerError
from captioner.model.tokenizer import tokenize

DRAWS = 1000  # of the bootstrap
METRICS = ("BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "METEOR", "ROUGE-L", "CIDEr")


def cider(captions: Mapping[str, str], references: Mapping[str, Sequence[str]]) -> float:
    """CIDEr (R. Vedantam et al., CVPR 2015, arXiv 1411.5726) with our own tokenizer: quick, and without Java."""
    score, _ = Cider().compute_score(
        {key: [" ".join(tokenize(text)) for text in texts] for key, texts in references.items()},
        {key: [" ".join(tokenize(text))] for key, text in captions.items()},
    )
    return float(score)


def check_java() -> None:
    """Raise a CaptionerError where there is no Java, which the PTB tokenizer and METEOR need."""
    if not shutil.which("java"):
        raise CaptionerError("Scoring needs Java. Install default-jre-headless (Debian) or any Java 8 or newer.")


def score(
    captions: Mapping[str, str], references: Mapping[str, Sequence[str]]
) -> tuple[dict[str, float], dict[str, dict[str, float]], dict[str, tuple[float, float]]]:
    """All metrics, after the PTB tokenizer as in the COCO evaluation.

    Args:
        captions: one caption a photo.
        references: the captions that people gave to the same photos.

    Returns:
        the scores of the whole, by metric; by photo, by metric (BLEU of a single photo is a sentence's); and the 95 %
        confidence intervals of the first, as `intervals` finds them.

    Raises:
        CaptionerError: there is no Java.
    """
    check_java()
    with contextlib.redirect_stdout(io.StringIO()):  # the metrics print as they go
        tokenizer = PTBTokenizer()
        truth = tokenizer.tokenize({key: [{"caption": text} for text in texts] for key, texts in references.items()})
        ours = tokenizer.tokenize({key: [{"caption": text}] for key, text in captions.items()})
        results = [metric.compute_score(truth, ours) for metric in (Bleu(4), Meteor(), Rouge(), Cider())]
    (bleu, bleu_each), *others = results
    total = {name: float(value) for name, value in zip(METRICS, [*bleu, *(value for value, _ in others)])}
    each = np.array([*bleu_each, *(values for _, values in others)], float).T
    matches = [cook_test(ours[key][0], cook_refs(truth[key]), "closest") for key in truth]
    return (
        total,
        {key: dict(zip(METRICS, values.tolist())) for key, values in zip(truth, each)},
        intervals(total, each, matches),
    )


def intervals(
    total: Mapping[str, float], each: np.ndarray, matches: Sequence[Mapping[str, Any]]
) -> dict[str, tuple[float, float]]:
    """95 % confidence intervals by bootstrap over photos (B. Efron, Annals of Statistics 7, 1979).

    Args:
        total: the scores, by metric.
        each: those of each photo, float64 [photos, len(METRICS)]. Their means vary as the whole's, but not BLEU's.
        matches: each photo's lengths and n-grams as BLEU counts them.
    """
    photos = len(each)
    drawn = np.random.default_rng(0).multinomial(photos, np.full(photos, 1 / photos), DRAWS)  # how often each photo
    ours, theirs, *counts = (drawn @ [[m["testlen"], m["reflen"], *m["guess"], *m["correct"]] for m in matches]).T
    precision = (np.array(counts[4:]) + 1e-15) / (np.array(counts[:4]) + 1e-9)
    brevity = np.minimum(0, 1 - theirs / np.maximum(ours, 1))
    bleu = np.exp(brevity + np.log(precision).cumsum(0) / np.arange(1, 5)[:, None])
    means = drawn @ each[:, 4:] / photos + [total[name] for name in METRICS[4:]] - each[:, 4:].mean(0)
    low, high = np.quantile(np.r_[bleu, means.T], (0.025, 0.975), axis=1)
    return {name: (float(least), float(most)) for name, least, most in zip(METRICS, low, high)}
