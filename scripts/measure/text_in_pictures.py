#!/usr/bin/env python3
"""Measures how well and how fast text in pictures is read, and how often text is found in photos.

    scripts/measure/text_in_pictures.py [--tesseract] [--photos FOLDER]... [--known FOLDER]...

It prints a table of made pictures (tests/support/pages.py), another of free ones (tests/free_text) with what was
misread in them, another of hard ones with the time until there is an answer and the most memory that the program and
its processes had meanwhile, and how much of it is given back afterwards. The targets are for an idle computer with two
cores. --tesseract measures the program `tesseract` as well. In the photos of each --photos FOLDER it prints what text
was found: look at them to see which of it is there. The pictures of each --known FOLDER are measured like the free
ones: the text in each is in a file of the same name that ends in .txt.
"""

import argparse
import io
import os
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))

from captioner.errors import CaptionerError  # noqa: E402
from captioner.ocr import reader  # noqa: E402
from captioner.photos.folder import photos_in  # noqa: E402
from captioner.photos.load import Loadable  # noqa: E402
from captioner.training.evaluation.table import table  # noqa: E402
from tests.support import free_text, png  # noqa: E402
from tests.support.free_text import words_right  # noqa: E402
from tests.support.pages import KINDS, NEWS, Page, write  # noqa: E402
from tests.support.system import descendants, proportional_size  # noqa: E402

# The share of words that shall be right, the seconds for a screenful, and the seconds and bytes for hard pictures.
SCREENSHOT = "screenshot, 96 dpi, 11 points"
WORDS_RIGHT = {
    SCREENSHOT: 0.97,
    "scanned page, 150 dpi": 0.97,
    "page photographed at an angle": 0.85,
    "sign in a photo": 0.6,
}
SECONDS, HARD_SECONDS, HARD_MEMORY = 2.0, 10.0, 1.5e9
PROGRAM = 300e6  # bytes of the program itself


def read(picture: Loadable) -> tuple[str, int]:
    """The text in a picture, and by how many degrees it is turned, as Captioner reads it."""
    try:
        text = reader.read(picture)
    except CaptionerError as error:
        print(f"Not read: {error}", file=sys.stderr)
        return "", 0
    return text.text, text.rotation


def tesseract(image: Image.Image) -> tuple[str, int]:
    """The text in a picture, as the program `tesseract` reads it when it also looks for turned pages."""
    file = io.BytesIO()
    image.save(file, "PNG")
    command = ["tesseract", "-", "-", "--psm", "1", "-l", "eng"]
    return subprocess.run(command, input=file.getvalue(), capture_output=True, check=False).stdout.decode(), 0


def made_pictures(engines: dict[str, Callable[[Image.Image], tuple[str, int]]]) -> None:
    header = ["picture", "target"]
    rows = {kind: [kind, f"{WORDS_RIGHT[kind]:.0%}" if kind in WORDS_RIGHT else ""] for kind in KINDS}
    took = []
    for name, engine in engines.items():
        header += [f"{name}: words right", "seconds at most", "turned by"]
        reader.end()
        with watching() as sizes:
            engine(Image.new("RGB", (64, 64)))  # loads the models
            for kind, make in KINDS.items():
                rows[kind] += measured(engine, make())
        took.append(f"{name} {(max(sizes) - sizes[0]) / 1e6:.0f} MB")
    print(table(header, list(rows.values())))
    print(f"\nTarget for a {SCREENSHOT.partition(',')[0]}: under {SECONDS} seconds.")
    print(f"Most memory of their own: {', '.join(took)}.\n", flush=True)


def measured(engine: Callable[[Image.Image], tuple[str, int]], pages: list[Page]) -> list[str]:
    """How well an engine reads pages: the share of words right, the seconds for the slowest, the rotations found."""
    right = total = 0
    seconds, rotations = [], set()
    for page in pages:
        begun = time.perf_counter()
        text, rotation = engine(page.image)
        seconds.append(time.perf_counter() - begun)
        rotations.add(rotation)
        page_right, page_total = words_right(page, text)
        right, total = right + page_right, total + page_total
    return [f"{right / total:.1%}", f"{max(seconds):.1f}", ", ".join(map(str, sorted(rotations)))]


