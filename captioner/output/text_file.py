"""A caption in a text file next to its photo."""

from pathlib import Path

from captioner.photos.folder import photos_in
from captioner.system import files


def text_path(photo: Path) -> Path:
    """Where the caption of a photo is saved: dog.txt for dog.jpg.

    Where dog.png is in the same folder, it is dog.jpg.txt and dog.png.txt, so that each photo has a file of its own.
    """
    path = photo.with_suffix(".txt")
    shared = path == photo or photo.stem.casefold() in _taken_stems(photo)
    return photo.with_name(f"{photo.name}.txt") if shared else path


def _taken_stems(photo: Path) -> set[str]:
    """The names that other photos in the folder give their text files, in lower case, as file systems may ignore it."""
    try:
        others = [other for other in photos_in(photo.parent) if other.name != photo.name]
    except OSError:  # writing the file will say why
        return set()
    return {name.casefold() for other in others for name in (other.stem, other.name)}


def save_caption(photo: Path, text: str, *, overwrite: bool = False) -> Path:
    """Write a caption next to its photo, completely or not at all.

    Args:
        overwrite: replace a file with another text. Ask the user first.

    Returns:
        The text file's path, `text_path(photo)`.

    Raises:
        FileExistsError: there is such a file with another text, and overwrite is False.
        OSError: the file cannot be written.
    """
    path = text_path(photo)
    content = f"{text}\n".encode()
    try:
        if not overwrite and path.read_bytes() != content:
            raise FileExistsError(17, "the file contains another text", str(path))
    except FileNotFoundError:
        pass
    files.write(path, content)
    return path
