"""Draws the photo as large as it fits, and the light on where the captioner looked."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

# A region is outlined where it got this share of the light or more.
STRONG = 0.5

# Light and outline change slowly from pixel to pixel: they are worked out at a quarter of the photo's size.
COARSE = 4

# Where nothing was looked at, the photo loses its colours and all but this share of its brightness.
DIMMED = 0.4

# A picture reaches the screen in strips of so many pixels: a whole one would hold up the keyboard.
STRIP = 250_000


def fit(photo: Image.Image, width: int, height: int) -> Image.Image:
    """The photo in its own proportions, as large as width and height allow, and at least 1 x 1."""
    scale = min(width / photo.width, height / photo.height)
    size = max(1, round(photo.width * scale)), max(1, round(photo.height * scale))
    return photo if size == photo.size else photo.resize(size, Image.Resampling.LANCZOS)


def dim(photo: Image.Image) -> Image.Image:
    """The photo as it is where nothing was looked at."""
    return photo.convert("L").point(lambda value: value * DIMMED).convert("RGB")


def light(photo: Image.Image, dimmed: Image.Image, attention: np.ndarray, line: float) -> Image.Image:
    """Light up what was looked at, and draw a line around the region that was looked at most.

    Args:
        photo: RGB; dimmed: what `dim` makes of it.
        attention: float [rows, columns], how much each region of the photo was looked at, in any unit.
        line: the line's width in pixels.
    """
    coarse = COARSE if min(photo.size) >= 16 * COARSE else 1
    glow = _glow(attention, photo.width // coarse, photo.height // coarse)
    if glow.min() == 1:  # looked everywhere alike
        return photo
    mask = Image.fromarray((glow * 255).astype(np.uint8)).resize(photo.size, Image.Resampling.BILINEAR)
    lit = Image.composite(photo, dimmed, mask)
    if min(photo.size) > 6 * line:  # there is room for it
        _outline(lit, glow, _strongest(attention).resize(glow.shape[::-1]), line)
    return lit


def strips(picture: Image.Image) -> list[bytes]:
    """Cut an RGB picture into strips from top to bottom, each as a PPM file's content."""
    height = max(1, STRIP // picture.width)
    tops = range(0, picture.height, height)
    crops = [picture.crop((0, top, picture.width, min(top + height, picture.height))) for top in tops]
    return [b"P6 %d %d 255\n" % crop.size + crop.tobytes() for crop in crops]


def _glow(attention: np.ndarray, width: int, height: int) -> np.ndarray:
    """Attention made smooth: float32 [height, width], 0 for the least, 1 for the most; 1 if it is all the same."""
    grid = Image.fromarray(np.asarray(attention, np.float32))
    # Bicubic curves swing below the least weight beside a high one: there would be rings.
    least = attention.min()
    glow = np.maximum(np.asarray(grid.resize((width, height), Image.Resampling.BICUBIC)), least)
    most = glow.max()
    if most - least <= 1e-3 * abs(most):
        return np.ones_like(glow)
    glow = (glow - least) / (most - least)
    return glow * glow * (3 - 2 * glow)  # flat at both ends: no hard edge around dark and light


def _strongest(attention: np.ndarray) -> Image.Image:
    """The strongest region with a little around it, roughly: 255 there, 0 elsewhere; a few pixels for each weight."""
    rows, columns = attention.shape
    glow = _glow(attention, 4 * columns, 4 * rows)
    strong = Image.fromarray(np.where(glow >= STRONG, 128, 0).astype(np.uint8)).copy()  # the copy can be drawn on
    row, column = np.unravel_index(glow.argmax(), glow.shape)
    ImageDraw.floodfill(strong, (int(column), int(row)), 255)
    return strong.point(lambda value: 255 if value == 255 else 0).filter(ImageFilter.MaxFilter(3))


def _outline(picture: Image.Image, glow: np.ndarray, around: Image.Image, line: float) -> None:
    """Draw a line, so many of the picture's pixels wide, where glow is STRONG and around is not 0."""
    height, width = glow.shape
    x, y = picture.width / width, picture.height / height

    # How far each point is from the region's edge, in the picture's pixels, above 0 inside. Along the picture's own
    # edges the line stays within.
    down, right = np.gradient(glow)
    distance = (glow - STRONG) / np.maximum(np.hypot(right / x, down / y), 1e-6)
    columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
    distance = np.minimum(distance, np.minimum(columns, width - columns) * x - line)
    distance = np.minimum(distance, (np.minimum(rows, height - rows) * y - line)[:, None])
    distance[np.asarray(around) == 0] = -np.inf  # another region's edge

    # As an image it is enlarged quickly: 127.5 on the edge, 0 and 255 from twice the line's width on.
    level = 127.5 / (2 * line)
    image = Image.fromarray((127.5 + level * distance.clip(-2 * line, 2 * line)).astype(np.uint8))
    left, top, right, bottom = around.getbbox() or (0, 0, width, height)
    box = round(left * x), round(top * y), round(right * x), round(bottom * y)
    edge = image.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BILINEAR, (left, top, right, bottom))
    for colour, reach in ("black", 1.25 * line), ("white", 0.5 * line):  # together they stand out from any photo
        # Half covered where the line ends: its sides are soft.
        covers = (min(1.0, max(0.0, reach - abs(value - 127.5) / level + 0.5)) for value in range(256))
        picture.paste(colour, box, edge.point([round(255 * cover) for cover in covers]))
