"""The texts of photos that are not the model's captions: their authors' and the user's."""

from typing import TYPE_CHECKING

from captioner.errors import PhotoError
from captioner.gui.session.loading import Key
from captioner.photos.source import PhotoSource

if TYPE_CHECKING:
    from captioner.model.preprocess import PreparedPhoto
    from captioner.output.alt_text import AltText
    from captioner.output.edits import Edits


class OtherTexts:
    """Finds the other texts of photos and keeps them. Any thread may call its methods.

    Args:
        edits: the user's captions; None to keep none.
    """

    def __init__(self, edits: "Edits | None") -> None:
        self._edits = edits
        self._found: dict[Key, tuple[AltText | None, str]] = {}

    def find(self, key: Key, source: PhotoSource, prepared: "PreparedPhoto") -> None:
        """Read what a photo says of itself. Takes some milliseconds."""
        if key in self._found:
            return
        from captioner.output.alt_text import read_alt_text
        from captioner.output.edits import content_key

        try:
            author = read_alt_text(source)
        except (OSError, PhotoError):  # the photo itself could be read: it simply says nothing
            author = None
        name = ""
        if self._edits:
            name = content_key(prepared.pixels)
            self._edits.get(name)  # reads the journal now, and not where somebody waits
        self._found[key] = author, name

    def of(self, key: Key | None) -> "tuple[AltText | None, str, str | None]":
        """What a photo says of itself, what it is known by in the user's captions, and the user's caption for it."""
        author, name = self._found.get(key, (None, "")) if key else (None, "")
        return author, name, self._edits.get(name) if self._edits and name else None
