"""Real trainings, of a few steps on a few made pictures, from the shipped encoder."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from captioner import Captioner, CaptionerError
from captioner.output.training_file import training_file
from captioner.training import checkpoint
from captioner.training.batches import PhotoBatches
from captioner.training.dataset import load_dataset
from captioner.training.encoder import split
from captioner.training.export import export
from captioner.training.optimization import smoothed_loss
from captioner.training.recipe import run
from captioner.training.reranker import fit_reranker
from captioner.training.settings import Settings
from captioner.training.train import Training, epoch_order, train

ROOT = Path(__file__).parents[3]
COLOURS = {"red": (220, 20, 20), "green": (20, 180, 40), "blue": (30, 40, 220), "white": (245, 245, 245)}
SHAPES = ("square on top", "square at the bottom")
needs_java = pytest.mark.skipif(not shutil.which("java"), reason="Java is not installed")
SHIPPED = str(ROOT / "weights" / "checkpoint.npz")


def made_pictures(folder: Path) -> Path:
    """Eight pictures of a coloured square high or low on black, each with two captions, as the window exports them."""
    captions = []
    for colour, rgb in COLOURS.items():
        for shape in SHAPES:
            picture = np.zeros((224, 224, 3), np.uint8)
            top = 20 if "top" in shape else 124
            picture[top : top + 80, 60:160] = rgb
            photo = folder / f"{colour} {shape}.png"
            Image.fromarray(picture).save(photo)
            captions += [(photo, f"A {colour} {shape}."), (photo, f"There is a {colour} {shape}.")]
    (folder / "captions.txt").write_text(training_file(captions, folder))
    return folder


def script(*arguments: object, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "scripts" / "train.py"), *map(str, arguments)]
    return subprocess.Popen(command, **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options})  # type: ignore[call-overload]


def test_overfits_a_few_pictures_and_captions_them_correctly_through_the_runtime(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    data = load_dataset(made_pictures(tmp_path / "data"))
    examples = [example for split in data.values() for example in split]
    settings = Settings(
        encoder_weights=SHIPPED,
        schedule=(("decoder", 6), ("upper-layers", 1), ("self-critical", 3)),
        batch_size=4,
        fine_tune_batch_size=4,
        learning_rate=3e-3,
        min_word_count=1,
    )
    training = train({"data": {"train": examples * 4, "dev": examples}}, settings, tmp_path / "run")
    losses: dict[str, list[float]] = {}
    for line in training.progress["log"]:
        losses.setdefault(line["stage"], []).append(line["loss"])
    assert losses["upper-layers"][0] < losses["decoder"][0] / 2
    assert losses["self-critical"][-1] < losses["self-critical"][0] < 0  # minus the reward
    export(training.encoder, training.decoder, training.vocabulary, tmp_path / "weights", name="test", max_length=20)
    fit_reranker(tmp_path / "weights", examples * 4)
    captioner = Captioner(tmp_path / "weights")
    for example in examples:
        assert captioner.caption(example.photo).text.lower().endswith(example.photo.stem + ".")


def test_continues_after_a_kill(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    log = tmp_path / "run" / "log.jsonl"
    options = ["--data", made_pictures(tmp_path / "data"), "--out", tmp_path / "run", "--start-from", ROOT / "weights"]
    options += ["--schedule", "decoder:4", "all-layers:1", "self-critical:1"]

    def epochs() -> list[tuple[str, int, float]]:
        lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [(line["stage"], line["epoch"], line["loss"]) for line in lines]

    killed = script(*options, stderr=subprocess.DEVNULL)  # it would wait for ever for a reader
    while len(epochs()) < 2 and killed.poll() is None:
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    before = epochs()
    assert 2 <= len(before) < 6

    again = script(*options)
    output, errors = again.communicate(timeout=600)
    assert again.returncode == 0, errors
    after = epochs()
    assert after[: len(before)] == before
    epochs_of_stages = [*(("decoder", n) for n in (1, 2, 3, 4)), ("all-layers", 1), ("self-critical", 1)]
    assert [epoch[:2] for epoch in after] == epochs_of_stages
    assert errors.count("features of train:   0%") == 1  # for the last stage; those of the first were kept

    for name in ("report.md", "curves.png", "contact_sheet.jpg"):
        assert (tmp_path / "run" / "report" / name).stat().st_size > 100
    assert "report.md" in output
    assert Captioner(tmp_path / "run" / "weights").caption(next((tmp_path / "data").glob("*.png"))).text
    other = script(*options, "--seed", 1)
    assert "contains a training with other settings or data" in other.communicate()[1]
    assert other.returncode == 1


def test_training_all_layers_lowers_the_loss(tmp_path: Path) -> None:
    """On the photos as they are, without dropout: chance has no part in it."""
    (tmp_path / "data").mkdir()
    data = load_dataset(made_pictures(tmp_path / "data"))
    examples = [example for split in data.values() for example in split]
    settings = Settings(start_from=str(ROOT / "weights"), schedule=(("all-layers", 2),), fine_tune_batch_size=4)
    training = Training({"data": {"train": examples, "dev": examples[:1]}}, settings, tmp_path)
    training.start_stage()
    photos = PhotoBatches(examples).batch(np.arange(len(examples)))
    first = "block1_conv1/kernel"
    kernel = np.array(training.named[first].value)

    def loss() -> float:
        logits = training.decoder((training.encoder.predict_on_batch(photos), training.words[..., :-1]))
        return float(smoothed_loss(0)(training.words[..., 1:], logits))

    before = loss()
    for epoch in range(2):
        training.progress["epoch"] = epoch
        training.train_epoch()
    assert loss() < 0.8 * before
    assert not np.array_equal(kernel, training.named[first].value)


def test_few_photos_leave_the_encoder_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They would spoil what it knows of all other photos."""
    (tmp_path / "data").mkdir()
    settings = Settings(start_from=str(ROOT / "weights"), schedule=(("decoder", 1),))
    data = {"data": load_dataset(made_pictures(tmp_path / "data"))}
    for few, trained in ((2000, False), (2, True)):
        monkeypatch.setattr("captioner.training.train.FEW_PHOTOS", few)
        training = Training(data, settings, tmp_path)
        training.set_trainable("decoder", split(training.encoder, "block14_sepconv1")[1])
        assert bool(training.encoder.trainable_variables) == trained


