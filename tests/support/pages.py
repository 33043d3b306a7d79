"""Makes pictures with text, and says what is written in them: screenshots, scans, photographed pages, signs."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

ROOT = Path(__file__).parents[2]
FONTS = Path(matplotlib.get_data_path(), "fonts", "ttf")
SANS, SERIF, TIMES = "DejaVuSans.ttf", "DejaVuSerif.ttf", "STIXGeneral.ttf"

# Pixels of 11 points at 96 dpi, and at the 150 dpi of a scanned page.
SCREEN_TEXT, SCANNED_TEXT = 15, 23

LETTER = (
    "Dear Mrs Whitfield,",
    "Thank you for your letter of 14 March. We are pleased to confirm your appointment on Tuesday, 2 April at 10:45 in "
    "the eye clinic of St Mary's Hospital, Ward 7, second floor.",
    "Please bring your current glasses, a list of your medicines and this letter. The examination takes about forty "
    "minutes. You may not be able to drive for several hours afterwards, so ask somebody to collect you.",
    "If you cannot come, call us on 020 7946 0182 at least two days before. Otherwise we may have to charge a fee of "
    "£35.50.",
    "Yours sincerely,",
    "Dr Alan Beckett",
)
NEWS = (
    "The council has voted to reopen the old railway line between Harlow and Dunmore. Trains could run again as early "
    "as 2028, the mayor said on Monday.",
    "Residents have campaigned for the line since it closed in 1966. More than 12,000 people signed a petition last "
    "year.",
    "Critics doubt the plan. They point to the cost of 48 million pounds and to the bats that live in the tunnel.",
    "Work on the bridges will begin in autumn. The first new station will be built near the market hall.",
)
SHOPPING = (
    "Shopping list",
    "• 6 free-range eggs",
    "• 2 pints of milk",
    "• Wholemeal bread",
    "• 500 g of carrots",
    "• Washing powder",
)


class Page(NamedTuple):
    """A picture and the text in it, in reading order."""

    image: Image.Image
    text: str


def write(
    paragraphs: Sequence[str],
    size: tuple[int, int] = (800, 600),
    *,
    pixels: int = SCREEN_TEXT,
    font: str = SANS,
    colours: tuple[str, str] = ("#1a1a1a", "white"),
    margin: int = 40,
    columns: int = 1,
) -> Image.Image:
    """Write paragraphs on a page, as many in each column. The colours are those of the text and of the page."""
    image = Image.new("RGB", size, colours[1])
    draw, face = ImageDraw.Draw(image), ImageFont.truetype(str(FONTS / font), pixels)
    gap = 3 * pixels
    width = (size[0] - 2 * margin - (columns - 1) * gap) // columns
    column, y = 0, margin
    share = -(-len(paragraphs) // columns)
    for index, paragraph in enumerate(paragraphs):
        if index and index % share == 0:
            column, y = column + 1, margin
        for line in _lines(paragraph, face, width):
            draw.text((margin + column * (width + gap), y), line, fill=colours[0], font=face)
            y += round(1.45 * pixels)
        y += round(0.7 * pixels)
    return image


def _lines(paragraph: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = [""]
    for word in paragraph.split():
        longer = f"{lines[-1]} {word}".strip()
        if face.getlength(longer) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def scanned(image: Image.Image) -> Image.Image:
    """What a scanner makes of a page: a little askew, grey, noisy and compressed."""
    turned = (
        image.convert("L").rotate(0.7, Image.Resampling.BICUBIC, fillcolor=255).filter(ImageFilter.GaussianBlur(0.6))
    )
    noise = np.random.default_rng(1).normal(0, 7, (image.height, image.width))
    return Image.fromarray((np.asarray(turned) * 0.94 + 5 + noise).clip(0, 255).astype(np.uint8)).convert("RGB")


def photographed(image: Image.Image, photo_size: tuple[int, int] = (1600, 1200)) -> Image.Image:
    """A page photographed at an angle on a desk, with a shadow and slightly blurred."""
    width, height = photo_size
    corners = (
        (0.17 * width, 0.08 * height),
        (0.80 * width, 0.04 * height),
        (0.93 * width, 0.95 * height),
        (
            0.06 * width,
            0.90 * height,
        ),
    )
    photo = Image.new("RGB", photo_size, "#6b4a33")
    placed, mask = _into_quadrilateral(image, corners, photo_size)
    photo.paste(placed, (0, 0), mask)
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    light = 1 - 0.5 / (1 + np.exp(-18 * (x + 0.6 * y - 0.95)))  # a shadow with a soft edge over the lower right
    noise = np.random.default_rng(2).normal(0, 4, (height, width, 1))
    pixels = np.asarray(photo.filter(ImageFilter.GaussianBlur(1.2))) * light[:, :, None] * 0.92 + noise
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _into_quadrilateral(
    image: Image.Image, corners: Sequence[tuple[float, float]], size: tuple[int, int]
) -> tuple[Image.Image, Image.Image]:
    """Project a picture on four corners, clockwise from the upper left one: the picture, and a mask of where it is."""
    rows, values = [], []
    sources = (0, 0), (image.width, 0), (image.width, image.height), (0, image.height)
    for (x, y), (u, v) in zip(corners, sources, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    coefficients = [float(value) for value in np.linalg.solve(np.array(rows), np.array(values))]
    perspective, bicubic = Image.Transform.PERSPECTIVE, Image.Resampling.BICUBIC
    mask = Image.new("L", image.size, 255).transform(size, perspective, coefficients, bicubic)
    return image.transform(size, perspective, coefficients, bicubic), mask


def sign(
    text: str,
    photo: str,
    corners: Sequence[tuple[float, float]],
    colours: tuple[str, str],
    font: str = "DejaVuSans-Bold.ttf",
) -> Page:
    """A sign in a sample photo, with its corners as shares of the photo's sides."""
    folders = ROOT / "assets", ROOT / "tests" / "odd"
    file = next(folder / f"{photo}.jpg" for folder in folders if (folder / f"{photo}.jpg").exists())
    scene = Image.open(file).convert("RGB")
    lines = text.split("\n")
    face = ImageFont.truetype(str(FONTS / font), 60)
    width = round(max(face.getlength(line) for line in lines)) + 80
    board = Image.new("RGB", (width, 80 * len(lines) + 60), colours[1])
    draw = ImageDraw.Draw(board)
    draw.rectangle((8, 8, board.width - 9, board.height - 9), outline=colours[0], width=5)
    for index, line in enumerate(lines):
        draw.text((board.width / 2, 70 + 80 * index), line, fill=colours[0], font=face, anchor="mm")
    placed, mask = _into_quadrilateral(board, [(x * scene.width, y * scene.height) for x, y in corners], scene.size)
    scene.paste(placed, (0, 0), mask)
    pixels = np.asarray(scene.filter(ImageFilter.GaussianBlur(0.7))).astype(float)
    pixels += np.random.default_rng(3).normal(0, 5, pixels.shape)
    return Page(Image.fromarray(pixels.clip(0, 255).astype(np.uint8)), text)


