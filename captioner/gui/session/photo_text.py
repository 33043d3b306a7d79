"""Which text stands for a photo: the user's own, what its author says, or the model's caption."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from captioner.caption import RELIABLE, hedge

if TYPE_CHECKING:
    from captioner import Caption
    from captioner.output.alt_text import AltText

YOURS = "This caption is yours."
PLACES = {"alternative text": "the photo's alternative text", "text file": "the text file beside the photo"}
DESCRIPTION = "the photo's description"


@dataclass(frozen=True)
class PhotoText:
    """The text that stands for a photo.

    text: to copy and save.
    statement: as it is shown and spoken: with the doubt about the model's caption, or who says it.
    words: those of the model's caption, which have attention; none in other texts.
    origin: a sentence about where the text comes from; "" for the model's caption.
    others: other texts for the photo.
    guesses: the model's captions among these texts, if the program calls them unreliable, with the doubt in words.
    """

    text: str
    statement: str
    words: tuple[str, ...]
    origin: str
    others: tuple[str, ...]
    guesses: dict[str, str]


def photo_text(caption: "Caption", author: "AltText | None", edit: str | None) -> PhotoText:
    """Choose the text for a photo.

    Args:
        author: what the photo says of itself. Where that is the model's caption, which was saved there, or the user's,
            it is not said to be the author's.
        edit: the user's caption.
    """
    captions = [caption.text, *(alternative.text for alternative in caption.alternatives)]
    by_author = author if author and author.text not in (caption.text, caption.statement, edit) else None
    is_guess = caption.confidence < RELIABLE
    guesses = {text: hedge(text, caption.confidence) for text in captions if is_guess and text != edit}
    texts = [by_author.text, *captions] if by_author else captions
    if edit is not None:
        text, statement, origin = edit, edit, YOURS
    elif by_author:
        place = PLACES.get(by_author.place, DESCRIPTION)
        text, statement, origin = by_author.text, by_author.statement, f"From {place}."
    else:
        words = tuple(word.text for word in caption.words)
        return PhotoText(caption.text, caption.statement, words, "", tuple(captions[1:]), guesses)
    others = tuple(dict.fromkeys(other for other in texts if other != text))
    return PhotoText(text, f"{statement} {caption.note}".rstrip(), (), origin, others, guesses)
