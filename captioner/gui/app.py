"""Puts the window together: builds its parts, connects them, and runs the user's commands."""

import sys
import tkinter as tk
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from captioner import resources
from captioner.errors import user_message
from captioner.gui.appearance import Appearance, choose_palette
from captioner.gui.commands import BY_NAME, State
from captioner.gui.settings import Settings, default_path
from captioner.gui.settings_store import SettingsStore
from captioner.gui.status import Status
from captioner.gui.style.palettes import PALETTES
from captioner.gui.style.ttk_theme import prepare_theme
from captioner.gui.tk.main_thread import MainThreadQueue
from captioner.gui.window import Window
from captioner.system import crash_log

if TYPE_CHECKING:
    from captioner.gui.accessibility.screen_reader_watch import ScreenReaderWatch
    from captioner.gui.accessibility.self_voicing import SelfVoicing
    from captioner.gui.actions import Actions
    from captioner.gui.controller import Controller
    from captioner.gui.editing import Editing
    from captioner.gui.folder.commands import FolderCommands
    from captioner.gui.reading import TextReading
    from captioner.gui.voice import Voice
    from captioner.speech.speaker import Event
    from captioner.system.single_instance import Listener

RETRY_MILLISECONDS = 20  # until a command that came before everything was loaded is tried again
ICONS = ("icon.png", "icon-48.png", "icon-32.png", "icon-16.png")


