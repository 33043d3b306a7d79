"""The text in a picture, as it was read, and the sentences that say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

# Words with less confidence than this are marked as unclear.
UNCLEAR = 0.75
UNCLEAR_MARK = " (unclear)"

# How text is introduced, in a photo and in a picture that is mostly text.
IN_PHOTO = "It says: "
PAGE = "This is mostly text"
INCOMPLETE = "There is more text, which took too long to read."


@dataclass(frozen=True)
class Word:
    """A word in a picture.

    confidence: the mean probability of its characters, in [0, 1].
    """

    text: str
    confidence: float

    @property
    def marked(self) -> str:
        """The word, marked if it is unclear."""
        return self.text + UNCLEAR_MARK if self.confidence < UNCLEAR else self.text


@dataclass(frozen=True)
class TextLine:
    """A line of text in a picture.

    box: left, top, right and bottom, as shares of the picture's width and height.
    paragraph: which one it belongs to, counted from 0 in reading order.
    """

    words: tuple[Word, ...]
    box: tuple[float, float, float, float]
    paragraph: int

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def marked(self) -> str:
        """The line with its unclear words marked."""
        return " ".join(word.marked for word in self.words)

    @property
    def confidence(self) -> float:
        """The mean confidence of its words, weighted by their lengths, in [0, 1]."""
        length = sum(len(word.text) for word in self.words)
        return sum(word.confidence * len(word.text) for word in self.words) / length

    def to_dict(self) -> dict[str, Any]:
        """The line as JSON takes it."""
        return {
            "text": self.text,
            "confidence": round(self.confidence, 3),
            "box": [round(side, 4) for side in self.box],
            "paragraph": self.paragraph,
        }


@dataclass(frozen=True)
class PictureText:
    """The text in a picture.

    lines: in reading order; empty if there is no legible text.
    is_page: whether the picture is mostly text: a document, a screenshot or a sign.
    rotation: by how many degrees the text is turned clockwise: 0, 90, 180 or 270.
    complete: whether there was time to read all of it.
    """

    lines: tuple[TextLine, ...] = ()
    is_page: bool = False
    rotation: int = 0
    complete: bool = True

    @property
    def text(self) -> str:
        """All text: a line for each paragraph."""
        return "\n".join(_joined([line.text for line in lines]) for lines in _paragraphs(self.lines))

    @property
    def heading(self) -> str:
        """What introduces the text of a page."""
        turned = f", turned by {self.rotation} degrees" if self.rotation else ""
        return f"{PAGE}{turned}:"

    @property
    def size_sentence(self) -> str:
        """How much text there is, and how much of it is doubtful."""
        unclear = sum(word.confidence < UNCLEAR for line in self.lines for word in line.words)
        lines = "1 line" if len(self.lines) == 1 else f"{len(self.lines)} lines"
        doubt = "" if not unclear else ", 1 unclear word" if unclear == 1 else f", {unclear} unclear words"
        return f"{lines} of text{doubt}.{'' if self.complete else ' ' + INCOMPLETE}"

    @property
    def statement(self) -> str:
        """What is shown: an introduction and all text, with unclear words marked; "" if there is no text."""
        return self._statement(self.lines, "\n")

    def spoken(self, max_lines: int | None = None) -> str:
        """What is spoken: the statement, of at most max_lines lines."""
        return self._statement(self.lines[:max_lines], " ")

    def _statement(self, lines: Sequence[TextLine], separator: str) -> str:
        if not lines:
            return ""
        paragraphs = [_joined([line.marked for line in group]) for group in _paragraphs(lines)]
        if not self.complete and len(lines) == len(self.lines):
            paragraphs.append(INCOMPLETE)
        if not self.is_page:
            return IN_PHOTO + " ".join(paragraphs)
        return separator.join([self.heading, *paragraphs])

    def to_dict(self) -> dict[str, Any]:
        """The text as JSON takes it, next to a caption."""
        return {
            "text": [line.to_dict() for line in self.lines],
            "mostly_text": self.is_page,
            "text_rotation": self.rotation,
            "text_complete": self.complete,
        }


def with_text(statement: str, text: PictureText | None) -> str:
    """What is shown of a picture: its caption's statement and the text in it, or only the text if it is mostly that."""
    return _combined(statement, text, text.statement if text else "")


def spoken_with_text(statement: str, text: PictureText | None) -> str:
    """The same, to be spoken."""
    return _combined(statement, text, text.spoken() if text else "")


def _combined(statement: str, text: PictureText | None, text_statement: str) -> str:
    if text is None or not text_statement:
        return statement
    return text_statement if text.is_page else f"{statement} {text_statement}"


def _paragraphs(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    return [list(group) for _, group in groupby(lines, key=lambda line: line.paragraph)]


def _joined(lines: Sequence[str]) -> str:
    """Join the lines of a paragraph, and the halves of a word that was divided at the end of one."""
    joined = lines[0]
    for line in lines[1:]:
        if joined.endswith("-") and len(joined) > 1 and joined[-2].islower() and line[:1].islower():
            joined = joined[:-1] + line
        else:
            joined = f"{joined} {line}"
    return joined
