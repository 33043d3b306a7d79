"""The text in a photo's file: what its author says of it, and captions saved there as alternative text.

Alternative text goes to IPTC's field for it, `Iptc4xmpCore:AltTextAccessibility`, in the photo's file, or in an XMP
sidecar where the file cannot be changed.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from captioner.errors import CaptionerError, PhotoError, reason
from captioner.output.text_file import text_path
from captioner.photos import reader
from captioner.photos.source import PhotoSource
from captioner.system import files
from captioner.system.timeouts import in_time

# Other raw files are never changed: photo programs don't change them either.
WRITABLE_RAW = (".dng", ".gpr")
MAX_TEXT_BYTES = 20_000  # of a text file next to a photo; a longer one is something else

TEXT_FILE = "text file"
PROGRAM = "Captioner"

EMPTY_SIDECAR = b"""<?xpacket begin='\xef\xbb\xbf' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
</rdf:RDF></x:xmpmeta>
<?xpacket end='w'?>
"""

ALT_TEXT_TAGS = ("XMP-iptcCore:AltTextAccessibility", "XMP-iptcCore:AltTextAccessibility-en")
DESCRIPTION_TAG = "XMP-dc:Description"
WRITER_TAG = "XMP-photoshop:CaptionWriter"

CHANGED = "The photo was changed by another program meanwhile. Try again."


@dataclass(frozen=True)
class AltText:
    """What a photo says of itself.

    place: where it says so: "alternative text", "XMP", "EXIF" or "IPTC" in its file or sidecar, or "text file".
    automatic: whether this program wrote it, and no person has changed it since.
    """

    text: str
    place: str
    automatic: bool = False

    @property
    def statement(self) -> str:
        """The text as it is shown and spoken."""
        return f"Its author says: {self.text}"


class AltTextError(CaptionerError):
    """The text cannot be saved. The photo is unchanged."""


class AltTextExistsError(CaptionerError):
    """The photo already has another text, which is only replaced on request.

    existing: that text; with the description on a line of its own if that is another one and would be replaced, too.
    """

    def __init__(self, existing: AltText) -> None:
        super().__init__(f"The photo already has a text: {existing.text}")
        self.existing = existing


def read_alt_text(photo: "PhotoSource | Path | str | bytes") -> AltText | None:
    """What a photo says of itself: in its alternative text, or else in a description or in a text file next to it.

    The file is read in another process. Takes a few milliseconds, on a slow disk more: call it in a thread.

    Raises:
        PhotoError: the photo cannot be read.
    """
    source = PhotoSource.of(photo)
    if source.path is None:
        assert source.content is not None
        return _best(reader.read_texts(source.content))
    path = source.path
    too_slow = PhotoError(reader.TOO_SLOW)
    return _best(_texts(path)) or in_time(lambda: _in_text_file(path), reader.PHOTO_TIMEOUT, too_slow)


def write_alt_text(
    photo: Path, text: str, *, automatic: bool = False, description: bool = False, overwrite: bool = False
) -> Path:
    """Save a text as a photo's alternative text.

    Nothing else in the file changes, neither pixels nor other metadata, nor its times, its mode and its owner. At every
    moment there is either the old file or the new one.

    Args:
        automatic: whether the text is the model's. The photo then says so in its field for the writer of its
            description, unless that field names a person, so that nobody takes the model for the author later.
        description: save it as the photo's description, too.
        overwrite: replace a text that the photo or its sidecar has. Ask the user first.

    Returns:
        The file that the text is in now: the photo, or its sidecar if the photo is of a kind that cannot be changed.

    Raises:
        AltTextExistsError: the photo has another text, or a description that would be replaced, and overwrite is False.
        PhotoError: the photo cannot be read.
        CaptionerError: the text cannot be saved, for instance because ExifTool is missing.
        OSError: the file cannot be written.
    """
    from captioner.output import exiftool
    from captioner.photos.metadata import ALT_TEXT, WRITER, XMP_DESCRIPTION, clean  # here, as it loads all decoders

    text = clean(text)
    if not text:
        raise AltTextError("There is no text to save.")
    photo = Path(os.path.realpath(photo))  # a link stays a link
    texts = _texts(photo)
    existing = _best(texts)
    if existing and not overwrite:
        said = [existing.text, *([texts[XMP_DESCRIPTION]] if description and XMP_DESCRIPTION in texts else [])]
        if others := dict.fromkeys(other for other in said if other != text):
            raise AltTextExistsError(replace(existing, text="\n".join(others)))
    if existing == AltText(text, ALT_TEXT, automatic) and not description:
        return photo
    tags = dict.fromkeys((*ALT_TEXT_TAGS, *([DESCRIPTION_TAG] if description else [])), text)
    writer = texts.get(WRITER, "")
    if automatic and not writer:
        tags[WRITER_TAG] = _signature(text)
    elif writer.startswith(PROGRAM):
        tags[WRITER_TAG] = _signature(text) if automatic else ""  # which removes it

    def change(path: Path) -> None:
        exiftool.change(path, tags)

    sidecar = _sidecar(photo)
    if not sidecar.exists() and not _is_untouchable(photo):
        try:
            _replace(photo, change)
            return photo
        except exiftool.Refused:  # it writes no such files, or the file is damaged
            pass
    try:
        _replace(sidecar, change)
    except exiftool.Refused as error:
        raise AltTextError(f"ExifTool can't write {sidecar.name} ({reason(error)}). Move that file away.") from error
    return sidecar


def _texts(photo: Path) -> dict[str, str]:
    """What the photo's file or its sidecar says, by its place."""
    texts = reader.read_texts(str(photo))
    sidecar = _sidecar(photo)
    if sidecar.is_file():
        texts = {**reader.read_texts(str(sidecar)), **texts}
    return texts


