"""Reads the texts about a photo in its file. Only to be called in a worker (`captioner.photos.worker`)."""

import io
import re
from typing import IO, Any
from xml.etree import ElementTree

from PIL import Image, IptcImagePlugin

from captioner.photos.decode import open_image

# Where such texts are, the best first: a field for alternative text, then fields for descriptions.
ALT_TEXT, XMP_DESCRIPTION, EXIF_DESCRIPTION, IPTC_CAPTION = "alternative text", "XMP", "EXIF", "IPTC"
PLACES = (ALT_TEXT, XMP_DESCRIPTION, EXIF_DESCRIPTION, IPTC_CAPTION)
# Not a text about the photo, but who wrote it.
WRITER = "writer"

# A longer text is cut.
MAX_LETTERS = 5000
# A larger packet is not read: Pillow has it in memory already, but XML takes much more there.
MAX_XMP_BYTES = 2_000_000

# Where a packet is found by its tags, these many bytes are searched.
MAX_SCANNED_BYTES = 50_000_000
XMP_PACKET = re.compile(rb"<x:xmpmeta\b.{,2000000}?</x:xmpmeta>", re.DOTALL)

# What cameras and programs write into each photo.
MEANINGLESS = re.compile(
    r"\W*|.*\bDIGITAL CAMERA|SONY DSC|DCIM\S*|DSC\S*|IMG_\S*|Exif_JPEG_PICTURE|SAMSUNG CAMERA PICTURES|binary comment|"
    r"default|CREATOR: gd-jpeg.*|(Untitled|Screenshot|User comments?)\W*",
    re.IGNORECASE,
)

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
XMP_FIELDS = {
    ALT_TEXT: "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}AltTextAccessibility",
    XMP_DESCRIPTION: "{http://purl.org/dc/elements/1.1/}description",
    WRITER: "{http://ns.adobe.com/photoshop/1.0/}CaptionWriter",
}
EXIF_FIELD = 0x010E
IPTC_FIELD = (2, 120)
TIFF_XMP = 700
PSD_XMP = 1060


def texts(file: IO[bytes]) -> dict[str, str]:
    """What a photo or an XMP sidecar says of the photo, by its place, and who wrote it (WRITER).

    It is empty if it says nothing or cannot be read.

    Raises:
        OSError: the file cannot be read.
    """
    head = file.read(1000).lstrip(b"\xef\xbb\xbf\0 \t\r\n")
    file.seek(0)
    if head.startswith((b"<?xpacket", b"<x:xmpmeta", b"<?xml", b"<rdf:RDF")):
        found = _in_xmp(file.read(MAX_XMP_BYTES + 1))
    else:
        found = _in_photo(file)
    cleaned = {place: clean(text) for place, text in found.items()}
    return {place: cleaned[place] for place in (*PLACES, WRITER) if not MEANINGLESS.fullmatch(cleaned.get(place, ""))}


def clean(text: str) -> str:
    """A text on one line, without control characters."""
    return " ".join(re.sub("[\0-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())[:MAX_LETTERS]


def _in_photo(file: IO[bytes]) -> dict[str, str]:
    try:
        image: Any = open_image(file)
    except Exception as error:  # Pillow's plugins raise almost anything
        if isinstance(error, OSError) and error.errno is not None:
            raise
        return {}
    return _in_iptc(image) | _in_exif(image) | _in_xmp(_xmp_packet(image, file))


def _xmp_packet(image: Any, file: IO[bytes]) -> bytes:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    if image.format == "GIF":  # of which Pillow reads only what comes before the first frame
        file.seek(0)
        match = XMP_PACKET.search(file.read(MAX_SCANNED_BYTES))
        return match[0] if match else b""
    if not packet and image.format == "TIFF":
        packet = image.tag_v2.get(TIFF_XMP)
    if not packet and image.format == "PSD":
        packet = next((content for number, _, content in image.resources if number == PSD_XMP), b"")
    return packet.encode() if isinstance(packet, str) else bytes(packet or b"")


def _in_xmp(packet: bytes) -> dict[str, str]:
    """The texts of an XMP packet. It is XML, of which the parts that are not for data are refused."""
    if len(packet) > MAX_XMP_BYTES or b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:
        return {}
    try:
        tree = ElementTree.parse(io.BytesIO(packet.strip(b"\0 \t\r\n")))
    except (ElementTree.ParseError, ValueError, LookupError):  # LookupError: an unknown encoding
        return {}
    found = {}
    for place, field in XMP_FIELDS.items():
        for element in tree.iter(f"{RDF}Description"):
            if text := _language(element.find(field)) or element.get(field, ""):
                found[place] = text
    return found


def _language(field: "ElementTree.Element | None") -> str:
    """The text of a field in English if there is one, or else in the default language."""
    if field is None:
        return ""
    texts = {item.get(XML_LANGUAGE, "").lower(): item.text or "" for item in field.iter(f"{RDF}li")}
    english = [text for language, text in texts.items() if language.split("-")[0] == "en"]
    return next(filter(str.strip, [*english, texts.get("x-default", ""), *texts.values(), field.text or ""]), "")


def _in_exif(image: Any) -> dict[str, str]:
    exif = Image.Exif()
    try:
        if image.format == "TIFF":
            text = image.tag_v2.get(EXIF_FIELD, "")
        else:  # not image.getexif(), which decodes all of a PNG
            exif.load(image.info.get("exif", b""))
            text = exif.get(EXIF_FIELD, "")
    except Exception:  # damaged
        return {}
    # Pillow takes the UTF-8 that programs write there for Latin-1.
    return {EXIF_DESCRIPTION: _decoded(str(text).encode("latin-1", "replace"))}


def _in_iptc(image: Any) -> dict[str, str]:
    try:
        fields: Any = IptcImagePlugin.getiptcinfo(image) or {}
    except Exception:  # damaged
        return {}
    text = fields.get(IPTC_FIELD)
    return {IPTC_CAPTION: _decoded(text)} if isinstance(text, bytes) else {}


def _decoded(text: bytes) -> str:
    """Text of an encoding that is not named: UTF-8 if it can be."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("cp1252", errors="replace")
