"""The formats of photos that Captioner reads: the one list that everything else takes names, suffixes and types from.

Importing it is quick and needs no Pillow: the window's process and the launcher only want to know what to offer.
"""

from typing import NamedTuple


class Format(NamedTuple):
    """A format of photos.

    Attributes:
        name: the name that Pillow, or pillow-heif, knows it by. `RAW` is the one that Pillow has no name for.
        suffixes: endings of file names, in small letters. Some belong to files that only open by their content.
        mime_types: the standard type first, then the ones that programs use as well.
    """

    name: str
    suffixes: tuple[str, ...] = ()
    mime_types: tuple[str, ...] = ()


# Cameras' raw files. Captioner shows the preview that the camera put into them (`raw_preview`).
RAW = "RAW"

# Lossless formats come first: where a program offers a copied picture in several formats, the first of these is taken.
FORMATS = (
    Format("PNG", (".png", ".apng"), ("image/png", "image/apng", "image/x-png", "image/vnd.mozilla.apng")),
    Format("TIFF", (".tif", ".tiff", ".btf", ".tf8"), ("image/tiff", "image/tiff-fx")),
    Format("BMP", (".bmp",), ("image/bmp", "image/x-bmp", "image/x-ms-bmp")),
    Format("DIB", (".dib",)),
    Format("WEBP", (".webp",), ("image/webp",)),
    Format(
        "JPEG",
        # Stereo (.jps, .mpo) and all-round (.insp) photos are JPEG files, and so are the thumbnails of cameras (.thm).
        (".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".pjpeg", ".pjp", ".jps", ".mpo", ".insp", ".thm"),
        ("image/jpeg", "image/jpg", "image/pjpeg", "image/mpo", "image/x-mpo", "image/x-jps"),
    ),
    Format("GIF", (".gif",), ("image/gif",)),
    Format("AVIF", (".avif", ".avifs"), ("image/avif", "image/avif-sequence")),
    Format(
        "HEIF",
        (".heic", ".heif", ".hif", ".heics", ".heifs"),
        ("image/heif", "image/heic", "image/heif-sequence", "image/heic-sequence"),
    ),
    Format(
        "JPEG2000",
        (".jp2", ".j2k", ".jpc", ".jpf", ".jpx", ".j2c"),
        ("image/jp2", "image/jpx", "image/j2k", "image/x-jp2-codestream"),
    ),
    Format("PSD", (".psd", ".psb"), ("image/vnd.adobe.photoshop", "image/x-psd", "image/psd")),
    Format(
        "PPM",
        (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
        (
            "image/x-portable-pixmap",
            "image/x-portable-graymap",
            "image/x-portable-bitmap",
            "image/x-portable-anymap",
        ),
    ),
    Format("QOI", (".qoi",), ("image/qoi", "image/x-qoi")),
    Format("TGA", (".tga", ".icb", ".vda", ".vst"), ("image/x-tga", "image/x-targa")),
    Format("PCX", (".pcx",), ("image/x-pcx", "image/vnd.zbrush.pcx")),
    Format("DDS", (".dds",), ("image/vnd-ms.dds", "image/x-dds")),
    Format("SGI", (".sgi", ".rgb", ".rgba", ".bw"), ("image/sgi", "image/x-sgi", "image/x-rgb")),
    Format("ICO", (".ico",), ("image/vnd.microsoft.icon", "image/x-icon", "image/x-ico")),
    Format("ICNS", (".icns",), ("image/icns", "image/x-icns")),
    Format("CUR", (".cur",), ("image/x-win-bitmap",)),
    Format("XBM", (".xbm",), ("image/x-xbitmap", "image/xbm")),
    Format("XPM", (".xpm",), ("image/x-xpixmap", "image/xpm")),
    Format("SUN", (".ras",), ("image/x-sun-raster", "image/x-cmu-raster")),
    Format("FITS", (".fits", ".fit"), ("image/fits",)),
    Format("FLI", (".fli", ".flc")),
    Format("PCD", (".pcd",), ("image/x-photo-cd",)),
    Format("DCX", (".dcx",)),
    Format("BLP", (".blp",)),
    Format("FTEX", (".ftc", ".ftu")),
    Format("GBR", (".gbr",)),
    Format("IM", (".im",)),
    Format("IPTC", (".iim",)),
    Format("MSP", (".msp",)),
    Format("PIXAR", (".pxr",)),
    # Without a suffix of their own:
    Format("IMT"),
    Format("MCIDAS"),
    Format("SPIDER"),
    Format("XVTHUMB"),
    Format(
        RAW,
        (
            *(".dng", ".gpr"),  # Adobe, GoPro, many phones
            *(".cr2", ".cr3", ".crw"),  # Canon
            *(".nef", ".nrw"),  # Nikon
            *(".arw", ".sr2", ".srf"),  # Sony
            *(".raf", ".rw2", ".rwl", ".orf", ".ori"),  # Fujifilm, Panasonic, Leica, Olympus
            *(".pef", ".srw", ".erf", ".mrw", ".x3f"),  # Pentax, Samsung, Epson, Minolta, Sigma
            *(".3fr", ".fff", ".iiq", ".mef", ".mos"),  # Hasselblad, Phase One, Mamiya, Leaf
            *(".dcr", ".kdc"),  # Kodak
        ),
        (
            *("image/x-adobe-dng", "image/x-canon-cr2", "image/x-canon-cr3", "image/x-canon-crw", "image/x-nikon-nef"),
            *("image/x-nikon-nrw", "image/x-sony-arw", "image/x-sony-sr2", "image/x-sony-srf", "image/x-fuji-raf"),
            *("image/x-panasonic-rw2", "image/x-olympus-orf", "image/x-pentax-pef", "image/x-samsung-srw"),
            *("image/x-epson-erf", "image/x-minolta-mrw", "image/x-sigma-x3f", "image/x-kodak-dcr"),
            "image/x-kodak-kdc",
        ),
    ),
)

SUFFIXES = tuple(suffix for format in FORMATS for suffix in format.suffixes)
MIME_TYPES = tuple(mime_type for format in FORMATS for mime_type in format.mime_types)
# Tried first: most photos have one of these, and Pillow's plugins for the others take a while to load.
COMMON = ("JPEG", "PNG", "GIF", "BMP", "PPM")
