"""The caption, its other readings, how sure it is, and what the program is doing."""

import tkinter as tk
from collections.abc import Mapping
from tkinter import ttk
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from captioner import Caption


class CaptionView(ttk.Frame):
    """Shows a caption and what the program is doing.

    Generates <<Word>> when another word is marked, by the mouse or with the arrow keys; `word` and `marked_text` say which.

    Attributes:
        statement: the tk.Text with the caption's statement; give it the first focus.
        alternatives: the tk.Text with the other sentences. Up and Down walk through them; <<ListboxSelect>> is generated
            when another one is chosen, `chosen` is its position from 0 or None, `sentences` are all of them.
        sureness: the ttk.Label that says how sure the caption is.
        status: the ttk.Label with the message.
    """

    def __init__(self, master: tk.Misc) -> None:
        super().__init__(master)

    @property
    def word(self) -> int | None:
        """The marked word's index in the caption's words; None for no word, or one that is none of the caption's."""
        return None

    @property
    def marked_text(self) -> str:
        """The marked word as it is written, "" for none."""
        return ""

    def show(self, caption: "Caption | None") -> None:
        """Show a caption, or none."""

    def message(self, text: str, busy: bool = False) -> None:
        """Say what the program is doing; after half a second of being busy a bar moves until it is busy no more."""

    def selection(self) -> str:
        """The text that is selected in the statement or in the alternatives, "" for none."""
        return ""

    def apply(self, palette: Any, fonts: Mapping[str, Any]) -> None:
        """Take the colours of a `theme.Palette`, and fonts: fonts["statement"], large, and fonts["text"]."""
