#!/usr/bin/env python3
"""Measure a folder of many photos: how fast the command and the window caption it, and how the list behaves.

Needs what scripts/test.sh installs: .venv-test/bin/python scripts/measure/benchmark_folder.py
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from captioner import Caption, Captioner  # noqa: E402
from captioner.batch.caption_cache import CaptionCache, KnownPhoto  # noqa: E402
from captioner.training.evaluation.table import table  # noqa: E402
from scripts.measure.benchmark_window import WATCHED, hands, moment  # noqa: E402
from tests.support.program import Program, User  # noqa: E402
from tests.support.screen import screen  # noqa: E402
from tests.support.system import proportional_size  # noqa: E402

SIZE = (1600, 1200)  # of made photos
ENCODER_RUNS = 30
KEY_SECONDS = 0.15  # between two keys in the list
# What is done in the list: go through it, sort it, filter it, select all of it.
LIST_KEYS = (
    *("Page_Down",) * 20,
    *("End", "Home", "F9", "End", "Home", "F9", "ctrl+a", "Home", "Down", "Right", "Right", "p", "p"),
    *("Page_Down", "Down") * 20,
)

Rows = list[list[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--photos", type=int, default=1000, help="how many are captioned; default: 1000")
    parser.add_argument("--lines", type=int, default=10_000, help="how many the list has; default: 10000")
    options = parser.parse_args()
    print(report(options.photos, options.lines))


def report(photos: int, lines: int) -> str:
    """Measure a folder with some photos, and a list with some lines; return a table."""
    with tempfile.TemporaryDirectory() as folder, screen(Path(folder)) as display:
        user = User(display, Path(folder))
        user.choose(self_voicing=True, speak_captions=False)
        try:
            album = make_photos(user.home / "Photos", photos)
            encoder = encoder_speed(album)
            rows = [
                ["the encoder alone", f"{encoder:.2f} photos/s", ""],
                *command(user, album, encoder),
                *window(user, album, encoder),
                *long_list(user, lines),
            ]
        finally:
            user.leave()
    return table([f"a folder of {photos} photos", "measured", "to reach"], rows)


def make_photos(folder: Path, count: int) -> Path:
    """Photos that all differ: parts of the samples."""
    folder.mkdir()
    samples = [Image.open(path).convert("RGB") for path in sorted((ROOT / "assets").glob("*.jpg"))]
    random = np.random.default_rng(0)
    for number in tqdm(range(count), "photos", leave=False):
        sample = samples[number % len(samples)]
        left, top, right, bottom = random.uniform(0, 0.2, 4)
        box = (left * sample.width, top * sample.height, (1 - right) * sample.width, (1 - bottom) * sample.height)
        sample.resize(SIZE, box=box).save(folder / f"photo{number}.jpg", quality=90)
    return folder


def encoder_speed(album: Path) -> float:
    """Photos per second of nothing but the encoder."""
    captioner = Captioner()
    pipeline = captioner._pipeline
    image = pipeline.encoder_input(captioner.prepare(album / "photo0.jpg"))
    pipeline.encode(image)
    begun = time.monotonic()
    for _ in range(ENCODER_RUNS):
        pipeline.encode(image)
    return ENCODER_RUNS / (time.monotonic() - begun)


def command(user: User, album: Path, encoder: float) -> Rows:
    """The speed of the command, from its first record to its last."""
    output = user.home / "captions.jsonl"
    order = [sys.executable, "-m", "captioner", str(album), "--output", str(output)]
    with subprocess.Popen(order, env={**user.environment, "PYTHONPATH": str(ROOT)}) as process:
        moment(lambda: output.exists() and output.stat().st_size)
        begun = time.monotonic()
        process.wait()
    speed = (output.read_bytes().count(b"\n") - 1) / (time.monotonic() - begun)
    return [["the command, --output", _speed(speed, encoder), "95 %"]]


def window(user: User, album: Path, encoder: float) -> Rows:
    """The speed of the window with its list open, its memory, and how long it does not react."""
    count = len(list(album.iterdir()))
    with watched(user, album) as (program, late):
        program.keys("ctrl+j")
        program.wait_for(lambda: program.title() == "Photo List")
        few = max(2, count // 10)
        moment(lambda: done(user) >= few)
        begun, at_first = time.monotonic(), done(user)
        sizes = [memory(user)]
        with tqdm(total=count, desc="window", leave=False) as bar:
            while (now := done(user)) < count:
                bar.update(now - bar.n)
                time.sleep(0.05)
        speed = (count - at_first) / (time.monotonic() - begun)
        sizes.append(memory(user))
        longest = late()
    begun = time.monotonic()
    with watched(user, album) as (program, _):
        await_end(program, count)
        again = time.monotonic() - begun
    first, last = (f"{size / 1e6:.0f} MB" for size in sizes)
    return [
        ["the window, list open", _speed(speed, encoder), "95 %"],
        [f"- memory after {few} photos and after all", f"{first}, {last}", "the same"],
        ["- longest time without a reaction", f"{1000 * longest:.0f} ms", "50 ms"],
        ["the folder opened again, from the start of the program", f"{again:.1f} s", ""],
    ]


def long_list(user: User, count: int) -> Rows:
    """How long the window does not react while keys go through a list of `count` captioned photos."""
    folder = user.home / "Many"
    folder.mkdir()
    first = user.home / "Photos" / "photo0.jpg"
    caption = Caption("A dog runs through the grass.", (), -7.0, 0.5, (), {})
    with CaptionCache(user.home / ".cache" / "captioner" / "captions.sqlite") as cache:
        cache.put("many", None, caption)
        for number in tqdm(range(count), "lines", leave=False):
            photo = folder / f"photo{number}.jpg"
            os.link(first, photo)
            cache.remember(photo, KnownPhoto("many"))
    begun = time.monotonic()
    with watched(user, folder) as (program, late):
        program.keys("ctrl+j")
        program.wait_for(lambda: program.title() == "Photo List")
        await_end(program, count)
        filled = time.monotonic() - begun
        while_filling = late()
        time.sleep(1)
        late()
        with hands(user) as do:
            for key in LIST_KEYS:
                do(f"key {key}")
                time.sleep(KEY_SECONDS)
        longest = late()
        size = memory(user)
    return [
        [f"list of {count} photos, from the start of the program", f"{filled:.1f} s", ""],
        ["- longest time without a reaction while it fills", f"{1000 * while_filling:.0f} ms", "50 ms"],
        ["- longest while scrolling, sorting and selecting", f"{1000 * longest:.0f} ms", "50 ms"],
        ["- memory", f"{size / 1e6:.0f} MB", ""],
    ]


@contextmanager
def watched(user: User, folder: Path) -> Iterator[tuple[Program, Callable[[], float]]]:
    """The program with a folder, and a function: the seconds for which it was blocked longest since the last call."""
    record = user.home / "record"
    program = Program(user, record, folder, command=WATCHED)
    program.wait_for(program.title)
    time.sleep(2)  # the model is loaded
    since = [time.monotonic()]

    def late() -> float:
        ticks = [tuple(map(float, line.split())) for line in record.read_text().splitlines() if line.count(" ") == 1]
        begun, since[0] = since[0], time.monotonic()
        return max(late for when, late in ticks if when > begun)

    try:
        yield program, late
    finally:
        program.end()


def await_end(program: Program, count: int) -> None:
    """Return when the main window says that all photos are captioned. The list itself would take long to look into."""
    end = f"{count} of {count} photos captioned"
    program.wait_for(lambda: end in program.sight.ask("sight_collect sight_text .!frame"), 120)


def done(user: User) -> int:
    """How many photos are in the cache."""
    with CaptionCache(user.home / ".cache" / "captioner" / "captions.sqlite") as cache:
        row = cache._ask("SELECT COUNT(*) FROM captions")
    return int(str(row[0])) if row else 0


def memory(user: User) -> int:
    return sum(map(proportional_size, user.processes()))


def _speed(speed: float, encoder: float) -> str:
    return f"{speed:.2f} photos/s, {speed / encoder:.0%} of the encoder"


if __name__ == "__main__":
    main()