def test_mix_sets_how_often_an_epoch_shows_each_folder() -> None:
    random = np.random.default_rng(0)
    order = epoch_order([10, 4], (0.5, 3), random)
    assert len(order) == 5 + 12
    counts = np.bincount(order, minlength=14)
    assert sorted(counts[:10]) == [0] * 5 + [1] * 5
    assert counts[10:].tolist() == [3] * 4
    assert sorted(epoch_order([3, 2], None, random)) == [0, 1, 2, 3, 4]
    assert not np.array_equal(order, epoch_order([10, 4], (0.5, 3), random))


@needs_java
def test_two_folders_are_trained_on_together_and_scored_apart(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    made_pictures(one)
    for name in ("train", "development"):
        (two / name).mkdir(parents=True)
        made_pictures(two / name)
    table = two / "development" / "captions.txt"
    table.write_text("\n".join(table.read_text().splitlines()[:5]))  # two photos are enough
    settings = Settings(encoder_weights=SHIPPED, schedule=(("decoder", 1),), mix=(1, 0.5), batch_size=4)
    report = run([one, two], settings, tmp_path / "run").read_text(encoding="utf-8")
    assert "| run, one |" in report
    assert "| run, two |" in report
    (line,) = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    ciders = json.loads(line)["ciders"]
    assert ciders.keys() == {"one", "two"}
    assert json.loads(line)["cider"] == pytest.approx(sum(ciders.values()) / 2)
    for name, photos in (("one", 1), ("two", 2)):
        assert json.loads((tmp_path / "run" / "report" / name / "scores.json").read_text())["photos"] == photos
    assert Captioner(tmp_path / "run" / "weights").caption(next(one.glob("*.png"))).text
    with pytest.raises(CaptionerError, match="as many numbers"):
        run([one], settings, tmp_path / "other")


def test_a_useless_vocabulary_is_refused_before_training(tmp_path: Path) -> None:
    made_pictures(tmp_path)
    process = script("--data", tmp_path, "--out", tmp_path / "run", "--encoder-weights", "none", "--min-word-count", 99)
    errors = process.communicate()[1]
    assert process.returncode == 1
    assert errors.splitlines()[-1].startswith("train.py: Only 0% of the words in the captions occur 99 times or more")
    assert "Traceback" not in errors
    assert not (tmp_path / "run" / "settings.json").exists()


def test_a_stage_ends_with_the_averaged_weights(tmp_path: Path) -> None:
    """best.npz holds the averages, not the last step's weights, and a stage ends with them."""
    (tmp_path / "data").mkdir()
    data = load_dataset(made_pictures(tmp_path / "data"))
    settings = Settings(encoder_weights=SHIPPED, schedule=(("decoder", 1),), min_word_count=1)
    training = train({"data": data}, settings, tmp_path / "run")
    best, latest = (checkpoint.load(tmp_path / "run" / name) for name in ("best.npz", "latest.npz"))
    name = "decoder/query/kernel"
    np.testing.assert_array_equal(best[name], latest[f"average {name}"])
    assert not np.array_equal(best[name], latest[name])
    np.testing.assert_array_equal(best[name], np.asarray(training.named[name].value))
    frozen = "block1_conv1/kernel"
    np.testing.assert_array_equal(best[frozen], checkpoint.load(Path(SHIPPED))[frozen].astype(np.float32))


def test_a_damaged_photo_is_named_in_one_sentence(tmp_path: Path) -> None:
    made_pictures(tmp_path)
    for photo in tmp_path.glob("*.png"):
        photo.write_bytes(photo.read_bytes()[:100])
    process = script("--data", tmp_path, "--out", tmp_path / "run", "--start-from", ROOT / "weights")
    errors = process.communicate()[1]
    assert process.returncode == 1
    assert errors.splitlines()[-1].startswith(f"train.py: {tmp_path}")
    assert "damaged" in errors.splitlines()[-1]
    assert "Traceback" not in errors


def test_a_wrong_layout_is_reported_in_one_sentence(tmp_path: Path) -> None:
    process = script("--data", tmp_path, "--out", tmp_path / "run")
    errors = process.communicate()[1]
    assert process.returncode == 1
    assert errors.splitlines()[-1].startswith(f"train.py: {tmp_path} has neither")
    assert "Traceback" not in errors


def test_a_full_disk_is_reported_in_one_sentence_and_costs_no_finished_epoch(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "disk").mkdir()
    run = tmp_path / "disk" / "run"
    options = ["--data", made_pictures(tmp_path / "data"), "--out", run, "--start-from", ROOT / "weights"]
    options += ["--schedule", "decoder:2"]
    # Room for the checkpoints of the first epoch, and not for a second set.
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", run.parent], capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        process = script(*options)
        errors = process.communicate()[1]
        assert process.returncode == 1
        assert errors.splitlines()[-1].startswith("train.py: The disk is full.")
        assert "Traceback" not in errors
        (first,) = (run / "log.jsonl").read_text().splitlines()
        subprocess.run(["mount", "-o", "remount,size=1g", run.parent], check=True)
        again = script(*options)
        errors = again.communicate()[1]
        assert again.returncode == 0, errors
        assert (run / "log.jsonl").read_text().splitlines()[0] == first
    finally:
        subprocess.run(["umount", run.parent], check=True)
