"""What else the captioner might say of a photo."""

import tkinter as tk
from collections.abc import Sequence

from captioner.gui.widgets.read_only_text import Prose


class Alternatives(Prose):
    """Numbered sentences, a paragraph each. While it has the focus one is marked: Up, Down, Home and End choose it.

    Generates <<Above>> when Up leads out of it.

    sentences: all of them; chosen: the position from 0 of the one that is marked.
    """

    def __init__(self, master: tk.Misc) -> None:
        super().__init__(master)
        self.sentences: list[str] = []
        self.chosen = 0
        self.bind("<Up>", lambda event: self._choose(self.chosen - 1))
        self.bind("<Down>", lambda event: self._choose(self.chosen + 1))
        self.bind("<Home>", lambda event: self._choose(0))
        self.bind("<End>", lambda event: self._choose(len(self.sentences) - 1))
        self.bind("<FocusIn>", lambda event: self._choose(self.chosen))
        self.bind("<FocusOut>", lambda event: self.tag_remove("marked", "1.0", "end"))
        self.bind("<ButtonRelease-1>", lambda event: self._choose(self._line(event.x, event.y), keep_selection=True))

    def show(self, sentences: Sequence[str]) -> None:
        """Show other sentences, the first one chosen."""
        self.sentences, self.chosen = list(sentences), 0
        self.write("\n".join(f"{number}. {sentence}" for number, sentence in enumerate(sentences, 1)))

    @property
    def sentence(self) -> str:
        """The one that is chosen, "" if there are none."""
        return self.sentences[self.chosen] if self.sentences else ""

    def reading(self) -> str:
        """What is to be said of it: "A dog runs, 2 of 4"."""
        return (
            f"{self.sentence.removesuffix('.')}, {self.chosen + 1} of {len(self.sentences)}" if self.sentences else ""
        )

    def _choose(self, position: int, keep_selection: bool = False) -> str:
        if position < 0:
            self.event_generate("<<Above>>")
        elif position < len(self.sentences):
            self.chosen = position
            self.tag_remove("marked", "1.0", "end")
            self.tag_add("marked", f"{position + 1}.0", f"{position + 1}.end")
            self.mark_set("insert", f"{position + 1}.0")
            self.event_generate("<<Reached>>")
            if not keep_selection:
                self.tag_remove("sel", "1.0", "end")
        return "break"

    def _line(self, x: int, y: int) -> int:
        return int(self.index(f"@{x},{y}").split(".")[0]) - 1
