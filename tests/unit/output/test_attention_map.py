"""The map of the attention lies where the encoder looked, and the words for its place say the same."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from captioner.model.pipeline import Pipeline
from captioner.model.weights import open_weights
from captioner.output.attention_map import place, smooth


def attention(rows: slice, columns: slice) -> np.ndarray:
    weights = np.full((10, 10), 0.001, np.float32)
    weights[rows, columns] = 1
    return weights


@pytest.mark.parametrize(
    ("rows", "columns", "words"),
    [
        (slice(4, 6), slice(1, 2), "left, in the middle, narrow"),
        (slice(0, 3), slice(6, 10), "right, at the top, a third of the width"),
        (slice(8, 10), slice(3, 7), "centre, at the bottom, half the width"),
        (slice(3, 7), slice(4, 6), "in the centre, a quarter of the width"),
        (slice(8, 10), slice(0, 10), "centre, at the bottom, the whole width"),
        (slice(0, 10), slice(0, 10), "all over the photo"),
    ],
)
def test_the_place_of_the_attention_in_words(rows: slice, columns: slice, words: str) -> None:
    assert place(attention(rows, columns)) == words


def test_a_second_region_does_not_move_the_place() -> None:
    weights = attention(slice(4, 6), slice(1, 2))
    weights[8, 8] = 0.9
    assert place(weights) == "left, in the middle, narrow"


@pytest.mark.slow
def test_the_map_lies_where_the_encoder_looks(samples: dict[str, Path]) -> None:
    """A patch of noise in a photo changes the regions there: their map has to show the patch where it is."""
    pipeline = Pipeline(open_weights())
    random = np.random.default_rng(0)
    errors = []
    for name in "astronaut", "coffee":
        plain = np.asarray(Image.open(samples[name]).convert("RGB").resize((224, 224)))
        before = pipeline.encode(pipeline.encoder_input(plain)).regions[0]
        for x, y in (16, 60), (36, 180), (112, 112), (188, 60), (208, 150):
            changed = plain.copy()
            noise = random.integers(0, 256, (3, 3, 3), np.uint8).repeat(8, 0).repeat(8, 1)
            changed[y - 12 : y + 12, x - 12 : x + 12] = noise
            after = pipeline.encode(pipeline.encoder_input(changed)).regions[0]
            levels = smooth(np.linalg.norm(after - before, axis=1).reshape(10, 10), 224, 224)
            rows, columns = np.nonzero(levels >= 0.5)
            errors.append((columns.mean() - x, rows.mean() - y))
    assert np.abs(errors).mean() < 11  # pixels of 224, half a region
    assert np.abs(np.mean(errors, axis=0)).max() < 6
