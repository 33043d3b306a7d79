"""How the window looks: colours, fonts and the style of every ttk widget."""

import base64
import math
import struct
import subprocess
import sys
import tkinter as tk
import zlib
from contextlib import suppress
from dataclasses import dataclass
from tkinter import ttk


@dataclass(frozen=True)
class Palette:
    """Colours as "#rrggbb"; which stand on which is what the contrast test holds them to.

    background: of the window; surface: of what is read, typed or chosen in; control, hover and pressed: of a button.
    text, muted and error: for words on any of those; accent: for words and marks on background and surface.
    on_accent: for words on accent, which also marks what is selected.
    focus and border: of controls, on background and surface; faint: for lines that only adorn.
    """

    name: str
    background: str
    surface: str
    control: str
    hover: str
    pressed: str
    text: str
    muted: str
    error: str
    accent: str
    on_accent: str
    focus: str
    border: str
    faint: str


PALETTES = {
    palette.name: palette
    for palette in (
        Palette(
            name="light",
            background="#f4f5f7",
            surface="#ffffff",
            control="#ffffff",
            hover="#e8eefb",
            pressed="#d8e3f8",
            text="#1a1d21",
            muted="#525a63",
            error="#a8201a",
            accent="#0b57d0",
            on_accent="#ffffff",
            focus="#0b57d0",
            border="#7c848d",
            faint="#d9dce0",
        ),
        Palette(
            name="dark",
            background="#1a1c1f",
            surface="#232629",
            control="#2c3034",
            hover="#383d43",
            pressed="#42484f",
            text="#eceef0",
            muted="#b3bac2",
            error="#ffb4ab",
            accent="#a8c7fa",
            on_accent="#0a1a33",
            focus="#a8c7fa",
            border="#8a919a",
            faint="#3a3f45",
        ),
        Palette(
            name="high contrast",
            background="#000000",
            surface="#000000",
            control="#000000",
            hover="#2b2b2b",
            pressed="#404040",
            text="#ffffff",
            muted="#e6e6e6",
            error="#ffc4bd",
            accent="#ffe600",
            on_accent="#000000",
            focus="#ffe600",
            border="#ffffff",
            faint="#8c8c8c",
        ),
    )
}


@dataclass(frozen=True)
class Fonts:
    """Names of Tk fonts; they grow and shrink with the text size, and so does all that is set in them."""

    body: str = "TkDefaultFont"
    small: str = "TkSmallCaptionFont"
    heading: str = "TkHeadingFont"
    caption: str = "CaptionerCaptionFont"


FONTS = Fonts()
