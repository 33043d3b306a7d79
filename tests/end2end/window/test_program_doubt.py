"""An unreliable caption leaves the program with its doubt, if the user wants that."""

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from captioner import Captioner
from captioner.caption import RELIABLE
from tests.support.desktop import clipboard
from tests.support.program import Program, User

Start = Callable[..., Program]


def unreliable(folder: Path, shipped: Captioner) -> Path:
    """A picture that shows nothing."""
    path = folder / "noise.png"
    Image.effect_noise((300, 300), 90).convert("RGB").save(path)
    assert shipped.caption(path).confidence < RELIABLE
    return path


def test_copying_and_saving_a_guess_asks_whether_the_doubt_goes_along(
    program: Start, user: User, shipped: Captioner
) -> None:
    photo = unreliable(user.home, shipped)
    caption = shipped.caption(photo)
    user.choose(self_voicing=True)
    one = program(photo)
    one.await_photo(photo, caption.statement)
    one.keys("ctrl+c")
    one.await_title("Copy")
    question = "Captioner can't describe this picture reliably. Keep the doubt in the text?"
    one.wait_for(lambda: any(question in said and "set Guesses in the settings" in said for said in one.utterances()))
    one.keys("Return")  # yes
    one.await_text("Copied.")
    assert clipboard(one) == caption.statement

    one.keys("ctrl+s")
    one.await_title("Save")
    one.keys("Escape")
    one.await_title("noise.png – Captioner")
    assert not photo.with_suffix(".txt").exists()
    one.keys("ctrl+s")
    one.await_title("Save")
    one.keys("alt+n")
    one.await_text("Saved as noise.txt.")
    assert photo.with_suffix(".txt").read_text() == f"{caption.text}\n"
    one.close()


def test_a_setting_decides_for_good(program: Start, user: User, shipped: Captioner) -> None:
    photo = unreliable(user.home, shipped)
    caption = shipped.caption(photo)
    for choice, text in ("with doubt", caption.statement), ("without doubt", caption.text):
        user.choose(self_voicing=True, unreliable_captions=choice)
        one = program(photo)
        one.await_photo(photo, caption.statement)
        one.keys("ctrl+c")
        one.await_text("Copied.")
        assert clipboard(one) == text
        one.close()
