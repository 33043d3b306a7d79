"""Says what the program is, whose work is in it, and what it cannot do."""

import tkinter as tk
from tkinter import ttk

from captioner import __version__
from captioner.gui.accessibility.self_voicing import describe
from captioner.gui.dialogs.base import SPACE, Dialog

PARAGRAPHS = (
    f"Captioner {__version__} describes a photo in a sentence, shown and spoken, on this computer alone: "
    "no photo leaves it.",
    "A caption can be wrong. Do not rely on one where a mistake could do harm. The program learned from 6,000 photos, "
    "most of them of people and dogs out of doors, and is weak at everything else: rooms, food, documents, drawings, "
    "crowds. It does not read text, does not count well and knows nobody by name. It guesses who is a man, a woman or "
    "a child from looks, as the people did who wrote its training captions.",
    "The program is free software under the MIT licence. It uses NumPy (BSD), Pillow (MIT-CMU), LiteRT (Apache 2.0), "
    "Tcl/Tk (BSD-like), pyttsx3 (MPL 2.0), tkinterdnd2 with tkdnd (MIT, BSD-like), tkinter-tooltip (MIT), platformdirs "
    "(MIT) and darkdetect (BSD).",
    "The model learned from Flickr8k: photos by members of Flickr, captions collected by M. Hodosh, P. Young and "
    "J. Hockenmaier. It started from Keras's Xception (Apache 2.0), which learned from ImageNet.",
)


class About(Dialog):
    def __init__(self, parent: tk.Tk) -> None:
        super().__init__(parent, "About Captioner")
        self.body.rowconfigure(0, weight=1)
        self.body.columnconfigure(0, weight=1)
        text = tk.Text(self.body, wrap="word", width=60, height=18, font="TkDefaultFont", padx=SPACE, pady=SPACE)
        text.insert("1.0", "\n\n".join(PARAGRAPHS))
        text.configure(state="disabled", takefocus=True)  # which it has not if it cannot be changed
        text.grid(row=0, column=0, sticky="nsew")
        bar = ttk.Scrollbar(self.body, command=text.yview)
        bar.grid(row=0, column=1, sticky="ns")
        text.configure(yscrollcommand=bar.set)
        describe(text, name="About")
        close = ttk.Button(self.body, text="Close", command=self.close)
        close.grid(row=1, column=0, columnspan=2, sticky="e", pady=(SPACE, 0))
        self.open(text)
