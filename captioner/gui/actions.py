"""What comes into the window through dialogs and the clipboard, and what leaves it: commands of the `Window`."""

import tkinter as tk
from pathlib import Path
from typing import TYPE_CHECKING

from captioner import PhotoError
from captioner.photos.formats import SUFFIXES
from captioner.photos.source import PhotoSource

if TYPE_CHECKING:
    from captioner.gui.window import Window

# As file dialogs take them; on Linux capitals matter.
PATTERNS = [f"*{suffix}" for name in SUFFIXES for suffix in (name, name.upper())]


def open_photos(window: "Window") -> None:
    from tkinter import filedialog

    _free_tab(window.root)
    names = filedialog.askopenfilenames(
        parent=window.root,
        title="Open Photos",
        initialdir=window.chosen.last_folder or None,
        filetypes=[("Photos", PATTERNS), ("All files", "*")],
    )
    if names:
        window.open_sources([PhotoSource.of(name) for name in names])


def paste(window: "Window") -> None:
    from captioner.gui.tk.incoming import from_clipboard

    try:
        text = window.root.clipboard_get()
    except tk.TclError:  # there is none
        text = ""
    window.work("Looking at the clipboard…", lambda: from_clipboard(text), window.take_sources)


def copy_caption(window: "Window") -> None:
    from captioner.gui.tk.clipboard import copy

    assert window.captioned
    copy(window.root, window.caption_view.selection() or window.captioned.caption.text)
    window.tell("Copied.")


def copy_html(window: "Window") -> None:
    from captioner.gui.tk.clipboard import copy
    from captioner.output.export import html

    assert window.captioned
    source, text = window.captioned.source, window.captioned.caption.text

    def put(result: str | Exception) -> None:
        try:
            if isinstance(result, Exception):
                raise result
            copy(window.root, text, result)
            window.tell("Photo and caption copied as HTML.")
        except (OSError, PhotoError) as error:
            window.tell(f"The photo cannot be copied ({_reason(error)}).")

    window.work("Copying…", lambda: html(source, text), put)


def save_caption(window: "Window") -> None:
    from tkinter import messagebox

    from captioner.output.export import save_caption

    assert window.captioned
    photo, text = window.captioned.source.path, window.captioned.caption.text
    if photo is None:
        window.tell("This photo has no file to save the caption beside: copy the caption instead.")
        return

    def saved(result: Path | Exception) -> None:
        if isinstance(result, FileExistsError):
            # Not here, as a message box keeps whoever opens it waiting, and others wait in the inbox.
            window.root.after_idle(replace_other)
        elif isinstance(result, Exception):
            window.tell(f"The caption cannot be saved beside the photo ({_reason(result)}).")
        else:
            window.tell(f"Saved as {result.name}.")

    def replace_other() -> None:
        question = f"There is another text beside {photo.name} already. Replace it?"
        if messagebox.askyesno("Save Caption", question, parent=window.root, default="no"):
            window.work("Saving…", lambda: save_caption(photo, text, overwrite=True), saved)

    window.work("Saving…", lambda: save_caption(photo, text), saved)


def save_speech(window: "Window") -> None:
    from tkinter import filedialog

    assert window.captioned
    captioned = window.captioned
    _free_tab(window.root)
    name = filedialog.asksaveasfilename(
        parent=window.root,
        title="Save Speech",
        initialdir=window.chosen.last_folder or None,
        initialfile=f"{Path(captioned.source.name).stem}.wav",
        defaultextension=".wav",
        filetypes=[("Sound files", "*.wav")],
    )
    if name:
        window.voice.save(captioned.caption.statement, Path(name))


def _free_tab(root: tk.Tk) -> None:
    """Let Tab leave the field for names in Tk's own file dialogs, which would keep it to complete a name."""
    root.tk.eval("auto_load ::tk::dialog::file::; proc ::tk::dialog::file::CompleteEnt {window} {}")


def _reason(error: Exception) -> str:
    """Why something could not be done, to stand in brackets."""
    if isinstance(error, PhotoError):
        return error.sentence.removesuffix(".")
    return (isinstance(error, OSError) and error.strerror) or str(error)
