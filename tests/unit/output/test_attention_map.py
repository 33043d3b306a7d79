"""The map of the attention lies where the encoder looked, and the words for its place say the same."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from captioner.caption import FIRST_REGION, REGION_STEP
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


@pytest.mark.parametrize("region", range(1, 10))
def test_a_border_lies_between_its_regions(region: int) -> None:
    """Near the photo's edges, too."""
    border = FIRST_REGION + (region - 0.5) * REGION_STEP
    right = smooth(attention(slice(0, 10), slice(region, 10)), 400, 300)
    assert abs((right[150] < 0.5).sum() - border * 400) < 4
    below = smooth(attention(slice(region, 10), slice(0, 10)), 400, 300)
    assert abs((below[:, 200] < 0.5).sum() - border * 300) < 3


@pytest.mark.slow
def test_regions_are_as_far_apart_as_in_the_encoder(samples: dict[str, Path]) -> None:
    """A photo that moves by the distance between two regions looks to each region as it did to the one before."""
    pipeline = Pipeline(open_weights())
    side = pipeline.encoder_input(np.zeros((1, 1, 3), np.uint8)).shape[0]
    step = round(REGION_STEP * side)
    image = np.asarray(Image.open(samples["coffee"]).convert("RGB").resize((side + 40, side)))

    def regions(moved: int) -> np.ndarray:  # to the right
        part = image[:, 40 - moved :][:, :side]
        return pipeline.encode(part.copy()).regions.reshape(10, 10, -1)

    before = regions(0)[:, :-1]
    differences = {moved: np.linalg.norm(regions(moved)[:, 1:] - before) for moved in (step - 2, step, step + 2)}
    assert min(differences, key=lambda moved: differences[moved]) == step


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
    assert np.abs(np.mean(errors, axis=0)).max() < 4
