#!/usr/bin/env python3
"""Keep the program busy for hours and check what it leaves behind.

    soak.py captions --count 10000 --plot memory.png
    soak.py window --minutes 480 --plot memory.png

The first captions photos in one process; the second disturbs the window, see soak_window.py. Each prints a table, saves
a plot of memory over time, and ends with exit status 1 if something was left behind or broken. Ctrl+C ends it early.
"""

import argparse
import contextlib
import gc
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from captioner import Captioner, PhotoError  # noqa: E402
from captioner.training.evaluation.table import table  # noqa: E402
from tests.support.system import descendants, own_memory  # noqa: E402

SETTLED = 500  # captions, after which memory may grow by no more than
ALLOWED = 10e6  # bytes
SAMPLES = 200  # of the memory, in all


class Sample(NamedTuple):
    """What the program holds at some moment.

    memory: bytes that the process and its children have for themselves, without parts of files, which others share.
    """

    seconds: float
    captions: int
    memory: int
    threads: int
    descriptors: int
    children: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    runs = parser.add_subparsers(required=True, metavar="captions|window")
    parts = runs.add_parser("captions", help="caption photos in one process")
    parts.add_argument("--count", type=int, default=10_000, help="how many (default: %(default)s)")
    parts.add_argument("--threads", type=int, help="as of the captioner")
    parts.set_defaults(run=lambda options: captions(options.count, options.threads))
    whole = runs.add_parser("window", help="disturb the window")
    whole.add_argument("--minutes", type=float, default=480, help="for how long (default: %(default)s)")
    whole.set_defaults(run=lambda options: window(options.minutes))
    for run in (parts, whole):
        run.add_argument("--plot", type=Path, metavar="FILE", help="where to save the plot of memory over time")
    options = parser.parse_args()
    begun = time.strftime("%d %B %Y %H:%M")
    samples, faults = options.run(options)
    print(f"Begun {begun}, {samples[-1].seconds / 60:.0f} minutes, {samples[-1].captions} captions.\n")
    print(report(samples))
    if options.plot:
        plot(samples, options.plot)
    for fault in faults:
        print(f"soak.py: {fault}", file=sys.stderr)
    return 1 if faults else 0


def captions(count: int, threads: int | None = None) -> tuple[list[Sample], list[str]]:
    """Caption photos of many kinds, some of them damaged, one after another.

    Returns:
        What there was meanwhile, and sentences about what was left behind.
    """
    samples: list[Sample] = []
    begun = time.monotonic()
    settled = min(SETTLED, count // 2)
    noted = {settled, count, *range(1, count, max(1, count // SAMPLES))}
    with tempfile.TemporaryDirectory() as folder, temporary_files(Path(folder, "temporary")) as temporary:
        photos = make_photos(Path(folder))
        captioner = Captioner(threads=threads)
        with contextlib.suppress(KeyboardInterrupt):
            for number, photo in zip(range(1, count + 1), itertools.cycle(photos)):
                with contextlib.suppress(PhotoError):
                    captioner.caption(photo)
                if number in noted:
                    gc.collect()
                    samples.append(measure(os.getpid(), number, begun))
        files = sorted(path.name for path in temporary.iterdir())
    after, first = samples[-1], next((sample for sample in samples if sample.captions == settled), samples[0])
    faults = [f"a temporary file is left: {name}" for name in files]
    if after.memory > first.memory + ALLOWED:
        faults.append(f"memory grew by {(after.memory - first.memory) / 1e6:.1f} MB after {settled} captions.")
    for what in ("threads", "descriptors", "children"):
        if (more := getattr(after, what) - getattr(first, what)) > 0:
            faults.append(f"{more} more {what} than after {settled} captions.")
    return samples, faults


def window(minutes: float) -> tuple[list[Sample], list[str]]:
    from scripts.measure.soak_window import abuse

    return abuse(minutes)


def make_photos(folder: Path) -> list[Path]:
    """The sample photos in many formats and modes, and damaged ones."""
    from PIL import Image

    kinds = (("RGB", ".jpg"), ("L", ".jpg"), ("CMYK", ".jpg"), ("RGBA", ".png"), ("P", ".gif"), ("I;16", ".png"))
    photos = []
    for sample in sorted((ROOT / "assets").glob("*.jpg")):
        with Image.open(sample) as image:
            for mode, suffix in (*kinds, ("RGB", ".webp"), ("RGB", ".tiff"), ("RGB", ".bmp")):
                path = folder / f"{sample.stem}-{mode.replace(';', '')}{suffix}"
                (image.convert("L") if mode == "I;16" else image).convert(mode).save(path)
                photos.append(path)
    for photo in photos[::5]:
        damaged = photo.with_stem(f"{photo.stem}-damaged")
        damaged.write_bytes(photo.read_bytes()[: photo.stat().st_size // 2])
        photos.append(damaged)
    return photos


@contextlib.contextmanager
def temporary_files(folder: Path) -> Iterator[Path]:
    """Let this process and its children make their temporary files in a folder meanwhile."""
    folder.mkdir()
    before = tempfile.tempdir, os.environ.get("TMPDIR")
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before[0]
        os.environ.pop("TMPDIR")
        if before[1]:
            os.environ["TMPDIR"] = before[1]


def measure(process: int, captions: int, begun: float) -> Sample:
    family = [process, *descendants(process)]
    return Sample(
        time.monotonic() - begun,
        captions,
        sum(map(own_memory, family)),
        len(os.listdir(f"/proc/{process}/task")),
        len(os.listdir(f"/proc/{process}/fd")),
        len(family) - 1,
    )


def report(samples: list[Sample]) -> str:
    """A table of a few samples."""
    few = [samples[round(index * (len(samples) - 1) / 9)] for index in range(10)]
    rows = [
        [f"{s.seconds / 60:.1f}", str(s.captions), f"{s.memory / 1e6:.1f} MB", *map(str, s[3:])]
        for s in dict.fromkeys(few)
    ]
    return table(["minutes", "captions", "memory", "threads", "descriptors", "children"], rows)


def plot(samples: list[Sample], path: Path) -> None:
    """Save a plot of memory over time."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 4), layout="constrained")
    axes.plot([sample.seconds / 60 for sample in samples], [sample.memory / 1e6 for sample in samples])
    axes.set(xlabel="minutes", ylabel="memory [MB]", ylim=(0, None))
    figure.savefig(path)


if __name__ == "__main__":
    sys.exit(main())
