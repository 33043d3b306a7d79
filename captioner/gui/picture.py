"""Draws the photo as large as it fits, and the light on where the captioner looked."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

# A region is outlined where it got this share of the light or more.
STRONG = 0.5

# Light and outline change slowly from pixel to pixel: they are worked out at an eighth of the photo's size.
COARSE = 8

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
    # The smallest pictures are worked out in full, or nothing of the line would be left.
    coarse = min(COARSE, max(1, min(photo.size) // 16))
    glow = _glow(attention, tuple(max(1, side // coarse) for side in photo.size))
    if glow.min() == 1:  # looked everywhere alike
        return photo
    lit = Image.composite(photo, dimmed, Image.fromarray(_byte(glow)).resize(photo.size, Image.Resampling.BICUBIC))

    # Blurred, the region's edge is a slope; a line of one width along it is what lies between two heights.
    edge = _strongest(glow).filter(ImageFilter.GaussianBlur(1)).resize(photo.size, Image.Resampling.BICUBIC)
    slope = 100 / coarse  # about, in grey levels a pixel
    for colour, width in ("black", 2 * line), ("white", line):  # together they stand out from any photo
        reach = min(width / 2 * slope, 120.0)
        lit.paste(colour, mask=edge.point([_cover(abs(value - 127.5), reach, slope) for value in range(256)]))
    return lit


def strips(picture: Image.Image) -> list[tuple[bytes, int]]:
    """Cut an RGB picture into strips from top to bottom: each as a PPM file's content, with its height."""
    height = max(1, STRIP // picture.width)
    crops = [
        picture.crop((0, top, picture.width, min(top + height, picture.height)))
        for top in range(0, picture.height, height)
    ]
    return [(b"P6 %d %d 255\n" % crop.size + crop.tobytes(), crop.height) for crop in crops]


def _glow(attention: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Attention made smooth: float32 [height, width] from 0 for the least to 1 for the most; 1 if it is all the same."""
    width, height = size
    grid = Image.fromarray(np.asarray(attention, np.float32))
    glow = np.asarray(grid.resize((width, height), Image.Resampling.BICUBIC))
    least, most = glow.min(), glow.max()
    if most - least < 1e-3 * most:
        return np.ones_like(glow)
    glow = (glow - least) / (most - least)
    return glow * glow * (3 - 2 * glow)  # flat at both ends: no hard edge around dark and light


def _strongest(glow: np.ndarray) -> Image.Image:
    """The strong region around the brightest point: 255 inside, 0 elsewhere and along the photo's edges."""
    strong = np.where(glow >= STRONG, 128, 0).astype(np.uint8)
    row, column = np.unravel_index(glow.argmax(), glow.shape)
    region = Image.fromarray(strong)
    ImageDraw.floodfill(region, (int(column), int(row)), 255)
    ImageDraw.Draw(region).rectangle((0, 0, region.width - 1, region.height - 1), outline=0)
    return region.point(lambda value: 255 if value == 255 else 0)


def _cover(distance: float, reach: float, slope: float) -> int:
    """How much of the line covers a pixel, 0 to 255; its border is one pixel soft."""
    return round(255 * min(1.0, max(0.0, (reach - distance) / slope + 0.5)))


def _byte(share: np.ndarray) -> np.ndarray:
    return (share * 255).astype(np.uint8)
