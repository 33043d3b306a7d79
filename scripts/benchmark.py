#!/usr/bin/env python3
"""Measure start, captions, memory and size on the disk, compared with a Keras baseline; or the window."""

import argparse
import configparser
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import distribution
from itertools import pairwise
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.measure.figures import duration, megabytes, rate  # noqa: E402

CAPTIONER = [sys.executable, "-m", "captioner", "--json"]
BASELINE = [sys.executable, str(ROOT / "scripts" / "measure" / "keras_baseline.py")]
STAGES = {
    "decode": "decode the photo",
    "resize": "resize it",
    "encoder": "encoder",
    "decoder": "decoder, all steps",
    "search": "rest of the beam search",
}


@dataclass(frozen=True)
class Run:
    """A process that printed a line per photo.

    lines: what it printed.
    seconds: from the start of the process to each line.
    memory: the most bytes it had in memory, None where the system does not tell.
    read: the bytes that were read from the disk, not from the system's cache.
    """

    lines: list[str]
    seconds: list[float]
    memory: int | None = None
    read: int = 0


def main() -> None:
    options = parser().parse_args()
    if options.runs < 1:
        parser().error("--runs must be at least 1")
    load = f", load average {os.getloadavg()[0]:.1f} before the first run" if hasattr(os, "getloadavg") else ""
    if options.window:
        from scripts.measure.benchmark_window import report  # lazily: it needs what the tests need

        print(report(options.runs), end="\n\n")
        print(f"Median (least to most), {options.runs} runs of what is not one figure.")
        describe(load)
    else:
        compare(options.photos, options.runs, load)


def compare(folder: Path, runs: int, load: str) -> None:
    """Print the figures of the captioner and of the Keras baseline."""
    from captioner import CaptionerError
    from captioner.model.weights import open_weights
    from captioner.training.evaluation.table import table

    photos = sorted(map(str, folder.glob("*.jpg")))
    if not photos:
        raise CaptionerError(f"{folder} contains no .jpg photo.")
    photos = (photos * 100)[: max(100, len(photos))]
    baseline = importlib.util.find_spec("tensorflow") is not None
    cold = hasattr(os, "posix_fadvise")
    weights = open_weights()

    rows, read = measure(photos, runs, baseline, cold)
    print(table(["", "captioner", "Keras baseline", "times better"], rows), end="\n\n")
    print(f"Median (least to most) of {runs} runs; captions and stages, over all photos of these runs.")
    describe(load)
    print(f"Captioner: model {weights.name} {weights.version}, beam width {weights.beam_width}, {len(photos)} photos.")
    if baseline:
        print(
            "Keras baseline: Xception and merge model, model.predict once per word, greedy. Its weights are untrained "
            "(the speed does not depend on them) and not read from files; it must write as many words as the captioner."
        )
    else:
        print("The Keras baseline and the size are left out. They need pip install --editable '.[train]'.")
    if cold:
        print(
            "Cold: before each run the contents of Python's, the project's and the photos' files were dropped from the "
            f"system's cache; the captioner then read {megabytes([read])} from the disk."
        )
    else:
        print("Cold starts are left out: this system cannot drop files from its cache.")


def describe(load: str) -> None:
    """Print what this was measured on."""
    from captioner.training.machine import machine, versions

    print(f"Machine: {', '.join(f'{name} {value}' for name, value in machine().items())}{load}.")
    print(f"Versions: {', '.join(f'{name} {value}' for name, value in versions().items())}.")


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Takes some minutes; let nothing else run meanwhile.")
    parser.add_argument(
        "--photos", type=Path, default=ROOT / "assets", metavar="FOLDER", help="of JPEG photos (default: the samples)"
    )
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="of each program (default: %(default)s)")
    parser.add_argument(
        "--window", action="store_true", help="measure the window instead, with all that test.sh installs"
    )
    return parser


