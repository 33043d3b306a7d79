"""Answers prompts: with the caption, whatever the prompt says, and with the text in the picture if it asks for that."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from captioner.web.describer import Description

# "Is there any text?", "Read the text", "What does the sign say?", "OCR": but not "alt text" or "no text formatting".
TEXT = re.compile(
    r"\bocr\b|\btranscri(be|pt)|\b(the|any|all|visible|is|of) (visible |printed |written )?text\b(?! format)"
    r"|\bread (it|this|out)\b|\bwhat (does|do) .* say\b|\btext (in|on|from) (the|this)\b",
    re.IGNORECASE,
)
DESCRIPTION = re.compile(
    r"\bdescri(be|ption)|\bcaption|\bwhat (is|are|'s)\b|\bshows?\b|\balt(ernative)? text", re.IGNORECASE
)

NO_TEXT = "There is no text in this picture."


def wants_text(prompt: str) -> bool:
    """Whether a prompt asks for the text in the picture."""
    return bool(TEXT.search(prompt))


def answer(prompt: str, description: "Description") -> str:
    """The answer to a prompt about a photo."""
    if not wants_text(prompt) or DESCRIPTION.search(prompt):
        return description.statement
    if description.text is None:
        return f"{description.problem} {description.statement}".strip()
    return description.text.text or NO_TEXT
