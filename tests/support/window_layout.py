"""Prints how the window lays itself out on the display that DISPLAY names, as JSON.

window_layout.py TEXT_SIZE MESSAGE. A program of its own, because Tk ends a process whose display goes away.
"""

import json
import sys
import time
import tkinter as tk

import numpy as np

from captioner.caption import Caption, Word
from captioner.gui.dialogs.about import About
from captioner.gui.style.fonts import FONTS
from captioner.gui.style.palettes import PALETTES
from captioner.gui.window import Window

STATEMENT = "A brown dog is running through the high grass with a red ball in its mouth."
SETTLING_SECONDS = 0.5


def settle(window: Window) -> None:
    """Let the window lay itself out."""
    end = time.monotonic() + SETTLING_SECONDS
    while time.monotonic() < end:
        window.root.update()
        time.sleep(0.005)


def visible_lines(window: Window) -> int:
    """How many lines of the caption are in sight in full, counted from the first."""
    view = window.caption_view
    bottom = min(window.frame.winfo_rooty() + window.frame.winfo_height(), window.root.winfo_screenheight())
    if view.status.winfo_ismapped():
        bottom = min(bottom, view.status.winfo_rooty())
    lines = 0
    while place := view.statement.dlineinfo(f"1.0 + {lines} display lines"):
        if view.statement.winfo_rooty() + place[1] + place[3] > bottom or lines > 20:
            break
        lines += 1
    return lines if view.statement.winfo_rooty() >= view.winfo_rooty() else 0


def main() -> None:
    text_size, message = int(sys.argv[1]), sys.argv[2]
    root = tk.Tk(className="captioner")
    window = Window(root, lambda command: None, PALETTES["light"], text_size)
    weights = np.full((10, 10), 0.01, np.float32)
    words = tuple(Word(text, -1.0, weights) for text in STATEMENT.removesuffix(".").lower().split())
    settle(window)
    view = window.caption_view
    view.show(Caption(STATEMENT, words, -9.0, 0.9, (), {}))
    view.message(message)
    settle(window)
    about = About(root)
    root.update()
    layout = {
        "window": [root.winfo_width(), root.winfo_height()],
        "photo_height": window.photo_view.winfo_height(),
        "visible_lines": visible_lines(window),
        "message_below": bool(view.status.winfo_ismapped()),
        "sizes": [
            int(root.tk.call("font", "measure", FONTS["text"], STATEMENT)),
            window.controls.buttons["open"].winfo_height(),
            window.toolbar.winfo_x(),
            int(str(window.photo_view["highlightthickness"])),
            int(str(view.statement["padx"])),
            about.body.winfo_children()[0].winfo_x(),
        ],
    }
    print(json.dumps(layout))


if __name__ == "__main__":
    main()
