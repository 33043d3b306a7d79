#!/usr/bin/env python3
"""Measures how well and how fast text in pictures is read, and how often text is found in photos.

    scripts/measure/text_in_pictures.py [--tesseract] [--photos FOLDER]...

It prints a table of made pictures (tests/support/pages.py), and another of hard ones: the time until there is an
answer, and the memory that the program and its processes took. --tesseract measures the program `tesseract` as well.
In the photos of each FOLDER it prints what text was found: look at them to see which of it is there.
"""

import argparse
import io
import os
import re
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import jiwer
import numpy as np
from PIL import Image
from tabulate import tabulate

sys.path.insert(0, str(Path(__file__).parents[2]))

from captioner.errors import CaptionerError  # noqa: E402
from captioner.ocr import reader  # noqa: E402
from captioner.photos.folder import photos_in  # noqa: E402
from tests.support.pages import KINDS, NEWS, Page, write  # noqa: E402


def read(image: Image.Image) -> str:
    """The text in a picture, as Captioner reads it."""
    return reader.read(image).text


def tesseract(image: Image.Image) -> str:
    """The text in a picture, as the program `tesseract` reads it when it also looks for turned pages."""
    file = io.BytesIO()
    image.save(file, "PNG")
    command = ["tesseract", "-", "-", "--psm", "1", "-l", "eng"]
    return subprocess.run(command, input=file.getvalue(), capture_output=True, check=False).stdout.decode()


def words_right(page: Page, text: str) -> tuple[int, int]:
    """How many words of a page were read right, in their order and with their case, and how many there are."""
    words = " ".join(page.text.split())
    measures = jiwer.process_words(words, " ".join(text.split()))
    wrong = measures.substitutions + measures.deletions + measures.insertions
    total = len(words.split())
    return max(0, total - wrong), total


def made_pictures(engines: dict[str, Callable[[Image.Image], str]]) -> None:
    rows = []
    for kind, make in KINDS.items():
        row: list[object] = [kind]
        for engine in engines.values():
            right = total = 0
            seconds = []
            for page in make():
                begun = time.perf_counter()
                text = engine(page.image)
                seconds.append(time.perf_counter() - begun)
                page_right, page_total = words_right(page, text)
                right, total = right + page_right, total + page_total
            row += [f"{right / total:.1%}", f"{max(seconds):.1f}"]
        rows.append(row)
    headers = ["picture", *(heading for name in engines for heading in (f"{name}: words right", "seconds at most"))]
    print(tabulate(rows, headers, tablefmt="github"), end="\n\n")


def hard_pictures() -> Iterator[tuple[str, object]]:
    """Pictures that could take too long or too much, by their names."""
    yield "10,000 words", write(["word " * 10_000], (2400, 2400), pixels=12, margin=10)
    yield "noise", np.random.default_rng(0).integers(0, 256, (3000, 4000, 3), np.uint8)
    yield "a line of 20,000 x 40 pixels", write(["word " * 500], (20_000, 40), margin=10)
    file = io.BytesIO()
    write(NEWS * 8, (14_000, 14_000), pixels=250, margin=500).save(file, "PNG")
    yield "PNG of 196 megapixels", file.getvalue()
    yield "PNG cut short", file.getvalue()[:200_000]


def memory() -> int:
    """The memory in bytes of this process and all that it has started, without what they share."""
    total = 0
    children = subprocess.run(["pgrep", "-P", str(os.getpid())], capture_output=True, text=True).stdout.split()
    for process in [str(os.getpid()), *children]:
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:  # it has ended
            continue
        total += sum(int(size) for size in re.findall(r"^Private_\w+:\s+(\d+)", text, re.MULTILINE)) * 1024
    return total


def hard() -> None:
    rows = []
    for name, picture in hard_pictures():
        reader.end()
        most, done = 0, threading.Event()

        def watch(done: threading.Event = done) -> None:
            nonlocal most
            while not done.wait(0.05):
                most = max(most, memory())

        before = memory()
        watcher = threading.Thread(target=watch)
        watcher.start()
        begun = time.perf_counter()
        try:
            text = reader.read(picture)  # type: ignore[arg-type]
            answer = f"{len(text.text.split())} words{'' if text.complete else ', not all'}"
        except CaptionerError as error:
            answer = str(error)
        seconds = time.perf_counter() - begun
        done.set()
        watcher.join()
        rows.append([name, f"{seconds:.1f}", f"{(most - before) / 1e6:.0f}", answer])
    print(tabulate(rows, ["picture", "seconds", "MB more", "answer"], tablefmt="github"), end="\n\n")


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
    options = parser.parse_args()
    begun = time.perf_counter()
    reader.read(Image.new("RGB", (64, 64)))
    print(f"Loading the recogniser took {time.perf_counter() - begun:.1f} seconds.\n")
    made_pictures({"RapidOCR": read, **({"Tesseract": tesseract} if options.tesseract else {})})
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    reader.end()
    worker = max(worker, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    print(f"The largest process took at most {worker / 1000:.0f} MB.\n")
    hard()
    for folder in options.photos:
        photos(folder)


if __name__ == "__main__":
    main()
