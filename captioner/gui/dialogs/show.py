"""Shows the dialogs of the main window, each at most once."""

from collections.abc import Callable

from captioner.gui.accessibility.self_voicing import SelfVoicing
from captioner.gui.actions import Actions
from captioner.gui.controller import Controller
from captioner.gui.dialogs.base import Dialog
from captioner.gui.folder.commands import FolderCommands
from captioner.gui.settings import Settings
from captioner.gui.settings_store import SettingsStore
from captioner.gui.tk.main_thread import MainThreadQueue
from captioner.gui.voice import Voice
from captioner.gui.window import Window

SHORTCUTS = ("toggle_self_voicing", "larger_text", "smaller_text", "quit")  # commands whose keys work in dialogs, too


class Dialogs:
    """The commands that open a dialog. What a dialog needs is imported when it is opened.

    Args:
        configure_voice: called with settings whose rate and volume the voice takes.
    """

    def __init__(
        self,
        window: Window,
        controller: Controller,
        actions: Actions,
        folder: FolderCommands,
        store: SettingsStore,
        voice: Voice,
        self_voicing: SelfVoicing,
        main_thread: MainThreadQueue,
        configure_voice: Callable[[Settings], object],
    ) -> None:
        self._window = window
        self._root = window.root
        self._controller = controller
        self._actions = actions
        self._folder = folder
        self._store = store
        self._voice = voice
        self._self_voicing = self_voicing
        self._main_thread = main_thread
        self._configure_voice = configure_voice
        # Elsewhere the system has a dialog of its own, which its screen readers know.
        self._is_x11 = self._root.tk.call("tk", "windowingsystem") == "x11"

    def open_photos(self) -> None:
        if self._is_x11:
            self._show_open("Open Photos")
        else:
            self._actions.open_photos()

    def open_folder(self) -> None:
        if self._is_x11:
            self._show_open("Open Folder")
        else:
            self._folder.open_folder()

    def history(self) -> None:
        from captioner.gui.dialogs.history import History

        captions = list(self._controller.captions.values())
        self._show(
            History,
            lambda: History(self._root, captions, self._voice, lambda source: self._controller.open([source])),
        )

    def use_from_phone(self) -> None:
        from captioner.gui.dialogs.phone import UseFromPhone

        self._show(UseFromPhone, lambda: UseFromPhone(self._root, self._main_thread, self._voice.say))

    def settings(self) -> None:
        from captioner.gui.dialogs.settings import SettingsDialog

        def speak_sample(sentence: str) -> None:
            if not self._self_voicing.on:  # which speaks the new value
                self._voice.say(sentence)

        self._show(
            SettingsDialog,
            lambda: SettingsDialog(self._root, self._store, self._voice.voices(), speak_sample, self._configure_voice),
        )

    def help(self) -> None:
        from captioner.gui.dialogs.shortcuts import Help

        self._show(Help, lambda: Help(self._root))

    def about(self) -> None:
        from captioner.gui.dialogs.about import About

        self._show(About, lambda: About(self._root))

    def _show_open(self, title: str) -> None:
        from captioner.gui.dialogs.open_photos import OpenPhotos

        self._show(
            OpenPhotos,
            lambda: OpenPhotos(
                self._root,
                title,
                self._main_thread,
                self._store.settings.last_folder,
                self._controller.open_paths,
                self._folder.take_folder,
                self._self_voicing.say,
            ),
        )

    def _show(self, kind: type[Dialog], make: Callable[[], Dialog]) -> None:
        """Open a dialog, or bring it to the front if it is open."""
        for window in self._root.winfo_children():
            if isinstance(window, kind):
                window.lift()
                (window.focus_lastfor() or window).focus_set()
                return
        self._window.controls.bind(make(), SHORTCUTS)
