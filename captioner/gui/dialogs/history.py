"""The history: this session's captions."""

import tkinter as tk
from collections.abc import Callable, Sequence
from tkinter import ttk
from typing import TYPE_CHECKING

from captioner.gui.accessibility.self_voicing import describe
from captioner.gui.dialogs.base import ListDialog

if TYPE_CHECKING:
    from captioner.gui.session.events import CaptionReady
    from captioner.gui.voice import Voice
    from captioner.photos.source import PhotoSource


class History(ListDialog):
    """Lists captions, the latest first. Return shows the selected photo again; Space speaks the caption, or stops.

    Args:
        captions: the oldest first, at least one.
        show: called with the photo to show again, after the dialog has closed.
    """

    def __init__(
        self, parent: tk.Tk, captions: "Sequence[CaptionReady]", voice: "Voice", show: "Callable[[PhotoSource], object]"
    ) -> None:
        super().__init__(parent, "History", widths=(16, 44), lines=10)
        self._voice = voice
        self._show = show
        self._captions = captions[::-1]
        self.fill((captioned.source.name, captioned.text.statement) for captioned in self._captions)
        describe(self.list, name="Captions", value=self._spoken)
        show_again = ttk.Button(self.buttons, text="Show Again", command=self.show_again)
        show_again.pack(side="left")
        ttk.Button(self.buttons, text="Close", command=self.close).pack(side="left")
        self.list.bind("<Return>", lambda event: self.show_again())
        self.list.bind("<Double-Button-1>", lambda event: self.show_again())
        self.list.bind("<space>", lambda event: self.speak())
        self.open(self.list)

    def describe(self, line: str) -> str:
        captioned = self._captions[int(line)]
        return f"{captioned.source.name}: {captioned.text.statement}"

    def show_again(self) -> None:
        source = self._captions[int(self.selected)].source
        self.close()
        self._show(source)

    def speak(self) -> str:
        if self._voice.speaking:
            self._voice.stop()
        else:
            self._voice.say(self._captions[int(self.selected)].text.statement)
        return "break"

    def _spoken(self) -> str:
        return f"{self.describe(self.selected)} {int(self.selected) + 1} of {len(self._captions)}"
