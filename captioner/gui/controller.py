"""Shows what the caption service reports, and asks it for photos."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from captioner.gui.accessibility.self_voicing import SelfVoicing
from captioner.gui.commands import BY_NAME
from captioner.gui.session.caption_service import CaptionService
from captioner.gui.session.captioning import CaptioningThread
from captioner.gui.session.events import (
    Cancelled,
    CaptionReady,
    EndReached,
    Event,
    ModelUnavailable,
    PhotoFailed,
    PhotoLoaded,
    PhotoSkipped,
    Progress,
)
from captioner.gui.settings_store import SettingsStore
from captioner.gui.status import Status
from captioner.gui.tk.main_thread import MainThreadQueue
from captioner.gui.voice import Voice
from captioner.gui.window import PLACEHOLDER, Window
from captioner.output.printable import listed
from captioner.photos.source import PhotoSource

if TYPE_CHECKING:
    from captioner.output.alt_text import AltText
    from captioner.output.edits import Edits

MAX_NAMES = 5  # of photos in a sentence


class Controller:
    """Connects the caption service with the window. Belongs to the main thread.

    Args:
        refresh: called after each event.
        edits: the user's captions.

    captions: this session's captions, the latest last.
    captioned: the shown photo with its caption, None while it has none.
    leaving: called before another photo is requested.
    has_photo: whether one was opened, even if it could not be read.
    has_previous, has_next: whether there may be a photo before and after the shown one.
    shown: called when the shown photo has got a caption, or another one.
    opened: called with the photos or folders that are opened.
    """

    def __init__(
        self,
        window: Window,
        status: Status,
        store: SettingsStore,
        voice: Voice,
        self_voicing: SelfVoicing,
        main_thread: MainThreadQueue,
        refresh: Callable[[], object],
        edits: "Edits",
    ) -> None:
        self.captions: dict[PhotoSource, CaptionReady] = {}
        self.captioned: CaptionReady | None = None
        self.leaving: Callable[[], object] = lambda: None
        self.has_photo = self.has_previous = self.has_next = False
        self.shown: Callable[[CaptionReady], object] = lambda captioned: None
        self.opened: Callable[[Sequence[PhotoSource]], object] = lambda sources: None
        self._window = window
        self._status = status
        self._store = store
        self._voice = voice
        self._self_voicing = self_voicing
        self._refresh = refresh
        self._edits = edits
        self._number = 0  # of the last request; events of earlier ones are dropped
        self._shown: PhotoLoaded | None = None
        self._name = ""  # of the last photo that could not be read
        self._service = CaptionService(
            lambda event: main_thread.put(self.handle, event),
            beam_width=store.settings.beam_width,
            screen=(window.root.winfo_screenwidth(), window.root.winfo_screenheight()),
            edits=edits,
        )
        store.subscribe(lambda settings: self._service.set_beam_width(settings.beam_width), "beam_width")
        store.subscribe(lambda settings: self.show_attention(), "show_attention")
        window.caption_view.bind("<<Word>>", lambda event: self.show_attention())  # before self-voicing

    @property
    def captioning(self) -> CaptioningThread:
        """The thread that captions photos."""
        return self._service.captioning

    def open(self, sources: Sequence[PhotoSource]) -> None:
        """Show and caption photos; see `CaptionService.open`."""
        if path := sources[0].path:
            self._store.change(last_folder=str(path.absolute().parent))
        self._request(self._service.open(sources))
        self.opened(sources)

    def open_paths(self, paths: Sequence[str]) -> None:
        """Show and caption photos or folders of photos by their paths."""
        self.open([PhotoSource.of(path) for path in paths])

    def change_caption(self, captioned: CaptionReady, edit: str | None) -> None:
        """Use the user's caption for a photo, or no longer (None)."""
        self._replace(replace(captioned, edit=edit))

    def note_saved(self, captioned: CaptionReady, text: "AltText") -> None:
        """Note that this text has been saved in the photo."""
        if now := self.captions.get(captioned.source):
            self._replace(replace(now, author=text))

    def _replace(self, captioned: CaptionReady) -> None:
        self.captions[captioned.source] = captioned
        if self.captioned and self.captioned.source == captioned.source:
            self.captioned = captioned
            self._window.caption_view.show(captioned.caption, captioned.text)
            self._voice.remember(captioned.text.statement)
            self.shown(captioned)
        self._refresh()

    def open_sample(self, path: Path) -> None:
        """Show and caption one of the program's sample photos. The next Open dialog stays in the user's folder."""
        self._request(self._service.open([PhotoSource.of(path)]))

    def previous_photo(self) -> None:
        self._request(self._service.step(-1))

    def next_photo(self) -> None:
        self._request(self._service.step(1))

    def cancel(self) -> None:
        """Stop the current task and any speech."""
        self._voice.stop()
        self._service.cancel()
        if self._status.cancel_task():
            self._end_cancelled()

    def toggle_attention(self) -> None:
        on = not self._store.settings.show_attention
        self._store.change(show_attention=on)
        self._self_voicing.say(f"Attention {'on' if on else 'off'}")

    def show_attention(self) -> None:
        """Show, and let self-voicing say, where the marked word of the caption came from, if that is switched on."""
        word = self._window.caption_view.word
        self._window.caption_view.speak_places = self._store.settings.show_attention
        if self._store.settings.show_attention and self.captioned and word is not None:
            self._window.photo_view.show_attention(self.captioned.caption.words[word].attention_weights)
        else:
            self._window.photo_view.show_attention(None)

    def description(self) -> str:
        """The shown photo in words, or the sentence in its place."""
        if not self._shown:
            text = self._window.caption_view.statement.text
            return text if text != PLACEHOLDER else "none yet"
        return f"{self._shown.source.name}, {self._shown.position} of {self._shown.total}"

    def position(self) -> str:
        """Which photo is open: its place in the list and its name."""
        if not self._shown:
            return f"{self._name}: there is no caption."
        return f"Photo {self._shown.position} of {self._shown.total}, {self._shown.source.name}."

    def close(self) -> None:
        self._service.close()

    def handle(self, event: Event) -> None:
        """Show an event of the caption service, unless it belongs to an earlier request."""
        if getattr(event, "number", self._number) != self._number:
            return
        match event:
            case PhotoLoaded():
                self._show_photo(event)
            case CaptionReady():
                self._show_caption(event)
            case PhotoFailed():
                self._show_failure(event)
            case PhotoSkipped():
                self._status.notify(f"{event.name}: {event.sentence}")
            case Progress():
                self._show_progress(event)
            case EndReached():
                self._status.end(f"This is the {event.which} photo.")
            case Cancelled():
                self._end_cancelled()
            case ModelUnavailable():
                self._show_problem(event.sentence)
                self._status.idle("No captions are available.")
        self._refresh()

    def _request(self, number: int) -> None:
        """Wait for the events of a new request. A request that was refused has the number of the one before."""
        if number != self._number:
            self.leaving()
            self._number = number
            self._voice.clear()
            self._status.busy("Reading the photo…")

    def _show_photo(self, event: PhotoLoaded) -> None:
        self._shown = event
        path = event.source.path
        if path and str(path.parent.parent) == self._store.settings.last_folder:  # the photo's folder was opened
            self._store.change(last_folder=str(path.parent))
        self.captioned = None
        self.has_photo = True
        self.has_previous = event.position > 1
        self.has_next = event.position < event.total
        self._window.show_name(event.source.name)
        self._window.end_invitation()
        self._window.photo_view.show(event.image)
        self._window.caption_view.show(None)
        self._status.busy("Captioning…")

    def _show_caption(self, event: CaptionReady) -> None:
        self.captions.pop(event.source, None)  # to the end
        self.captions[event.source] = event
        if self._shown and event.source == self._shown.source:
            self.captioned = event
            self._window.caption_view.show(event.caption, event.text)
            self._status.idle(f"Photo {self._shown.position} of {self._shown.total}.")
            self._voice.caption(event.text.statement)
            self._self_voicing.announce(self.position())
            self.shown(event)
            if self._edits.draft(event.key):
                key = BY_NAME["edit_caption"].shortcut
                self._status.notify(f"Your unfinished caption is kept. {key} goes on with it.")

    def _show_failure(self, event: PhotoFailed) -> None:
        if not (self._shown and self._shown.number == event.number):
            self._shown = None
            self._window.photo_view.show(None)
        self.captioned = None
        self.has_photo = self.has_previous = self.has_next = True  # if not, the caption service says so
        self._name = event.name
        self._window.show_name(event.name)
        self._show_problem(event.sentence)
        self._status.idle(f"{event.name}: there is no caption.")
        self._self_voicing.announce(self.position())

    def _show_problem(self, sentence: str) -> None:
        """Show and speak, in place of a caption, why there is none."""
        self._window.caption_view.show(None)
        self._window.caption_view.statement.show(sentence, ())
        self._voice.caption(sentence)
        if not self._store.settings.speak_captions:
            self._self_voicing.say(sentence)

    def _show_progress(self, event: Progress) -> None:
        captioned = f"{event.done - len(event.failed)} of {event.total} photos captioned"
        if event.done < event.total:
            self._status.busy(f"{captioned}.")
        else:
            text = f"{captioned}{failures(event.failed)}."
            self._status.idle(text)
            self._self_voicing.announce(text)

    def _end_cancelled(self) -> None:
        self._status.idle("Cancelled.")
        self._self_voicing.say("Cancelled.")


def failures(names: Sequence[str]) -> str:
    """How many photos could not be captioned, and which: the end of a sentence, "" for none."""
    if not names:
        return ""
    return f", {len(names)} could not be: {listed(names, MAX_NAMES)}"
