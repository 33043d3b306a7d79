"""Saves captions in their photos, and counts how many were saved, kept back or refused."""

from pathlib import Path

from captioner.caption import Caption
from captioner.output import exiftool
from captioner.output.alt_text import AltTextExistsError, write_alt_text
from captioner.photos.source import PhotoSource


class AltTextWriter:
    """Saves captions as alternative text.

    Args:
        least: captions with less confidence are not saved.
        overwrite: whether to replace a text that a photo has.

    Raises:
        CaptionerError: ExifTool is not installed.
    """

    def __init__(self, *, least: float, overwrite: bool) -> None:
        exiftool.require()  # now, and not after hours
        self._least, self._overwrite = least, overwrite
        self._saved = self._kept = self._doubtful = 0

    def save(self, photo: str, caption: Caption) -> Path | None:
        """Save a photo's caption.

        Returns:
            The file that it is in now; None if it was not saved, because the photo has a text or the caption is
            doubtful.

        Raises:
            CaptionerError, OSError: it cannot be saved.
        """
        if caption.confidence < self._least:
            self._doubtful += 1
            return None
        path = PhotoSource.of(photo).path
        assert path is not None
        try:
            saved = write_alt_text(path, caption.text, automatic=True, overwrite=self._overwrite)
        except AltTextExistsError:
            self._kept += 1
            return None
        self._saved += 1
        return saved

    def summary(self) -> str:
        """How many captions were saved and why the others were not; "" if all were saved."""
        if not self._kept and not self._doubtful:
            return ""
        sentences = [f"{_captions(self._saved)} saved as alternative text."]
        if self._kept:
            kept = (
                "1 photo keeps the text it has" if self._kept == 1 else f"{self._kept} photos keep the text they have"
            )
            sentences.append(f"{kept}; --overwrite replaces it.")
        if self._doubtful:
            sentences.append(f"{_captions(self._doubtful)} not saved because the confidence is below {self._least:g}.")
        return " ".join(sentences)


def _captions(count: int) -> str:
    return "1 caption was" if count == 1 else f"{count} captions were"
