"""The window: shows what the Background tells, and does what the user commands."""

import sys
import tkinter as tk
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from tkinter import ttk
from typing import TYPE_CHECKING, Any

from captioner import resources
from captioner.gui import actions
from captioner.gui.commands import BY_NAME, State
from captioner.gui.controls import Controls
from captioner.gui.settings import Settings, default_path
from captioner.gui.settings_store import Keeper
from captioner.gui.style import fonts, palettes, ttk_theme
from captioner.gui.tk.main_thread import MainThreadQueue
from captioner.gui.widgets.caption_view import CaptionView
from captioner.gui.widgets.photo_view import PhotoView
from captioner.photos.source import PhotoSource
from captioner.system import crash_log

if TYPE_CHECKING:
    from captioner.gui.dialogs.base import Dialog
    from captioner.gui.session import caption_service

TITLE = "Captioner"
WELCOME = "Open a photo, drop one here, or paste one."
# In pixels, at a text size of 100 %; and of the photo, at least.
SIZE = (960, 760)
PHOTO_HEIGHT = 160
LOADING = 20  # milliseconds until a command is tried again that came too early
FOLLOWING = 5000  # milliseconds until the system is asked for its theme again: not all systems tell of a change
ICONS = ("icon.png", "icon-48.png", "icon-32.png", "icon-16.png")
# Those that work in dialogs, too.
DIALOG_COMMANDS = ("toggle_self_voicing", "larger_text", "smaller_text", "quit")


