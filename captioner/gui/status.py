"""What the program is doing and what it has to say: the line below the caption, also spoken by self-voicing."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from captioner.gui.tk.main_thread import MainThreadQueue
from captioner.gui.widgets.caption_view import CaptionView

if TYPE_CHECKING:
    from captioner.gui.accessibility.self_voicing import SelfVoicing
    from captioner.gui.voice import Voice


REPLY_MILLISECONDS = 10_000  # for which a reply is shown


class Status:
    """The status line. Belongs to the main thread.

    While something is going on it says what ("Captioning…"). Otherwise it shows how that ended or, for a while, the
    reply to the user's last command, followed by the last notice, which nobody asked for ("The disk is full.").

    Args:
        refresh: called when something begins or ends.
        notice: a sentence to begin with, or "".

    notice: the last one; "" after the user's next command.
    """

    def __init__(
        self, caption_view: CaptionView, main_thread: MainThreadQueue, refresh: Callable[[], object], notice: str
    ) -> None:
        self.notice = notice
        self._caption_view = caption_view
        self._main_thread = main_thread
        self._refresh = refresh
        self._voice: Voice | None = None
        self._self_voicing: SelfVoicing | None = None  # None until speech is loaded
        self._captioning = ""  # what the caption service is doing
        self._task = ""  # what the last task does
        self._tasks = 0  # started so far
        self._background = ""  # what goes on behind the window
        self._result = ""  # how the caption service ended what it did last
        self._reply = ""
        self._reply_timer = ""
        self._pending = notice  # notices that have not been spoken
        caption_view.message(notice)

    @property
    def is_busy(self) -> bool:
        return bool(self._task or self._captioning)

    def speak_with(self, voice: "Voice", self_voicing: "SelfVoicing") -> None:
        """Speak from now on."""
        self._voice, self._self_voicing = voice, self_voicing

    def busy(self, text: str) -> None:
        """The caption service does this now."""
        self._captioning = text
        self._show_progress()

    def idle(self, text: str) -> None:
        """The caption service has ended what it did, with this result."""
        self._captioning = ""
        self._result = text
        self._show_progress()

    def background(self, text: str) -> None:
        """What goes on behind the window, or how it ended. It is shown while nothing else is going on."""
        self._background = text
        if not self._reply:
            self._show_message()

    def run(self, text: str, task: Callable[[], Any], done: Callable[[Any], object]) -> None:
        """Run a task in a thread, then `done` with the result, unless it is cancelled or another task starts."""
        self._tasks += 1
        number = self._tasks

        def finish(result: Any) -> None:
            if self._task and number == self._tasks:
                self._task = ""
                self._show_progress()
                done(result)

        self._task = text
        self._show_progress()
        self._main_thread.run(task, finish)

    def cancel_task(self) -> bool:
        """Forget the task that runs, and return whether there is one."""
        task, self._task = self._task, ""
        return bool(task)

    def start_command(self) -> None:
        """The user does something: clear what was shown before."""
        self._reply = self.notice = ""
        if self._self_voicing and not self._self_voicing.on:
            self._pending = ""

    def reply(self, sentence: str) -> None:
        """Show and speak the answer to something that the user did."""
        self._show_reply(sentence)
        if self._self_voicing:
            self._self_voicing.say(sentence)

    def end(self, sentence: str) -> None:
        """Show that a command could go no further, and say so or play a short sound."""
        self._show_reply(sentence)
        if self._self_voicing:
            self._self_voicing.end(sentence)

    def answer(self, sentence: str) -> None:
        """Show and speak what the user asked to hear: unlike replies, it is spoken without self-voicing, too."""
        self.reply(sentence)
        if self._voice and self._self_voicing and not self._self_voicing.on:
            self._voice.say(sentence)

    def notify(self, sentence: str) -> None:
        """Show something that nobody asked for, and speak it as soon as nothing else is spoken."""
        self.notice = sentence
        self._caption_view.message(_joined(self._reply, sentence), busy=self.is_busy)
        self._pending = sentence if self._self_voicing else _joined(self._pending, sentence)
        self.speak_pending()

    def speak_pending(self) -> None:
        """Speak the notice that waits, if nothing is spoken now: a caption would otherwise replace it."""
        # Speech may be ready before it is known whether self-voicing is on.
        if self._pending and self._voice and self._self_voicing and self._self_voicing.on and not self._voice.speaking:
            self._self_voicing.announce(self._pending)
            self._pending = ""

    def _show_reply(self, sentence: str) -> None:
        self._reply = sentence
        self._caption_view.message(sentence, busy=self.is_busy)
        if self._reply_timer:
            self._caption_view.after_cancel(self._reply_timer)
        self._reply_timer = self._caption_view.after(REPLY_MILLISECONDS, self._end_reply)

    def _end_reply(self) -> None:
        self._reply = self._reply_timer = ""
        self._show_message()

    def _show_progress(self) -> None:
        self._main_thread.hurry = self.is_busy
        self._show_message()
        if self._self_voicing:
            self._self_voicing.busy(self._task or self._captioning)
        self._refresh()

    def _show_message(self) -> None:
        doing = self._task or self._captioning
        self._caption_view.message(doing or _joined(self._result, self._background, self.notice), busy=self.is_busy)


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
