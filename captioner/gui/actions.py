"""Commands that bring photos into the window, through dialogs and the clipboard, and take captions out of it."""

import tkinter as tk
from pathlib import Path

from captioner import PhotoError
from captioner.errors import user_message
from captioner.gui.controller import Controller
from captioner.gui.settings_store import SettingsStore
from captioner.gui.status import Status
from captioner.gui.voice import Voice
from captioner.gui.widgets.caption_view import CaptionView
from captioner.photos.formats import SUFFIXES
from captioner.photos.source import PhotoSource

# As file dialogs take them; on Linux capitals matter.
PATTERNS = [f"*{suffix}" for name in SUFFIXES for suffix in (name, name.upper())]


class Actions:
    """Open, paste, copy and save. What takes a while runs in a thread and can be cancelled."""

    def __init__(
        self,
        root: tk.Tk,
        caption_view: CaptionView,
        controller: Controller,
        status: Status,
        store: SettingsStore,
        voice: Voice,
    ) -> None:
        self._root = root
        self._caption_view = caption_view
        self._controller = controller
        self._status = status
        self._store = store
        self._voice = voice

    def open_photos(self) -> None:
        from tkinter import filedialog

        _free_tab(self._root)
        names = filedialog.askopenfilenames(
            parent=self._root,
            title="Open Photos",
            initialdir=self._store.settings.last_folder or None,
            filetypes=[("Photos", PATTERNS), ("All files", "*")],
        )
        if names:
            self._controller.open_paths(names)

    def paste(self) -> None:
        from captioner.gui.tk.incoming import from_clipboard

        try:
            text = self._root.clipboard_get()
        except tk.TclError:  # there is no text on the clipboard
            text = ""
        self._status.run("Reading the clipboard…", lambda: from_clipboard(text), self.open_incoming)

    def open_incoming(self, found: list[PhotoSource] | str | OSError) -> None:
        """Open what was pasted or dropped, or say why there is no photo in it."""
        if isinstance(found, list):
            self._controller.open(found)
        else:
            self._status.reply(str(found))

    def copy_caption(self) -> None:
        from captioner.gui.tk.clipboard import copy

        assert self._controller.captioned
        text, which = self._chosen()
        selection = self._caption_view.selection()
        copy(self._root, selection or text)
        self._status.reply(f"Copied: {selection}" if selection else f"Copied{which}")

    def copy_html(self) -> None:
        from captioner.gui.tk.clipboard import copy
        from captioner.output.html import figure

        assert self._controller.captioned
        source, (text, which) = self._controller.captioned.source, self._chosen()

        def done(result: str | Exception) -> None:
            try:
                if isinstance(result, Exception):
                    raise result
                copy(self._root, text, result)
                self._status.reply(f"Photo and caption copied as HTML{which}")
            except (OSError, PhotoError) as error:
                self._status.reply(f"The photo can't be copied. {user_message(error)}")

        self._status.run("Copying…", lambda: figure(source, text), done)

    def save_caption(self) -> None:
        from tkinter import messagebox

        from captioner.output.text_file import save_caption

        assert self._controller.captioned
        photo, (text, which) = self._controller.captioned.source.path, self._chosen()
        if photo is None:
            self._status.reply("A pasted photo has no folder to save the caption in. Copy the caption instead.")
            return

        def done(result: Path | Exception) -> None:
            if isinstance(result, FileExistsError):
                # Later, because a message box waits for the user, and so would every other call to the main thread.
                self._root.after_idle(ask_to_replace, Path(result.filename).name)
            elif isinstance(result, Exception):
                self._status.reply(f"The caption can't be saved next to the photo. {user_message(result)}")
            else:
                self._status.reply(f"Saved as {result.name}{which}")

        def ask_to_replace(name: str) -> None:
            question = f"{name} already exists. Replace it?"
            if messagebox.askyesno("Save Caption", question, parent=self._root, default="no"):
                self._status.run("Saving…", lambda: save_caption(photo, text, overwrite=True), done)

        self._status.run("Saving…", lambda: save_caption(photo, text), done)

    def _chosen(self) -> tuple[str, str]:
        """The caption that a command is for: one of the other captions if they have the focus.

        Returns:
            It, and the end of the sentence that says what was done with it, which names a caption other than the first.
        """
        assert self._controller.captioned
        other = self._caption_view.chosen()
        return other or self._controller.captioned.caption.text, f": {other}" if other else "."

    def save_speech(self) -> None:
        from tkinter import filedialog

        assert self._controller.captioned
        captioned = self._controller.captioned
        _free_tab(self._root)
        name = filedialog.asksaveasfilename(
            parent=self._root,
            title="Save Speech",
            initialdir=self._store.settings.last_folder or None,
            initialfile=f"{Path(captioned.source.name).stem}.wav",
            defaultextension=".wav",
            filetypes=[("Sound files", "*.wav")],
        )
        if name:
            self._voice.save(captioned.caption.statement, Path(name))


def _free_tab(root: tk.Tk) -> None:
    """Let Tab leave the name field in Tk's own file dialogs, where it would otherwise complete the name."""
    root.tk.eval("auto_load ::tk::dialog::file::; proc ::tk::dialog::file::CompleteEnt {window} {}")
