"""From a file that nobody vouches for to its picture, by Pillow: only to be called in a `photo_worker`."""

import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import islice
from typing import IO, Any

from PIL import Image, ImageChops, ImageFile, TiffImagePlugin, UnidentifiedImageError

from captioner.errors import PhotoError
from captioner.photos import unsupported
from captioner.photos.convert import ORIENTATION, to_rgb
from captioner.photos.formats import COMMON, FORMATS

MEGAPIXELS = 200
TOO_LARGE = (MemoryError, Image.DecompressionBombError)
# The plugins of these take more memory a pixel while they decode, so that fewer pixels fit into 1.5 GB.
MEGAPIXELS_OF = {"AVIF": 100, "HEIF": 100, "SGI": 150, "WEBP": 60}
# JPEG 2000 takes even more; with more megapixels it is decoded at half the size.
HALVED = 50

# Pixels that each side of the preview in a HEIF photo has at least, which is taken where the photo is too large.
PREVIEW_SIDE = 224

# Those with more are decoded one at a time.
LARGE = 12

# Decoded at a reduced size.
SCALED = ("JPEG", "MPO")
# Formats whose frames are pictures of equal right: those of others are layers, sizes or views of the one picture.
SEVERAL = ("AVIF", "DCX", "FLI", "GIF", "IM", "PNG", "TIFF", "WEBP")
# Bytes that are read at a time.
PIECE = 1_000_000
# How many frames are searched for one that is not blank.
SEARCHED = 20

FIRST = "The file holds several pictures; this is the first."
LATER = "The file holds several pictures; this is the first that is not blank."
MAIN = "The file holds several pictures; this is the main one."
PREVIEW = "The photo is very large; this is the small preview in its file."
DAMAGED = "The photo is damaged: a part of it is missing."
CHANGED = "The photo is damaged: a part of it may look wrong."

# TIFF's tags, https://www.loc.gov/preservation/digital/formats/content/tiff_tags.shtml
SUBFILE_TYPE, COMPRESSION, PHOTOMETRIC, STRIP_OFFSETS, STRIP_LENGTHS = 254, 259, 262, 273, 279
SUB_IFDS, JPEG_OFFSET, JPEG_LENGTH, DNG_VERSION = 330, 513, 514, 50706
RAW_PHOTOMETRICS = (32803, 34892)  # a colour filter's array, linear raw


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
    for damaged in (False, True):
        ImageFile.LOAD_TRUNCATED_IMAGES = damaged
        try:
            images, note = _decode(file, sides, wait)
            if not damaged:
                return images, note
            if _share(images[-1]) >= 0.5:
                return images, DAMAGED
        except TOO_LARGE as error:
            raise _too_large() from error
        except PhotoError:
            raise
        except Exception as error:  # on a damaged file Pillow's plugins raise almost anything
            if _by_system(error):
                raise
    raise PhotoError(unsupported.DAMAGED)


def load_plugins() -> list[str]:
    """Load Pillow's plugins for all formats, and return the names of those that Captioner reads."""
    from pillow_heif import register_heif_opener

    Image.init()
    register_heif_opener()
    return [format.name for format in FORMATS if format.name in Image.OPEN]


def _decode(file: IO[bytes], sides: Sequence[int], wait: Callable[[], None]) -> tuple[list[Image.Image], str]:
    image, note = _load(file, sides[0], wait)
    images = [to_rgb(image, sides[0])]
    for side in sides[1:]:
        # Anew where it would be decoded at another size: what is captioned may not depend on what else is wanted.
        if image.format in SCALED and min(image.size) >= 2 * side:
            image, note = _load(file, side, wait)
        images.append(to_rgb(image, side))
    return images, note


def _load(file: IO[bytes], side: int, wait: Callable[[], None]) -> tuple[Image.Image, str]:
    image: Any = _open(file)
    if image.format == "TIFF" and (preview := _raw_preview(file)):
        image = preview
    pixels = image.width * image.height
    limit = MEGAPIXELS_OF.get(image.format, MEGAPIXELS)
    note = ""
    if image.format == "HEIF" and pixels > limit * 1_000_000 and image.draft(None, (PREVIEW_SIDE, PREVIEW_SIDE)):
        pixels, note = image.width * image.height, PREVIEW
    if image.format == "JPEG2000" and pixels > HALVED * 1_000_000:
        image.reduce = 1  # each side by two
    if pixels > limit * 1_000_000:
        raise _too_large(image.format)
    if pixels > LARGE * 1_000_000:
        wait()
    if image.format in SCALED:
        image.draft(None, (side, side))
    if image.format in SEVERAL and getattr(image, "is_animated", False):
        note = FIRST if _seek_picture(image) == 0 else LATER
    elif image.format == "HEIF" and image.is_animated:
        note = note or MAIN
    image.load()
    if image.format == "PNG" and not _intact(file):
        note = CHANGED
    return image, note


