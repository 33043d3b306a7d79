"""What the program is, what it cannot do, and whose work is in it."""

import tkinter as tk
from tkinter import ttk

from captioner import __version__
from captioner.gui.accessibility.self_voicing import describe
from captioner.gui.dialogs.base import Dialog

PARAGRAPHS = (
    f"Captioner {__version__} describes a photo in a sentence, shown and spoken. It works offline: "
    "no photo leaves this computer.",
    "A caption can be wrong. Do not rely on one where a mistake could do harm. The model was trained on 17,700 photos "
    "of people and dogs outdoors and of everyday life. It is weak at documents, drawings, screenshots and crowds. It "
    "does not count well and does not recognise people. Text in pictures is read separately, and may be misread. The "
    "model guesses from looks who is a man, a woman or a child, as did the people who wrote its training captions.",
    "The program is free software under the MIT licence. It uses NumPy (BSD), Pillow (MIT-CMU), LiteRT (Apache 2.0), "
    "Tcl/Tk (BSD-like), pyttsx3 (MPL 2.0), prismatoid (MPL 2.0), tkinterdnd2 with tkdnd (MIT, BSD-like), "
    "tkinter-tooltip (MIT), platformdirs (MIT), filelock (MIT), darkdetect (BSD) and pillow-heif (BSD; its packages "
    "contain libheif and libde265 under the LGPL 3 and x265 under the GPL 2).",
    "The model was trained on Flickr8k (M. Hodosh, P. Young, J. Hockenmaier), COCO, ADE20K, PASCAL VOC and EyeCrowd, "
    "with captions by people and by AI models. Its encoder started from Keras's Xception (Apache 2.0).",
)


class About(Dialog):
    """Shows the paragraphs."""

    def __init__(self, parent: tk.Tk) -> None:
        super().__init__(parent, "About Captioner")
        self.body.rowconfigure(0, weight=1)
        self.body.columnconfigure(0, weight=1)
        text = tk.Text(
            self.body, wrap="word", width=60, height=20, font="TkDefaultFont", padx=self.space, pady=self.space
        )
        text.insert("1.0", "\n\n".join(PARAGRAPHS))
        text.configure(state="disabled", takefocus=True)  # a disabled text does not take the focus by itself
        text.grid(row=0, column=0, sticky="nsew")
        bar = ttk.Scrollbar(self.body, command=text.yview)
        bar.grid(row=0, column=1, sticky="ns")
        text.configure(yscrollcommand=bar.set)
        describe(text, name="About")
        close = ttk.Button(self.body, text="Close", command=self.close)
        close.grid(row=1, column=0, columnspan=2, sticky="e", pady=(self.space, 0))
        self.open(text)
