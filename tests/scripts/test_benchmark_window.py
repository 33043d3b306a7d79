"""scripts/benchmark.py --window; no time is asserted."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.measure.benchmark_window import NEEDED, report

BENCHMARK = Path(__file__).parents[2] / "scripts" / "benchmark.py"


def test_measures_the_window():
    if missing := [program for program in NEEDED if not shutil.which(program)]:
        pytest.skip(f"no {', '.join(missing)}")
    lines = report(runs=1, few=1, many=3, busy=1).splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:]]
    measured = {what: value for what, value, _ in rows}
    for what, value in measured.items():
        assert re.fullmatch(r"[\d.]+ (ms|s|MB)( \([\d.]+ to [\d.]+\))?", value), what
        assert float(value.split()[0]) > 0, what
    assert list(measured) == [
        "start of the process to the window on screen",
        "- from the first line of our code",
        "photo handed over by a second start to its caption",
        "key for the next photo to its caption",
        "- captioned ahead",
        "caption to the first sound",
        "key for silence to silence",
        "memory after 1 photos, voices included",
        "memory after 3 photos, voices included",
        "longest that the main loop was blocked in 1 busy seconds",
    ]
    assert {target for _, _, target in rows} == {"", "300 ms", "100 ms", "50 ms", "the same"}


def test_says_what_it_lacks():
    command = [sys.executable, BENCHMARK, "--window"]
    result = subprocess.run(command, capture_output=True, text=True, cwd="/", env={"PATH": ""})
    assert result.returncode == 1
    missing = ", ".join(NEEDED)
    assert result.stderr == (
        f"benchmark.py: The window can't be measured without {missing}. scripts/test.sh installs it.\n"
    )
