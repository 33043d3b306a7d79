"""The fonts, and how large things are on this screen."""

import sys
import tkinter as tk
from contextlib import suppress

# Names of Tk fonts, for text and for a caption's statement. Widgets that use them follow the text size.
FONTS = {"text": "TkDefaultFont", "statement": "CaptionerStatementFont"}

# In points, at a text size of 100 %.
FONT_SIZES = {
    "TkDefaultFont": 11,
    "TkTextFont": 11,
    "TkMenuFont": 11,
    "TkTooltipFont": 10,
    "TkCaptionFont": 11,
    "TkIconFont": 11,
    FONTS["statement"]: 20,
}
if sys.platform == "darwin":  # where a point is a pixel
    FONT_SIZES = {font: size + 2 for font, size in FONT_SIZES.items()}

# Dots per inch of the screen that sizes in pixels are meant for.
STANDARD_DPI = 96

# Other settings of the desktop are mistakes.
MIN_DPI, MAX_DPI = 48, 480


def use_desktop_dpi(root: tk.Misc) -> None:
    """Scale everything to the dots per inch that the desktop has set. Tk 8.6 only knows what the X server reports."""
    if root.tk.call("tk", "windowingsystem") == "x11" and (dpi := _desktop_dpi()):
        root.tk.call("tk", "scaling", dpi / 72)


def _desktop_dpi() -> float:
    """The resource Xft.dpi, which desktops set to the user's scale; 0 if there is none."""
    from ctypes import CDLL, c_char_p, c_void_p

    with suppress(OSError, AttributeError, ValueError):  # no such library, or not a number
        x11 = CDLL("libX11.so.6")
        x11.XOpenDisplay.restype, x11.XOpenDisplay.argtypes = c_void_p, [c_char_p]
        x11.XGetDefault.restype, x11.XGetDefault.argtypes = c_char_p, [c_void_p, c_char_p, c_char_p]
        x11.XCloseDisplay.argtypes = [c_void_p]
        if display := x11.XOpenDisplay(None):
            value = float(x11.XGetDefault(display, b"Xft", b"dpi") or 0)
            x11.XCloseDisplay(display)
            return value if MIN_DPI <= value <= MAX_DPI else 0
    return 0


def apply_text_size(root: tk.Misc, text_size: int) -> None:
    """Set all fonts to a text size, in percent."""
    if FONTS["statement"] not in root.tk.splitlist(root.tk.call("font", "names")):
        root.tk.call("font", "create", FONTS["statement"], *root.tk.call("font", "actual", "TkDefaultFont"))
    for font, size in FONT_SIZES.items():
        root.tk.call("font", "configure", font, "-size", round(size * text_size / 100))


def line_height(root: tk.Misc) -> int:
    """The height of a line of text, in pixels."""
    return int(root.tk.call("font", "metrics", FONTS["text"], "-linespace"))


def scaled(widget: tk.Misc, pixels: float) -> int:
    """Convert a size in pixels of a 96 dpi screen to pixels of the screen that the widget is on."""
    return round(pixels * max(1.0, widget.winfo_fpixels("1i") / STANDARD_DPI))
