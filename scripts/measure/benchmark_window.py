"""Measures the window for benchmark.py: the program as users have it, on its own screen, with real keys and sound."""

import contextlib
import itertools
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

from PIL import Image
from tqdm import tqdm

from captioner import CaptionerError
from captioner.training.evaluation.table import table
from scripts.measure.figures import duration, megabytes
from tests.support.program import Program, User
from tests.support.screen import screen
from tests.support.soundcard import loudness
from tests.support.system import process_file, proportional_size

ROOT = Path(__file__).resolve().parents[2]
WATCHED = (sys.executable, ROOT / "scripts" / "measure" / "watched_window.py")
NEEDED = ("Xvfb", "openbox", "xprop", "xdotool", "espeak-ng", "aplay")

SIDES = (480, 1000, 1600, 2400, 3600, 5000)  # in pixels, the longer ones of made photos
AUDIBLE = 100  # of 16 bits
PAUSE = 1.0  # seconds in which a user looks or listens
TIMEOUT = 60  # seconds

# What xdotool does in the busy minute, again and again: walk, highlight words, resize, speak and stop, change text size
# and self-voicing, press a button, look into the help, change theme and beam width.
BUSY = (
    *("key Right", "key Right", "key Tab End", "key Left", "key Left", "key Left", "key shift+Tab"),
    *(f"windowsize {{window}} {size}" for size in ("700 600", "1100 900", "960 760")),
    *("key space", "key space", "key ctrl+plus", "key ctrl+minus", "key F2", "key Tab", "key shift+Tab", "key F2"),
    *("key shift+Tab", "key space", "key Escape", "key Tab", "key F1", "key Escape"),
    *("key ctrl+comma", "key Tab Tab Tab Tab Tab Tab", "key Down", "key Down", "key Return"),
    *("key Tab", "key Down", "key Down", "key Return", "key Escape", "key Page_Down"),
)
BETWEEN = 0.3  # seconds

Rows = list[list[str]]


def report(runs: int, few: int = 20, many: int = 200, busy: float = 60) -> str:
    """Measure the window.

    Args:
        runs: of what does not take long.
        few, many: after how many photos the memory is measured.
        busy: for how many seconds at least the main loop is watched.

    Returns:
        A table.

    Raises:
        CaptionerError: a program is missing, or the window does not do what it should.
    """
    if missing := [program for program in NEEDED if not shutil.which(program)]:
        raise CaptionerError(f"The window can't be measured without {', '.join(missing)}. scripts/test.sh installs it.")
    with tempfile.TemporaryDirectory() as folder, screen(Path(folder)) as display:
        user = User(display, Path(folder))
        user.choose(self_voicing=False)  # nothing but captions is spoken
        user.environment.pop("PYTHONDONTWRITEBYTECODE", None)  # else each start would compile the program
        photos = make_photos(user.home / "Photos", max(many, 4 * runs))
        try:
            rows = [
                *start(user, runs),
                *answers(user, photos, runs),
                *memory(user, photos, few, many),
                *blocking(user, photos, busy),
            ]
        except AssertionError as error:
            raise CaptionerError(f"The window does not do what it should: {error}") from error
        finally:
            user.leave()
    return table(["the window", "measured", "to reach"], rows)


def make_photos(folder: Path, count: int) -> list[Path]:
    """The sample photos in many sizes, endlessly."""
    folder.mkdir()
    kinds = list(itertools.product(sorted((ROOT / "assets").glob("*.jpg")), SIDES))
    photos = [folder / f"{number}.jpg" for number in range(count)]
    for number, photo in enumerate(photos):
        if number >= len(kinds):
            shutil.copy(photos[number - len(kinds)], photo)
            continue
        sample, side = kinds[number]
        with Image.open(sample) as image:
            scale = side / max(image.size)
            image.resize((round(scale * image.width), round(scale * image.height))).save(photo)
    return photos


def start(user: User, runs: int) -> Rows:
    python, starts = [], []
    windows = user.home / "windows"  # gets a line when there are others on the screen
    spy = ["xprop", "-display", user.environment["DISPLAY"], "-root", "-spy", "_NET_CLIENT_LIST"]

    def shown() -> bool:
        return "0x" in windows.read_text().splitlines()[-1]

    with contextlib.ExitStack() as stack:
        file = stack.enter_context(windows.open("w"))
        stack.callback(stack.enter_context(subprocess.Popen(spy, stdout=file)).terminate)
        moment(windows.read_bytes)
        for _ in tqdm(range(runs), "start", leave=False):
            begun = time.monotonic()
            first_line = subprocess.check_output([sys.executable, "-c", "import time; print(time.monotonic())"])
            python.append(float(first_line) - begun)

            begun = time.monotonic()
            program = Program(user)
            starts.append(moment(shown) - begun)
            program.close()
            moment(lambda: not shown())
    ours = [start - median(python) for start in starts]
    return [
        ["start of the process to the window on screen", duration(starts), ""],
        ["- from the first line of our code", duration(ours), "300 ms"],
    ]


