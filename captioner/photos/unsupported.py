"""Says, from its first bytes, what a file is that is not a photo or that Captioner can't read."""

import re

# What would help.
SAVE_PAGE = "Open it and save the page as a picture, or take a screenshot of it."
SAVE_FRAME = "Pause it where it shows what you want and take a screenshot."
SAVE_JPEG = "Open it in the program that made it and save it as JPEG or PNG."
SAVE_PICTURES = "Save its pictures one by one."
UNPACK = "Unpack it and open the photos in it."
OPEN_PHOTO = "Open a photo."

DAMAGED = "The photo is damaged or incomplete. Copy or download it again."
ZEROS = "The file is empty inside: it contains only zeros. Copy or download it again."
# The first bytes of photos that can be read if they are complete.
PHOTOS = (
    rb"\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP|(II[*+]\0|MM\0[*+])|....ftyp(avi[fs]|he[iv][cfmsx]|mif1|msf1)|8BPS\0[\1\2]|"
    rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51|qoif|DDS "
)
# The first bytes of other files, what they are, and what would help.
KINDS = [
    (rb"%PDF", "a PDF", SAVE_PAGE),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "a PostScript drawing", SAVE_JPEG),
    (rb"\xd7\xcd\xc6\x9a|\x01\0\0\0.{36} EMF", "a Windows drawing", SAVE_JPEG),
    (rb"(\xef\xbb\xbf)?\s*<(?i:!doctype html|html|head|body)", "a web page", SAVE_PICTURES),
    (rb"(\xef\xbb\xbf)?\s*<(.*<)?svg", "a drawing (SVG)", SAVE_JPEG),
    (rb"\xff\x0a|\0\0\0\x0cJXL ", "a JPEG XL photo", SAVE_JPEG),
    (rb"II\xbc", "a JPEG XR photo", SAVE_JPEG),
    (rb"#\?(RADIANCE|RGBE)", "a Radiance HDR picture", SAVE_JPEG),
    (rb"v/1\x01", "an OpenEXR picture", SAVE_JPEG),
    (rb"gimp xcf", "a GIMP picture (XCF)", SAVE_JPEG),
    (rb".{128}DICM", "a medical picture (DICOM)", SAVE_JPEG),
    (rb"AT&TFORM", "a DjVu document", SAVE_PAGE),
    (rb"BPG\xfb", "a BPG photo", SAVE_JPEG),
    (rb"FLIF", "a FLIF photo", SAVE_JPEG),
    (rb"\x97JB2", "a JBIG2 picture", SAVE_JPEG),
    (rb"....ftypM4[AB]|ID3|fLaC|OggS|RIFF....WAVE|FORM....AIF|MThd|\xff[\xf1-\xf3\xf9-\xfb]", "a sound", OPEN_PHOTO),
    (
        rb"....(ftyp|moov|mdat|wide)|\x1aE\xdf\xa3|RIFF....AVI |\0\0\x01[\xb3\xba]|FLV\x01|0&\xb2u",
        "a video",
        SAVE_FRAME,
    ),
    (rb"\xd0\xcf\x11\xe0|PK\x03\x04.*?(\[Content_|mimetypeapp|word/|xl/|ppt/)", "an Office document", SAVE_PAGE),
    (rb"PK\x03\x04|PK\x05\x06|Rar!|7z\xbc\xaf|\x1f\x8b|BZh|\xfd7zXZ|\(\xb5/\xfd|.{257}ustar", "an archive", UNPACK),
    (rb"MZ|\x7fELF|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe|#!", "a program", OPEN_PHOTO),
    (rb"SQLite format|\0\x01\0\0\0|OTTO|wOF[F2]", "a program's data", OPEN_PHOTO),
]
NOT_TEXT = rb"[\0-\x08\x0e-\x1a\x1c-\x1f]"


def is_photo(head: bytes) -> bool:
    """Whether a file that begins so would be read if it were whole."""
    return bool(re.match(PHOTOS, head, re.DOTALL))


def refusal(head: bytes) -> str:
    """Say why no decoder takes a file, from its first bytes (about 1,000), and what would help."""
    if is_photo(head):
        return DAMAGED
    if head and not head.strip(b"\0"):
        return ZEROS
    for beginning, kind, help in KINDS:
        if re.match(beginning, head, re.DOTALL):
            return sentence(kind, help)
    if not re.search(NOT_TEXT, head):
        return f"This is text, not a photo. {OPEN_PHOTO}"
    return "Captioner can't read this format. Save it as JPEG or PNG."


def sentence(kind: str, help: str) -> str:
    """Say what a file is."""
    return f"This is {kind}, which Captioner can't read. {help}"
