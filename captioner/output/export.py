"""A caption for other programs: as HTML, and as a text file beside the photo."""

import base64
from html import escape
from pathlib import Path

from captioner.photos.source import PhotoSource
from captioner.system import files

# Pixels of the longer side of a photo in HTML.
SIDE = 1600


def html(photo: PhotoSource, text: str) -> str:
    """A <figure> that holds the photo, as a JPEG of at most SIDE pixels a side, with the caption as alt text and below.

    Takes a while: call it in a thread.

    Raises:
        PhotoError: the photo cannot be read.
    """
    import io

    from PIL import Image

    from captioner.photos.load import load

    image = load(photo, (SIDE,)).images[0]
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    content = io.BytesIO()
    image.save(content, "JPEG", quality=85)
    address = f"data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode()}"
    caption = escape(text)
    return f'<figure><img src="{address}" alt="{caption}"><figcaption>{caption}</figcaption></figure>'


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
    path = photo.with_suffix(".txt")
    if path == photo:  # a photo may be called anything
        path = photo.with_name(f"{photo.name}.txt")
    content = f"{text}\n".encode()
    try:
        if not overwrite and path.read_bytes() != content:
            raise FileExistsError(17, "there is another text", str(path))
    except FileNotFoundError:
        pass
    files.write(path, content)
    return path
