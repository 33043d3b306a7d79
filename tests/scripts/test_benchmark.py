"""scripts/benchmark.py and scripts/measure/keras_baseline.py; no time is asserted."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BENCHMARK = ROOT / "scripts" / "benchmark.py"


def script(*command: object, **environment: str) -> subprocess.CompletedProcess:
    command = (sys.executable, *command)
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, cwd="/", env={**os.environ, **environment}
    )


def test_measures_the_captioner_where_there_is_no_tensorflow(tmp_path):
    # An import hook hides what the runtime's own environment does not have.
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util\n"
        "find_spec = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'tensorflow' else find_spec(name, *rest)\n"
    )
    result = script(BENCHMARK, "--runs", 1, PYTHONPATH=str(tmp_path))
    assert result.returncode == 0, result.stderr
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in result.stdout.splitlines() if line[0:1] == "|"]
    values = {what: ours for what, ours, *_ in rows[2:]}
    for what in ("start to caption, warm", "each further caption", "- encoder", "- decoder, all steps"):
        assert re.fullmatch(r"[\d.]+ m?s \([\d.]+ to [\d.]+\)", values[what]), what
    assert float(values["photos a second"].split()[0]) > 0
    assert float(values["peak memory"].split()[0]) > 50
    assert all(theirs == ratio == "" for _, _, theirs, ratio in rows[2:])
    assert "The Keras baseline and the size are left out" in result.stdout


def test_the_keras_baseline_writes_as_many_words_as_it_must(samples):
    result = script(
        ROOT / "scripts" / "measure" / "keras_baseline.py", samples["cat"], samples["coffee"], "--words", 2, 4
    )
    assert result.returncode == 0, result.stderr
    # With the words that start and end a caption.
    assert [len(line.split()) for line in result.stdout.splitlines()] == [4, 6]


def test_counts_each_required_package_once_and_none_of_another_system():
    code = "; ".join(
        [
            f"import sys, json; sys.path.insert(0, {str(BENCHMARK.parent)!r}); import benchmark as b",
            "print(json.dumps([b.requirements_size(['numpy']), b.requirements_size(['numpy', 'numpy>=1']), "
            "b.requirements_size(['numpy', 'tensorflow; sys_platform == \"beos\"']), b.captioner_size()]))",
        ]
    )
    result = script("-c", code)
    numpy, twice, elsewhere, captioner = json.loads(result.stdout)
    assert 10e6 < numpy == twice == elsewhere < captioner < 300e6


@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        (["--photos", "/nowhere"], 1, "benchmark.py: /nowhere contains no .jpg photo"),
        (["--runs", "0"], 2, "at least 1"),
    ],
)
def test_reports_errors_in_one_sentence(options, status, says):
    result = script(BENCHMARK, *options)
    assert result.returncode == status
    assert says in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr


def test_names_the_photo_that_cannot_be_captioned(tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"not a photo")
    result = script(BENCHMARK, "--photos", tmp_path, "--runs", 1)
    assert result.returncode == 1
    assert "broken.jpg" in result.stderr.splitlines()[-1]
