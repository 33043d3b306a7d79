"""The text in pictures in the window: shown, spoken, explored with keys, copied."""

from collections.abc import Callable
from pathlib import Path

from PIL import ImageChops

from captioner.ocr.reader import MISSING
from tests.support.desktop import clipboard, copied
from tests.support.pages import sign, write
from tests.support.program import WITH_OCR, Program, User

Start = Callable[..., Program]
Statement = Callable[[Path], str]

NOTE = ("Dear Mrs Lee,", "your train leaves at 10:45 from", "Platform 4. Bring tickets.")
PAGE = "This is mostly text:"
TWO_LINES = f"{PAGE} Dear Mrs Lee, your train leaves at 10:45 from … 1 more line."


def test_a_photo_is_spoken_with_the_text_in_it_and_a_pasted_screenshot_as_its_text(
    program: Start, user: User, statement: Statement
) -> None:
    corners = ((0.05, 0.06), (0.5, 0.1), (0.48, 0.24), (0.06, 0.22))
    photo, page = user.home / "sign.png", user.home / "page.png"
    sign("Fresh coffee", "coffee", corners, ("white", "#304030")).image.save(photo)
    write(NOTE, (290, 150), margin=15).save(page)
    one = program(photo, **WITH_OCR)
    one.await_photo(photo, statement(photo))  # before its text
    one.wait_for(lambda: one.shows("Fresh coffee"), seconds=180)  # the recogniser starts
    one.wait_for(lambda: any(said.endswith("It says: Fresh coffee") for said in one.utterances()))
    assert statement(photo) in one.utterances()
    assert one.shows(statement(photo))
    one.keys("Escape", "space")
    one.await_utterance(f"{statement(photo)} It says: Fresh coffee")

    with copied(one, "image/png", page):
        one.keys("ctrl+v")
        one.wait_for(lambda: TWO_LINES in one.utterances(), seconds=180)
    one.await_text(PAGE)
    one.await_text("3 lines of text.")

    one.keys("ctrl+t")
    one.wait_for(lambda: one.utterances()[-1] == f"{PAGE} {' '.join(NOTE)}")
    one.keys("space")  # stops
    one.go_to("picturetextview")
    plain = one.view()
    one.keys("Down")  # the first line
    one.await_utterance(NOTE[0])
    one.wait_for(lambda: ImageChops.difference(plain, one.view()).getbbox() is not None)
    one.keys("Down", "Right")
    one.await_utterance("your")
    one.keys("End")
    one.await_utterance("tickets.")
    one.keys("Right")
    one.await_utterance("Last word.")
    one.keys("ctrl+c")
    one.await_text("Text copied.")
    assert clipboard(one).split() == " ".join(NOTE).split()

    one.keys("Escape", "Escape", "space")  # leaves the words, stops, and speaks again what came first
    one.wait_for(lambda: one.utterances()[-1] == TWO_LINES)
    one.close()


def test_without_the_recogniser_the_key_says_how_to_get_it(program: Start, user: User, statement: Statement) -> None:
    photo = user.album()[0]
    one = program(photo)
    one.await_photo(photo, statement(photo))
    one.keys("ctrl+t")
    one.await_text(MISSING)
    one.close()