class Window:
    """The program's window and what it is doing.

    Args:
        photos: to open at once, as named on the command line.
        problem: a sentence about the settings, or "".
        system_palette: the name of the palette for the theme "system", until the system is asked again.
    """

    def __init__(
        self, root: tk.Tk, photos: Sequence[str], settings: Settings, problem: str, system_palette: str
    ) -> None:
        self.root = root
        self.chosen = settings
        self.palette = palettes.PALETTES["light"]
        self.state = State()
        self.captions: dict[PhotoSource, caption_service.Captioned] = {}  # this session's captions, in order
        self._system_palette = system_palette
        self._number = 0  # of the last request: answers to others are not wanted any more
        self._shown: caption_service.Shown | None = None
        self.captioned: caption_service.Captioned | None = None  # the shown photo
        self._awaited = ""  # what is awaited of the background,
        self._working = ""  # and of another thread
        self._works = 0
        self._unsaid = problem
        self._reply = ""  # to what the user did last
        self._note = problem  # shown after what the program does, until the user does something
        self._ready = False  # for commands
        self._closed = False

        root.title(TITLE)
        root.report_callback_exception = self._report
        root.protocol("WM_DELETE_WINDOW", self.quit)
        self.inbox = MainThreadQueue(root)
        self._keeper = Keeper(settings, default_path(), self.inbox, self._tell_unasked)
        self.change = self._keeper.change
        self._dress_widgets()
        self._lay_out()
        self._dress_views()
        self.refresh()
        self.caption_view.statement.show(WELCOME, ())
        self.caption_view.message(problem)
        self.photo_view.focus_set()
        root.update()  # on screen, before anything else is loaded
        # The voice before the photos, whose answers it speaks.
        self._load(
            self._load_voice,
            self._load_self_voicing,
            partial(self._load_background, photos),
            self._load_listener,
            self._load_icon,
            self._load_others,
            *(partial(ttk_theme.prepare_theme, root, palette) for palette in palettes.PALETTES.values()),
        )

    def _lay_out(self) -> None:
        root = self.root
        scale = max(1, self.chosen.text_size / 100)
        width = min(round(SIZE[0] * scale), root.winfo_screenwidth())
        height = min(round(SIZE[1] * scale), root.winfo_screenheight() - 60)  # less the title and a bar of the desktop
        root.geometry(f"{width}x{height}")
        root.minsize(480, 360)
        self.controls = Controls(root, self.do)
        self.frame = ttk.Frame(root, padding=8)
        self.frame.pack(fill="both", expand=True)
        self.toolbar = self.controls.toolbar(self.frame)
        self.toolbar.pack(fill="x")
        self.photo_view = PhotoView(self.frame, height=PHOTO_HEIGHT)
        self.photo_view.configure(takefocus=True, highlightthickness=3)
        self.photo_view.bind("<Button-1>", lambda event: self.photo_view.focus_set())
        self.photo_view.pack(fill="both", expand=True, pady=8)
        # Packed last: where there is too little room, the caption gives way, which can be scrolled.
        self.caption_view = CaptionView(self.frame)
        self.caption_view.pack(fill="x")
        self.caption_view.bind("<<Word>>", lambda event: self._light())

    def _load(self, *parts: Callable[[], object]) -> None:
        """Load what works behind the window, part after part, and see to the window in between."""
        if self._closed:
            return
        parts[0]()
        if parts[1:]:
            self.root.after(1, self._load, *parts[1:])

    def _load_background(self, photos: Sequence[str]) -> None:
        from captioner.gui.session import caption_service

        self._answers: dict[type, Callable[[Any], None]] = {
            caption_service.Ready: lambda answer: None,
            caption_service.Broken: self._take_broken,
            caption_service.Shown: self._take_shown,
            caption_service.Captioned: self._take_captioned,
            caption_service.Failed: self._take_failed,
            caption_service.Skipped: self._take_skipped,
            caption_service.Progress: self._take_progress,
            caption_service.End: self._take_end,
            caption_service.Cancelled: lambda answer: self._take_cancelled(),
        }
        self._background = caption_service.Background(
            lambda answer: self.inbox.put(self._take, answer),
            beam_width=self.chosen.beam_width,
            screen=(self.root.winfo_screenwidth(), self.root.winfo_screenheight()),
        )
        if photos:
            self.open_sources([PhotoSource.of(photo) for photo in photos])

    def _load_voice(self) -> None:
        from captioner.gui.voice import Voice

        self.voice = Voice(self._tell_unasked, lambda event: self.inbox.put(self._take_speech, event))
        self._prepare_voice()

    def _load_self_voicing(self) -> None:
        from captioner.gui.accessibility.self_voicing import SelfVoicing, describe

        self.self_voicing = SelfVoicing(self.root, self.voice)
        for name, button in self.controls.buttons.items():
            describe(button, shortcut=BY_NAME[name].shortcut)
        describe(self.photo_view, name="Photo", role="picture", value=self._photo_in_words)
        statement, others = self.caption_view.statement, self.caption_view.alternatives
        describe(statement, name="Caption", value=lambda: statement.text or "none yet")
        describe(others, name="Other captions", role="list", value=others.spoken_value)
        self._prepare_self_voicing(greet=True)

    def _load_listener(self) -> None:
        from captioner.system.single_instance import Listener

        self._listener = Listener(lambda paths: self.inbox.put(self._take_second_start, paths))
        self._ready = True
        self.refresh()

    def _load_icon(self) -> None:
        self.root.iconphoto(True, *(tk.PhotoImage(file=resources.folder("assets") / "icons" / name) for name in ICONS))

    def _load_others(self) -> None:
        from captioner.gui.tk.drop import take_drops

        self._ask_system_theme()
        # Packages that are large for what they do are imported in threads.
        self.inbox.run(lambda: import_module("tkinterdnd2"), lambda module: take_drops(self.frame, self.take_sources))
        self.inbox.run(lambda: import_module("tktooltip"), lambda module: self.controls.explain())
        if self.root.tk.call("tk", "windowingsystem") == "aqua":
            self._obey_macos()

    def _obey_macos(self) -> None:
        """Do what the menu of the program asks for there, and open the photos that are dropped on its icon."""
        for name, command in (("ShowPreferences", "settings"), ("ShowHelp", "help"), ("Quit", "quit")):
            self.root.createcommand(f"tk::mac::{name}", partial(self.do, command))
        self.root.createcommand("tkAboutDialog", partial(self.do, "about"))
        self.root.createcommand(
            "tk::mac::OpenDocument", lambda *paths: self.open_sources([PhotoSource.of(path) for path in paths])
        )

    # What the user commands: a method for each name in the table.

    def do(self, name: str) -> None:
        """Run a command, or say why it cannot be run now."""
        if not self._ready:
            self.root.after(LOADING, self.do, name)
            return
        self._reply = self._note = ""
        if not self.self_voicing.on:
            self._unsaid = ""
        command = BY_NAME[name]
        if command.enabled(self.state):
            getattr(self, name)()
        elif command.otherwise:
            self.tell(command.otherwise)
        self.refresh()

    open = actions.open_photos
    paste = actions.paste
    copy_caption = actions.copy_caption
    copy_html = actions.copy_html
    save_caption = actions.save_caption
    save_speech = actions.save_speech

    def open_sources(self, sources: Sequence[PhotoSource]) -> None:
        if folder := sources[0].path:
            self.change(last_folder=str(folder.absolute().parent))
        self._request(self._background.open(sources))

    def history(self) -> None:
        from captioner.gui.dialogs.history import History

        self._open_dialog(History, self)

    def settings(self) -> None:
        from captioner.gui.dialogs.settings import SettingsDialog

        self._open_dialog(SettingsDialog, self)

    def help(self) -> None:
        from captioner.gui.dialogs.shortcuts import Help

        self._open_dialog(Help, self.root)

    def about(self) -> None:
        from captioner.gui.dialogs.about import About

        self._open_dialog(About, self.root)

    def _open_dialog(self, kind: "type[Dialog]", *arguments: Any) -> None:
        """Open a dialog, or bring it to the front if it is open."""
        for window in self.root.winfo_children():
            if isinstance(window, kind):
                window.lift()
                (window.focus_lastfor() or window).focus_set()
                return
        dialog = kind(*arguments)
        self.controls.bind(dialog, DIALOG_COMMANDS)

    def previous_photo(self) -> None:
        self._request(self._background.step(-1))

    def next_photo(self) -> None:
        self._request(self._background.step(1))

    def cancel(self) -> None:
        self.voice.stop()
        self._background.cancel()
        if self._working:
            self._working = ""
            self._take_cancelled()

    def speak(self) -> None:
        self.voice.toggle()

    def toggle_self_voicing(self) -> None:
        self.self_voicing.switch(not self.self_voicing.on)
        self.change(self_voicing=self.self_voicing.on)

    def toggle_where_it_looked(self) -> None:
        self.change(show_attention=not self.chosen.show_attention)
        self._light()
        self.self_voicing.say(f"Where it looked, {'on' if self.chosen.show_attention else 'off'}")

    def larger_text(self) -> None:
        self._resize_text(min((size for size in fonts.TEXT_SIZES if size > self.chosen.text_size), default=300))

    def smaller_text(self) -> None:
        self._resize_text(max((size for size in fonts.TEXT_SIZES if size < self.chosen.text_size), default=75))

    def quit(self) -> None:
        """Close the window and end the program."""
        self._closed = True
        self.root.withdraw()
        self.inbox.close()
        if self._ready:
            self._background.close()
            self._listener.close()
            self.voice.close()
        self._keeper.close()
        self.root.destroy()

    # What the program tells.

    def tell(self, sentence: str) -> None:
        """Answer to something that the user did."""
        self._reply = sentence
        self.caption_view.message(sentence, busy=self.state.busy)
        self.self_voicing.say(sentence)

    def _tell_unasked(self, sentence: str) -> None:
        self._note = sentence
        self.caption_view.message(" ".join(filter(None, (self._reply, sentence))), busy=self.state.busy)
        if self._ready:
            self._unsaid = sentence
            self._say_unasked()
        else:
            self._unsaid = f"{self._unsaid} {sentence}".lstrip()

    def _request(self, number: int) -> None:
        """Await the answers to a new request; one that was refused has the number of the request before."""
        if number != self._number:
            self._number = number
            self.voice.new_photo()
            self._await("Reading the photo…")

    def work(self, text: str, work: Callable[[], Any], done: Callable[[Any], object]) -> None:
        """Do something that may take a while, unless it is cancelled; see `MainThreadQueue.run`."""
        self._works += 1
        number = self._works

        def finish(result: Any) -> None:
            if self._working and number == self._works:
                self._working = ""
                self._show_progress()
                done(result)

        self._working = text
        self._show_progress()
        self.inbox.run(work, finish)

    def _await(self, text: str) -> None:
        self._awaited = text
        self._show_progress()

    def _rest(self, text: str) -> None:
        """Await nothing of the background any more, and say this."""
        self._awaited = ""
        self._show_progress(text)

    def _show_progress(self, text: str = "") -> None:
        """Say what is going on, or this if nothing is."""
        going_on = self._working or self._awaited
        self.state.busy = self.inbox.hurry = bool(going_on)
        self.caption_view.message(going_on or " ".join(filter(None, (text, self._note))), busy=bool(going_on))
        self.self_voicing.busy(going_on)
        self.refresh()

    def _take(self, answer: "caption_service.Answer") -> None:
        if getattr(answer, "number", self._number) == self._number:
            self._answers[type(answer)](answer)

    def _take_ready(self, answer: "caption_service.Ready") -> None:
        pass

    def _take_broken(self, answer: "caption_service.Broken") -> None:
        self._show_problem(answer.sentence)
        self._rest("There are no captions now.")

    def _take_shown(self, answer: "caption_service.Shown") -> None:
        self._shown = answer
        self.captioned = None
        self.state.caption = False
        self.state.before = answer.position > 1
        self.state.after = answer.position < answer.total
        self.root.title(f"{answer.source.name} – {TITLE}")
        self.photo_view.show(answer.image)
        self.caption_view.show(None)
        self._await("Captioning…")

    def _take_captioned(self, answer: "caption_service.Captioned") -> None:
        self.captions.pop(answer.source, None)
        self.captions[answer.source] = answer
        self.state.captions = True
        if self._shown and answer.source == self._shown.source:
            self.captioned = answer
            self.state.caption = True
            self.caption_view.show(answer.caption)
            self._rest(self._place())
            self.voice.caption(answer.caption.statement)
        self.refresh()

    def _take_failed(self, answer: "caption_service.Failed") -> None:
        if not (self._shown and self._shown.number == answer.number):
            self._shown = None
            self.photo_view.show(None)
        self.captioned = None
        self.state.caption = False
        self.state.before = self.state.after = True  # or the background will tell
        self.root.title(f"{answer.name} – {TITLE}")
        self._show_problem(answer.sentence)
        self._rest(f"{answer.name}: there is no caption.")

    def _show_problem(self, sentence: str) -> None:
        """Show and speak why there is no caption in its place."""
        self.caption_view.show(None)
        self.caption_view.statement.show(sentence, ())
        self.voice.caption(sentence)
        if not self.chosen.speak_captions:
            self.self_voicing.say(sentence)

    def _take_skipped(self, answer: "caption_service.Skipped") -> None:
        self._tell_unasked(f"{answer.name}: {answer.sentence}")

    def _take_progress(self, answer: "caption_service.Progress") -> None:
        text = f"{answer.done} of {answer.total} photos captioned."
        if answer.done < answer.total:
            self._await(text)
        else:
            self._rest(text)
            self.self_voicing.announce(text)

    def _take_end(self, answer: "caption_service.End") -> None:
        self.tell(f"This is the {answer.which} photo.")

    def _take_cancelled(self) -> None:
        self._rest("Cancelled.")
        self.self_voicing.say("Cancelled.")

    def _take_speech(self, event: Any) -> None:
        self.voice.heard(event)
        self._say_unasked()
        self.refresh()

    def _say_unasked(self) -> None:
        """Say what nobody asked for, when all that is said first has been said; a caption does not do away with it."""
        # Speech may be ready before it is known whether to voice the window.
        if self._unsaid and self.self_voicing.on and not self.voice.speaking:
            self.self_voicing.announce(self._unsaid)
            self._unsaid = ""

    def take_sources(self, found: list[PhotoSource] | str | OSError) -> None:
        if isinstance(found, list):
            self.open_sources(found)
        else:
            self.tell(str(found))

    def _take_second_start(self, paths: list[str]) -> None:
        # In Tcl, as open menus and Tk's own dialogs are no widgets of tkinter's.
        tcl = self.root.tk.call
        if tcl("winfo", "class", focus := tcl("focus") or self.root) == "Menu":
            tcl("tk::MenuUnpost", focus)  # it would keep the mouse to itself, and not be told what is pressed
        self.root.deiconify()
        self.root.lift()
        tcl("focus", "-force", tcl("focus", "-lastfor", tcl("grab", "current", self.root) or self.root))
        if paths:
            self.open_sources([PhotoSource.of(path) for path in paths])

    def _place(self) -> str:
        return f"Photo {self._shown.position} of {self._shown.total}." if self._shown else ""

    def _photo_in_words(self) -> str:
        if not self._shown:
            return self.caption_view.statement.text
        return f"{self._shown.source.name}, {self._shown.position} of {self._shown.total}"

    def _light(self) -> None:
        """Show where the captioner looked for the word that is marked."""
        word = self.caption_view.word
        if self.chosen.show_attention and self.captioned and word is not None:
            self.photo_view.show_attention(self.captioned.caption.words[word].attention_weights)
        else:
            self.photo_view.show_attention(None)

    def _report(self, kind: type[BaseException], error: BaseException, trace: Any) -> None:
        """Tell of a mistake in the program in a sentence."""
        if self._closed:  # in the middle of a dialog of Tk's own, which cannot go on
            return
        crash_log.note(error)
        sentence = crash_log.sentence(error)
        print(f"captioner: {sentence}", file=sys.stderr)
        if sentence != self._note:  # once, if it goes wrong again and again
            self._tell_unasked(sentence)

    # The settings: what changes one makes it take effect.

    def set_look(self, **settings: Any) -> None:
        """Change the theme or the text size."""
        self.change(**settings)
        self.dress()

    def set_speech(self, **settings: Any) -> None:
        """Change how and when captions are spoken."""
        self.change(**settings)
        self._prepare_voice()

    def set_self_voicing(self, on: bool | None) -> None:
        self.change(self_voicing=on)
        self._prepare_self_voicing()

    def set_beam_width(self, beam_width: int | None) -> None:
        self.change(beam_width=beam_width)
        self._background.set_beam_width(beam_width)

    def dress(self) -> None:
        """Take the theme and the text size that the settings say."""
        self._dress_widgets()
        self._dress_views()

    def _dress_widgets(self) -> None:
        name = self._system_palette if self.chosen.theme == "system" else self.chosen.theme
        self.palette = palettes.PALETTES[name]
        ttk_theme.apply_theme(self.root, self.palette, self.chosen.text_size)

    def _dress_views(self) -> None:
        self.photo_view.apply_palette(self.palette)
        self.photo_view.configure(highlightcolor=self.palette.focus, highlightbackground=self.palette.background)
        self.caption_view.apply_palette(self.palette, fonts.FONTS)
        self.root.update_idletasks()  # for the buttons' new sizes
        self.toolbar.arrange()

    def _ask_system_theme(self) -> None:
        from captioner.system.color_scheme import system_theme

        self.inbox.run(system_theme, self._take_system_theme)

    def _take_system_theme(self, name: str) -> None:
        if name != self._system_palette:
            self._system_palette = name
            self.dress()
        self.root.after(FOLLOWING, self._ask_system_theme)

    def _prepare_voice(self) -> None:
        self.voice.speak_captions = self.chosen.speak_captions
        self.voice.settings(self.chosen.voice, self.chosen.rate, self.chosen.volume)

    def _prepare_self_voicing(self, greet: bool = False) -> None:
        """Voice the window where the settings say so, or else where no screen reader is found."""
        from captioner.system import screen_reader

        def prepare(on: bool) -> None:
            if greet:
                self.self_voicing.on = on
                self.self_voicing.greet()
                self._say_unasked()
            else:
                self.self_voicing.switch(on)
            self.refresh()

        if self.chosen.self_voicing is None:
            self.inbox.run(screen_reader.running, lambda found: prepare(not found))
        else:
            prepare(self.chosen.self_voicing)

    def _resize_text(self, size: int) -> None:
        self.set_look(text_size=size)
        self.tell(f"Text size {size} percent")

    def refresh(self) -> None:
        """Let menus and buttons show what can be done now."""
        if self._closed:
            return
        if self._ready:
            self.state.speaking = self.voice.speaking
            self.state.self_voicing = self.self_voicing.on
        self.state.where_it_looked = self.chosen.show_attention
        self.controls.refresh(self.state)
