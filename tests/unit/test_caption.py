import json
from dataclasses import replace

import numpy as np
import pytest

from captioner.caption import EXACT, GUESS, HEDGES, Alternative, Caption, Word, hedge

CAPTION = Caption(
    "A dog.",
    (Word("a", -0.5, np.ones((10, 10), np.float32)), Word("dog", -1.0, np.ones((10, 10), np.float32))),
    -2.0,
    0.5,
    (Alternative("A cat.", -3.0),),
    {"decode": 0.1},
)


@pytest.mark.parametrize(
    ("confidence", "said"),
    [
        (1.0, "A dog runs."),
        (HEDGES[0][0], "A dog runs."),
        (HEDGES[0][0] - 0.01, "Probably: a dog runs."),
        (HEDGES[1][0] - 0.01, "Possibly: a dog runs."),
        (HEDGES[2][0] - 0.01, GUESS + "a dog runs."),
        (0.0, GUESS + "a dog runs."),
    ],
)
def test_a_doubtful_caption_says_so(confidence: float, said: str) -> None:
    assert hedge("A dog runs.", confidence) == said


@pytest.mark.parametrize(
    ("confidence", "exactness", "said"),
    [
        (1.0, EXACT, "A dog runs."),
        (1.0, EXACT - 0.01, "Probably: a dog runs."),
        (HEDGES[1][0] - 0.01, 0.0, "Possibly: a dog runs."),
        (0.0, 1.0, GUESS + "a dog runs."),
    ],
)
def test_a_caption_with_a_likely_mistake_is_not_said_plainly(confidence: float, exactness: float, said: str) -> None:
    assert hedge("A dog runs.", confidence, exactness) == said
    caption = replace(CAPTION, text="A dog runs.", confidence=confidence, exactness=exactness)
    assert caption.statement == said


@pytest.mark.parametrize(
    ("confidence", "exactness", "said"),
    [
        (0.9, 1.0, "Confidence: about 9 in 10."),
        (0.9, 0.1, "Confidence: about 9 in 10. A detail may be wrong."),
        (0.62, 0.1, "Confidence: about 6 in 10."),
    ],
)
def test_a_likely_mistake_is_named_where_the_confidence_alone_would_not_explain_the_doubt(
    confidence: float, exactness: float, said: str
) -> None:
    assert replace(CAPTION, confidence=confidence, exactness=exactness).trust == said


def test_the_statement_hedges_the_caption_and_ends_with_the_note() -> None:
    assert CAPTION.statement == "Possibly: a dog."
    assert replace(CAPTION, note="It is damaged.").statement == "Possibly: a dog. It is damaged."


def test_a_caption_as_json() -> None:
    assert json.loads(json.dumps(CAPTION.to_dict())) == {
        "caption": "A dog.",
        "confidence": 0.5,
        "exactness": 1.0,
        "statement": "Possibly: a dog.",
        "log_probability": -2.0,
        "alternatives": [{"caption": "A cat.", "log_probability": -3.0}],
        "seconds": {"decode": 0.1},
    }
