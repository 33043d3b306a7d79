"""The window on screens, and with texts, of other sizes than usual."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.screen import screen

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.slow  # each starts a screen
MESSAGE = "The settings will be lost when you quit, because they can't be saved (Read-only file system)."


def layout(
    folder: Path, size: str, dpi: int, text_size: int = 100, message: str = "Photo 1 of 4.", resources: str = ""
) -> dict[str, Any]:
    """How the window with a caption lays itself out on a screen of this size, with these X resources."""
    folder.mkdir(exist_ok=True)
    with screen(folder, size, dpi) as name:
        if resources:
            command = ["xprop", "-root", "-f", "RESOURCE_MANAGER", "8s", "-set", "RESOURCE_MANAGER", resources]
            subprocess.run(command, env={**os.environ, "DISPLAY": name}, check=True)
        command = [sys.executable, "-m", "tests.support.window_layout", str(text_size), message]
        environment = {**os.environ, "DISPLAY": name}
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, timeout=60)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_sizes_follow_the_dots_per_inch(tmp_path: Path) -> None:
    usual = layout(tmp_path / "96", "1920x1080", 96)
    dense = layout(tmp_path / "192", "3840x2160", 192)
    assert usual["window"] == [960, 760]
    assert dense["window"] == [2 * size for size in usual["window"]]
    assert dense["sizes"] == pytest.approx([2 * size for size in usual["sizes"]], rel=0.05)


def test_sizes_follow_the_scale_that_the_desktop_has_set(tmp_path: Path) -> None:
    """GNOME, KDE and XFCE set Xft.dpi, while the X server goes on reporting 96."""
    usual = layout(tmp_path / "96", "1920x1080", 96)
    scaled = layout(tmp_path / "scaled", "3840x2160", 96, resources="Xft.dpi:\t192\n")
    assert scaled["window"] == [2 * size for size in usual["window"]]
    assert scaled["sizes"] == pytest.approx([2 * size for size in usual["sizes"]], rel=0.05)
    assert layout(tmp_path / "mistake", "1920x1080", 96, resources="Xft.dpi: many\n") == usual


def test_the_window_is_never_larger_than_the_screen(tmp_path: Path) -> None:
    width, height = layout(tmp_path, "1366x768", 192, text_size=200)["window"]
    assert width <= 1366
    assert height < 768


@pytest.mark.parametrize("message", ["Photo 1 of 4.", MESSAGE])
@pytest.mark.parametrize(("size", "text_size"), [("800x600", 300), ("1024x768", 300)])
def test_the_caption_can_be_read_with_large_text_on_a_small_screen(
    tmp_path: Path, size: str, text_size: int, message: str
) -> None:
    assert layout(tmp_path, size, 96, text_size, message)["visible_lines"] >= 2


def test_the_message_stays_below_the_caption_where_there_is_room(tmp_path: Path) -> None:
    found = layout(tmp_path, "1280x1000", 96, message=MESSAGE)
    assert found["message_below"]
    assert found["visible_lines"] == 2
    assert found["photo_height"] > 160
