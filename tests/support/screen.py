"""A virtual screen."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.program import wait_for


@contextlib.contextmanager
def screen(folder: Path, size: str = "1280x1000", dpi: int = 96) -> Iterator[str]:
    """An X display with a window manager. A test skips where one is missing.

    Args:
        folder: for what they write.
        size: in pixels.

    Returns:
        Its name, ":7" for instance.
    """
    for program, package in ("Xvfb", "xvfb"), ("openbox", "openbox"), ("xdotool", "xdotool"), ("xprop", "x11-utils"):
        if not shutil.which(program):
            pytest.skip(f"no {program} (Debian package {package})")

    readable, writable = os.pipe()
    # Xvfb takes the first free number and writes it to the pipe. Without -noreset it would restart when idle.
    options = f"-displayfd {writable} -screen 0 {size}x24 -dpi {dpi} -nolisten tcp -noreset"
    server = subprocess.Popen(["Xvfb", *options.split()], stderr=(folder / "Xvfb").open("w"), pass_fds=[writable])
    os.close(writable)
    try:
        with open(readable) as number:
            name = ":" + number.readline().strip()
        assert name != ":", "Xvfb did not start: " + (folder / "Xvfb").read_text()
        environment = {**os.environ, "DISPLAY": name, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        with (folder / "openbox").open("w") as log:
            manager = subprocess.Popen(["openbox", "--sm-disable"], env=environment, stdout=log, stderr=log)
        try:
            # The first key press makes openbox grab its shortcuts again. Once it has run a later request, that is done.
            _run(name, "xdotool", "key", "Shift_L")
            wait_for(lambda: _has_one_desktop(name), what=(folder / "openbox").read_text)
            yield name
        finally:
            manager.terminate()
            manager.wait()
    finally:
        server.terminate()
        server.wait()


def _has_one_desktop(display: str) -> bool:
    _run(display, "xdotool", "set_num_desktops", "1")
    return _run(display, "xprop", "-root", "_NET_NUMBER_OF_DESKTOPS").endswith("= 1")


def _run(display: str, *command: str) -> str:
    environment = {**os.environ, "DISPLAY": display}
    return subprocess.run(command, env=environment, capture_output=True, text=True).stdout.strip()