def free_pictures(engines: dict[str, Callable[[Image.Image], tuple[str, int]]], folders: list[Path]) -> None:
    kinds = {}
    if free_text.FOLDER.exists():  # it is only in the repository
        kinds = {kind: free_text.pages(free_text.FOLDER / kind) for kind in free_text.TARGETS}
        kinds["everyday photos, 224 x 224 pixels"] = free_text.everyday_signs()
    kinds |= {folder.name: free_text.pages(folder) for folder in folders}
    rows, missed = [], []
    for kind, pages in kinds.items():
        target = free_text.TARGETS.get(kind)
        row = [kind.replace("_", " "), f"{target:.0%}" if target else "", str(len(pages))]
        for name, engine in engines.items():
            results = {picture: (page, engine(page.image)[0]) for picture, page in pages.items()}
            counts = [words_right(page, text) for page, text in results.values()]
            right, total = sum(right for right, _ in counts), sum(total for _, total in counts)
            row.append(f"{right} of {total}, {right / total:.1%}" if total else "")
            for picture, (page, text) in results.items():
                if wrong := free_text.misses(page, text):
                    missed.append(f"{name}, {kind}, {picture}: {'; '.join(wrong)}")
        rows.append(row)
    print(table(["free pictures", "target", "pictures", *(f"{name}: words right" for name in engines)], rows))
    print("\nMisread, as known > read:\n\n" + "\n".join(missed) + "\n", flush=True)


def hard_pictures() -> Iterator[tuple[str, Loadable]]:
    """Pictures that could take too long or too much, by their names."""
    yield "10,000 words", write(["word " * 10_000], (2400, 2400), pixels=12, margin=10)
    yield "noise", np.random.default_rng(0).integers(0, 256, (3000, 4000, 3), np.uint8)
    yield "a line of 20,000 x 40 pixels", write(["word " * 500], (20_000, 40), margin=10)
    file = io.BytesIO()
    write(NEWS * 8, (14_000, 14_000), pixels=250, margin=500).save(file, "PNG")
    yield "PNG of 196 megapixels", file.getvalue()
    yield "the same, cut short", file.getvalue()[:200_000]
    header = png.chunk(b"IHDR", b"\0\0\x9c\x40" * 2 + b"\x08\2\0\0\0")
    pixels = png.chunk(b"IDAT", zlib.compress(bytes(10**8)))
    yield "PNG that claims 1,600 megapixels", png.SIGNATURE + header + pixels + png.chunk(b"IEND", b"")


def memory() -> int:
    """The memory in bytes of this process and all that it has started; what they share counts once."""
    return sum(map(proportional_size, (os.getpid(), *descendants(os.getpid()))))


@contextmanager
def watching() -> Iterator[list[int]]:
    """The memory in bytes, as `memory` has it, every 50 milliseconds in the block."""
    sizes, done = [memory()], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            sizes.append(memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield sizes
    finally:
        done.set()
        watcher.join()


def hard() -> None:
    rows = []
    for name, picture in hard_pictures():
        reader.end()  # so that each starts the recogniser
        with watching() as sizes:
            begun = time.perf_counter()
            try:
                text = reader.read(picture)
                answer = f"{len(text.text.split())} words{'' if text.complete else ', not all'}"
            except CaptionerError as error:
                answer = str(error)
            seconds = time.perf_counter() - begun
        more = max(sizes) - sizes[0]  # what this script had before is of the pictures that it made
        missed = seconds > HARD_SECONDS or PROGRAM + more > HARD_MEMORY
        rows.append([name, f"{seconds:.1f}", f"{more / 1e6:.0f}", "no" if missed else "yes", answer])
    print(table(["picture", "seconds", "MB more", "on target", "answer"], rows))
    with_program = f"{HARD_MEMORY / 1e6:.0f} MB with the {PROGRAM / 1e6:.0f} of the program"
    print(f"\nTargets: {HARD_SECONDS:.0f} seconds, and {with_program}.\n", flush=True)


def given_back() -> None:
    """Print the memory before a text is read, with the recogniser loaded, and once it has been idle for long enough."""
    reader.end()
    before = memory()
    read(KINDS[SCREENSHOT]()[0].image)
    loaded = memory()
    time.sleep(reader.IDLE_SECONDS + 2)
    sizes = " MB, ".join(f"{size / 1e6:.0f}" for size in (before, loaded, memory()))
    print(f"Memory before a screenshot is read, afterwards, and {reader.IDLE_SECONDS:.0f} seconds later: {sizes} MB.\n")


def photos(folder: Path) -> None:
    found, paths = 0, photos_in(folder)
    for path in paths:
        if (text := reader.read(path)).lines:
            found += 1
            print(f"{path.name}: {text.spoken()}", flush=True)
    print(f"{folder}: text in {found} of {len(paths)} photos")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tesseract", action="store_true", help="measure the program tesseract as well")
    parser.add_argument("--photos", type=Path, action="append", default=[], metavar="FOLDER")
    parser.add_argument("--known", type=Path, action="append", default=[], metavar="FOLDER")
    options = parser.parse_args()
    begun = time.perf_counter()
    read(Image.new("RGB", (64, 64)))
    print(f"The first picture, until the recogniser is loaded, took {time.perf_counter() - begun:.1f} seconds.\n")
    engines = {"RapidOCR": read, **({"Tesseract": tesseract} if options.tesseract else {})}
    made_pictures(engines)
    free_pictures(engines, options.known)
    hard()
    given_back()
    for folder in options.photos:
        photos(folder)
    print(f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f} at the end.")


if __name__ == "__main__":
    main()
