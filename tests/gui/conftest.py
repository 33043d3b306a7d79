"""A screen of the tests' own: whoever sits before this computer sees no windows flash by and may go on typing."""

import contextlib
import os
import shutil
import subprocess
import time
import tkinter as tk
from collections.abc import Callable, Iterator
from types import TracebackType

import pytest


def wait_for(predicate: Callable[[], object], seconds: float = 30) -> None:
    """Returns as soon as predicate is true; a test fails if it stays false for that long."""
    end = time.monotonic() + seconds
    while not predicate():
        assert time.monotonic() < end, f"waited for {seconds} seconds in vain"
        time.sleep(0.01)


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
