"""What the program does where its user's home is none to write in."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.program import Program, User
from tests.support.system import read_only

Start = Callable[..., Program]
Statement = Callable[[Path], str]

UNSAVED = "The settings cannot be saved ({}). Changes will be lost when you quit."


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
        one.await_text("The caption can't be saved next to the photo. The system reports: Read-only file system.")
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
