from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from captioner.model.preprocess import encoder_input
from captioner.training.batches import PhotoBatches
from captioner.training.dataset import Example
from captioner.training.encoder import SIDE


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """White on the left, black on the right."""
    array = np.zeros((200, 300, 3), np.uint8)
    array[:, :150] = 255
    Image.fromarray(array).save(tmp_path / "picture.png")
    return tmp_path / "picture.png"


def test_training_sees_a_photo_as_the_program_does(picture: Path) -> None:
    batch = PhotoBatches([Example(picture, ("A dog .",))]).batch(np.array([0]))
    np.testing.assert_array_equal(batch[0], encoder_input(np.asarray(Image.open(picture)), SIDE))


def test_random_views_differ_and_repeat_with_the_same_seed(picture: Path) -> None:
    photos = PhotoBatches([Example(picture, ("A dog .",))])
    views = photos.batch(np.zeros(20, int), np.random.default_rng(0))
    assert views.shape == (20, SIDE, SIDE, 3)
    assert views.dtype == np.uint8
    white_first = [view[:, :50].mean() > view[:, -50:].mean() for view in views]
    assert 3 < sum(white_first) < 17
    edges = {int(np.abs(np.diff(view[150, :, 0].astype(int))).argmax()) for view in views}
    assert len(edges) > 5  # cut differently
    np.testing.assert_array_equal(views, photos.batch(np.zeros(20, int), np.random.default_rng(0)))


def test_a_photo_whose_caption_says_left_is_not_mirrored(picture: Path) -> None:
    photos = PhotoBatches([Example(picture, ("A dog .", "White on the Left."))])
    views = photos.batch(np.zeros(20, int), np.random.default_rng(0))
    assert all(view[:, :50].mean() > view[:, -50:].mean() for view in views)
