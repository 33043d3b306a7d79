"""Lists this session's captions, to walk through them again."""

from tkinter import ttk
from typing import TYPE_CHECKING

from captioner.gui.accessibility.self_voicing import describe
from captioner.gui.dialogs.base import ListDialog

if TYPE_CHECKING:
    from captioner.gui.window import Window


class History(ListDialog):
    """The latest caption comes first. Return shows the chosen one's photo again, Space speaks the caption, or stops."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window.root, "History", widths=(16, 44), lines=10)
        self._window = window
        self._captions = list(window.captions.values())[::-1]
        self.fill((captioned.source.name, captioned.caption.statement) for captioned in self._captions)
        describe(self.list, name="Captions", value=self._spoken)
        show = ttk.Button(self.buttons, text="Show Again", command=self.show)
        show.pack(side="left")
        ttk.Button(self.buttons, text="Close", command=self.close).pack(side="left")
        self.list.bind("<Return>", lambda event: self.show())
        self.list.bind("<Double-Button-1>", lambda event: self.show())
        self.list.bind("<space>", lambda event: self.speak())
        self.open(self.list)

    def describe(self, line: str) -> str:
        captioned = self._captions[int(line)]
        return f"{captioned.source.name}: {captioned.caption.statement}"

    def show(self) -> None:
        captioned = self._captions[int(self.chosen)]
        self.close()
        self._window.open_sources([captioned.source])

    def speak(self) -> str:
        voice = self._window.voice
        if voice.speaking:
            voice.stop()
        else:
            voice.asked(self._captions[int(self.chosen)].caption.statement)
        return "break"

    def _spoken(self) -> str:
        return f"{self.describe(self.chosen)} {int(self.chosen) + 1} of {len(self._captions)}"