def _open(file: IO[bytes]) -> ImageFile.ImageFile:
    file.seek(0)
    head = file.read(1000)
    if not head:
        raise PhotoError("The file is empty.")
    Image.MAX_IMAGE_PIXELS = MEGAPIXELS * 1_000_000 // 2  # an error from twice that on, in containers, too
    try:
        try:
            return Image.open(file, formats=COMMON)
        except UnidentifiedImageError:
            return Image.open(file, formats=[name for name in load_plugins() if name not in COMMON])
    except TOO_LARGE:
        raise
    except Exception as error:
        if _by_system(error):
            raise
        raise PhotoError(unsupported.refusal(head)) from error


def _by_system(error: Exception) -> bool:
    """Whether the file could not be read, and not its content."""
    return isinstance(error, OSError) and error.errno is not None


def _too_large(format: str | None = "") -> PhotoError:
    if format in MEGAPIXELS_OF:
        limit = f"{MEGAPIXELS_OF[format]} megapixels in the format {format}"
    else:
        limit = f"{MEGAPIXELS} megapixels"
    return PhotoError(f"The photo is too large: it may have up to {limit}, so save it smaller.")


def _seek_picture(image: Any) -> int:
    """Go to the first frame that shows anything, or to the first of all, and return its index."""
    try:
        for index in range(SEARCHED):
            image.seek(index)
            thumbnail = image.format == "TIFF" and image.tag_v2.get(SUBFILE_TYPE, 0) & 1
            if not thumbnail and not _blank(image):
                return index
    except EOFError:
        pass
    image.seek(0)
    return 0


def _blank(image: Any) -> bool:
    image.load()
    if "A" in image.getbands() and image.getchannel("A").getextrema()[1] == 0:
        return True
    extrema = image.getextrema()
    return all(low == high for low, high in (extrema if isinstance(extrema[0], tuple) else [extrema]))


def _intact(file: IO[bytes]) -> bool:
    """Whether a PNG file's pixels have the checksums that were saved with them, at which Pillow does not look."""
    file.seek(8)
    while (kind := (header := file.read(8))[4:]) not in (b"", b"IEND"):
        length = int.from_bytes(header[:4], "big")
        if kind == b"IDAT":
            checksum = zlib.crc32(kind)
            for start in range(0, length, PIECE):
                checksum = zlib.crc32(file.read(min(PIECE, length - start)), checksum)
            if file.read(4) != checksum.to_bytes(4, "big"):
                return False
        else:
            file.seek(length + 4, io.SEEK_CUR)
    return True


def _share(image: Image.Image) -> float:
    """How much of the height of a photo is there: its missing rows, above or below, have one colour."""
    width, height = image.size
    difference = ImageChops.difference(image.crop((1, 0, width, height)), image.crop((0, 0, width - 1, height)))
    box = difference.getbbox()
    return (box[3] - box[1]) / height if box else 0.0


def _raw_preview(file: IO[bytes]) -> Image.Image | None:
    """The largest photo that a camera has put beside its raw data in a TIFF file; None for another TIFF file.

    Raises:
        PhotoError: there are raw data and no such photo.
    """
    file.seek(8)
    raw = file.read(2) == b"CR"  # Canon's CR2
    orientation, previews = 1, []
    with suppress(Exception):  # the rest of a damaged file
        for index, tags in enumerate(islice(_directories(file), 20)):
            if index == 0:
                orientation = tags.get(ORIENTATION, 1)
            raw = raw or tags.get(PHOTOMETRIC) in RAW_PHOTOMETRICS or DNG_VERSION in tags
            if JPEG_OFFSET in tags:
                previews.append((tags.get(JPEG_LENGTH, 0), tags[JPEG_OFFSET]))
            elif tags.get(COMPRESSION) in (6, 7) and len(tags.get(STRIP_OFFSETS, ())) == 1:
                previews.append((tags[STRIP_LENGTHS][0], tags[STRIP_OFFSETS][0]))
    if not raw:
        return None
    for length, offset in sorted(previews, reverse=True):
        file.seek(offset)
        try:
            preview = Image.open(io.BytesIO(file.read(length)), formats=("JPEG",))
        except UnidentifiedImageError:  # raw data may be JPEG of a kind that Pillow does not know
            continue
        preview.getexif().setdefault(ORIENTATION, orientation)
        return preview
    raise PhotoError("This is a camera's raw file without a photo in it: save it as JPEG with the camera's program.")


def _directories(file: IO[bytes]) -> Iterator[TiffImagePlugin.ImageFileDirectory_v2]:
    file.seek(0)
    header = file.read(8)
    offsets = [TiffImagePlugin.ImageFileDirectory_v2(header).next]
    while offsets:
        tags = TiffImagePlugin.ImageFileDirectory_v2(header)
        file.seek(offsets.pop(0))
        tags.load(file)
        yield tags
        below = tags.get(SUB_IFDS, ())
        offsets += filter(None, (tags.next, *(below if isinstance(below, tuple) else [below])))
