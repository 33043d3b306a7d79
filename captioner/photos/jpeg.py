"""JPEG files that Pillow refuses although every pixel is there, and kinds that no decoder here knows.

https://www.w3.org/Graphics/JPEG/itu-t81.pdf lists the markers.
"""

import io
from typing import IO

from PIL import Image, ImageChops

END = b"\xff\xd9"
# Bytes that would be seen if there were a place for them among the pixels.
GARBAGE = b"\x5a\xc3\x17\x99\x6b\xd4" * 400
# Pixels of a side of what is coded at once.
LARGEST_BLOCK = 16
ARITHMETIC = (0xC9, 0xCA)
# Starts of frames that no decoder here knows.
KINDS = {
    0xC3: "a lossless JPEG",
    0xC5: "a hierarchical JPEG",
    0xC6: "a hierarchical JPEG",
    0xC7: "a hierarchical JPEG",
    0xCB: "a lossless JPEG",
    0xCD: "a hierarchical JPEG",
    0xCE: "a hierarchical JPEG",
    0xCF: "a hierarchical JPEG",
    0xF7: "a JPEG-LS photo",
}


def frame(file: IO[bytes]) -> tuple[int, int]:
    """The marker that starts the picture, which says what kind of JPEG this is, and the bits of a sample; or 0, 0."""
    file.seek(2)
    while (marker := file.read(2))[:1] == b"\xff":
        if marker == b"\xff\xff":  # filling
            file.seek(-1, io.SEEK_CUR)
            continue
        length = int.from_bytes(file.read(2), "big")
        if marker[1] in KINDS or (0xC0 <= marker[1] <= 0xCF and marker[1] not in (0xC4, 0xC8, 0xCC)):
            return marker[1], int.from_bytes(file.read(1), "big")
        if length < 2 or marker == b"\xff\xda":
            break
        file.seek(length - 2, io.SEEK_CUR)
    return 0, 0


def unreadable_kind(file: IO[bytes]) -> str:
    """What kind of JPEG it is if no decoder here knows it, or ""."""
    marker, bits = frame(file)
    return KINDS.get(marker) or (f"a JPEG with {bits} bits a colour" if bits not in (0, 8) else "")


def is_arithmetic(file: IO[bytes]) -> bool:
    """Whether the file is coded arithmetically. The decoder of those has to have all of the file at once."""
    return frame(file)[0] in ARITHMETIC


def with_end(file: IO[bytes]) -> IO[bytes] | None:
    """The file with an end marker, if that is all that it lacks; otherwise None."""
    file.seek(0)
    content = file.read().removesuffix(END[:1])
    try:
        complete, longer = (_decoded(content + tail + END) for tail in (b"", GARBAGE))
        box = ImageChops.difference(complete, longer).getbbox()
    except Exception:  # any that the decoder raises
        return None
    # If there were room for more blocks than a part of the last one, they would have changed the picture.
    whole = box is None or (box[0] >= complete.width - LARGEST_BLOCK and box[1] >= complete.height - LARGEST_BLOCK)
    return io.BytesIO(content + END) if whole else None


def _decoded(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
        image.load()
    return image