def answers(user: User, photos: list[Path], runs: int) -> Rows:
    sounds: list[float] = []
    silences: list[float] = []

    def answer(ask: Callable[[], float]) -> float:
        """Ask for a photo, listen to its caption and stop it. Returns the seconds until the caption came."""
        said, played = len(user.utterances()), len(user.card.sound)
        asked = ask()
        captioned = speech(user, said + 1)
        sounds.append(moment(lambda: loudness(user.card.sound[played:][-2000:]) > AUDIBLE) - captioned)
        time.sleep(PAUSE / 2)
        playing = players(user)
        assert playing, "a caption was over too soon."
        with open(os.pidfd_open(playing[0])) as player:  # its end is the sound's: a card forgets what waits in it
            stopped = do("key space")
            assert select.select([player], [], [], TIMEOUT)[0], "it continues to speak."
            silences.append(time.monotonic() - stopped)
        time.sleep(PAUSE)
        return captioned - asked

    def hand_over(photo: Path) -> float:
        begun = time.monotonic()
        Program(user, photo)
        return begun

    handed, ahead, cold = [], [], []
    program = Program(user)
    program.wait_for(program.title)
    time.sleep(PAUSE)  # until the model is loaded
    with hands(user) as do:
        for place in tqdm(range(0, 4 * runs, 4), "captions", leave=False):
            handed.append(answer(partial(hand_over, photos[place])))
            ahead.append(answer(partial(do, "key Right")))
            photos[place + 2].touch()  # what it was captioned ahead for was another photo
            cold.append(answer(partial(do, "key Right")))
    program.close()
    return [
        ["photo handed over by a second start to its caption", duration(handed), ""],
        ["key for the next photo to its caption", duration(cold), ""],
        ["- captioned ahead", duration(ahead), ""],
        ["caption to the first sound", duration(sounds), "300 ms"],
        ["key for silence to silence", duration(silences), "100 ms"],
    ]


def memory(user: User, photos: list[Path], few: int, many: int) -> Rows:
    rows = []
    said = len(user.utterances())
    program = Program(user, photos[0])
    with hands(user) as do:
        for count in tqdm(range(1, many + 1), "memory", unit="photo", leave=False):
            speech(user, said + count)
            if count in (few, many):
                time.sleep(PAUSE)
                moment(lambda: not players(user))  # it has been spoken
                size = sum(map(proportional_size, user.processes()))
                rows.append([f"memory after {count} photos, voices included", megabytes([size]), ""])
            do("key Right")
    program.close()
    rows[-1][-1] = "the same"
    return rows


def blocking(user: User, photos: list[Path], seconds: float) -> Rows:
    record = user.home / "record"
    said = len(user.utterances())
    program = Program(user, record, photos[0], command=WATCHED)
    speech(user, said + 1)
    window = program.xdotool("getactivewindow")
    begun = time.monotonic()
    with hands(user) as do, tqdm(total=round(seconds), desc="busy", unit="s", leave=False) as bar:
        while time.monotonic() < begun + seconds:
            for command in BUSY:
                do(command.format(window=window))
                time.sleep(BETWEEN)
                bar.update(round(time.monotonic() - begun) - bar.n)
    program.close()
    ticks = [tuple(map(float, line.split())) for line in record.read_text().splitlines()]
    most = max(late for when, late in ticks if when > begun)
    return [[f"longest that the main loop was blocked in {seconds:.0f} busy seconds", f"{1000 * most:.1f} ms", "50 ms"]]


@contextlib.contextmanager
def hands(user: User) -> Iterator[Callable[[str], float]]:
    """A function that does one of xdotool's commands and returns when (time.monotonic)."""
    environment = {**os.environ, "DISPLAY": user.environment["DISPLAY"]}
    with subprocess.Popen(["xdotool", "-"], env=environment, stdin=subprocess.PIPE, text=True) as xdotool:

        def do(command: str) -> float:
            begun = time.monotonic()
            print(command, file=xdotool.stdin, flush=True)
            return begun

        yield do


def moment(predicate: Callable[[], object]) -> float:
    """When (time.monotonic) predicate became true."""
    end = time.monotonic() + TIMEOUT
    while not predicate():
        assert time.monotonic() < end, f"something did not happen within {TIMEOUT} seconds."
        time.sleep(0.001)
    return time.monotonic()


def speech(user: User, count: int) -> float:
    """When the last of so many captions came: what has been said so far."""
    return moment(lambda: len(user.utterances()) >= count)


def players(user: User) -> list[int]:
    """The processes that play sound."""
    return [process for process in user.processes() if process_file(process, "comm") == "aplay\n"]
