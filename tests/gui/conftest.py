"""A screen of the tests' own: whoever sits before this computer sees no windows flash by and may go on typing."""

import contextlib
import os
import shutil
import subprocess
import tkinter as tk
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

import pytest

from tests.gui.program import Program, User, wait_for


def managed(display: str) -> bool:
    """Whether a window manager runs on the display."""
    command = ["xprop", "-display", display, "-root", "_NET_SUPPORTING_WM_CHECK"]
    return "window id" in subprocess.run(command, capture_output=True, text=True).stdout


@pytest.fixture(scope="session")
def display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of an X display of 1280 x 1000 pixels with a window manager, ":7" for instance; DISPLAY has it, too."""
    for program, package in ("Xvfb", "xvfb"), ("openbox", "openbox"), ("xprop", "x11-utils"):
        if not shutil.which(program):
            pytest.skip(f"no {program} (Debian package {package})")

    folder = tmp_path_factory.mktemp("display")
    readable, writable = os.pipe()
    # It takes the first free number and writes it there.
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writable), "-screen", "0", "1280x1000x24", "-dpi", "96", "-nolisten", "tcp"],
        stderr=(folder / "Xvfb").open("w"),
        pass_fds=[writable],
    )
    os.close(writable)
    try:
        with open(readable) as number:
            name = ":" + number.readline().strip()
        assert name != ":", "Xvfb did not start: " + (folder / "Xvfb").read_text()
        manager = subprocess.Popen(
            ["openbox", "--sm-disable"],
            env={**os.environ, "DISPLAY": name, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
            stdout=subprocess.DEVNULL,
            stderr=(folder / "openbox").open("w"),
        )
        try:
            wait_for(lambda: managed(name))
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("DISPLAY", name)
                patch.delenv("WAYLAND_DISPLAY", raising=False)
                yield name
        finally:
            manager.terminate()
            manager.wait()
    finally:
        server.terminate()
        server.wait()


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
        wait_for(lambda: not user.processes(), what=lambda: f"processes left: {user.processes()}")
    finally:
        user.leave()


@pytest.fixture
def program(user: User) -> Iterator[Callable[..., Program]]:
    """A function that starts the program: program("dog.jpg", VARIABLE="value"). All starts are the same user's."""
    if not shutil.which("xdotool"):
        pytest.skip("no xdotool (Debian package xdotool)")
    started: list[Program] = []

    def start(*arguments: str | Path, **variables: str) -> Program:
        started.append(Program(user, *arguments, **variables))
        return started[-1]

    try:
        yield start
    finally:
        for one in started:
            one.end()
    for one in started:
        assert not one.errors()
