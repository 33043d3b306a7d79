"""What a user who cannot see the window hears after each key."""

from collections.abc import Callable
from pathlib import Path

from captioner import Captioner
from captioner.gui.widgets.caption_view import confidence_sentence
from tests.support.program import Program, User

Start = Callable[..., Program]
Statement = Callable[[Path], str]


def hear(program: Program, key: str, text: str) -> None:
    """Press a key, and wait until this is the last thing that is said."""
    program.keys(key)
    program.await_utterance(text)


def test_the_confidence_is_spoken(program: Start, user: User, shipped: Captioner, statement: Statement) -> None:
    photo = user.album()[1]
    confidence = confidence_sentence(shipped.caption(photo).confidence)
    user.choose(self_voicing=True)
    one = program(photo)
    one.await_photo(photo, statement(photo))
    hear(one, "F3", confidence)
    hear(one, "Tab", f"Caption, text, read only, {statement(photo)}")
    hear(one, "Tab", confidence)
    hear(one, "F2", "Self-voicing off")
    hear(one, "F3", confidence)  # it was asked for
    hear(one, "F4", "Photo 2 of 4, cat.jpg.")
    one.close()
