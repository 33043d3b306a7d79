import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from captioner import Captioner
from captioner.model.pipeline import Pipeline
from captioner.model.weights import open_weights
from captioner.training.dataset import Example
from captioner.training.evaluation.encoded import encode_splits
from captioner.training.evaluation.evaluate import choose_search, evaluate, with_cache
from captioner.training.evaluation.metrics import METRICS, cider

ROOT = Path(__file__).parents[4]
EVALUATE = ROOT / "scripts" / "evaluate.py"

needs_java = pytest.mark.skipif(not shutil.which("java"), reason="Java is not installed")


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A copy of the shipped weights."""
    folder = tmp_path_factory.mktemp("weights")
    for name in ("encoder.tflite", "decoder.tflite", "vocabulary.json", "consensus.npz", "model.json"):
        shutil.copy(ROOT / "weights" / name, folder)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory, samples):
    """A folder in the layout of Flickr8k whose development split is the sample photos."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "Flickr8k_text").mkdir()
    shutil.copytree(ROOT / "assets", folder / "Flicker8k_Dataset")
    tokens = "".join(f"{path.name}#0\tA photo of a {name} .\n" for name, path in samples.items())
    (folder / "Flickr8k_text" / "Flickr8k.token.txt").write_text(tokens)
    for split in ("train", "dev"):
        names = "\n".join(path.name for path in samples.values())
        (folder / "Flickr8k_text" / f"Flickr_8k.{split}Images.txt").write_text(names)
    return folder


def script(*options: object, **environment: str) -> subprocess.CompletedProcess:
    """Run scripts/evaluate.py from another folder than the checkout."""
    command = [sys.executable, str(EVALUATE), *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, cwd="/", env={**os.environ, **environment})


