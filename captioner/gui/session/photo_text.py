"""Which text is shown for a photo: the user's own, its author's, or the model's caption."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from captioner.caption import hedge

if TYPE_CHECKING:
    from captioner import Caption
    from captioner.output.alt_text import AltText

YOURS = "This caption is yours."
PLACES = {"alternative text": "the photo's alternative text", "text file": "the text file next to the photo"}
DESCRIPTION = "the photo's description"


@dataclass(frozen=True)
class PhotoText:
    """The text that is shown for a photo.

    text: to copy and save.
    statement: as it is shown and spoken: with the doubt about the model's caption, or who says it.
    words: those of the model's caption, which have attention; none in other texts.
    origin: a sentence about where the text comes from; "" for the model's caption.
    others: other texts for the photo.
    captions: the model's captions among these texts; for each, its statement if the program
        calls it unreliable, otherwise "".
    """

    text: str
    statement: str
    words: tuple[str, ...]
    origin: str
    others: tuple[str, ...]
    captions: dict[str, str]

    def is_automatic(self, text: str) -> bool:
        """Whether a text is the model's, with or without its doubt."""
        return text in self.captions or text in filter(None, self.captions.values())


def photo_text(caption: "Caption", author: "AltText | None", edit: str | None) -> PhotoText:
    """Choose the text for a photo.

    Args:
        author: what the photo says of itself. It is not called the author's where it is a saved caption of the program
            or of the user.
        edit: the user's caption.
    """
    captions = [caption.text, *(alternative.text for alternative in caption.alternatives)]
    by_author = author
    if author and (author.automatic or author.text in (caption.text, caption.statement, edit)):
        by_author = None
    models = {text: hedge(text, caption.confidence) if caption.is_guess else "" for text in captions if text != edit}
    texts = [by_author.text, *captions] if by_author else captions
    if edit is not None:
        text, statement, origin = edit, edit, YOURS
    elif by_author:
        place = PLACES.get(by_author.place, DESCRIPTION)
        text, statement, origin = by_author.text, by_author.statement, f"From {place}."
    else:
        words = tuple(word.text for word in caption.words)
        return PhotoText(caption.text, caption.statement, words, "", tuple(captions[1:]), models)
    others = tuple(dict.fromkeys(other for other in texts if other != text))
    return PhotoText(text, f"{statement} {caption.note}".rstrip(), (), origin, others, models)
