"""The other captions that the captioner considered for a photo."""

import tkinter as tk
from collections.abc import Sequence

from captioner.gui.widgets.read_only_text import ReadOnlyText


class Alternatives(ReadOnlyText):
    """Numbered sentences, one paragraph each. While it has the focus one is marked; Up, Down, Home and End choose it.

    Generates <<Chosen>> when Return is pressed; <<Above>> when Up is pressed on the first sentence; <<FirstCaption>>
    and <<LastCaption>> when Home, End or Down goes no further.

    Attributes:
        sentences: all of them.
        chosen: the index of the marked one.
    """

    def __init__(self, master: tk.Misc) -> None:
        super().__init__(master)
        self.sentences: list[str] = []
        self.chosen = 0
        self.bind("<Up>", lambda event: self._choose(self.chosen - 1))
        self.bind("<Down>", lambda event: self._choose_further(self.chosen + 1))
        self.bind("<Home>", lambda event: self._choose_further(0))
        self.bind("<End>", lambda event: self._choose_further(len(self.sentences) - 1))
        for key in "<Return>", "<KP_Enter>":
            self.bind(key, lambda event: self._become_caption())
        self.bind("<FocusIn>", lambda event: self._choose(self.chosen))
        self.bind("<FocusOut>", lambda event: self.tag_remove("marked", "1.0", "end"))
        self.bind("<ButtonRelease-1>", lambda event: self._choose(self._line(event.x, event.y), keep_selection=True))

    def show(self, sentences: Sequence[str]) -> None:
        """Show other sentences and choose the first."""
        self.sentences, self.chosen = list(sentences), 0
        self.write("\n".join(f"{number}. {sentence}" for number, sentence in enumerate(sentences, 1)))

    @property
    def sentence(self) -> str:
        """The chosen sentence, "" if there are none."""
        return self.sentences[self.chosen] if self.sentences else ""

    def spoken_value(self) -> str:
        """What self-voicing says of the chosen sentence: "A dog runs, 2 of 4"."""
        if not self.sentences:
            return ""
        return f"{self.sentence.removesuffix('.')}, {self.chosen + 1} of {len(self.sentences)}"

    def _become_caption(self) -> str:
        self.event_generate("<<Chosen>>")
        return "break"

    def _choose_further(self, index: int) -> str:
        if self.sentences and index in (self.chosen, len(self.sentences)):
            self.event_generate("<<FirstCaption>>" if index == 0 else "<<LastCaption>>")
        return self._choose(index)

    def _choose(self, index: int, keep_selection: bool = False) -> str:
        if index < 0:
            self.event_generate("<<Above>>")
        elif index < len(self.sentences):
            self.chosen = index
            self.tag_remove("marked", "1.0", "end")
            self.tag_add("marked", f"{index + 1}.0", f"{index + 1}.end")
            self.mark_set("insert", f"{index + 1}.0")
            self.event_generate("<<Reached>>")
            if not keep_selection:
                self.tag_remove("sel", "1.0", "end")
        return "break"

    def _line(self, x: int, y: int) -> int:
        return int(self.index(f"@{x},{y}").split(".")[0]) - 1
