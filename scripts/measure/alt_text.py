#!/usr/bin/env python3
"""Measure how long it takes to save alternative text in photos of 12 megapixels, and to read it there.

HEIC and AVIF photos, which take very long to make, have 3 megapixels.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from captioner.output.alt_text import read_alt_text, write_alt_text  # noqa: E402
from tests.support.system import descendants, process_file  # noqa: E402

SIZE, SLOW_SIZE = (4000, 3000), (2000, 1500)
FORMATS = {
    "JPEG": ".jpg",
    "HEIC": ".heic",
    "AVIF": ".avif",
    "WebP": ".webp",
    "PNG": ".png",
    "TIFF": ".tif",
    "BMP": ".bmp",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30, metavar="N", help="of each format (default: %(default)s)")
    runs = parser.parse_args().runs
    print("| format | MB | read, ms | save, ms | processor time of that, ms |\n| --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        for name, suffix in FORMATS.items():
            photo = Path(folder) / f"photo{suffix}"
            make(photo)
            print(f"| {name} | {photo.stat().st_size / 1e6:.1f} | {' | '.join(measure(photo, runs))} |", flush=True)


def make(path: Path) -> None:
    """A photo with as much detail as photos have."""
    import pillow_heif
    from PIL import Image

    pillow_heif.register_heif_opener()
    size = SLOW_SIZE if path.suffix in (".heic", ".avif") else SIZE
    sample = Image.open(ROOT / "assets" / "coffee.jpg").convert("RGB").resize(size)
    noise = Image.effect_noise(size, 25).convert("RGB")
    Image.blend(sample, noise, 0.15).save(path, quality=85)


def measure(photo: Path, runs: int) -> list[str]:
    """The times to read and to save, and the processor time of saving, in which other programs do not count."""
    texts = (f"A dog runs through the grass, {number}." for number in range(10_000))

    def save() -> None:
        write_alt_text(photo, next(texts), overwrite=True)

    save()  # starts the processes
    reading = [timed(lambda: read_alt_text(photo)) for _ in range(runs)]
    before = processor_seconds()
    saving = [timed(save) for _ in range(runs)]
    processor = (processor_seconds() - before) / runs
    return [f"{1000 * seconds:.0f}" for seconds in (median(reading), median(saving), processor)]


def processor_seconds() -> float:
    """What this process and those that it has started have used."""
    ticks = 0
    for process in (os.getpid(), *descendants(os.getpid())):
        fields = process_file(process, "stat").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
