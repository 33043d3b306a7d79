"""Lists this session's captions, to walk through them again."""

from tkinter import font, ttk
from typing import TYPE_CHECKING

from captioner.gui.dialog import ListDialog
from captioner.gui.self_voicing import describe

if TYPE_CHECKING:
    from captioner.gui.window import Window


class History(ListDialog):
    """The latest caption comes first. Return shows the chosen one's photo again, Space speaks the caption."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window.root, "History", columns=2, lines=10)
        self._window = window
        self._captions = list(window.captions.values())[::-1]
        for number, captioned in enumerate(self._captions):
            self.list.insert("", "end", str(number), text=captioned.name, values=(captioned.caption.statement,))
        measure = font.nametofont("TkDefaultFont", self).measure
        self.list.column("#0", width=measure("m" * 12), stretch=False)
        self.list.column("1", width=measure("m" * 32))
        show = ttk.Button(self.buttons, text="Show Again", command=self.show)
        show.pack(side="left")
        ttk.Button(self.buttons, text="Close", command=self.close).pack(side="left")
        self.list.bind("<Return>", lambda event: self.show())
        self.list.bind("<Double-Button-1>", lambda event: self.show())
        self.list.bind("<space>", lambda event: self.speak())
        self.choose("0")
        describe(self.list, name="Captions", value=self._spoken)
        self.open(self.list)

    def describe(self, line: str) -> str:
        captioned = self._captions[int(line)]
        return f"{captioned.name}: {captioned.caption.statement}"

    def show(self) -> None:
        captioned = self._captions[int(self.chosen)]
        self.close()
        self._window.open_sources([captioned.source])

    def speak(self) -> str:
        self._window.voice.asked(self._captions[int(self.chosen)].caption.statement)
        return "break"

    def _spoken(self) -> str:
        return f"{self.describe(self.chosen)} {int(self.chosen) + 1} of {len(self._captions)}"
