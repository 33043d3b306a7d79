import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from captioner import Captioner, PhotoError
from captioner.model.preprocess import encoder_input, prepare
from tests.support.photos import read_photo


def test_a_large_jpeg_looks_to_the_encoder_as_if_it_were_read_in_full() -> None:
    """It is decoded at a reduced size."""
    noise = np.random.default_rng(0).integers(0, 256, (15, 20, 3), np.uint8)
    large = Image.fromarray(noise).resize((4000, 3000), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    large.save(file, "JPEG", quality=95)
    small, expected = encoder_input(prepare(file.getvalue()).pixels, 299), encoder_input(large, 299)
    assert np.abs(small.astype(int) - expected).max() < 16
    assert np.abs(small.astype(int) - expected).mean() < 1


def test_the_encoder_gets_the_same_whatever_a_photo_comes_as(samples: dict[str, Path]) -> None:
    photo = read_photo(samples["coffee"])
    expected = encoder_input(photo, 299)
    np.testing.assert_array_equal(encoder_input(Image.fromarray(photo), 299), expected)
    np.testing.assert_array_equal(encoder_input(prepare(samples["coffee"]).pixels, 299), expected)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 4000, 3), (4000, 1, 3), (375, 500, 3)])
def test_the_encoder_gets_a_square_of_any_photo(shape: tuple[int, ...]) -> None:
    square = encoder_input(np.full(shape, 90, np.uint8), 299)
    assert square.dtype == np.uint8
    np.testing.assert_array_equal(square, np.full((299, 299, 3), 90))


def test_a_prepared_photo_gets_the_caption_and_note_of_its_file(shipped: Captioner, samples: dict[str, Path]) -> None:
    content = samples["cat"].read_bytes()
    damaged = content[: len(content) * 3 // 4]
    prepared = shipped.prepare(damaged)
    assert (prepared.pixels.shape, prepared.pixels.dtype) == ((224, 224, 3), np.uint8)
    caption, expected = shipped.caption(prepared), shipped.caption(damaged)
    assert (caption.statement, caption.log_probability) == (expected.statement, expected.log_probability)
    assert "damaged" in caption.note
    assert set(caption.seconds) == set(expected.seconds)


def test_a_photo_that_cannot_be_read_is_refused_when_it_is_prepared(shipped: Captioner) -> None:
    with pytest.raises(PhotoError, match="empty"):
        shipped.prepare(b"")
