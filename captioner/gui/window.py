"""The window: shows what the Background tells, and does what the user commands."""

import tkinter as tk
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tkinter import filedialog, ttk
from typing import TYPE_CHECKING, Any

from captioner.gui import theme
from captioner.gui.caption_view import CaptionView
from captioner.gui.commands import BY_NAME, State
from captioner.gui.controls import Controls
from captioner.gui.inbox import Inbox
from captioner.gui.photo_view import PhotoView
from captioner.gui.settings import Settings, default_path, save
from captioner.gui.system_theme import system_theme

if TYPE_CHECKING:
    from captioner import Caption
    from captioner.gui import background
    from captioner.gui.background import Source

TITLE = "Captioner"
WELCOME = "Open a photo, drop one here, or paste one."
TEXT_SIZES = (75, 100, 125, 150, 175, 200, 250, 300)
FORMATS = "*.jpg *.jpeg *.png *.webp *.gif *.bmp *.tif *.tiff *.avif *.heic"


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
        self.settings = settings
        self.palette = theme.PALETTES["light"]
        self.state = State()
        self.history: dict[Source, background.Captioned] = {}  # this session's captions, in order
        self._saved = replace(settings)
        self._system_palette = system_palette
        self._number = 0  # of the last request: answers to others are not wanted any more
        self._shown: background.Shown | None = None
        self._caption: Caption | None = None
        self._started = False

        root.title(TITLE)
        root.report_callback_exception = self._report
        root.protocol("WM_DELETE_WINDOW", self.quit)
        self.inbox = Inbox(root)
        self._lay_out()
        self.dress()
        self.refresh()
        self.caption_view.message(problem or WELCOME)
        self.caption_view.statement.focus_set()
        root.update()  # on screen, before anything else is loaded
        self._start(photos)

    def _lay_out(self) -> None:
        root = self.root
        width, height = (min(960, root.winfo_screenwidth()), min(760, root.winfo_screenheight() - 60))
        root.geometry(f"{width}x{height}")
        root.minsize(480, 360)
        self.controls = Controls(root, self.do)
        self.frame = ttk.Frame(root, padding=8)
        self.frame.pack(fill="both", expand=True)
        self.frame.columnconfigure(0, weight=1)
        self.frame.rowconfigure(1, weight=1)
        self.toolbar = self.controls.toolbar(self.frame)
        self.toolbar.grid(row=0, sticky="ew")
        self.photo_view = PhotoView(self.frame)
        self.photo_view.grid(row=1, sticky="nsew", pady=8)
        self.caption_view = CaptionView(self.frame)
        self.caption_view.grid(row=2, sticky="ew")
        self.caption_view.bind("<<Word>>", lambda event: self._light())

    def _start(self, photos: Sequence[str]) -> None:
        """Load the rest, behind the window."""
        from captioner.gui import background
        from captioner.gui.instance import Listener
        from captioner.gui.self_voicing import SelfVoicing, describe
        from captioner.gui.voice import Voice

        self._answers: dict[type, Callable[[Any], None]] = {
            background.Ready: self._take_ready,
            background.Broken: self._take_broken,
            background.Shown: self._take_shown,
            background.Captioned: self._take_captioned,
            background.Failed: self._take_failed,
            background.Skipped: self._take_skipped,
            background.Progress: self._take_progress,
            background.End: self._take_end,
            background.Cancelled: self._take_cancelled,
        }
        screen = (self.root.winfo_screenwidth(), self.root.winfo_screenheight())
        self._background = background.Background(
            lambda answer: self.inbox.put(self._take, answer), beam_width=self.settings.beam_width, screen=screen
        )
        self.voice = Voice(self._tell_unasked, lambda event: self.inbox.put(self._take_speech, event))
        self.voice.speak_captions = self.settings.speak_captions
        self.voice.settings(self.settings.voice, self.settings.rate, self.settings.volume)
        self.self_voicing = SelfVoicing(self.root, self.voice)
        self._started = True
        if photos:
            self.open_sources([Path(photo) for photo in photos])

        self._listener = Listener(lambda paths: self.inbox.put(self._take_second_start, paths))
        for name, button in self.controls.buttons.items():
            describe(button, shortcut=BY_NAME[name].shortcut)
        self.controls.explain()
        theme.apply(self.root, self.palette, self.settings.text_size)  # the tooltips
        self.apply_self_voicing(greet=True)
        self.ask_system_theme()
        self.refresh()

    # What the user commands: a method for each name in the table.

    def do(self, name: str) -> None:
        """Run a command, or say why it cannot be run now."""
        if not self._started:
            return
        command = BY_NAME[name]
        if command.enabled(self.state):
            getattr(self, name)()
        elif command.otherwise:
            self.tell(command.otherwise)
        self.refresh()

    def open(self) -> None:
        names = filedialog.askopenfilename(
            parent=self.root,
            title="Open Photos",
            multiple=True,
            initialdir=self.settings.last_folder or None,
            filetypes=[("Photos", f"{FORMATS} {FORMATS.upper()}"), ("All files", "*")],
        )
        if names:
            self.open_sources([Path(name) for name in names])

    def open_sources(self, sources: "Sequence[Source]") -> None:
        first = sources[0]
        if isinstance(first, Path):
            self.change(last_folder=str(first.absolute().parent))
        self._request(self._background.open(sources))

    def previous_photo(self) -> None:
        self._request(self._background.step(-1))

    def next_photo(self) -> None:
        self._request(self._background.step(1))

    def cancel(self) -> None:
        self.voice.stop()
        self._background.cancel()

    def speak(self) -> None:
        self.voice.toggle()

    def toggle_self_voicing(self) -> None:
        self.change(self_voicing=self.self_voicing.toggle())

    def toggle_where_it_looked(self) -> None:
        self.change(show_attention=not self.settings.show_attention)
        self._light()
        self.self_voicing.say(f"Where it looked, {'on' if self.settings.show_attention else 'off'}")

    def larger_text(self) -> None:
        self._resize_text(min((size for size in TEXT_SIZES if size > self.settings.text_size), default=300))

    def smaller_text(self) -> None:
        self._resize_text(max((size for size in TEXT_SIZES if size < self.settings.text_size), default=75))

    def quit(self) -> None:
        """Close the window and end the program."""
        self.root.withdraw()
        self.inbox.close()
        if self._started:
            self._background.close()
            self._listener.close()
            self.voice.close()
        self.root.destroy()

    # What the program tells.

    def tell(self, sentence: str) -> None:
        """Answer to something that the user did."""
        self.caption_view.message(sentence)
        self.self_voicing.say(sentence)

    def _tell_unasked(self, sentence: str) -> None:
        self.caption_view.message(sentence)
        self.voice.unasked(sentence)

    def _request(self, number: int) -> None:
        """Await the answers to a new request; one that was refused has the number of the request before."""
        if number != self._number:
            self._number = number
            self.voice.new_photo()
            self._be_busy("Reading the photo…")

    def _be_busy(self, text: str) -> None:
        self.state.busy = self.inbox.hurry = True
        self.caption_view.message(text, busy=True)
        self.self_voicing.busy(text)
        self.refresh()

    def _be_idle(self, text: str) -> None:
        self.state.busy = self.inbox.hurry = False
        self.caption_view.message(text)
        self.self_voicing.busy("")
        self.refresh()

    def _take(self, answer: "background.Answer") -> None:
        if getattr(answer, "number", self._number) == self._number:
            self._answers[type(answer)](answer)

    def _take_ready(self, answer: "background.Ready") -> None:
        pass

    def _take_broken(self, answer: "background.Broken") -> None:
        self._be_idle(answer.sentence)
        self.voice.caption(answer.sentence)

    def _take_shown(self, answer: "background.Shown") -> None:
        self._shown = answer
        self._caption = None
        self.state.photo = True
        self.state.caption = False
        self.state.before = answer.position > 1
        self.state.after = answer.position < answer.total
        self.root.title(f"{answer.name} – {TITLE}")
        self.photo_view.show(answer.image)
        self.caption_view.show(None)
        self._be_busy("Captioning…")

    def _take_captioned(self, answer: "background.Captioned") -> None:
        self.history.pop(answer.source, None)
        self.history[answer.source] = answer
        self.state.captions = True
        if self._shown and answer.source == self._shown.source:
            self._caption = answer.caption
            self.state.caption = True
            self.caption_view.show(answer.caption)
            self._be_idle(self._place())
            self.voice.caption(answer.caption.statement)
        self.refresh()

    def _take_failed(self, answer: "background.Failed") -> None:
        if not (self._shown and self._shown.number == answer.number):
            self._shown = None
            self.photo_view.show(None)
        self._caption = None
        self.state.caption = False
        self.root.title(f"{answer.name} – {TITLE}")
        self.caption_view.show(None)
        self._be_idle(f"{answer.name}: {answer.sentence}")
        self.voice.caption(answer.sentence)

    def _take_skipped(self, answer: "background.Skipped") -> None:
        self._tell_unasked(f"{answer.name}: {answer.sentence}")

    def _take_progress(self, answer: "background.Progress") -> None:
        text = f"{answer.done} of {answer.total} photos captioned"
        if answer.done < answer.total:
            self._be_busy(text)
        else:
            self._be_idle(text)

    def _take_end(self, answer: "background.End") -> None:
        self.tell(f"This is the {answer.which} photo.")

    def _take_cancelled(self, answer: "background.Cancelled") -> None:
        self._be_idle("Cancelled.")
        self.self_voicing.say("Cancelled.")

    def _take_speech(self, event: Any) -> None:
        self.voice.heard(event)
        self.refresh()

    def _take_second_start(self, paths: list[str]) -> None:
        self.root.deiconify()
        self.root.lift()
        self.root.focus_force()
        if paths:
            self.open_sources([Path(path) for path in paths])

    def _place(self) -> str:
        return f"Photo {self._shown.position} of {self._shown.total}" if self._shown else ""

    def _light(self) -> None:
        word = self.caption_view.word
        on = self.settings.show_attention and self._caption and word is not None
        self.photo_view.light(self._caption.words[word].attention_weights if on else None)

    def _report(self, kind: type[BaseException], error: BaseException, trace: Any) -> None:
        """Tk would print a traceback, where nobody looks."""
        self.caption_view.message(f"Something went wrong in the program ({kind.__name__}: {error}).")

    # Settings and what follows from them.

    def change(self, **settings: Any) -> None:
        """Change settings, at once and for the next start."""
        for name, value in settings.items():
            setattr(self.settings, name, value)
        try:
            save(self.settings, default_path(), self._saved)
        except OSError as error:
            self._tell_unasked(f"The settings cannot be saved ({error.strerror}).")
        self._saved = replace(self.settings)

    def dress(self) -> None:
        """Take the theme and the text size that the settings say."""
        name = self._system_palette if self.settings.theme == "system" else self.settings.theme
        self.palette = theme.PALETTES[name]
        theme.apply(self.root, self.palette, self.settings.text_size)
        self.photo_view.apply(self.palette)
        self.caption_view.apply(self.palette, {"statement": theme.FONTS.caption, "text": theme.FONTS.body})
        self.toolbar.arrange()

    def ask_system_theme(self) -> None:
        self.inbox.run(system_theme, self._take_system_theme)

    def _take_system_theme(self, name: str) -> None:
        if name != self._system_palette:
            self._system_palette = name
            self.dress()

    def apply_self_voicing(self, greet: bool = False) -> None:
        """Voice the window where the settings say so, or where no screen reader is found."""
        from captioner.gui.screen_reader import running

        def found(reader: bool) -> None:
            self.self_voicing.on = not reader if self.settings.self_voicing is None else self.settings.self_voicing
            self.refresh()
            if greet:
                self.self_voicing.greet()

        if self.settings.self_voicing is None:
            self.inbox.run(running, found)
        else:
            found(False)

    def _resize_text(self, size: int) -> None:
        self.change(text_size=size)
        self.dress()
        self.tell(f"Text size {size} percent")

    def refresh(self) -> None:
        """Let menus and buttons show what can be done now."""
        if self._started:
            self.state.speaking = self.voice.speaking
            self.state.self_voicing = self.self_voicing.on
        self.state.where_it_looked = self.settings.show_attention
        self.controls.refresh(self.state)
