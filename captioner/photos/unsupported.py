"""Says what a file is that is not a photo, by how it begins."""

import re

# What would help.
SAVE_PAGE = "open it and save the page as a picture, or take a screenshot of it"
SAVE_FRAME = "pause it where it shows what you want and take a screenshot"
SAVE_JPEG = "open it in the program that made it and save it as JPEG or PNG"
UNPACK = "unpack it and open the photos that are in it"
PHOTO = "open a photo"

DAMAGED = "The photo is damaged or cut off: copy it or download it again."
# How a photo begins that can be read when it is whole.
PHOTOS = rb"\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP|II\*\0|MM\0\*|....ftyp(avi[fs]|he[iv][cfmsx]|mif1|msf1)|8BPS"
# How other files begin, what they are, and what would help.
KINDS = [
    (rb"%PDF", "a PDF", SAVE_PAGE),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "a PostScript drawing", SAVE_JPEG),
    (rb"\xd7\xcd\xc6\x9a|\x01\0\0\0.{36} EMF", "a Windows drawing", SAVE_JPEG),
    (rb"(\xef\xbb\xbf)?\s*<(?i:!doctype html|html|head|body)", "a web page", "save its pictures one by one"),
    (rb"(\xef\xbb\xbf)?\s*<(.*<)?svg", "a drawing (SVG)", SAVE_JPEG),
    (rb"....ftypcrx |FUJIFILMCCD-RAW|II(RO|RS|U\0)|MMOR|\0MRM|FOVb", "a camera's raw file", SAVE_JPEG),
    (rb"\xff\x0a|\0\0\0\x0cJXL ", "a JPEG XL photo", SAVE_JPEG),
    (rb"II\xbc", "a JPEG XR photo", SAVE_JPEG),
    (rb"....ftypM4[AB]|ID3|fLaC|OggS|RIFF....WAVE|FORM....AIF|MThd|\xff[\xf1-\xf3\xf9-\xfb]", "a sound", PHOTO),
    (
        rb"....(ftyp|moov|mdat|wide)|\x1aE\xdf\xa3|RIFF....AVI |\0\0\x01[\xb3\xba]|FLV\x01|0&\xb2u",
        "a video",
        SAVE_FRAME,
    ),
    (rb"\xd0\xcf\x11\xe0|PK\x03\x04.*?(\[Content_|mimetypeapp|word/|xl/|ppt/)", "an Office document", SAVE_PAGE),
    (rb"PK\x03\x04|PK\x05\x06|Rar!|7z\xbc\xaf|\x1f\x8b|BZh|\xfd7zXZ|\(\xb5/\xfd|.{257}ustar", "an archive", UNPACK),
    (rb"MZ|\x7fELF|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe|#!", "a program", PHOTO),
    (rb"SQLite format|\0\x01\0\0\0|OTTO|wOF[F2]", "a program's data", PHOTO),
]
NOT_TEXT = rb"[\0-\x08\x0e-\x1a\x1c-\x1f]"


def refusal(head: bytes) -> str:
    """One sentence for the user about a file that no decoder takes, from its first bytes (about 1,000)."""
    if re.match(PHOTOS, head, re.DOTALL):
        return DAMAGED
    for beginning, kind, help in KINDS:
        if re.match(beginning, head, re.DOTALL):
            return f"This is {kind}, which cannot be captioned: {help}."
    if not re.search(NOT_TEXT, head):
        return f"This is text, not a photo: {PHOTO}."
    return "This is not a photo in a format that can be read: save it as JPEG or PNG."
