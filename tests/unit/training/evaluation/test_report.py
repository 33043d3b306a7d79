import json
import re
import shutil
from importlib.metadata import version

import numpy as np
import pytest
from PIL import Image

from captioner.training.confidence import Calibration
from captioner.training.evaluation.metrics import METRICS
from captioner.training.evaluation.report import write_report
from captioner.training.machine import machine

LOG = [
    {"stage": "decoder", "epoch": 1, "loss": 4.1, "cider": 0.2, "learning_rate": 1e-3, "seconds": 130.2},
    {"stage": "decoder", "epoch": 2, "loss": 3.2, "cider": 0.5, "learning_rate": 1e-3, "seconds": 131.3},
    {"stage": "all layers", "epoch": 1, "loss": 3.0, "cider": 0.6, "learning_rate": 1e-4, "seconds": 3600.0},
]
CONFIDENCES, RIGHT = np.array([0.7] * 6 + [0.3] * 4), np.array([True] * 4 + [False] * 6)
CALIBRATION = Calibration(CONFIDENCES, RIGHT, CONFIDENCES, RIGHT)


def scores(name: str, value: float) -> str:
    intervals = dict.fromkeys(METRICS, (value - 0.02, value + 0.02))
    return json.dumps({"name": name, "photos": 1000, "scores": dict.fromkeys(METRICS, value), "intervals": intervals})


@pytest.fixture
def run(tmp_path, samples):
    """The folder of a training that is over."""
    folder = tmp_path / "run"
    (folder / "report").mkdir(parents=True)
    (folder / "settings.json").write_text(json.dumps({"learning_rate": 0.00123, "encoder_weights": None}))
    (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LOG))
    (folder / "report" / "scores.json").write_text(scores("ours", 0.612))
    (folder / "report" / "captions.json").write_text("[]")
    for name in ("contact_sheet", "best", "median", "worst"):
        shutil.copy(samples["cat"], folder / "report" / f"{name}.jpg")
    return folder


def tables(text: str) -> dict[str, list[str]]:
    """The cells of each row by the first one; of two rows the first."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    return {row[0]: row[1:] for row in reversed(rows)}


def test_the_report_has_scores_settings_times_and_versions(run, tmp_path):
    baseline = tmp_path / "scores.json"
    baseline.write_text(scores("merge", 0.345))
    path = write_report(
        run, {(1, 0.0): 0.51, (1, 0.5): 0.52, (3, 0.0): 0.53, (3, 0.5): 0.54}, {"": CALIBRATION}, [baseline]
    )
    assert path == run / "report" / "report.md"
    rows = tables(path.read_text(encoding="utf-8"))
    assert rows["ours"] == ["0.612"] * len(METRICS)
    assert "| ours | 0.592 to 0.632 |" in path.read_text(encoding="utf-8")
    assert rows["merge"] == ["0.345"] * len(METRICS)
    assert rows["3"] == ["0.5300", "0.5400"]
    assert rows["Probably:"] == ["60%", "67%", "67%"]
    assert rows["decoder"] == ["2", "0:04:22"]
    assert rows["all layers"] == ["1", "1:00:00"]
    assert rows["all"] == ["3", "1:04:22"]
    assert rows["learning_rate"] == ["0.00123"]
    assert rows["encoder_weights"] == ["None"]
    for package in ("tensorflow", "keras", "numpy", "ai-edge-litert", "pillow"):
        assert rows[package] == [version(package)]
    assert rows["cores"] == [machine()["cores"]]
    assert {"python", "processor", "memory", "system"} <= set(rows)


def test_each_split_has_its_scores_its_captions_and_its_reliability(run):
    for name, value in (("flickr8k", 0.6), ("everyday", 0.4)):
        folder = run / "report" / name
        folder.mkdir()
        for file in run.glob("report/*.jp*g"):
            shutil.copy(file, folder)
        (folder / "captions.json").write_text("[]")
        (folder / "scores.json").write_text(scores(f"ours, {name}", value))
    parts = ("flickr8k", "everyday")
    text = write_report(run, None, dict.fromkeys(parts, CALIBRATION), (), parts).read_text(encoding="utf-8")
    rows = tables(text)
    assert rows["ours, flickr8k"] == ["0.600"] * len(METRICS)
    assert rows["ours, everyday"] == ["0.400"] * len(METRICS)
    named = re.findall(r"\]\(([^)]+)\)", text)
    assert {f"{part}/{file}" for part in parts for file in ("captions.json", "reliability.png", "worst.jpg")} < set(
        named
    )
    assert all((run / "report" / name).is_file() for name in named)


def test_every_file_in_the_report_exists_and_every_picture_opens(run):
    assert "beam width" not in write_report(run).read_text(encoding="utf-8"), "there is no grid to show"
    text = write_report(run, calibrations={"": CALIBRATION}).read_text(encoding="utf-8")
    named = re.findall(r"\]\(([^)]+)\)", text)
    assert {"curves.png", "reliability.png", "contact_sheet.jpg", "best.jpg", "captions.json"} < set(named)
    for name in named:
        assert (run / "report" / name).is_file()
        if not name.endswith(".json"):
            with Image.open(run / "report" / name) as picture:
                picture.load()
