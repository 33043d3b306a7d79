import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from captioner import Captioner, CaptionerError, resources
from captioner.model.pipeline import Pipeline
from captioner.model.weights import open_weights
from captioner.training.confidence import Calibration, calibrate, fit, write_confidence
from captioner.training.dataset import Example
from captioner.training.evaluation.encoded import encode_splits, search_split
from captioner.training.verdicts import Verdict, read_verdicts


def test_error_and_auroc_equal_values_computed_by_hand() -> None:
    confidences = np.array([0.2] * 50 + [0.8] * 50)
    sure = Calibration(
        confidences, np.array([True] * 10 + [False] * 40 + [True] * 40 + [False] * 10), confidences, confidences > 0.5
    )
    assert sure.auroc == pytest.approx(0.8 * 0.8 + 0.5 * (0.2 * 0.8 + 0.8 * 0.2))
    half = np.arange(100) % 2 == 0
    wrong = Calibration(np.full(100, 0.9), half, np.where(half, 0.9, 0.1), np.arange(100) % 4 == 0)
    assert wrong.expected_calibration_error == pytest.approx(0.4)
    assert wrong.auroc == pytest.approx(0.5)
    plain, probably = wrong.words_table().splitlines()[2:4]
    assert [cell.strip() for cell in plain.split("|")[1:-1]] == ["(plain)", "50%", "100%", "50%"]
    assert [cell.strip() for cell in probably.split("|")[1:-1]] == ["Probably:", "50%", "0%", "0%"]


def test_the_fit_finds_the_coefficients_that_made_the_data() -> None:
    random = np.random.default_rng(0)
    inputs = random.normal([5, -2], [3, 0.1], (20000, 2))
    true = np.array([1.0, 0.5, 2.0])
    describes = random.random(20000) < probabilities(true, inputs)
    found = fit(inputs, describes, np.ones(20000))
    np.testing.assert_allclose(probabilities(found, inputs), probabilities(true, inputs), atol=0.03)


def probabilities(coefficients: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-coefficients[0] - inputs @ coefficients[1:]))


def test_calibration_raises_the_confidence_of_right_captions(tmp_path: Path, samples: dict[str, Path]) -> None:
    folder = Path(
        shutil.copytree(
            resources.folder("weights"), tmp_path / "weights", ignore=shutil.ignore_patterns("checkpoint.npz")
        )
    )
    before = json.loads((folder / "model.json").read_text())
    captioner = Captioner(folder)
    # For two photos people would say what the captioner says, for the others something else.
    photos = list(samples.values())
    right = {photo: n < 2 for n, photo in enumerate(photos)}
    examples = [
        Example(photo, (captioner.caption(photo).text if right[photo] else f"zebra number {n} eats red apples",))
        for n, photo in enumerate(photos)
    ] * 10
    pipeline = Pipeline(open_weights(folder))
    splits = encode_splits(pipeline, {"one": examples[:12], "two": examples[12:]}, tmp_path / "encoded")
    calibrations = calibrate(folder, splits, {name: search_split(pipeline, split) for name, split in splits.items()})
    described = [*calibrations["one"].describes, *calibrations["two"].describes]
    assert described == [right[example.photo] for example in examples]
    after = json.loads((folder / "model.json").read_text())
    assert {name for name in after if after[name] != before[name]} == {"confidence"}
    captioner = Captioner(folder)
    confidences = {photo: captioner.caption(photo).confidence for photo in photos}
    assert min(confidences[p] for p in photos if right[p]) > 0.5 > max(confidences[p] for p in photos if not right[p])


def test_readers_decide_which_captions_are_right(tmp_path: Path, samples: dict[str, Path]) -> None:
    """Against what the photos' own captions say; a caption that nobody has judged has no part in it."""
    folder = Path(
        shutil.copytree(
            resources.folder("weights"), tmp_path / "weights", ignore=shutil.ignore_patterns("checkpoint.npz")
        )
    )
    captions = {photo: Captioner(folder).caption(photo).text for photo in list(samples.values())[:3]}
    right, wrong, unjudged = captions
    path = tmp_path / "verdicts.csv"
    rows = [
        ("photo", "caption", "verdict", "wrong"),
        (right.name, captions[right], "mostly", captions[right].rstrip(".").rpartition(" ")[2]),
        (wrong.name, captions[wrong], "wrong", captions[wrong].rstrip(".")),
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    examples = [Example(photo, (captions[wrong],)) for photo in captions] * 5
    pipeline = Pipeline(open_weights(folder))
    splits = encode_splits(pipeline, {"one": examples}, tmp_path / "encoded")
    found = {"one": search_split(pipeline, splits["one"])}
    calibration = calibrate(folder, splits, found, read_verdicts(path))["one"]
    assert calibration.describes.tolist() == [True, False] * 5
    assert not calibration.exact.any()
    assert "reader" in calibration.summary()
    captioner = Captioner(folder)
    assert captioner.caption(right).confidence > 0.5 > captioner.caption(wrong).confidence


def test_the_wrong_words_of_a_caption_are_marked() -> None:
    words = ["a", "red", "dog", "with", "a", "red", "ball", "in", "its", "mouth"]
    verdict = Verdict(True, False, ("red", "in its mouth", "cat"))
    assert [word for word, wrong in zip(words, verdict.marks(words)) if wrong] == ["red", "in", "its", "mouth"]
    assert verdict.marks(words)[1]


def test_words_that_are_not_in_the_caption_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.csv"
    path.write_text("photo,caption,verdict,wrong\na.jpg,A cat.,wrong,dog\n", encoding="utf-8")
    with pytest.raises(CaptionerError, match='calls words wrong that are not in the caption: "dog"'):
        read_verdicts(path)


@pytest.mark.parametrize("text", ["photo,caption\na.jpg,A cat.\n", "photo,caption,verdict,wrong\na.jpg,A cat.,good,\n"])
def test_verdicts_that_cannot_be_read_are_reported(tmp_path: Path, text: str) -> None:
    path = tmp_path / "verdicts.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CaptionerError, match="each verdict must be one of right, mostly, wrong"):
        read_verdicts(path)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(CaptionerError, match=r"model\.json can't be read"):
        write_confidence(tmp_path, {})
    (tmp_path / "model.json").write_text("{")
    with pytest.raises(CaptionerError, match=r"model\.json can't be read"):
        write_confidence(tmp_path, {})


@pytest.mark.parametrize("right", [True, False])
def test_photos_that_are_all_right_or_all_wrong_can_be_fitted_to(right: bool) -> None:
    found = fit(np.random.default_rng(0).normal(size=(20, 3)), np.full(20, right), np.ones(20))
    assert probabilities(found, np.zeros((1, 3))) == pytest.approx(0.98 if right else 0.02, abs=0.01)
    same, truth = np.full(20, 0.5), np.full(20, right)
    assert np.isnan(Calibration(same, truth, same, truth).auroc)
