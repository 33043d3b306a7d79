"""Decodes an untrusted file with Pillow. Only to be called in a worker (`captioner.photos.worker`)."""

import io
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import IO, Any

from PIL import Image, ImageChops, ImageFile, UnidentifiedImageError

from captioner.errors import PhotoError
from captioner.photos import jpeg, png, unsupported
from captioner.photos.convert import is_blank, to_rgb
from captioner.photos.formats import COMMON, FORMATS

MEGAPIXELS = 200
TOO_LARGE = (MemoryError, Image.DecompressionBombError)
# The plugins of these formats take more memory per pixel, so fewer pixels fit into 1.5 GB.
MEGAPIXELS_OF = {"AVIF": 100, "HEIF": 100, "SGI": 150, "WEBP": 60}
# JPEG 2000 takes even more: with more megapixels than these it is decoded at half the size.
HALVED_MEGAPIXELS = 50
# Larger photos are decoded one at a time.
LARGE_MEGAPIXELS = 12

# Pixels that each side of the preview in a HEIF photo has at least, which is taken where the photo is too large.
PREVIEW_SIDE = 224

# Decoded at a reduced size.
SCALED = ("JPEG", "MPO")
# Formats whose frames are separate pictures. Those of other formats are layers, sizes or views of one picture.
SEVERAL = ("AVIF", "DCX", "FLI", "GIF", "IM", "PNG", "TIFF", "WEBP")
# How many frames are searched for one that is not blank.
MAX_FRAMES = 20
# TIFF's tag of pages that are thumbnails of others.
SUBFILE_TYPE = 254

JPEG_START, PSD_START = b"\xff\xd8\xff", b"8BPS"
TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# Raw files that are not TIFF files: Canon (CR3, CRW), Fujifilm, Olympus, Panasonic, Minolta, Sigma.
RAW_STARTS = re.compile(rb"....ftypcrx |II....HEAPCCDR|FUJIFILMCCD-RAW|II(RO|RS|U\0)|MMOR|\0MRM|FOVb", re.DOTALL)
# What programs that download photos may leave before them: empty lines, zeros, a byte order mark, a web server's header
# or the start of the photo itself.
JUNK = re.compile(rb"(?:[\0\s]|\xef\xbb\xbf|HTTP/.*?\r?\n\r?\n|\xff\xd8)+(?=\xff\xd8\xff|\x89PNG\r\n)", re.DOTALL)
# Bytes that say what a file is.
HEAD_BYTES = 1000

FIRST = "The file contains several pictures; this is the first."
LATER = "The file contains several pictures; this is the first that is not blank."
MAIN = "The file contains several pictures; this is the main one."
PREVIEW = "The photo is very large; this is the small preview in its file."
DAMAGED = "The photo is damaged: part of it is missing."
CHANGED = "The photo is damaged: part of it may look wrong."


def decode(file: IO[bytes], sides: Sequence[int], wait: Callable[[], None]) -> tuple[list[Image.Image], str]:
    """Decode a photo.

    Args:
        sides: the photo is wanted once for each, as `to_rgb` takes them; the largest first.
        wait: called once before a large photo is decoded.

    Returns:
        RGB images, and what to tell the user about the photo: a sentence or "".

    Raises:
        PhotoError: there is no photo, or less than half of one.
    """
    wait = cache(wait)
    if decoded := _decoded(file, sides, wait):
        return decoded
    repaired = _repaired(file)
    if repaired and (decoded := _decoded(repaired, sides, wait)):
        return decoded
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        decoded = _decoded(repaired or file, sides, wait)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    if decoded and _share(decoded[0][-1]) >= 0.5:
        return decoded[0], DAMAGED
    raise PhotoError(_reason(file))


def open_image(file: IO[bytes]) -> ImageFile.ImageFile:
    """Open a photo without decoding its pixels.

    Raises:
        PhotoError: the file is not a photo.
    """
    Image.MAX_IMAGE_PIXELS = MEGAPIXELS * 1_000_000 // 2  # an error from twice that on
    return _open(file, _head(file))


