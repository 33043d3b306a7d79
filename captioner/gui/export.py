"""A caption for other programs: as HTML, and as a text file beside the photo."""

from pathlib import Path

from captioner.gui.background import Source


def html(photo: Source, text: str) -> str:
    """A <figure> that holds the photo, as a JPEG of at most 1600 pixels a side, with the caption as its alt text and below it.

    Takes a while: call it in a thread.

    Raises:
        PhotoError: the photo cannot be read.
    """
    raise NotImplementedError


def save_caption(photo: Path, text: str, *, overwrite: bool = False) -> Path:
    """Write the caption beside the photo, all at once or not at all: dog.txt for dog.jpg.

    Args:
        overwrite: replace another text that is there already. Ask the user first.

    Returns:
        The text file's path.

    Raises:
        FileExistsError: there is such a file with another text, and overwrite is False.
        OSError: the file cannot be written.
    """
    raise NotImplementedError
