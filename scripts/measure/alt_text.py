#!/usr/bin/env python3
"""Measure how long it takes to save alternative text in photos of 12 megapixels, and to read it there.

HEIC and AVIF photos, which take very long to make, have 3 megapixels.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from captioner.output.alt_text import read_alt_text, write_alt_text  # noqa: E402

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
    parser.add_argument("--runs", type=int, default=9, metavar="N", help="of each format (default: %(default)s)")
    runs = parser.parse_args().runs
    print("| format | MB | read, ms | save, ms | of it ExifTool, ms |\n| --- | ---: | ---: | ---: | ---: |")
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
    """The times to read, to save, and that ExifTool takes of that, after a first one that starts the processes."""
    from captioner.output import exiftool

    spent: list[float] = []
    change = exiftool.change

    def timed_change(path: Path, tags: Mapping[str, str]) -> None:
        spent.append(timed(lambda: change(path, tags)))

    exiftool.change = timed_change
    texts = (f"A dog runs through the grass, {number}." for number in range(1000))
    save = [timed(lambda: write_alt_text(photo, next(texts), overwrite=True)) for _ in range(runs + 1)]
    read = [timed(lambda: read_alt_text(photo)) for _ in range(runs + 1)]
    exiftool.change = change
    return [f"{1000 * median(times[1:]):.0f}" for times in (read, save, spent[-runs - 1 :])]


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