class App:
    """The program with its window.

    The window appears at once. Everything that takes time to load follows, part by part, and commands wait for it.

    Args:
        photos: to open at once, as named on the command line.
        problem: a sentence about the settings or the last start, or "".
        system_palette: the name of the system's palette, until the system is asked again.
    """

    # Loaded when the window is on screen.
    voice: "Voice"
    self_voicing: "SelfVoicing"
    _reader_watch: "ScreenReaderWatch"
    controller: "Controller"
    actions: "Actions"
    reading: "TextReading"
    folder: "FolderCommands"
    editing: "Editing"
    _listener: "Listener"

    def __init__(
        self, root: tk.Tk, photos: Sequence[str], settings: Settings, problem: str, system_palette: str
    ) -> None:
        self.root = root
        self.commands: dict[str, Callable[[], object]] = {}  # empty until everything that they need is loaded
        self._closed = False
        root.report_callback_exception = self._report_error
        root.protocol("WM_DELETE_WINDOW", self.quit)
        self.main_thread = MainThreadQueue(root)
        self.window = Window(root, self.run_command, choose_palette(settings, system_palette), settings.text_size)
        self.status = Status(self.window.caption_view, self.main_thread, self.refresh, problem)
        self.store = SettingsStore(settings, default_path(), self.main_thread, self.status.notify)
        self.appearance = Appearance(self.window, self.store, self.status, self.main_thread, system_palette)
        self.refresh()
        root.update()  # on screen, before anything else is loaded
        if not photos:
            self.window.invite(sorted(resources.folder("assets").glob("*.jpg")))
        # Speech comes before the photos, whose captions it speaks.
        self._load(
            self._load_voice,
            partial(self._load_self_voicing, greet=not photos),
            partial(self._load_captions, photos),
            self._load_commands,
            self._load_icon,
            self._load_others,
            *(partial(prepare_theme, root, palette) for palette in PALETTES.values()),
        )

    def run_command(self, name: str) -> None:
        """Run a command by its name in the table, or say why it cannot be used now."""
        if not self.commands:
            self.root.after(RETRY_MILLISECONDS, self.run_command, name)
            return
        self.status.start_command()
        command = BY_NAME[name]
        if command.enabled(self.state):
            self.commands[name]()
        else:
            self.status.reply(command.reason(self.state))
        self.refresh()

    @property
    def state(self) -> State:
        """What decides which commands can be used now."""
        if not self.commands:
            settings = self.store.settings
            return State(attention=settings.show_attention, description=settings.save_description)
        return State(
            photo=self.controller.has_photo,
            caption=self.controller.captioned is not None,
            captions=bool(self.controller.captions),
            folder=self.folder.session.is_open,
            previous=self.controller.has_previous,
            next=self.controller.has_next,
            undo=self.editing.can_undo,
            busy=self.status.is_busy,
            speaking=self.voice.speaking,
            attention=self.store.settings.show_attention,
            description=self.store.settings.save_description,
            self_voicing=self.self_voicing.on,
        )

    def refresh(self) -> None:
        """Let menus and buttons show what can be done now."""
        if not self._closed:
            self.window.controls.refresh(self.state)

    def quit(self) -> None:
        """Close the window and end the program, unless captions are to be saved first."""
        if self.commands:
            self.editing.finish()
            if not self.folder.may_close(self.quit):
                return
        self._closed = True
        self.root.withdraw()
        self.main_thread.close()
        if self.commands:
            self.folder.close()
            self.editing.close()
            self.controller.close()
            self._listener.close()
            self.voice.close()
        self.store.close()
        from captioner.gui.tk.clipboard import keep_after_exit

        keep_after_exit(self.root)
        self.root.destroy()

    # Loading, in this order.

    def _load(self, *parts: Callable[[], object]) -> None:
        """Load one part after the other. The window works in between."""
        if self._closed:
            return
        parts[0]()
        if parts[1:]:
            self.root.after(1, self._load, *parts[1:])

    def _load_voice(self) -> None:
        from captioner.gui.voice import Voice

        self.voice = Voice(self.status.notify, lambda event: self.main_thread.put(self._handle_speech, event))
        self._configure_voice(self.store.settings)
        self.store.subscribe(self._configure_voice, "speak_captions", "voice", "rate", "volume")

    def _load_self_voicing(self, greet: bool) -> None:
        from captioner.gui.accessibility.screen_reader_watch import ScreenReaderWatch
        from captioner.gui.accessibility.self_voicing import SelfVoicing
        from captioner.gui.narration import narrate

        self.self_voicing = SelfVoicing(self.root, self.voice)
        self.status.speak_with(self.voice, self.self_voicing)
        narrate(self.window, self.self_voicing, self._photo_description)
        if not greet:
            self.voice.clear()  # a photo is coming: its caption is the first thing to say
        self._reader_watch = ScreenReaderWatch(self.root, self.voice, self.main_thread, self._handle_speech)
        self._reader_watch.look(partial(self._start_self_voicing, greet))
        self.store.subscribe(lambda settings: self._switch_self_voicing(), "self_voicing")
        self.store.subscribe(self._set_short_sounds, "short_sounds")
        self._set_short_sounds(self.store.settings)

    def _load_captions(self, photos: Sequence[str]) -> None:
        from captioner.gui.actions import Actions
        from captioner.gui.controller import Controller
        from captioner.gui.dialogs.show import SHORTCUTS
        from captioner.gui.editing import COMMANDS, Editing
        from captioner.gui.folder.commands import FolderCommands
        from captioner.gui.reading import TextReading
        from captioner.output.edits import Edits

        edits = Edits()
        self.controller = Controller(
            self.window, self.status, self.store, self.voice, self.self_voicing, self.main_thread, self.refresh, edits
        )
        view = self.window.caption_view
        self.editing = Editing(view, self.controller, self.status, self.main_thread, edits)
        self.window.controls.bind(view.editor, COMMANDS)
        self.reading = TextReading(self.window, self.controller, self.status, self.store, self.voice, self.main_thread)
        self.actions = Actions(
            self.root, self.window.caption_view, self.controller, self.status, self.store, self.voice
        )
        self.folder = FolderCommands(
            self.window,
            self.controller,
            self.status,
            self.store,
            self.voice,
            self.self_voicing,
            self.main_thread,
            lambda window: self.window.controls.bind(window, SHORTCUTS),
            edits,
        )
        self.editing.edited = self.folder.session.edited
        self.actions.saved = lambda photo, text: self.folder.session.saved({photo.absolute(): text})
        if photos:
            self.controller.open_paths(photos)
        elif invitation := self.window.invitation:
            invitation.bind("<<Sample>>", lambda event: self.controller.open_sample(invitation.sample))

    def _load_commands(self) -> None:
        from captioner.gui.dialogs.show import Dialogs
        from captioner.gui.speech_keys import SpeechKeys
        from captioner.system.single_instance import Listener

        speech = SpeechKeys(self.store, self.status)
        dialogs = Dialogs(
            self.window,
            self.controller,
            self.actions,
            self.folder,
            self.store,
            self.voice,
            self.self_voicing,
            self.main_thread,
            self._configure_voice,
        )
        self._listener = Listener(lambda paths: self.main_thread.put(self._handle_second_start, paths))
        self.commands = {
            "open": dialogs.open_photos,
            "open_folder": dialogs.open_folder,
            "photo_list": self.folder.show_list,
            "save_caption": self.actions.save_caption,
            "save_in_photo": self.actions.save_in_photo,
            "toggle_description": self.actions.toggle_description,
            "save_speech": self.actions.save_speech,
            "use_from_phone": dialogs.use_from_phone,
            "settings": dialogs.settings,
            "quit": self.quit,
            "edit_caption": self.editing.edit,
            "undo_edit": self.editing.undo,
            "copy_caption": self.actions.copy_caption,
            "copy_html": self.actions.copy_html,
            "paste": self.actions.paste,
            "previous_photo": self.controller.previous_photo,
            "next_photo": self.controller.next_photo,
            "history": dialogs.history,
            "cancel": self.folder.cancel,
            "speak": self.voice.toggle,
            "speak_confidence": lambda: self.status.answer(str(self.window.caption_view.confidence["text"])),
            "speak_position": lambda: self.status.answer(self.controller.position()),
            "speak_text": self.reading.speak,
            "slower_speech": speech.slower,
            "faster_speech": speech.faster,
            "quieter_speech": speech.quieter,
            "louder_speech": speech.louder,
            "toggle_self_voicing": lambda: self.store.change(self_voicing=not self.self_voicing.on),
            "toggle_attention": self.controller.toggle_attention,
            "larger_text": self.appearance.larger_text,
            "smaller_text": self.appearance.smaller_text,
            "help": dialogs.help,
            "about": dialogs.about,
        }
        self.refresh()

    def _load_icon(self) -> None:
        self.root.iconphoto(True, *(tk.PhotoImage(file=resources.folder("assets") / "icons" / name) for name in ICONS))

    def _load_others(self) -> None:
        from captioner.gui.style.file_dialogs import theme_file_dialogs
        from captioner.gui.tk.drop import take_drops
        from captioner.gui.widgets.invitation import draw_thumbnails

        theme_file_dialogs(self.root)
        if invitation := self.window.invitation:
            samples, height = invitation.samples, invitation.thumbnail_height()
            self.main_thread.run(lambda: draw_thumbnails(samples, height), invitation.show_thumbnails)
        self.appearance.follow_system()
        # Large packages are imported in threads.
        self.main_thread.run(
            lambda: import_module("tkinterdnd2"),
            lambda module: take_drops(self.window.frame, self.main_thread, self.actions.open_incoming),
        )
        self.main_thread.run(lambda: import_module("PIL.ImageDraw"), lambda module: self.window.toolbar.show_icons())
        self.main_thread.run(lambda: import_module("tktooltip"), lambda module: self.window.controls.add_tooltips())
        if self.root.tk.call("tk", "windowingsystem") == "aqua":
            self._connect_macos()

    def _connect_macos(self) -> None:
        """Run commands from the application menu there, and open photos that are dropped on the program's icon."""
        for name, command in (("ShowPreferences", "settings"), ("ShowHelp", "help"), ("Quit", "quit")):
            self.root.createcommand(f"tk::mac::{name}", partial(self.run_command, command))
        self.root.createcommand("tkAboutDialog", partial(self.run_command, "about"))
        self.root.createcommand("tk::mac::OpenDocument", lambda *paths: self.controller.open_paths(paths))

    # Speech.

    def _configure_voice(self, settings: Settings) -> None:
        self.voice.speak_captions = settings.speak_captions
        self.voice.configure(settings.voice, settings.rate, settings.volume)

    def _handle_speech(self, event: "Event") -> None:
        self.voice.handle(event)
        self.status.speak_pending()
        self.refresh()

    def _self_voicing_wanted(self) -> bool:
        """What the user has chosen; else True, unless Tk itself speaks to the screen reader."""
        choice = self.store.settings.self_voicing
        return not self._reader_watch.tk_speaks if choice is None else choice

    def _start_self_voicing(self, greet: bool) -> None:
        self.self_voicing.on = self._self_voicing_wanted()
        if greet:
            from captioner.gui.widgets.invitation import spoken_invitation

            self.self_voicing.greet(spoken_invitation())
        else:
            self.self_voicing.follow_focus()
        self.status.speak_pending()
        self._reader_watch.look_again(self._switch_self_voicing)
        self.refresh()

    def _switch_self_voicing(self) -> None:
        self.self_voicing.switch(self._self_voicing_wanted())
        self.refresh()

    def _set_short_sounds(self, settings: Settings) -> None:
        self.self_voicing.short_sounds = settings.short_sounds

    def _photo_description(self) -> str:
        return self.controller.description() if self.commands else "none yet"

    # What comes from outside.

    def _handle_second_start(self, paths: list[str]) -> None:
        self.window.bring_to_front()
        if paths:
            self.controller.open_paths(paths)

    def _report_error(self, kind: type[BaseException], error: BaseException, trace: Any) -> None:
        """Show a bug in the program as a sentence."""
        if self._closed:  # one of Tk's own dialogs was open and cannot go on
            return
        crash_log.record(error)
        sentence = user_message(error)
        print(f"captioner: {sentence}", file=sys.stderr)
        if sentence != self.status.notice:  # once, if it goes wrong again and again
            self.status.notify(sentence)
