"""What the program does when the clock is set back, and when the user's home folder cannot be written to."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.program import ROOT, Program, User
from tests.support.system import read_only

Start = Callable[..., Program]
Statement = Callable[[Path], str]

UNSAVED = "The settings can't be saved ({}). Changes will be lost when you quit."

# The program with a clock guard that looks more often, and for which the clock goes back an hour when a file appears.
CLOCK_SET_BACK = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
from captioner.gui import main
from captioner.gui.tk import clock_guard

set_back = Path(sys.argv.pop(1))
clock_guard.CHECK_SECONDS = 0.05
clock_guard.time = SimpleNamespace(time=lambda: time.time() - 3600 * set_back.exists(), monotonic=time.monotonic)
sys.exit(main())
"""


def test_timers_run_when_the_clock_is_set_back(
    program: Start, user: User, statement: Statement, tmp_path: Path
) -> None:
    """When the clock goes back an hour, a timer that is due waits an hour. Here a timer of an hour stands for it."""
    photo, set_back = user.album()[1], tmp_path / "set_back"
    one = program(set_back, command=(sys.executable, "-c", CLOCK_SET_BACK), PYTHONPATH=str(ROOT))
    one.await_text("Open a photo")
    one.sight.ask("after 3600000 {set an_hour_passed 1}")
    assert one.sight.ask("info exists ::an_hour_passed") == "0"
    set_back.touch()
    one.wait_for(lambda: one.sight.ask("info exists ::an_hour_passed") == "1")
    second = program(photo)
    one.await_photo(photo, statement(photo))
    second.wait_for(lambda: not second.alive())
    one.close()


def test_a_home_that_is_read_only(program: Start, user: User, statement: Statement) -> None:
    album = user.album()
    user.choose(rate=80)  # so that it is still greeting when there is something to report
    with read_only(user.home) as locked:
        if not locked:
            pytest.skip("a read-only folder can only be mounted by root, on Linux")
        one = program(album[0])
        one.await_photo(album[0], statement(album[0]))
        one.await_text(UNSAVED.format("Read-only file system"))
        one.wait_for(lambda: UNSAVED.format("Read-only file system") in one.utterances())
        one.keys("ctrl+s")
        one.await_text("The caption can't be saved next to the photo. The system reports: Read-only file system.")
        one.keys("Page_Down")
        one.await_photo(album[1], statement(album[1]))
        one.close()


def test_no_home(program: Start, user: User, samples: dict[str, Path], statement: Statement) -> None:
    shutil.rmtree(user.home)
    user.home.touch()  # not even root can make a folder there
    photo = samples["cat"]
    one = program(photo, folder=photo.parent)
    one.await_photo(photo, statement(photo))
    one.await_text(UNSAVED.format("Not a directory"))
    one.wait_for(lambda: UNSAVED.format("Not a directory") in one.utterances())
    one.keys("Page_Down")
    one.await_text(statement(samples["coffee"]))
    one.close()
