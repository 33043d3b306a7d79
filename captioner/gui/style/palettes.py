"""The colours of each theme."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Palette:
    """Colours as "#rrggbb". The contrast test checks each pair that appears together.

    Attributes:
        background: of the window.
        surface: of fields, lists and text areas.
        control, hover, pressed: of a button.
        text, muted: for words on any of the above.
        accent: for words and marks on background and surface, and for the selection.
        on_accent: for words on accent.
        focus, border: of controls, on background and surface.
        faint: for decorative lines.
    """

    name: str
    background: str
    surface: str
    control: str
    hover: str
    pressed: str
    text: str
    muted: str
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
            pressed="#3a3a3a",
            text="#ffffff",
            muted="#e6e6e6",
            accent="#ffe600",
            on_accent="#000000",
            focus="#ffe600",
            border="#ffffff",
            faint="#8c8c8c",
        ),
    )
}


def text_colours(palette: Palette) -> dict[str, Any]:
    """The colours of a tk.Text, as its options."""
    return {
        "background": palette.surface,
        "foreground": palette.text,
        "selectbackground": palette.accent,
        "selectforeground": palette.on_accent,
        "inactiveselectbackground": palette.accent,
        "highlightcolor": palette.focus,
    }
