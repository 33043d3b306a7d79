from pathlib import Path

import numpy as np
import pytest

from captioner import Captioner
from captioner.model.pipeline import Pipeline
from captioner.model.preprocess import prepare
from captioner.model.text import sentence
from captioner.model.weights import open_weights


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline(open_weights())


def test_training_sees_the_captions_and_the_confidence_that_users_see(
    pipeline: Pipeline, shipped: Captioner, samples: dict[str, Path]
) -> None:
    photo = pipeline.encode(pipeline.encoder_input(prepare(samples["cat"])))
    hypotheses = pipeline.search(photo)
    caption = shipped.caption(samples["cat"])
    assert sentence(pipeline.vocabulary.decode(hypotheses[0].words)) == caption.text
    assert pipeline.trust(photo, hypotheses) == (caption.confidence, caption.exactness)
    assert set(pipeline.evidence(photo, hypotheses)) > {"agreement", "unknown words", "brightness"}


def test_a_decoder_for_another_beam_width_finds_what_the_pipeline_would(
    pipeline: Pipeline, samples: dict[str, Path]
) -> None:
    photo = pipeline.encode(pipeline.encoder_input(np.asarray(prepare(samples["coffee"]).pixels)))
    found = pipeline.search(photo, decoder=pipeline.load_decoder(3), beam_width=3)
    assert len(found) <= 3
    pipeline.set_beam_width(3)
    expected = pipeline.search(photo)
    pipeline.set_beam_width(None)
    assert [h.words for h in found] == [h.words for h in expected]
    short, long = (pipeline.search(photo, length_normalisation=n)[0].words for n in (0.0, 2.0))
    assert len(short) <= len(long)
