"""What is answered to a prompt: the caption, whatever it says, and the text in the picture if it asks for that."""

import re
from collections.abc import Mapping
from typing import Any

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
CANNOT_READ = "Captioner can't read text in pictures."


def answer(prompt: str, description: Mapping[str, Any]) -> str:
    """The answer to a prompt about a photo.

    Args:
        description: the dictionary form of the photo's caption; "text" in it is the text in the picture.
    """
    statement, text = str(description["statement"]), description.get("text")
    if not TEXT.search(prompt):
        return statement
    if DESCRIPTION.search(prompt):
        return f"{statement} Text in the picture: {text}" if text else statement
    if text is None:
        return f"{CANNOT_READ} {statement}"
    return str(text) or NO_TEXT