def _best(texts: dict[str, str]) -> AltText | None:
    from captioner.photos.metadata import PLACES, WRITER

    for place in PLACES:
        if text := texts.get(place):
            return AltText(text, place, texts.get(WRITER) == _signature(text))
    return None


def _signature(text: str) -> str:
    """Who wrote a text of the model: the program, with a digest that changes when somebody changes the text."""
    return f"{PROGRAM} {hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _in_text_file(photo: Path) -> AltText | None:
    from captioner.photos.metadata import clean

    own = photo.with_name(f"{photo.name}.txt")
    for path in own, photo.with_suffix(".txt"):
        # text_path, which lists the folder, only where it matters.
        if path.is_file() and path.stat().st_size <= MAX_TEXT_BYTES and (path == own or text_path(photo) == path):
            try:
                text = clean(path.read_text(encoding="utf-8-sig"))
            except (OSError, UnicodeDecodeError):
                continue
            if text:
                return AltText(text, TEXT_FILE)
    return None


def _sidecar(photo: Path) -> Path:
    """The sidecar of a photo: a.nef.xmp, as darktable and digiKam name it, or the a.xmp that Adobe has written."""
    own, adobe = photo.with_name(f"{photo.name}.xmp"), photo.with_suffix(".xmp")
    return adobe if _is_untouchable(photo) and adobe.is_file() and not own.is_file() else own


def _is_untouchable(photo: Path) -> bool:
    from captioner.photos.formats import FORMATS, RAW

    raw = next(format.suffixes for format in FORMATS if format.name == RAW)
    return photo.suffix.lower() in raw and photo.suffix.lower() not in WRITABLE_RAW


def _replace(path: Path, change: Callable[[Path], None]) -> None:
    """Replace a file by a changed copy, all or nothing; a sidecar that is not there counts as an empty one.

    Raises:
        OSError: the file cannot be written.
        AltTextError: it belongs to somebody else, or was changed meanwhile.
    """
    before = path.stat() if path.exists() else None
    if before and not before.st_mode & 0o222:  # it could be replaced, but its owner wants it to stay
        raise PermissionError(13, "the file is read-only", str(path))
    temporary = path.with_name(f".captioner-{os.urandom(8).hex()}{path.suffix}")
    try:
        if before:
            shutil.copyfile(path, temporary)
        else:
            temporary.write_bytes(EMPTY_SIDECAR)
        change(temporary)
        if before:
            _copy_attributes(path, before, temporary)
        files.flush(temporary)
        now = path.stat() if path.exists() else None
        if _version(now) != _version(before):
            raise AltTextError(CHANGED)
        temporary.replace(path)
        files.flush(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _copy_attributes(path: Path, before: os.stat_result, copy: Path) -> None:
    if hasattr(os, "chown"):
        try:
            os.chown(copy, before.st_uid, before.st_gid)
        except PermissionError as error:
            raise AltTextError("The photo belongs to another user, so Captioner leaves it as it is.") from error
    shutil.copystat(path, copy)


def _version(state: os.stat_result | None) -> tuple[int, ...]:
    return (state.st_ino, state.st_size, state.st_mtime_ns) if state else ()
