"""The user's own captions: editing, choosing another of the model's captions, undoing, and keeping them."""

from collections.abc import Callable
from contextlib import suppress

from captioner.errors import reason
from captioner.gui.controller import Controller
from captioner.gui.session.events import CaptionReady
from captioner.gui.status import Status
from captioner.gui.tk.main_thread import MainThreadQueue
from captioner.gui.widgets.caption_view import CaptionView
from captioner.output.edits import Edits
from captioner.system.timeouts import in_time

# Commands whose keys work in the editor.
COMMANDS = (
    *("toggle_self_voicing", "larger_text", "smaller_text", "help", "quit"),
    *("slower_speech", "faster_speech", "quieter_speech", "louder_speech"),
)
DISCARDED = "Change discarded."

DRAFT_MILLISECONDS = 1000  # after a change in the editor, until its text is kept
CLOSE_TIMEOUT = 0.5  # seconds to wait for a slow disk


class Editing:
    """Changes the captions of photos. Belongs to the main thread.

    edited: called after each change, with the photo as it was before and the user's caption for it, None for none.
    can_undo: whether a caption was changed in this session, and the change not undone.
    """

    def __init__(
        self, view: CaptionView, controller: Controller, status: Status, main_thread: MainThreadQueue, edits: Edits
    ) -> None:
        self._view = view
        self._controller = controller
        self._status = status
        self._main_thread = main_thread
        self._edits = edits
        self.edited: Callable[[CaptionReady, str | None], object] = lambda before, text: None
        self._changes: list[CaptionReady] = []  # what they were before, the latest last
        self._edited: CaptionReady | None = None  # the photo whose caption is in the editor
        self._timer = ""  # until a draft is kept
        view.editor.bind("<<Modified>>", lambda event: self._keep_draft_soon(), add="+")
        view.editor.bind("<<Done>>", lambda event: self.finish())
        view.editor.bind("<<Back>>", lambda event: self._go_back())
        view.alternatives.bind("<<Chosen>>", lambda event: self._choose())
        controller.leaving = self.finish

    @property
    def can_undo(self) -> bool:
        return bool(self._changes)

    def edit(self) -> None:
        """Let the user edit the text of the shown photo, or go on where the program ended during that."""
        assert self._controller.captioned
        self._edited = self._controller.captioned
        self._view.begin_edit(self._edits.draft(self._edited.key) or self._edited.text.text)

    def finish(self) -> None:
        """Make the text in the editor, if it is open, the photo's caption. An empty one restores the model's."""
        edited, self._edited = self._edited, None
        if edited is None:
            return
        text = self._view.end_edit()
        # Another caption may have come meanwhile, with another beam width for instance.
        edited = self._controller.captions.get(edited.source, edited)
        if text != edited.text.text:
            self._change(edited, text or None)
        else:
            self._keep_draft(edited, "")

    def undo(self) -> None:
        """Undo the latest change."""
        before = self._changes.pop()
        now = self._controller.captions.get(before.source, before)
        self._apply(now, before.edit)
        self._status.reply(f"Undone. {before.source.name}: {before.text.statement}")

    def close(self) -> None:
        """Wait until all changes are on the disk, but not for long."""
        with suppress(OSError):  # nobody would see a message
            in_time(self._edits.save, CLOSE_TIMEOUT, TimeoutError())

    def _choose(self) -> None:
        if self._controller.captioned and (text := self._view.alternatives.sentence):
            self._change(self._controller.captioned, text)
            self._view.statement.focus_set()

    def _go_back(self) -> None:
        edited, self._edited = self._edited, None
        self._view.end_edit()
        if edited:
            self._keep_draft(edited, "")
        self._status.reply(DISCARDED)

    def _keep_draft_soon(self) -> None:
        if self._edited and not self._timer:
            self._timer = self._view.after(DRAFT_MILLISECONDS, self._keep_text)

    def _keep_text(self) -> None:
        """Keep the text in the editor, so that a crash does not cost it."""
        self._timer = ""
        if self._edited:
            text = self._view.editor.text
            self._keep_draft(self._edited, "" if text == self._edited.text.text else text)

    def _keep_draft(self, edited: CaptionReady, text: str) -> None:
        if text != self._edits.draft(edited.key):
            self._edits.put_draft(edited.key, text)
            self._main_thread.run(self._edits.save, lambda error: None)  # the user hears of a full disk at the end

    def _change(self, captioned: CaptionReady, text: str | None) -> None:
        self._changes.append(captioned)
        if text == captioned.caption.text and not captioned.author:
            text = None  # the model's own, with its doubt
        self._apply(captioned, text)

    def _apply(self, captioned: CaptionReady, edit: str | None) -> None:
        self._controller.change_caption(captioned, edit)
        if not captioned.key:
            return
        self.edited(captioned, edit)
        self._edits.put(captioned.key, edit)

        def done(error: OSError | None) -> None:
            if error:
                self._status.notify(f"The caption can't be kept ({reason(error)}). It will be lost when you quit.")

        self._main_thread.run(self._edits.save, done)
