"""A user edits captions, uses other ones, finds them again, and saves them in the photos."""

import os
import signal
from collections.abc import Callable

from captioner import Captioner
from tests.support import metadata
from tests.support.desktop import clipboard
from tests.support.program import Program, User

Start = Callable[..., Program]

pytestmark = metadata.needs_exiftool

MINE = "Rex, my cat, is bored."


def test_an_edited_caption_is_the_users_and_lasts(program: Start, user: User, shipped: Captioner) -> None:
    cat, coffee = user.album()[1:3]
    statement = shipped.caption(cat).statement
    user.choose(self_voicing=True)
    one = program(cat)
    one.await_photo(cat, statement)
    one.keys("ctrl+e")
    one.wait_for(lambda: one.sight.focus().endswith("captioneditor"))
    assert one.shows("Return keeps the change, Esc discards it.")
    one.keys("ctrl+a", "R")
    one.await_utterance("R")  # what is typed is spoken
    one.type("ex, my cat, is bored.")
    one.keys("Return")
    one.await_text("This caption is yours.")
    one.await_photo(cat, MINE)
    assert not one.shows("Confidence:")

    one.keys("ctrl+e")
    one.wait_for(lambda: one.sight.focus().endswith("captioneditor"))
    one.type(" Nonsense")
    one.keys("Escape")
    one.await_text("Change discarded.")
    assert one.shows(MINE)
    assert not one.shows("Nonsense")
    assert one.shows("This caption is yours.")

    one.keys("Next")  # away and back
    one.await_photo(coffee, shipped.caption(coffee).statement)
    one.keys("Prior")
    one.await_photo(cat, MINE)
    one.keys("ctrl+c")
    one.await_text("Copied.")
    assert clipboard(one) == MINE

    one.keys("ctrl+e")
    one.wait_for(lambda: one.sight.focus().endswith("captioneditor"))
    one.type(" Is he")
    journal = user.home / ".local/share/captioner/captions.jsonl"
    one.wait_for(lambda: f"{MINE} Is he" in journal.read_text())
    os.kill(one.process.pid, signal.SIGKILL)
    one.process.wait()
    moved = cat.rename(cat.with_name("rex.jpg"))
    other = program(moved)
    other.await_photo(moved, MINE)
    other.await_text("Your unfinished caption is kept. Ctrl+E goes on with it.")
    other.await_utterance("Your unfinished caption is kept. Ctrl+E goes on with it.")
    other.keys("ctrl+z")
    other.await_text("No caption has been changed.")  # since this start
    other.keys("ctrl+e")
    other.wait_for(lambda: other.sight.focus().endswith("captioneditor"))
    other.type("?")
    other.keys("Return")
    other.await_photo(moved, f"{MINE} Is he?")
    other.keys("ctrl+i")
    other.await_text("Saved in the photo.")
    assert metadata.alt_text(moved) == f"{MINE} Is he?"
    other.close()  # everything is saved: no question


def test_another_caption_becomes_the_photos_can_be_undone_and_is_saved_at_the_end(
    program: Start, user: User, shipped: Captioner
) -> None:
    cat = user.album()[1]
    caption = shipped.caption(cat)
    user.choose(self_voicing=True)
    one = program(cat)
    one.await_photo(cat, caption.statement)
    one.go_to("captiontext")
    one.keys("Down", "Return")
    chosen = caption.alternatives[0].text
    one.await_text("This caption is yours.")
    assert one.sight.focus().endswith("captiontext")
    one.keys("ctrl+s")
    one.await_text("Saved as cat.txt.")
    assert cat.with_suffix(".txt").read_text() == f"{chosen}\n"
    one.keys("ctrl+z")
    one.await_text("Confidence:")
    assert one.shows(caption.statement)
    one.keys("ctrl+e", "ctrl+a")
    one.type(MINE)
    one.close("Return", question="The caption of 1 photo is not saved. Save before closing?")  # Yes
    assert metadata.alt_text(cat) == MINE


def test_what_its_author_says_comes_first_and_is_not_replaced_unasked(
    program: Start, user: User, shipped: Captioner
) -> None:
    cat = user.album()[1]
    metadata.set_tags(cat, "-IPTC:Caption-Abstract=Rex at home.")
    user.choose(self_voicing=True)
    one = program(cat)
    one.await_photo(cat, "Its author says: Rex at home.")
    one.wait_for(lambda: "Its author says: Rex at home." in one.utterances())
    assert one.shows("From the photo's description.")
    caption = shipped.caption(cat)
    one.go_to("captiontext")
    one.keys("Down")  # to the model's caption
    one.wait_for(lambda: one.utterances()[-1].endswith(f"{caption.text.removesuffix('.')}, 1 of 4"))
    one.keys("ctrl+i")
    one.await_title("Save into Photo")
    one.wait_for(
        lambda: any("The photo already has a text. Replace it? Rex at home." in said for said in one.utterances())
    )
    one.keys("Escape")
    one.await_title("cat.jpg – Captioner")
    assert metadata.alt_text(cat) == ""
    one.keys("ctrl+i")
    one.await_title("Save into Photo")
    one.keys("alt+y")
    one.await_text(f"Saved in the photo: {caption.text}")
    assert metadata.alt_text(cat) == caption.text
    assert metadata.exiftool(cat, "-s3", "-IPTC:Caption-Abstract") == "Rex at home."
    one.close()
