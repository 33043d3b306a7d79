"""A photo and its caption as HTML, for other programs."""

import base64
import io
from html import escape

from captioner.photos.source import PhotoSource

# Pixels of the longer side of a photo in HTML.
MAX_SIDE = 1600


def figure(photo: PhotoSource, text: str) -> str:
    """A <figure> with the photo, as a JPEG of at most MAX_SIDE pixels a side, and the caption as alt text and below it.

    Takes a while: call it in a thread.

    Raises:
        PhotoError: the photo cannot be read.
    """
    # Imported here, so that the window can import this module without waiting for Pillow.
    from PIL import Image

    from captioner.photos.load import load

    image = load(photo, (MAX_SIDE,)).images[0]
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    content = io.BytesIO()
    image.save(content, "JPEG", quality=85)
    address = f"data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode()}"
    caption = escape(text)
    return f'<figure><img src="{address}" alt="{caption}"><figcaption>{caption}</figcaption></figure>'
