#!/usr/bin/env python3
"""Take pictures of the real window on virtual screens, for the README and to look at, and of the samples' captions.

Needs what scripts/test.sh installs: .venv-test/bin/python scripts/measure/screenshots.py
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from captioner import Captioner  # noqa: E402
from captioner.training.evaluation.evaluate import contact_sheet  # noqa: E402
from tests.support.program import Program, User  # noqa: E402
from tests.support.screen import screen  # noqa: E402

README = ROOT / "assets" / "pictures"
KEPT = ROOT / "docs" / "screenshots"
COLOURS = 96  # of a kept picture
MAX_WIDTH = 960  # pixels of a kept picture


class Shot(NamedTuple):
    """A picture of the window.

    Attributes:
        settings: of the program.
        keys: to press; Tab goes from the photo to the caption.
        photo: whether it shows one.
        size, dpi: of the screen.
        dialog: the title of the dialog that the keys open; "" for none.
    """

    settings: dict[str, object]
    keys: tuple[str, ...] = ()
    photo: bool = True
    size: str = "1280x1000"
    dpi: int = 96
    dialog: str = ""


README_SHOTS = {
    "light": Shot({"theme": "light"}),
    "dark": Shot({"theme": "dark"}, ("Tab", "Right", "Right", "Right")),
    "200": Shot({"theme": "light", "text_size": 200}),
}
KEPT_SHOTS = {
    "empty": Shot({"theme": "light"}, photo=False),
    "100-percent": Shot({"theme": "light"}),
    "200-percent-small-screen": Shot({"theme": "light", "text_size": 200}, size="1366x768"),
    "dark": Shot({"theme": "dark"}, ("Tab", "Right", "Right", "Right")),
    "dark-dialog": Shot({"theme": "dark"}, ("ctrl+o",), dialog="Open Photos"),
    "high-contrast": Shot({"theme": "high contrast"}, ("Tab", "Right", "Right", "Right")),
    "192-dpi": Shot({"theme": "light"}, size="3840x2160", dpi=192),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    photo = ROOT / "assets" / "photographer.jpg"
    parser.add_argument("--photo", type=Path, default=photo, help="what the window shows; default: a sample")
    options = parser.parse_args()
    KEPT.mkdir(exist_ok=True)
    for name, shot in KEPT_SHOTS.items():
        picture = photographed(shot, options.photo).convert("RGB")
        picture.thumbnail((MAX_WIDTH, MAX_WIDTH), Image.Resampling.LANCZOS)
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(KEPT / f"{name}.png", optimize=True)
    for name, shot in README_SHOTS.items():
        photographed(shot, options.photo).save(README / f"window-{name}.webp", quality=85, method=6)
    captioner = Captioner()
    samples = map(str, sorted((ROOT / "assets").glob("*.jpg")))
    contact_sheet({sample: captioner.caption(sample).statement for sample in samples}, README / "captioned.webp")


def photographed(shot: Shot, photo: Path) -> Image.Image:
    """Take a picture with a user and a screen of its own."""
    with tempfile.TemporaryDirectory() as folder, screen(Path(folder), shot.size, shot.dpi) as display:
        user = User(display, Path(folder))
        try:
            return take(user, photo, shot)
        finally:
            user.leave()


def take(user: User, photo: Path, shot: Shot) -> Image.Image:
    user.choose(**shot.settings)
    # A dialog shows where the photo lies.
    program = Program(user, *([user.album()[-1] if shot.dialog else photo] if shot.photo else []))
    program.xdotool("mousemove", *shot.size.split("x"))  # in the screen's corner, out of the way
    program.wait_for(lambda: len(program.utterances()) > 1)  # the caption, then the photo's name
    if shot.keys:
        program.keys(*shot.keys)
    if shot.dialog:
        program.wait_for(lambda: program.title() == shot.dialog)
    picture = still(program)
    if shot.dialog:
        program.keys("Escape")
        program.wait_for(lambda: program.title() != shot.dialog)
    program.close()
    return picture


def still(program: Program) -> Image.Image:
    """The active window with its frame, as soon as nothing moves in it."""
    window = program.xdotool("getactivewindow")
    commands = ["xwininfo", "-id", window], ["xprop", "-id", window, "_NET_FRAME_EXTENTS"]
    inner, frame = (subprocess.check_output(command, env=program.user.environment, text=True) for command in commands)
    names = ("left X", "left Y", "Width", "Height")
    x, y, width, height = (int(re.findall(rf"{name}: +(\d+)", inner)[0]) for name in names)
    left, right, top, bottom = map(int, re.findall(r"\d+", frame))
    before = program.screenshot()
    while True:
        time.sleep(1)
        now = program.screenshot()
        if now.tobytes() == before.tobytes():
            return now.crop((x - left, y - top, x + width + right, y + height + bottom))
        before = now


if __name__ == "__main__":
    main()