def load_plugins() -> list[str]:
    """Load Pillow's plugins for all formats, and return the names of those that Captioner reads, in Pillow's order.

    The order matters: some formats have no clear beginning, and those come last.
    """
    from pillow_heif import register_heif_opener

    Image.init()
    register_heif_opener()
    readable = {format.name for format in FORMATS}
    return [name for name in Image.ID if name in readable]


def _decoded(file: IO[bytes], sides: Sequence[int], wait: Callable[[], None]) -> tuple[list[Image.Image], str] | None:
    """What `decode` returns, or None if the photo is damaged."""
    try:
        image, note = _load(file, sides[0], wait)
        images = [to_rgb(image, sides[0])]
        for side in sides[1:]:
            # Decoded once more if at another size: what is captioned may not depend on what else is wanted.
            if image.format in SCALED and min(image.size) >= 2 * side:
                image, note = _load(file, side, wait)
            images.append(to_rgb(image, side))
        return images, note
    except TOO_LARGE as error:
        raise _too_large() from error
    except PhotoError:
        raise
    except Exception as error:  # on a damaged file Pillow's plugins raise almost anything
        if _by_system(error):
            raise
        return None


def _by_system(error: Exception) -> bool:
    """Whether the file could not be read, and not its content."""
    return isinstance(error, OSError) and error.errno is not None


def _repaired(file: IO[bytes]) -> IO[bytes] | None:
    """The file without its faulty parts, if the pixels don't need them."""
    head = _head(file)
    if match := JUNK.match(head):
        file.seek(match.end())
        return io.BytesIO(file.read())
    if head.startswith(png.SIGNATURE):
        return png.without_faulty_chunks(file)
    return jpeg.with_end(file) if head.startswith(JPEG_START) else None


def _reason(file: IO[bytes]) -> str:
    """A sentence that says why a photo can't be read."""
    if _head(file).startswith(JPEG_START) and (kind := jpeg.unreadable_kind(file)):
        return unsupported.sentence(kind, unsupported.SAVE_JPEG)
    return unsupported.DAMAGED


