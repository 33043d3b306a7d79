"""What the program does when the system under it misbehaves: its clock, and its user's home."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.soak_window import read_only
from tests.gui.program import GUI, Program, User

Start = Callable[..., Program]
Statement = Callable[[Path], str]

HOUR = 3600
# Its own processes are spared the faked clock, under which their sleep fails now and then.
ALONE = """
import os, runpy, sys
del os.environ["LD_PRELOAD"], sys.argv[0]
sys.path[0] = os.path.dirname(sys.argv[0])
runpy.run_path(sys.argv[0], run_name="__main__")
"""
UNSAVED = "The settings hold until you quit, as they cannot be saved ({})."


def set_clock(clock: Path, seconds: int) -> None:
    """Let the clock of programs that follow this file be so far from the real one."""
    new = clock.with_suffix(".new")
    new.write_text(f"{seconds:+}")
    new.replace(clock)


@pytest.mark.skipif(not shutil.which("faketime"), reason="needs faketime")
def test_the_clock_may_be_set_back(program: Start, user: User, statement: Statement, tmp_path: Path) -> None:
    album, clock = user.album(), tmp_path / "clock"
    set_clock(clock, 0)
    preload = subprocess.run(["faketime", "-m", "now", "printenv", "LD_PRELOAD"], capture_output=True, text=True)
    faked = {
        "command": (sys.executable, "-c", ALONE, GUI[1]),
        "LD_PRELOAD": preload.stdout.strip(),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    one = program(album[0], **faked)
    one.await_photo(album[0], statement(album[0]))
    set_clock(clock, -HOUR)
    program(album[1])
    one.await_photo(album[1], statement(album[1]))
    set_clock(clock, HOUR)
    program(album[2])
    one.await_photo(album[2], statement(album[2]))
    one.close()


def test_a_home_that_is_read_only(program: Start, user: User, statement: Statement) -> None:
    album = user.album()
    user.choose(rate=80)  # so that it is still greeting when there is something to tell
    with read_only(user.home) as locked:
        if not locked:
            pytest.skip("a read-only folder can only be mounted by root, on Linux")
        one = program(album[0])
        one.await_photo(album[0], statement(album[0]))
        one.await_text(UNSAVED.format("Read-only file system"))
        one.wait_for(lambda: UNSAVED.format("Read-only file system") in one.utterances())
        one.keys("ctrl+s")
        one.await_text("The caption cannot be saved beside the photo (Read-only file system).")
        one.keys("Page_Down")
        one.await_photo(album[1], statement(album[1]))
        one.close()


def test_no_home(program: Start, user: User, samples: dict[str, Path], statement: Statement) -> None:
    shutil.rmtree(user.home)
    user.home.touch()  # nor can one be made, not even by root
    photo = samples["cat"]
    one = program(photo, folder=photo.parent)
    one.await_photo(photo, statement(photo))
    one.await_text(UNSAVED.format("Not a directory"))
    one.wait_for(lambda: UNSAVED.format("Not a directory") in one.utterances())
    one.keys("Page_Down")
    one.await_text(statement(samples["coffee"]))
    one.close()
