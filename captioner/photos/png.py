"""PNG files that Pillow refuses or misreads: faulty extra chunks, Apple's own kind, few bits in many.

https://www.w3.org/TR/png-3/ describes the chunks.
"""

import io
import zlib
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, NamedTuple

from PIL import Image, PngImagePlugin

if TYPE_CHECKING:
    import numpy as np

    from captioner.photos.samples import Samples

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Of an animation. They depend on each other, so that none can be left out.
ANIMATION = (b"acTL", b"fcTL", b"fdAT")
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
# These may say that the photo is on its side.
ORIENTATION_TEXTS = (b"Raw profile type ", b"XML:com.adobe.xmp")
GREY_AND_ALPHA = 4
# Text and colour profiles that unpack to more bytes are left out. Pillow's own limit refuses the photo from 1 MB on.
MAX_TEXT = 16_000_000
# Bytes that are read at a time.
PIECE = 1_000_000

PngImagePlugin.MAX_TEXT_CHUNK = MAX_TEXT


class Chunk(NamedTuple):
    kind: bytes
    start: int
    length: int

    @property
    def end(self) -> int:
        """Where the next chunk begins."""
        return self.start + 12 + self.length

    def content(self, file: IO[bytes]) -> bytes:
        file.seek(self.start + 8)
        return file.read(self.length)

    def whole(self, file: IO[bytes]) -> bytes:
        """The content with what is before and after it."""
        file.seek(self.start)
        return file.read(self.end - self.start)


def is_intact(file: IO[bytes]) -> bool:
    """Whether the pixels have the checksums that were saved with them. Pillow does not look."""
    for chunk in chunks(file):
        if chunk.kind == b"IDAT":
            file.seek(chunk.start + 8)
            checksum = zlib.crc32(chunk.kind)
            for start in range(0, chunk.length, PIECE):
                checksum = zlib.crc32(file.read(min(PIECE, chunk.length - start)), checksum)
            if file.read(4) != checksum.to_bytes(4, "big"):
                return False
    return True


def chunks(file: IO[bytes]) -> Iterator[Chunk]:
    """The chunks up to the last one. Where one cannot be right, what follows is searched for the pixels."""
    size = file.seek(0, io.SEEK_END)
    start = len(SIGNATURE)
    while start < size:
        file.seek(start)
        header = file.read(8)
        chunk = Chunk(header[4:], start, int.from_bytes(header[:4], "big"))
        if not (len(chunk.kind) == 4 and chunk.kind.isalpha()) or (chunk.end > size and chunk.kind != b"IDAT"):
            file.seek(start)
            skipped = file.read(PIECE).find(b"IDAT", 8) - 4
            if skipped < 0:
                return
            start += skipped
            continue
        yield chunk
        if chunk.kind == b"IEND":
            return
        start = chunk.end


def without_faulty_chunks(file: IO[bytes]) -> IO[bytes] | None:
    """The file without the faulty chunks that the pixels don't need, or None if Pillow accepts all of them."""
    kept, header, faulty = [SIGNATURE], SIGNATURE, False
    expected = len(SIGNATURE)
    for chunk in chunks(file):
        faulty |= chunk.start != expected
        expected = chunk.end
        content = chunk.whole(file)
        if chunk.kind in (b"IHDR", b"PLTE"):
            header += content
        elif not (chunk.kind[:1].isupper() or chunk.kind in ANIMATION or _is_useful(header, content)):
            faulty = True
            continue
        kept.append(content)
    return io.BytesIO(b"".join(kept)) if faulty else None


def _is_useful(header: bytes, chunk: bytes) -> bool:
    """Whether a chunk says how the photo looks, and Pillow takes a file with just this one and what all files have."""
    if chunk[4:8] in TEXTS and not chunk.startswith(ORIENTATION_TEXTS, 8):
        return False  # much text takes much memory
    try:
        with Image.open(io.BytesIO(header + chunk + bytes(4) + b"IDAT"), formats=("PNG",)):
            return True
    except Exception:  # any that a plugin raises
        return False


def is_cgbi(head: bytes) -> bool:
    """Whether a file that begins so is a PNG file as Xcode packs them for iPhones."""
    return head.startswith(SIGNATURE) and head[12:16] == b"CgBI"


def from_cgbi(file: IO[bytes]) -> Image.Image:
    """Read a PNG file as Xcode packs them: no zlib header, blue before red, colours multiplied by alpha."""
    kept, packer = [SIGNATURE], zlib.compressobj(1)
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    for chunk in chunks(file):
        if chunk.kind == b"IDAT":
            kept.append(_chunk(b"IDAT", packer.compress(unpacker.decompress(chunk.content(file)))))
        elif chunk.kind == b"IEND":
            kept += [_chunk(b"IDAT", packer.flush()), chunk.whole(file)]
        elif chunk.kind != b"CgBI":
            kept.append(chunk.whole(file))
    with Image.open(io.BytesIO(b"".join(kept)), formats=("PNG",)) as image:
        image.load()
    if image.mode == "RGB":
        return Image.merge("RGB", image.split()[::-1])
    if image.mode == "RGBA":
        blue, green, red, alpha = image.split()
        swapped = Image.merge("RGBA", (red, green, blue, alpha))
        return Image.frombytes("RGBa", image.size, swapped.tobytes()).convert("RGBA")
    return image


def _chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(content, zlib.crc32(kind)).to_bytes(4, "big")


def with_low_bits(file: IO[bytes], image: Image.Image) -> "Samples | None":
    """All 16 bits of colours of which Pillow has kept 8, if the picture is so dark that it has fewer than 16.

    Args:
        image: the picture of the file, as Pillow loads it.
    """
    file.seek(24)
    bits, colour_type = file.read(2)
    if bits != 16 or image.mode not in ("RGB", "RGBA") or getattr(image, "is_animated", False):
        return None
    if _brightest(image) >= 64:
        return None

    import numpy as np

    from captioner.photos.samples import Samples

    grey = colour_type == GREY_AND_ALPHA
    file.seek(0)
    with Image.open(file, formats=("PNG",)) as low:
        # Samples are stored with the upper byte first. Read the other way round, it is the lower byte that is kept. The
        # two samples of a grey pixel are as long as four bytes of another mode.
        low.tile = [tile._replace(args="RGBA" if grey else f"{image.mode};16L") for tile in low.tile]
        low.load()

    def rows(top: int, bottom: int) -> "np.ndarray":
        box = (0, top, image.width, bottom)
        lower = np.asarray(low.crop(box))
        upper, lower = (lower[..., ::2], lower[..., 1::2]) if grey else (np.asarray(image.crop(box)), lower)
        samples: np.ndarray = np.bitwise_or(upper.astype(np.uint16) << 8, lower)
        return samples

    return Samples(image.size, "L" if grey else "RGB", rows, alpha=image.mode[3:], info=image.info)


def _brightest(image: Image.Image) -> int:
    """The largest value of a colour."""
    return max(index % 256 for index, count in enumerate(image.histogram()[: 3 * 256]) if count)