def _head(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(HEAD_BYTES)


def _load(file: IO[bytes], side: int, wait: Callable[[], None]) -> tuple[Image.Image, str]:
    """The picture, in any mode, and a note on it."""
    head = _head(file)
    if not head:
        raise PhotoError("The file is empty.")
    Image.MAX_IMAGE_PIXELS = MEGAPIXELS * 1_000_000 // 2  # an error from twice that on, in containers, too
    if head[:4] in TIFF_STARTS and (loaded := _load_tiff(file, side, wait)):
        return loaded
    if head.startswith(PSD_START):
        from captioner.photos import psd, samples

        if psd.needs_samples(head):
            picture = psd.samples(file)
            _check_size("PSD", picture.size, wait)
            return samples.to_image(picture), ""
    if png.is_cgbi(head):
        return png.from_cgbi(file), ""
    if RAW_STARTS.match(head):
        from captioner.photos import raw_preview

        return _load_opened(raw_preview.in_other(file), side, wait)
    opened = _open(file, head)
    if opened.format in SCALED and jpeg.is_arithmetic(file):
        opened.decodermaxblock = file.seek(0, io.SEEK_END)
    image, note = _load_opened(opened, side, wait)
    if image.format == "PNG":
        if low := png.with_low_bits(file, image):
            from captioner.photos import samples

            image = samples.to_image(low)
        if not png.is_intact(file):
            note = CHANGED
    return image, note


def _load_opened(image: Any, side: int, wait: Callable[[], None]) -> tuple[Image.Image, str]:
    """Load an image that Pillow has opened, at a size that is enough."""
    note = ""
    megapixels = image.width * image.height / 1_000_000
    if image.format == "HEIF" and megapixels > MEGAPIXELS_OF["HEIF"]:
        note = PREVIEW if image.draft(None, (PREVIEW_SIDE, PREVIEW_SIDE)) else ""
    if image.format == "JPEG2000" and megapixels > HALVED_MEGAPIXELS:
        image.reduce = 1  # each side by two
    _check_size(image.format, image.size, wait)
    if image.format in SCALED:
        image.draft(None, (side, side))
    if image.format in SEVERAL and getattr(image, "is_animated", False):
        note = FIRST if _seek_picture(image) == 0 else LATER
    elif image.format == "HEIF" and image.is_animated:
        note = note or MAIN
    image.load()
    return image, note


def _load_tiff(file: IO[bytes], side: int, wait: Callable[[], None]) -> tuple[Image.Image, str] | None:
    """The first page that is not blank, or the preview of a raw file; None if Pillow reads all pages rightly."""
    from captioner.photos import raw_preview, samples, tiff

    if preview := raw_preview.in_tiff(file):
        return _load_opened(preview, side, wait)
    pages = tiff.pages(file)
    if not any(page.needs_samples or page.holds_photos or page.refusal() for page in pages):
        return None
    first = None
    for page in pages:
        if refusal := page.refusal():
            raise PhotoError(refusal)
        _check_size("TIFF", page.size, wait)
        if page.holds_photos:
            load_plugins()
            image = page.assembled()
        elif page.needs_samples:
            image = samples.to_image(page.samples())
        else:
            image = page.by_pillow()
        if not is_blank(image):
            break
        first = first or image
    else:
        assert first
        image, page = first, pages[0]
    note = "" if len(pages) == 1 else FIRST if page is pages[0] else LATER
    return image, note


def _open(file: IO[bytes], head: bytes) -> ImageFile.ImageFile:
    """Open a photo.

    Raises:
        PhotoError: the file is not a photo.
    """
    file.seek(0)
    try:
        try:
            return Image.open(file, formats=COMMON)
        except UnidentifiedImageError:
            return Image.open(file, formats=[name for name in load_plugins() if name not in COMMON])
    except TOO_LARGE:
        raise
    except Exception as error:
        if _by_system(error) or unsupported.is_photo(head) or JUNK.match(head):
            raise
        raise PhotoError(unsupported.refusal(head)) from error


def _check_size(format: str | None, size: tuple[int, int], wait: Callable[[], None]) -> None:
    """Refuse a photo that is too large, and wait for this process's turn with a large one."""
    megapixels = size[0] * size[1] / 1_000_000
    if megapixels > MEGAPIXELS_OF.get(format or "", MEGAPIXELS):
        raise _too_large(format)
    if megapixels > LARGE_MEGAPIXELS:
        wait()


def _too_large(format: str | None = "") -> PhotoError:
    if format in MEGAPIXELS_OF:
        limit = f"{MEGAPIXELS_OF[format]} megapixels in the format {format}"
    else:
        limit = f"{MEGAPIXELS} megapixels"
    return PhotoError(f"The photo is too large. It may have up to {limit}, so save it smaller.")


def _seek_picture(image: Any) -> int:
    """Go to the first frame that shows anything, or to the first of all, and return its index."""
    try:
        for index in range(MAX_FRAMES):
            image.seek(index)
            thumbnail = image.format == "TIFF" and image.tag_v2.get(SUBFILE_TYPE, 0) & 1
            if not thumbnail and not _is_blank_frame(image):
                return index
    except EOFError:
        pass
    image.seek(0)
    return 0


def _is_blank_frame(image: Any) -> bool:
    image.load()
    if "A" in image.getbands() and image.getchannel("A").getextrema()[1] == 0:
        return True
    return is_blank(image)


def _share(image: Image.Image) -> float:
    """How much of a photo's height is there, as a share: missing rows, above or below, have a single colour."""
    width, height = image.size
    difference = ImageChops.difference(image.crop((1, 0, width, height)), image.crop((0, 0, width - 1, height)))
    box = difference.getbbox()
    return (box[3] - box[1]) / height if box else 0.0
