#!/usr/bin/env python3
"""Take the README's pictures: of the real window, on a virtual screen, and of the samples' captions.

Needs what scripts/test.sh installs: .venv-test/bin/python scripts/measure/screenshots.py
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from captioner import Captioner  # noqa: E402
from captioner.training.evaluation.evaluate import contact_sheet  # noqa: E402
from tests.support.program import Program, User  # noqa: E402
from tests.support.screen import screen  # noqa: E402

# The settings, and the keys to press in the caption.
PICTURES: dict[str, tuple[dict[str, object], tuple[str, ...]]] = {
    "light": ({"theme": "light"}, ()),
    "dark": ({"theme": "dark"}, ("Right", "Right")),
    "200": ({"theme": "light", "text_size": 200}, ()),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    photo = ROOT / "assets" / "photographer.jpg"
    parser.add_argument("--photo", type=Path, default=photo, help="what the window shows; default: a sample")
    parser.add_argument("--out", type=Path, default=ROOT / "assets" / "pictures", help="the folder for the pictures")
    options = parser.parse_args()
    for name, (settings, keys) in PICTURES.items():
        with tempfile.TemporaryDirectory() as folder, screen(Path(folder)) as display:
            user = User(display, Path(folder))
            try:
                picture = take(user, options.photo, settings, keys)
            finally:
                user.leave()
        picture.save(options.out / f"window-{name}.webp", quality=85, method=6)
    captioner = Captioner()
    samples = map(str, sorted((ROOT / "assets").glob("*.jpg")))
    contact_sheet({sample: captioner.caption(sample).statement for sample in samples}, options.out / "captioned.webp")


def take(user: User, photo: Path, settings: dict[str, object], keys: tuple[str, ...]) -> Image.Image:
    """A picture of the window with a photo and its caption."""
    path = user.home / ".config" / "captioner" / "settings.json"
    path.parent.mkdir()
    path.write_text(json.dumps(settings))
    program = Program(user, photo)
    program.wait_for(lambda: len(program.utterances()) > 1)  # the caption, then the photo's name
    if keys:
        program.go_to("captiontext")
        program.keys(*keys)
    picture = still(program)
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
