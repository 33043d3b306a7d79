"""Which text stands for a photo."""

import numpy as np
import pytest

from captioner.caption import Alternative, Caption, Word
from captioner.gui.session.photo_text import PhotoText, photo_text
from captioner.output.alt_text import AltText

CAPTION = Caption(
    "A dog runs.",
    tuple(Word(word, -1.0, np.zeros((10, 10), np.float32)) for word in ("a", "dog", "runs")),
    -3.0,
    0.7,
    (Alternative("A cat.", -4.0), Alternative("A cow.", -5.0)),
    {},
    "The photo is damaged.",
)
AUTHOR = AltText("Rex.", "alternative text")


def test_the_models_caption_stands_where_nobody_says_anything() -> None:
    assert photo_text(CAPTION, None, None) == PhotoText(
        "A dog runs.",
        "Probably: a dog runs. The photo is damaged.",
        ("a", "dog", "runs"),
        "",
        ("A cat.", "A cow."),
        {"A dog runs.": "", "A cat.": "", "A cow.": ""},
    )


def test_the_author_comes_before_the_model_and_the_user_before_both() -> None:
    text = photo_text(CAPTION, AUTHOR, None)
    assert (text.text, text.statement) == ("Rex.", "Its author says: Rex. The photo is damaged.")
    assert (text.origin, text.others) == ("From the photo's alternative text.", ("A dog runs.", "A cat.", "A cow."))
    text = photo_text(CAPTION, AUTHOR, "Rex runs.")
    assert (text.text, text.statement) == ("Rex runs.", "Rex runs. The photo is damaged.")
    assert text.others == ("Rex.", "A dog runs.", "A cat.", "A cow.")


@pytest.mark.parametrize("saved", ["A dog runs.", "Probably: a dog runs. The photo is damaged."])
def test_a_caption_that_was_saved_is_not_said_to_be_the_authors(saved: str) -> None:
    assert photo_text(CAPTION, AltText(saved, "text file"), None) == photo_text(CAPTION, None, None)


def test_only_the_models_guesses_are_doubtful() -> None:
    guess = Caption(CAPTION.text, CAPTION.words, -3.0, 0.1, CAPTION.alternatives, {})
    for author in None, AUTHOR:
        text = photo_text(guess, author, "A cat.")
        assert set(text.captions) == {"A dog runs.", "A cow."}
        doubtful = text.captions["A cow."]
        assert doubtful == "I can't describe this picture reliably. My best guess: a cow."
        assert [text.is_automatic(one) for one in ("A cow.", doubtful, "A cat.", "Rex.", "")] == [True, True] + [
            False
        ] * 3
    text = photo_text(CAPTION, AUTHOR, None)
    assert set(text.captions.values()) == {""}
    assert text.is_automatic("A cow.")
    assert not text.is_automatic("Rex.")


def test_an_old_caption_of_the_program_is_not_said_to_be_the_authors() -> None:
    old = AltText("A wolf.", "alternative text", automatic=True)
    assert photo_text(CAPTION, old, None) == photo_text(CAPTION, None, None)