def row(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.fixture(scope="module")
def evaluated(shipped, samples, weights, tmp_path_factory):
    """What `evaluate` returned and wrote for photos whose references are what the program says of them."""
    out = tmp_path_factory.mktemp("evaluated") / "new" / "folder"
    examples = [Example(path, (shipped.caption(path).text,)) for path in samples.values()]
    return evaluate(weights, examples, out, "our row"), out


@needs_java
def test_scores_what_the_shipped_program_says(shipped, samples, evaluated):
    scores, out = evaluated
    assert set(scores) == set(METRICS)
    assert [scores["BLEU-1"], scores["ROUGE-L"]] == pytest.approx([1, 1])

    saved = json.loads((out / "scores.json").read_text())
    assert saved.pop("intervals").keys() == set(METRICS)
    assert saved == {"name": "our row", "photos": len(samples), "scores": scores}
    records = json.loads((out / "captions.json").read_text())
    for record, path in zip(records, samples.values(), strict=True):
        caption = shipped.caption(path)
        assert record["photo"] == path.name
        assert record["caption"] == caption.text
        assert record["references"] == [caption.text]
        assert record["log_probability"] == pytest.approx(caption.log_probability)
        assert record["scores"]["BLEU-1"] == pytest.approx(1)


@needs_java
def test_contact_sheet_shows_every_one_of_a_few_photos(samples, evaluated):
    with Image.open(evaluated[1] / "contact_sheet.jpg") as sheet:
        sheet.load()
    assert sheet.width > 4 * 200
    for number in range(len(samples)):
        cell = sheet.crop((number * sheet.width // 4, 0, (number + 1) * sheet.width // 4, sheet.height))
        photo, caption = cell.crop((0, 0, cell.width, 250)), cell.crop((0, 260, cell.width, cell.height))
        assert len(photo.convert("L").getcolors(256)) > 100
        assert min(caption.convert("L").getextrema()) < 50, "no dark letter below the photo"


def test_each_search_setting_scores_as_the_program_does_with_it_and_the_best_is_chosen(
    samples, weights, tmp_path, capsys
):
    folder = Path(shutil.copytree(weights, tmp_path / "weights"))
    before = json.loads((folder / "model.json").read_text())
    examples = [Example(path, (Captioner(beam_width=1).caption(path).text, name)) for name, path in samples.items()]
    splits = encode_splits(Pipeline(open_weights(folder)), {"one": examples[:2], "two": examples[2:]}, tmp_path)
    grid = choose_search(folder, splits)
    after = json.loads((folder / "model.json").read_text())

    chosen = after["beam_width"], after["length_normalisation"]
    assert grid[chosen] == max(grid.values())
    assert after == {**before, "beam_width": chosen[0], "length_normalisation": chosen[1]}
    for name, checksum in after["sha256"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == checksum

    for width, normalisation in (chosen, (1, 0.5), (4, 1.0), (16, 0.75)):
        search = {"beam_width": width, "length_normalisation": normalisation}
        (folder / "model.json").write_text(json.dumps(after | search))
        captioner = Captioner(folder)
        scores = []
        for part in (examples[:2], examples[2:]):
            says = {str(example.photo): captioner.caption(example.photo).text for example in part}
            scores.append(cider(says, {str(example.photo): example.captions for example in part}))
        assert np.mean(scores) == pytest.approx(grid[width, normalisation])

    printed = [row(line) for line in capsys.readouterr().out.splitlines()[2:]]
    assert {(int(width), *cells) for width, *cells in printed} == {
        (width, *(f"{grid[width, n]:.4f}" for n in sorted({n for _, n in grid}))) for width, _ in grid
    }


def test_a_step_is_cached_for_its_words_and_state():
    asked = []

    def decoder(word, state, regions):
        asked.append((*word, *state))
        return {"sum": word + state + regions}

    cached = with_cache(decoder)
    steps = [(1, 2), (1, 3), (2, 2), (1, 2)]
    sums = [cached(np.array([word]), np.array([state]), np.array([10]))["sum"] for word, state in steps]
    assert sums == [13, 14, 14, 13]
    assert asked == steps[:3]


@needs_java
def test_script_prints_the_scores_and_leaves_nothing_behind(data, weights, tmp_path):
    result = script("--data", data, "--weights", weights, TMPDIR=str(tmp_path))
    assert result.returncode == 0, result.stderr
    header, _, scores = result.stdout.splitlines()
    assert row(header)[1:] == list(METRICS)
    assert row(scores)[0] == "Flicker8k_Dataset, 4 photos"
    assert all(0 <= float(score) <= 10 for score in row(scores)[1:])
    assert not list(tmp_path.glob("*/scores.json"))


@needs_java
def test_script_compares_other_copies_of_the_photos_with_those_of_the_data(data, samples, tmp_path):
    other = tmp_path / "larger"
    other.mkdir()
    for name in ("cat", "coffee"):
        shutil.copy(samples[name], other)
    out = tmp_path / "out"
    result = script("--data", data, "--photos", other, "--out", out)
    assert result.returncode == 0, result.stderr
    rows = [row(line) for line in result.stdout.splitlines()[2:]]
    assert [name for name, *_ in rows] == ["Flicker8k_Dataset, 2 photos", "larger, 2 photos"]
    assert rows[0][1:] == rows[1][1:], "the same photos, so the same scores"
    for folder in out.iterdir():
        records = json.loads((folder / "captions.json").read_text())
        assert {record["photo"] for record in records} == {"cat.jpg", "coffee.jpg"}
    assert len(list(out.iterdir())) == 2


@needs_java
def test_script_scores_each_folder_of_several(data, samples, tmp_path):
    other = tmp_path / "pets"
    for split in ("train", "development"):
        (other / split).mkdir(parents=True)
        shutil.copy(samples["cat"], other / split)
        (other / split / "captions.txt").write_text("image,caption\ncat.jpg,A cat, asleep.\n")
    out = tmp_path / "out"
    result = script("--data", data, "--data", other, "--out", out)
    assert result.returncode == 0, result.stderr
    assert [row(line)[0] for line in result.stdout.splitlines()[2:]] == [f"{data.name}, 4 photos", "pets, 1 photos"]
    (record,) = json.loads((out / "pets" / "captions.json").read_text())
    assert record["references"] == ["A cat, asleep."]


@pytest.mark.parametrize(
    ("options", "environment", "says"),
    [
        (["--data", "nowhere"], {}, "nowhere has neither Flickr8k_text/ nor captions.txt"),
        (["--split", "test"], {}, "has no test split. It has train, dev."),
        (["--photos", "/nowhere"], {}, "/nowhere has no photo with the name of one of the dev split."),
        (["--weights", "/nowhere"], {}, "/nowhere"),
        ([], {"PATH": "/nowhere"}, "Scoring needs Java"),
    ],
)
def test_script_reports_errors_in_one_sentence(data, options, environment, says):
    if "PATH" not in environment and not shutil.which("java"):
        pytest.skip("Java is not installed")
    result = script("--data", data, *options, **environment)
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("evaluate.py: ")
    assert says in line
    assert not result.stdout


def test_help_of_the_scripts_imports_nothing_heavy():
    for name in ("evaluate.py", "benchmark.py", "measure/keras_baseline.py"):
        command = [sys.executable, "-X", "importtime", ROOT / "scripts" / name, "--help"]
        result = subprocess.run(command, capture_output=True, text=True, cwd="/")
        assert result.returncode == 0
        assert result.stdout.startswith(f"usage: {Path(name).name}")
        imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in result.stderr.splitlines()}
        assert not imported & {"numpy", "PIL", "tensorflow", "keras", "matplotlib", "pycocoevalcap", "tqdm"}
