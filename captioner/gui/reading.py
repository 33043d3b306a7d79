"""The text in the shown picture: reading it behind the caption, showing it, speaking it."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from captioner.errors import user_message
from captioner.gui.controller import Controller
from captioner.gui.session.events import CaptionReady
from captioner.gui.settings_store import SettingsStore
from captioner.gui.status import Status
from captioner.gui.tk.main_thread import MainThreadQueue
from captioner.gui.voice import Voice
from captioner.gui.window import Window
from captioner.ocr.picture_text import PictureText
from captioner.photos.source import PhotoSource

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

SPOKEN_LINES = 2  # after the caption
NO_TEXT = "There is no text in this picture."
# Of the grid in which the place of a line is highlighted: rows and columns.
GRID = 100


class TextReading:
    """Reads the text in the shown picture once it has its caption. Belongs to the main thread."""

    def __init__(
        self,
        window: Window,
        controller: Controller,
        status: Status,
        store: SettingsStore,
        voice: Voice,
        main_thread: MainThreadQueue,
    ) -> None:
        self._window = window
        self._view = window.caption_view
        self._status = status
        self._store = store
        self._voice = voice
        self._main_thread = main_thread
        self._source: PhotoSource | None = None  # of the shown picture, once it has a caption
        self._statement = ""  # its caption
        self._text: PictureText | None = None  # in it; None until it has been read
        self._reading = False
        self._speak_all = False  # as soon as it has been read
        controller.shown = self._start
        controller.leaving = partial(self._leave, controller.leaving)
        self._view.picture_text.bind("<<Word>>", lambda event: self._show_place())  # before self-voicing

    def speak(self) -> None:
        """Speak all text, or say that there is none."""
        if self._text and self._text.lines:
            self._voice.say(self._text.spoken())
        elif self._text:
            self._status.answer(NO_TEXT)
        else:
            self._speak_all = True
            self._status.answer("Reading the text…")
            self._read()  # again, if it failed

    def _start(self, captioned: CaptionReady) -> None:
        """Read the text in a picture that is shown with its caption, or show again what was read."""
        self._statement = captioned.text.statement
        if captioned.source == self._source:
            if self._text:
                self._view.show_text(self._text)
            return
        self._source = captioned.source
        self._read()

    def _leave(self, leave_caption: Callable[[], object]) -> None:
        """Another picture was requested."""
        leave_caption()
        self._source = self._text = None
        self._speak_all = False

    def _read(self) -> None:
        """Read the text in a thread. While one is read, another one waits for it: only the last one that is wanted."""
        if self._reading or self._source is None:
            return
        self._reading = True
        source = self._source

        def read() -> PictureText:
            from captioner.ocr import reader

            return reader.read(source)

        self._main_thread.run(read, partial(self._take, source))

    def _take(self, source: PhotoSource, result: PictureText | Exception) -> None:
        self._reading = False
        if source != self._source:
            self._read()
        elif isinstance(result, Exception):
            if self._speak_all:
                self._speak_all = False
                self._status.answer(user_message(result))
        else:
            self._text = result
            self._show(result)

    def _show(self, text: PictureText) -> None:
        self._view.show_text(text)
        is_alone = text.is_page and self._view.shows_model
        spoken = text.spoken(SPOKEN_LINES)
        if (more := len(text.lines) - SPOKEN_LINES) > 0:
            spoken += f" … {more} more {'line' if more == 1 else 'lines'}."
        if self._speak_all:
            self._voice.remember(spoken if is_alone else f"{self._statement} {spoken}".rstrip())
            self.speak()
        elif is_alone:
            self._voice.correct(spoken)
        elif spoken:
            self._voice.add(spoken)

    def _show_place(self) -> None:
        """Highlight where the marked line is in the picture, if that is switched on."""
        marked = self._view.picture_text.marked
        if marked and self._store.settings.show_attention:
            self._window.photo_view.show_attention(_grid(marked.line.box))
        else:
            self._window.photo_view.show_attention(None)


def _grid(box: tuple[float, float, float, float]) -> "npt.NDArray[np.float32]":
    """A box as attention: float32 [100, 100], 1 within it and 0 elsewhere."""
    import numpy as np  # later, as a picture has it

    left, top, right, bottom = box
    grid = np.zeros((GRID, GRID), np.float32)
    grid[int(top * GRID) : int(bottom * GRID) + 1, int(left * GRID) : int(right * GRID) + 1] = 1
    return grid
