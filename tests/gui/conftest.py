"""Windows on a screen of the tests' own: whoever sits before this computer sees none flash by and may go on typing."""

import contextlib
import functools
import gc
import tkinter as tk
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from captioner import Captioner, photo_reader
from tests.gui.program import Program, User, wait_for
from tests.gui.screen import screen


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Collect a test's windows in the main thread: Tcl aborts the process where another thread does so."""
    gc.disable()
    result = yield
    gc.collect()
    gc.enable()
    return result


@pytest.fixture(scope="session")
def display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of an X display of 1280 x 1000 pixels with a window manager, ":7" for instance; DISPLAY has it, too."""
    with screen(tmp_path_factory.mktemp("screen")) as name, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPLAY", name)
        patch.delenv("WAYLAND_DISPLAY", raising=False)
        yield name


@pytest.fixture
def root(display: str) -> Iterator[tk.Tk]:
    """A window of the test's own. An error in one of its callbacks fails the test."""
    errors = []

    def remember(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        errors.append(error)

    window = tk.Tk(className="captioner")
    window.report_callback_exception = remember
    yield window
    with contextlib.suppress(tk.TclError):  # the test may have ended it
        window.destroy()
    if errors:
        raise errors[0]


@pytest.fixture
def user(display: str, tmp_path: Path) -> Iterator[User]:
    """Somebody with a home of their own, whom no process of ours outlives."""
    user = User(display, tmp_path)
    try:
        yield user
        wait_for(lambda: (photo_reader.end(), not user.processes())[1], what=lambda: f"left: {user.processes()}")
    finally:
        user.leave()


@pytest.fixture
def program(user: User) -> Iterator[Callable[..., Program]]:
    """A function that starts the program: program("dog.jpg", VARIABLE="value"). All starts are the same user's."""
    started: list[Program] = []

    def start(*arguments: str | Path, **options: Any) -> Program:
        started.append(Program(user, *arguments, **options))
        return started[-1]

    try:
        yield start
    finally:
        for one in started:
            one.end()
    for one in started:
        assert not one.errors()


@pytest.fixture
def statement(shipped: Captioner) -> Callable[[Path], str]:
    """A function that tells what is to be shown and said of a photo."""
    return functools.cache(lambda photo: shipped.caption(photo).statement)
