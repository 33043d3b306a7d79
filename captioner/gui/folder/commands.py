"""The commands for many photos: open a folder, list its photos, save and export their captions, close."""

import tkinter as tk
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from captioner.errors import user_message
from captioner.gui.accessibility.phrases import shortcut
from captioner.gui.accessibility.self_voicing import SelfVoicing
from captioner.gui.commands import BY_NAME
from captioner.gui.controller import Controller
from captioner.gui.folder.photo_table import Row
from captioner.gui.folder.session import FolderSession
from captioner.gui.settings_store import SettingsStore
from captioner.gui.status import Status
from captioner.gui.tk.main_thread import MainThreadQueue
from captioner.gui.voice import Voice
from captioner.gui.window import Window
from captioner.output.edits import Edits
from captioner.photos.source import PhotoSource

if TYPE_CHECKING:
    from captioner.gui.folder.photo_list_window import PhotoListWindow


class FolderCommands:
    """Runs what the user wants to do with many photos at once. Belongs to the main thread.

    Args:
        bind: binds the program's shortcuts in a window of its own.
        edits: the user's captions.
    """

    def __init__(
        self,
        window: Window,
        controller: Controller,
        status: Status,
        store: SettingsStore,
        voice: Voice,
        self_voicing: SelfVoicing,
        main_thread: MainThreadQueue,
        bind: Callable[[tk.Toplevel], object],
        edits: Edits,
    ) -> None:
        self.session = FolderSession(controller.captioning, edits, main_thread, self._show_progress)
        self._window = window
        self._controller = controller
        self._status = status
        self._store = store
        self._voice = voice
        self._self_voicing = self_voicing
        self._main_thread = main_thread
        self._bind = bind
        self._list: PhotoListWindow | None = None
        self._was_listed = False
        self._has_asked = False  # whether to save, and the user has decided
        controller.opened = self._opened

    def open_folder(self) -> None:
        """Let the user choose a folder in the system's own dialog."""
        from tkinter import filedialog

        folder = filedialog.askdirectory(
            parent=self._window.root,
            title="Open Folder",
            initialdir=self._store.settings.last_folder or None,
            mustexist=True,
        )
        if folder:
            self.take_folder(folder)

    def take_folder(self, folder: str) -> None:
        """Open a folder's photos, and list them."""
        self._controller.open_paths([folder])
        self._store.change(last_folder=folder)
        self.show_list()

    def show_list(self) -> None:
        """Open the list of photos, or bring it to the front."""
        from captioner.gui.folder.photo_list_window import PhotoListWindow

        self._was_listed = True
        if self._is_listed:
            assert self._list
            self._list.deiconify()
            self._list.lift()
            self._list.tree.focus_force()
            return
        scale = max(1, self._store.settings.text_size / 100)
        self._list = PhotoListWindow(self._window.root, self.session, self, self._main_thread, scale)
        self._bind(self._list)

    # What the list does.

    def show(self, row: Row) -> None:
        """Show a photo in the main window."""
        self._controller.open([PhotoSource(path=row.path)])
        self._window.bring_to_front()

    def speak(self, row: Row) -> None:
        """Speak a caption, or stop."""
        if self._voice.speaking:
            self._voice.stop()
        else:
            self._voice.say(row.statement or "No caption yet.")

    def save(self, rows: Sequence[Row], done: Callable[[], object] = lambda: None) -> None:
        """Save captions, then call `done` if all of them could be."""
        from captioner.gui.folder.saving import Saved, save_all

        def finish(result: Saved) -> None:
            self.session.saved(result.saved)
            self._reply(result.sentence)
            if result.is_complete:
                done()

        self._status.run("Saving captions…", lambda: save_all(rows), finish)

    def export(self, rows: Sequence[Row]) -> None:
        """Ask for a file, and for the columns of a table, and write captions into it."""
        from tkinter import filedialog

        from captioner.gui.dialogs.columns import Columns
        from captioner.gui.folder.saving import EXPORTS, TABLE

        parent = self._list if self._list and self._is_listed else self._window.root
        name = filedialog.asksaveasfilename(
            parent=parent,
            title="Export Captions",
            initialdir=self._store.settings.last_folder or None,
            initialfile="captions.csv",
            defaultextension=".csv",
            filetypes=[(name, f"*{suffix}") for suffix, name in EXPORTS.items()],
        )
        if not name:
            return
        path = Path(name)
        if path.suffix.lower() not in EXPORTS:
            self._reply(f"The name must end in {', '.join(EXPORTS)}.")
        elif path.suffix.lower() == TABLE:
            self._bind(Columns(parent, self._store, partial(self._export, rows, path)))
        else:
            self._export(rows, path)

    def _export(self, rows: Sequence[Row], path: Path, columns: Sequence[str] = ()) -> None:
        from captioner.gui.folder.saving import export

        def finish(result: str | Exception) -> None:
            if isinstance(result, Exception):
                result = f"{path.name} can't be written. {user_message(result)}"
            self._reply(result)

        beam_width = self._store.settings.beam_width
        write = partial(export, rows, path, columns=columns, beam_width=beam_width)
        self._status.run("Exporting captions…", write, finish)

    def may_close(self, close: Callable[[], object]) -> bool:
        """Whether the program may end now. If edits, or captions of a folder, are not saved, the user is asked.

        Args:
            close: called later if they are saved first.
        """
        unsaved = self.session.unsaved(only_edits=not (self.session.has_folder or self._was_listed))
        if self._has_asked or not unsaved:
            return True
        from tkinter import messagebox

        captions = "The caption of 1 photo is" if len(unsaved) == 1 else f"The captions of {len(unsaved)} photos are"
        question = f"{captions} not saved. Save before closing?"
        answer = messagebox.askyesnocancel("Captioner", question, parent=self._window.root)

        def close_after_saving() -> None:
            self._has_asked = True  # more captions may have come meanwhile
            close()

        if answer:
            self.save(unsaved, close_after_saving)
        return answer is False

    def cancel(self) -> None:
        """Stop the current task and any speech. A folder goes on: its list has Pause and Stop."""
        if not self.session.is_single_folder:
            self.session.cancel()
        self._controller.cancel()

    def close(self) -> None:
        self.session.close()

    def _opened(self, sources: Sequence[PhotoSource]) -> None:
        if not self.session.is_running:
            self._status.background("")  # how the last folder ended
        self.session.open(sources)

    def _reply(self, sentence: str) -> None:
        self._status.reply(sentence)
        if self._is_listed:
            assert self._list
            self._list.message(sentence)

    @property
    def _is_listed(self) -> bool:
        """Whether the list is open."""
        return self._list is not None and bool(self._list.winfo_exists())

    def _show_progress(self, sentence: str, is_end: bool) -> None:
        if not self.session.is_single_folder:  # the caption service says how far several photos are
            return
        key = BY_NAME["photo_list"].shortcut
        hint = is_end and not self._is_listed
        self._status.background(f"{sentence} {key} lists them." if hint else sentence)
        if hint:
            self._self_voicing.announce(f"{sentence} {shortcut(key)} lists them.")
        elif is_end:  # after the name of the list, which may wait for the end of a caption
            self._self_voicing.follow(sentence)
