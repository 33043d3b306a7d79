"""What is answered to which prompt."""

import pytest

from captioner.caption import Caption
from captioner.ocr.picture_text import PictureText, TextLine, Word
from captioner.web.describer import Description
from captioner.web.prompts import NO_TEXT, answer, wants_text

CAPTION = Caption("A sign.", (), -1.0, 0.7, (), {})
LINE = TextLine((Word("Exit", 0.99),), (0.1, 0.1, 0.9, 0.2), 0)
SIGN = Description(CAPTION, PictureText((LINE,)))
CAT = Description(CAPTION, PictureText())
UNREAD = Description(CAPTION, problem="It took too long.")


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "Describe this picture.",
        "What do you see?",
        "Write alt text for this photo.",
        "Give me the alternative text.",
        "One sentence in the active voice. Avoid text formatting and filler words.",
    ],
)
def test_the_caption_is_the_answer_to_any_prompt(prompt):
    assert not wants_text(prompt)
    assert answer(prompt, UNREAD) == "Probably: a sign."


@pytest.mark.parametrize(
    "prompt",
    ["Read the text.", "OCR", "Transcribe this.", "What does the sign say?", "Return all text.", "Read it to me"],
)
def test_a_prompt_that_asks_for_the_text_gets_the_text(prompt):
    assert answer(prompt, SIGN) == "Exit"
    assert answer(prompt, CAT) == NO_TEXT
    assert answer(prompt, UNREAD) == "It took too long. Probably: a sign."
    assert wants_text(prompt)


@pytest.mark.parametrize(
    "prompt",
    ["Describe this image in detail. If there is text, include it exactly.", "Caption it, with any visible text"],
)
def test_a_prompt_that_asks_for_both_gets_both(prompt):
    assert wants_text(prompt)
    assert answer(prompt, SIGN) == "Probably: a sign. It says: Exit"
    assert answer(prompt, CAT) == answer(prompt, UNREAD) == "Probably: a sign."
