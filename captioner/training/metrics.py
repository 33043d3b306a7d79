"""Caption scores by the standard code, pycocoevalcap (Chen et al., arXiv 1504.00325)."""

import contextlib
import io
import shutil
from collections.abc import Mapping, Sequence

from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.meteor.meteor import Meteor
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

from captioner.errors import CaptionerError
from captioner.vocabulary import tokenize

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
        raise CaptionerError("Scoring needs Java: install default-jre-headless (Debian) or any Java 8 or newer.")


def score(
    captions: Mapping[str, str], references: Mapping[str, Sequence[str]]
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """All metrics, after the PTB tokenizer as in the COCO evaluation.

    Args:
        captions: one caption a photo.
        references: the captions that people gave to the same photos.

    Returns:
        the scores of the whole, by metric; and by photo, by metric. BLEU of a single photo is a sentence's.

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
    total = dict(zip(METRICS, [*bleu, *(value for value, _ in others)]))
    each = zip(*bleu_each, *(values for _, values in others))
    return (
        {name: float(value) for name, value in total.items()},
        {key: dict(zip(METRICS, map(float, values))) for key, values in zip(truth, each)},
    )