def measure(photos: list[str], runs: int, baseline: bool, cold: bool) -> tuple[list[list[str]], float]:
    """Measure everything.

    Args:
        photos: paths; the Keras baseline captions the first few.
        runs: how often each program is started.
        baseline: whether to measure the Keras baseline.
        cold: whether files can be dropped from the system's cache.

    Returns:
        Rows: what, the captioner, the Keras baseline, how many times better the captioner is; and the bytes that a
        cold start of the captioner read from the disk.
    """
    from tqdm import tqdm

    def repeat(label: str, command: Sequence[str], cold: bool = False) -> list[Run]:
        results = []
        for _ in tqdm(range(runs), label, unit="run", leave=False):
            if cold:
                forget_files(photos)
            results.append(run(command))
        return results

    one = [*CAPTIONER, photos[0]]
    folder = repeat("captioner, folder", [*CAPTIONER, *photos])
    captions = [json.loads(line) for line in folder[0].lines]
    warm = repeat("captioner, warm", one)
    chilled = repeat("captioner, cold", one, cold=True) if cold else []
    baseline_warm, baseline_cold = [], []
    if baseline:
        words = [str(len(caption["caption"].split())) for caption in captions[:4]]
        baseline_warm = repeat("Keras baseline, warm", [*BASELINE, *photos[:4], "--words", *words])
        if cold:
            baseline_cold = repeat("Keras baseline, cold", [*BASELINE, photos[0], "--words", words[0]], cold=True)

    rows = []

    def row(what: str, ours: list[float], theirs: list[float], show: Callable[[Sequence[float]], str]) -> None:
        if ours:
            ratio = f"{median(theirs) / median(ours):.1f}" if theirs else ""
            rows.append([what, show(ours), show(theirs) if theirs else "", ratio])

    row("start to caption, cold", firsts(chilled), firsts(baseline_cold), duration)
    row("start to caption, warm", firsts(warm), firsts(baseline_warm), duration)
    row("each further caption", others(folder), others(baseline_warm), duration)
    for stage, what in STAGES.items():
        row(f"- {what}", [caption["seconds"][stage] for caption in captions[1:]], [], duration)
    row("photos a second", per_photo(folder), per_photo(baseline_warm), rate)
    row("peak memory", memory(folder), memory(baseline_warm), megabytes)
    if baseline:
        row("installed packages", [captioner_size()], [requirements_size(["tensorflow", "pillow"])], megabytes)
    return rows, median(run.read for run in chilled) if cold else 0


def run(command: Sequence[str]) -> Run:
    """Run a command to its end."""
    from captioner import CaptionerError

    lines, seconds = [], []
    with tempfile.TemporaryFile("w+") as messages:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        begun = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=messages, text=True)
        for line in process.stdout or ():
            seconds.append(time.perf_counter() - begun)
            lines.append(line)
        result = Run(lines, seconds)
        if hasattr(os, "wait4"):
            # A child's peak starts at its parent's: this process imports nothing large.
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            unit = 1 if sys.platform == "darwin" else 1024
            result = Run(lines, seconds, usage.ru_maxrss * unit, usage.ru_inblock * 512)
        if process.wait() or not lines:
            messages.seek(0)
            last = (messages.read().strip().splitlines() or ["it printed nothing"])[-1]
            raise CaptionerError(f"A program that was to be measured failed: {last}")
    return result


def forget_files(photos: Sequence[str]) -> None:
    """Drop what a start reads from the system's cache, except files that another process has mapped into memory."""
    os.sync()
    folders = [*map(Path, sys.path), ROOT / "captioner", ROOT / "weights"]
    files = [path for folder in folders if folder.is_dir() and folder != ROOT for path in folder.rglob("*")]
    for path in [*files, Path(sys.executable), *map(Path, photos)]:
        if path.is_file():
            file = os.open(path, os.O_RDONLY)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)


def captioner_size() -> int:
    """Bytes of what `pip install .` installs, with all requirements."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    requirements = [line for line in config["options"]["install_requires"].splitlines() if line]
    files = [path for folder in ("captioner", "weights", "assets") for path in (ROOT / folder).rglob("*")]
    size = sum(path.stat().st_size for path in files if path.is_file() and path.name != "checkpoint.npz")
    return size + requirements_size(requirements)


def requirements_size(requirements: Sequence[str]) -> int:
    """Bytes of the installed packages that satisfy these requirements, and of what they require in turn."""
    from packaging.requirements import Requirement

    sizes: dict[str, int] = {}
    waiting = [Requirement(requirement) for requirement in requirements]
    while waiting:
        requirement = waiting.pop()
        if requirement.name in sizes or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        package = distribution(requirement.name)
        files = [Path(str(file.locate())) for file in package.files or ()]
        sizes[requirement.name] = sum(file.stat().st_size for file in files if file.is_file())
        waiting += [Requirement(text) for text in package.requires or ()]
    return sum(sizes.values())


def firsts(runs: Sequence[Run]) -> list[float]:
    """Seconds from the start of each process to its first caption."""
    return [run.seconds[0] for run in runs]


def others(runs: Sequence[Run]) -> list[float]:
    """Seconds for each caption after the first."""
    return [after - before for run in runs for before, after in pairwise(run.seconds)]


def per_photo(runs: Sequence[Run]) -> list[float]:
    """Mean seconds for a caption after the first, by process."""
    return [(run.seconds[-1] - run.seconds[0]) / (len(run.seconds) - 1) for run in runs if len(run.seconds) > 1]


def memory(runs: Sequence[Run]) -> list[float]:
    return [run.memory for run in runs if run.memory]


if __name__ == "__main__":
    from captioner import CaptionerError

    try:
        main()
    except CaptionerError as error:
        sys.exit(f"benchmark.py: {error}")
    except ModuleNotFoundError as error:
        sys.exit(f"benchmark.py: {error.name} is missing. Install it with pip install --editable '.[train]'.")
    except KeyboardInterrupt:
        sys.exit(130)
