"""What is answered to which prompt."""

import pytest

from captioner.web.prompts import CANNOT_READ, NO_TEXT, answer

SIGN = {"statement": "Probably: a sign.", "text": "Exit"}
CAT = {"statement": "A cat.", "text": ""}
UNREAD = {"statement": "A cat."}


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
    assert answer(prompt, SIGN) == "Probably: a sign."


@pytest.mark.parametrize(
    "prompt",
    ["Read the text.", "OCR", "Transcribe this.", "What does the sign say?", "Return all text.", "Read it to me"],
)
def test_a_prompt_that_asks_for_the_text_gets_the_text(prompt):
    assert answer(prompt, SIGN) == "Exit"
    assert answer(prompt, CAT) == NO_TEXT
    assert answer(prompt, UNREAD) == f"{CANNOT_READ} A cat."


@pytest.mark.parametrize(
    "prompt",
    ["Describe this image in detail. If there is text, include it exactly.", "Caption it, with any visible text"],
)
def test_a_prompt_that_asks_for_both_gets_both(prompt):
    assert answer(prompt, SIGN) == "Probably: a sign. Text in the picture: Exit"
    assert answer(prompt, CAT) == answer(prompt, UNREAD) == "A cat."
