"""Draws the photo at the size of its place, and highlights the region that a word came from."""

import numpy as np
from PIL import Image

from captioner.output.attention_map import STRONG_LEVEL, Floats, smooth, strongest_region

# Attention changes slowly from pixel to pixel, so it is computed at a quarter of the photo's size.
REDUCTION = 4

# Regions without attention lose their colours and all but this share of their brightness.
DIMMED_BRIGHTNESS = 0.4

# Pixels in a strip. Putting a whole picture on the screen at once would hold up the keyboard.
STRIP_PIXELS = 250_000


def fit(photo: Image.Image, width: int, height: int) -> Image.Image:
    """Resize a photo in its own proportions to the largest size that fits, at least 1 x 1 pixels."""
    scale = min(width / photo.width, height / photo.height)
    size = max(1, round(photo.width * scale)), max(1, round(photo.height * scale))
    return photo if size == photo.size else photo.resize(size, Image.Resampling.LANCZOS)


def dim(photo: Image.Image) -> Image.Image:
    """Return the photo as it looks where there is no attention."""
    return photo.convert("L").point(lambda value: value * DIMMED_BRIGHTNESS).convert("RGB")


def draw_attention(photo: Image.Image, dimmed: Image.Image, attention: Floats, line_width: float) -> Image.Image:
    """Highlight the regions of a photo that have attention, and outline the one that has the most.

    Args:
        photo: RGB.
        dimmed: the result of `dim` for this photo.
        attention: float [rows, columns], the attention weight of each region, in any unit.
        line_width: in pixels.
    """
    reduction = REDUCTION if min(photo.size) >= 16 * REDUCTION else 1
    levels = smooth(attention, photo.width // reduction, photo.height // reduction)
    if levels.min() == 1:  # the same everywhere
        return photo
    mask = Image.fromarray((levels * 255).astype(np.uint8)).resize(photo.size, Image.Resampling.BILINEAR)
    highlighted = Image.composite(photo, dimmed, mask)
    if min(photo.size) > 6 * line_width:  # there is room for an outline
        height, width = levels.shape
        _outline(highlighted, levels, strongest_region(attention).resize((width, height)), line_width)
    return highlighted


def strips(picture: Image.Image) -> list[bytes]:
    """Cut an RGB picture into strips from top to bottom, each encoded as a PPM file."""
    height = max(1, STRIP_PIXELS // picture.width)
    tops = range(0, picture.height, height)
    crops = [picture.crop((0, top, picture.width, min(top + height, picture.height))) for top in tops]
    return [b"P6 %d %d 255\n" % crop.size + crop.tobytes() for crop in crops]


def _outline(picture: Image.Image, levels: Floats, region: Image.Image, line_width: float) -> None:
    """Draw a line on the picture where levels cross STRONG_LEVEL, but only where the mask `region` is not 0."""
    height, width = levels.shape
    x, y = picture.width / width, picture.height / height

    # How far each point is from the region's edge, in the picture's pixels, positive inside. Along the picture's own
    # edges the line stays within the picture.
    down, right = np.gradient(levels)
    distance = (levels - STRONG_LEVEL) / np.maximum(np.hypot(right / x, down / y), 1e-6)
    columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
    distance = np.minimum(distance, np.minimum(columns, width - columns) * x - line_width)
    distance = np.minimum(distance, (np.minimum(rows, height - rows) * y - line_width)[:, None])
    distance[np.asarray(region) == 0] = -np.inf  # another region's edge

    # Enlarged as an image, which is fast: 127.5 on the edge, 0 or 255 at twice the line's width and beyond.
    level = 127.5 / (2 * line_width)
    image = Image.fromarray((127.5 + level * distance.clip(-2 * line_width, 2 * line_width)).astype(np.uint8))
    left, top, right_edge, bottom = region.getbbox() or (0, 0, width, height)
    box = round(left * x), round(top * y), round(right_edge * x), round(bottom * y)
    size = box[2] - box[0], box[3] - box[1]
    edge = image.resize(size, Image.Resampling.BILINEAR, (left, top, right_edge, bottom))
    for colour, reach in ("black", 1.25 * line_width), ("white", 0.5 * line_width):  # visible on any photo
        # Half covered where the line ends, for soft sides.
        covers = (min(1.0, max(0.0, reach - abs(value - 127.5) / level + 0.5)) for value in range(256))
        picture.paste(colour, box, edge.point([round(255 * cover) for cover in covers]))
