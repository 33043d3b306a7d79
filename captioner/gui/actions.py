"""Commands that bring photos into the window, through dialogs and the clipboard, and take captions out of it."""

import tkinter as tk
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from captioner import PhotoError
from captioner.errors import user_message
from captioner.gui.controller import Controller
from captioner.gui.session.events import CaptionReady
from captioner.gui.settings_store import SettingsStore
from captioner.gui.status import Status
from captioner.gui.voice import Voice
from captioner.gui.widgets.caption_view import CaptionView
from captioner.photos.formats import SUFFIXES
from captioner.photos.source import PhotoSource

# As file dialogs take them; on Linux capitals matter.
PATTERNS = [f"*{suffix}" for name in SUFFIXES for suffix in (name, name.upper())]


UNRELIABLE = "Captioner can't describe this picture reliably. Keep the doubt in the text?"
DECIDE = "To choose once for all captions, set Guesses in the settings."


class Chosen(NamedTuple):
    """A caption to copy or save.

    which: the end of the reply ("Copied: ..."), which names the caption if it is one of the other captions.
    """

    captioned: CaptionReady
    text: str
    which: str


class Actions:
    """Open, paste, copy and save. What takes a while runs in a thread and can be cancelled.

    saved: called with a photo and the text that was saved in or next to it.
    """

    def __init__(
        self,
        root: tk.Tk,
        caption_view: CaptionView,
        controller: Controller,
        status: Status,
        store: SettingsStore,
        voice: Voice,
    ) -> None:
        self.saved: Callable[[Path, str], object] = lambda photo, text: None
        self._root = root
        self._caption_view = caption_view
        self._controller = controller
        self._status = status
        self._store = store
        self._voice = voice

    def open_photos(self) -> None:
        """Let the user choose photos in the system's own dialog."""
        from tkinter import filedialog

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

        if selection := self._caption_view.selection():
            copy(self._root, selection)
            self._status.reply(f"Copied: {selection}")
        elif text := self._caption_view.copied_text():
            copy(self._root, text)
            self._status.reply("Text copied.")
        elif chosen := self._chosen("Copy"):
            copy(self._root, chosen.text)
            self._status.reply(f"Copied{chosen.which}")

    def copy_html(self) -> None:
        from captioner.gui.tk.clipboard import copy
        from captioner.output.html import figure

        chosen = self._chosen("Copy")
        if not chosen:
            return
        captioned, text, which = chosen
        source = captioned.source

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
        photo = self._controller.captioned.source.path
        if photo is None:
            self._status.reply("A pasted photo has no folder to save the caption in. Copy the caption instead.")
            return
        chosen = self._chosen("Save")
        if not chosen:
            return
        _, text, which = chosen

        def done(result: Path | Exception) -> None:
            if isinstance(result, FileExistsError):
                # Later, because a message box waits for the user, and so would every other call to the main thread.
                self._root.after_idle(ask_to_replace, Path(result.filename).name)
            elif isinstance(result, Exception):
                self._status.reply(f"The caption can't be saved next to the photo. {user_message(result)}")
            else:
                self.saved(photo, text)
                self._status.reply(f"Saved as {result.name}{which}")

        def ask_to_replace(name: str) -> None:
            question = f"{name} already exists. Replace it?"
            if messagebox.askyesno("Save Caption", question, parent=self._root, default="no"):
                self._status.run("Saving…", lambda: save_caption(photo, text, overwrite=True), done)

        self._status.run("Saving…", lambda: save_caption(photo, text), done)

    def save_in_photo(self) -> None:
        """Save the caption in the photo, and ask first if the photo has a text."""
        from tkinter import messagebox

        from captioner.output.alt_text import AltText, AltTextExistsError, write_alt_text

        assert self._controller.captioned
        photo = self._controller.captioned.source.path
        if photo is None:
            self._status.reply("A pasted photo has no file to save the caption in. Copy the caption instead.")
            return
        chosen = self._chosen("Save into Photo")
        if not chosen:
            return
        captioned, text, which = chosen
        automatic = captioned.text.is_automatic(text)

        def save(overwrite: bool) -> None:
            description = self._store.settings.save_description
            self._status.run(
                "Saving…",
                lambda: write_alt_text(photo, text, automatic=automatic, description=description, overwrite=overwrite),
                done,
            )

        def done(result: Path | Exception) -> None:
            if isinstance(result, AltTextExistsError):
                self._root.after_idle(ask_to_replace, result.existing.text)
            elif isinstance(result, Exception):
                self._status.reply(f"The caption can't be saved in the photo. {user_message(result)}")
            else:
                self._controller.note_saved(captioned, AltText(text, "alternative text", automatic))
                self.saved(photo, text)
                where = "the photo" if result.suffix != ".xmp" else f"{result.name}, as the photo can't hold it"
                self._status.reply(f"Saved in {where}{which}")

        def ask_to_replace(existing: str) -> None:
            question = "The photo already has a text. Replace it?"
            if messagebox.askyesno("Save into Photo", question, detail=existing, parent=self._root, default="no"):
                save(overwrite=True)

        save(overwrite=False)

    def toggle_description(self) -> None:
        on = not self._store.settings.save_description
        self._store.change(save_description=on)
        self._status.reply(f"Captions {'are also' if on else 'are not'} saved as the photo's description.")

    def _chosen(self, title: str) -> "Chosen | None":
        """The caption that a command is for: one of the other captions if they have the focus.

        If the program calls it unreliable, the settings or the user decide whether the doubt goes with it.

        Args:
            title: what is done with it.

        Returns:
            None if the user decides to do nothing.
        """
        from tkinter import messagebox

        assert self._controller.captioned
        captioned, other = self._controller.captioned, self._caption_view.chosen()
        text, which = other or captioned.text.text, f": {other}" if other else "."
        doubtful = captioned.text.captions.get(text, "")
        keeps_doubt: bool | None = self._store.settings.unreliable_captions == "with doubt"
        if doubtful and self._store.settings.unreliable_captions == "ask":
            keeps_doubt = messagebox.askyesnocancel(title, UNRELIABLE, detail=DECIDE, parent=self._root, default="yes")
        if doubtful and keeps_doubt is None:
            return None
        return Chosen(captioned, doubtful if doubtful and keeps_doubt else text, which)

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
            self._voice.save(captioned.text.statement, Path(name))


def _free_tab(root: tk.Tk) -> None:
    """Let Tab leave the name field in Tk's own file dialogs, where it would otherwise complete the name."""
    root.tk.eval("auto_load ::tk::dialog::file::; proc ::tk::dialog::file::CompleteEnt {window} {}")
