"""A screen that nobody looks at."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gui.program import wait_for


@contextlib.contextmanager
def screen(folder: Path) -> Iterator[str]:
    """An X display of 1280 x 1000 pixels with a window manager. A test skips where one is missing.

    Args:
        folder: for what they write.

    Returns:
        Its name, ":7" for instance.
    """
    for program, package in ("Xvfb", "xvfb"), ("openbox", "openbox"), ("xprop", "x11-utils"):
        if not shutil.which(program):
            pytest.skip(f"no {program} (Debian package {package})")

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
            wait_for(lambda: _managed(name))
            yield name
        finally:
            manager.terminate()
            manager.wait()
    finally:
        server.terminate()
        server.wait()


def _managed(display: str) -> bool:
    command = ["xprop", "-display", display, "-root", "_NET_SUPPORTING_WM_CHECK"]
    return "window id" in subprocess.run(command, capture_output=True, text=True).stdout
