import os
import tkinter as tk
from collections.abc import Callable
from itertools import product
from tkinter import ttk

import numpy as np
import pytest
from PIL import Image, ImageGrab

from captioner.gui.style.fonts import FONTS
from captioner.gui.style.palettes import PALETTES, Palette
from captioner.gui.style.ttk_theme import MENU_SPACER, apply_theme
from tests.support.program import wait_for

palettes = pytest.mark.parametrize("palette", PALETTES.values(), ids=list(PALETTES))


def luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_defined() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@palettes
def test_text_can_be_read(palette: Palette) -> None:
    enough = 7 if palette.name == "high contrast" else 4.5
    grounds = palette.background, palette.surface, palette.control, palette.hover, palette.pressed
    for text, ground in product((palette.text, palette.muted), grounds):
        assert contrast(text, ground) >= enough, (text, ground)
    for ground in palette.background, palette.surface:
        assert contrast(palette.accent, ground) >= enough
    assert contrast(palette.on_accent, palette.accent) >= enough


@palettes
def test_controls_and_the_focus_can_be_seen(palette: Palette) -> None:
    for mark, ground in product((palette.border, palette.focus), (palette.background, palette.surface)):
        assert contrast(mark, ground) >= 3, (mark, ground)


def apply(root: tk.Tk, name: str = "light", text_size: int = 100) -> Palette:
    apply_theme(root, PALETTES[name], text_size)
    root.update()
    return PALETTES[name]


def show(widget: tk.Widget) -> Image.Image:
    """The part of the screen that a widget takes up."""
    widget.winfo_toplevel().lift()
    widget.update()
    left, top = widget.winfo_rootx(), widget.winfo_rooty()
    box = (left, top, left + widget.winfo_width(), top + widget.winfo_height())
    return ImageGrab.grab(box, xdisplay=os.environ["DISPLAY"])


CONTROLS: dict[str, Callable[[tk.Misc], ttk.Widget]] = {
    "button": lambda root: ttk.Button(root, text="Open"),
    "check button": lambda root: ttk.Checkbutton(root, text="Speak"),
    "entry": ttk.Entry,
    "combo box": lambda root: ttk.Combobox(root, values=["one"], state="readonly"),
    "list": lambda root: ttk.Treeview(root, show="tree", height=3),
}


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize("kind", CONTROLS)
def test_a_ring_shows_what_has_the_focus(root: tk.Tk, kind: str, name: str) -> None:
    palette = apply(root, name)
    widget = CONTROLS[kind](root)
    other = ttk.Button(root, text="other")
    widget.pack(padx=20, pady=20)
    other.pack()
    ring = list(bytes.fromhex(palette.focus[1:]))

    def count() -> int:
        difference = np.asarray(show(widget).convert("RGB"), int) - ring
        return int((np.abs(difference).max(axis=2) < 40).sum())

    root.wait_visibility(other)
    other.focus_force()
    before = count()
    widget.focus_force()
    edge = 2 * (widget.winfo_width() + widget.winfo_height())
    wait_for(lambda: count() - before > edge)  # more than a line all around


@pytest.mark.parametrize("text_size", [75, 100, 200, 300])
def test_everything_that_can_be_clicked_is_large_enough(root: tk.Tk, text_size: int) -> None:
    apply(root, text_size=text_size)
    for make in CONTROLS.values():
        widget = make(root)
        assert widget.winfo_reqwidth() >= 24
        assert widget.winfo_reqheight() >= 24
    assert ttk.Scrollbar(root).winfo_reqwidth() >= 24
    assert int(ttk.Style(root).lookup("Treeview", "rowheight")) >= 24
    menu = tk.Menu(root, tearoff=False)
    for label in "Open", "Quit":
        menu.add_command(label=label, image=MENU_SPACER, compound="left")
    root.update()
    assert menu.yposition(1) - menu.yposition(0) >= 24


def test_text_grows_in_open_windows(root: tk.Tk) -> None:
    apply(root)
    widgets = [ttk.Label(root, text="A dog"), ttk.Label(root, text="A dog", font=FONTS["statement"])]
    small = [widget.winfo_reqwidth() for widget in widgets]
    apply(root, text_size=200)
    large = [widget.winfo_reqwidth() for widget in widgets]
    assert [after / before for before, after in zip(small, large, strict=True)] == pytest.approx([2, 2], rel=0.1)


def test_open_windows_change_their_colours(root: tk.Tk) -> None:
    apply(root)
    menu, window = tk.Menu(root), tk.Toplevel(root)
    listed = tk.Text(window)
    dark = apply(root, "dark")
    assert [str(root["background"]), str(window["background"])] == [dark.background, dark.background]
    assert [str(menu["background"]), str(menu["foreground"])] == [dark.surface, dark.text]
    assert [str(listed["background"]), str(listed["foreground"])] == [dark.surface, dark.text]
    later = tk.Toplevel(root)
    assert str(later["background"]) == dark.background
    assert apply(root, "light").background == str(later["background"])


def test_the_list_of_a_combo_box_has_the_palettes_colours(root: tk.Tk) -> None:
    apply(root)
    box = ttk.Combobox(root, values=["one"])
    dark = apply(root, "dark")
    popdown = root.tk.call("ttk::combobox::PopdownWindow", box)
    assert str(root.tk.call(f"{popdown}.f.l", "cget", "-background")) == dark.surface