def _screenshots() -> list[Page]:
    return [
        Page(write(LETTER), "\n".join(LETTER)),
        Page(write(NEWS, font=TIMES), "\n".join(NEWS)),
        Page(write(NEWS, font=SERIF), "\n".join(NEWS)),
        Page(write(SHOPPING, (480, 320)), "\n".join(SHOPPING)),
    ]


def _scans() -> list[Page]:
    size = 1240, 1754  # A4
    return [
        Page(scanned(write(text, size, pixels=SCANNED_TEXT, font=font, margin=150)), "\n".join(text))
        for text, font in ((LETTER, TIMES), (NEWS + LETTER, SERIF), (LETTER, SANS))
    ]


def _photographs() -> list[Page]:
    return [
        Page(photographed(write(text, (1100, 800), pixels=26, font=font, margin=60)), "\n".join(text))
        for text, font in ((LETTER, TIMES), (NEWS, SANS))
    ]


def _signs() -> list[Page]:
    white_on_red, black_on_yellow, cream_on_green = ("white", "#b01020"), ("black", "#f2d024"), ("#f0e0c0", "#304030")
    return [
        sign("NO ENTRY", "photographer", ((0.55, 0.3), (0.95, 0.34), (0.95, 0.48), (0.55, 0.46)), white_on_red),
        sign(
            "Fresh coffee\nand cakes", "coffee", ((0.05, 0.06), (0.5, 0.1), (0.48, 0.34), (0.06, 0.32)), cream_on_green
        ),
        sign(
            "PLATFORM 4\nLondon Euston",
            "brick",
            ((0.1, 0.3), (0.75, 0.2), (0.75, 0.55), (0.1, 0.5)),
            ("white", "#103080"),
        ),
        sign("Mind the dog", "grass", ((0.15, 0.4), (0.8, 0.46), (0.8, 0.66), (0.15, 0.6)), black_on_yellow),
        sign(
            "OPEN\n9:00 - 17:30", "cat", ((0.02, 0.05), (0.36, 0.02), (0.36, 0.34), (0.02, 0.3)), ("#1a1a1a", "white")
        ),
    ]


def _rotated(degrees: int) -> list[Page]:
    return [Page(page.image.rotate(degrees, expand=True), page.text) for page in (_screenshots()[0], _scans()[2])]


# Kinds of pages by their names, as benchmarks and tests use them.
KINDS: dict[str, Callable[[], list[Page]]] = {
    "screenshot, 96 dpi, 11 points": _screenshots,
    "scanned page, 150 dpi": _scans,
    "page photographed at an angle": _photographs,
    "sign in a photo": _signs,
    "dark theme": lambda: [Page(write(LETTER, colours=("#d4d4d4", "#1e1e1e")), "\n".join(LETTER))],
    "white on colour": lambda: [Page(write(NEWS, colours=("white", "#1565c0")), "\n".join(NEWS))],
    "two columns": lambda: [
        Page(write(NEWS, (1000, 420), columns=2), "\n".join(NEWS)),
        Page(write(NEWS, (1000, 460), columns=2, font=TIMES, pixels=17), "\n".join(NEWS)),
    ],
    "rotated by 90 degrees": lambda: _rotated(270),
    "rotated by 180 degrees": lambda: _rotated(180),
    "rotated by 270 degrees": lambda: _rotated(90),
}
