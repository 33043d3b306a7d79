"""Drawing tools for the synthetic images."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIZE = 640, 480
TEXT = (
    "the report of last year says that our members asked for more light in the hall and for a second ramp at the door "
    "so we thank all who gave and ask you to come on monday when the plans will be read and every voice is heard"
)
WORDS = TEXT.split()


def canvas(colour: str = "white", size: tuple[int, int] = SIZE) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", size, colour)
    return image, ImageDraw.Draw(image)


def write(draw: ImageDraw.ImageDraw, x: float, y: float, text: str, size: int = 16, colour: str = "black") -> None:
    draw.text((x, y), text, colour, ImageFont.load_default(size))


def prose(draw: ImageDraw.ImageDraw, x: int, y: int, lines: int, width: int, size: int = 14, seed: int = 0) -> None:
    """Lines of text, each about width pixels long."""
    font, random = ImageFont.load_default(size), np.random.default_rng(seed)
    for line in range(lines):
        text = ""
        while font.getlength(text) < width - 4 * size:
            text += f"{random.choice(WORDS)} "
        draw.text((x, y + line * size * 1.5), text, "black", font)


def rough(seed: int, finest: int = 128, fall: float = 0.5) -> np.ndarray:
    """Fractal noise, float64 [480, 640] in 0…1: grids of ever more random numbers, each enlarged and of less weight."""
    random, cells = np.random.default_rng(seed), 2
    total: np.ndarray = np.zeros(SIZE[::-1])
    weight = 1.0
    while cells <= finest:
        grid = Image.fromarray(random.random((cells, cells)).astype(np.float32))
        total += weight * np.asarray(grid.resize(SIZE, Image.Resampling.BICUBIC))
        cells, weight = cells * 2, weight * fall
    scaled: np.ndarray = (total - total.min()) / np.ptp(total)
    return scaled


def coloured(values: np.ndarray, *colours: tuple[int, int, int]) -> Image.Image:
    """Numbers in 0…1 as colours: the first colour is 0, the last is 1, the others are evenly spaced between them."""
    positions = np.linspace(0, 1, len(colours))
    channels = [np.interp(values, positions, channel) for channel in zip(*colours)]
    return Image.fromarray(np.stack(channels, -1).astype(np.uint8))


def grid() -> tuple[np.ndarray, np.ndarray]:
    """x and y of every pixel, in 0…1."""
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    return x / SIZE[0], y / SIZE[1]


def window(title: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image, draw = canvas("#f0f0f0")
    draw.rectangle((0, 0, SIZE[0], 32), "#3b5998")
    write(draw, 12, 7, title, colour="white")
    for n, colour in enumerate(("#dddddd", "#dddddd", "#cc4444")):
        draw.rectangle((560 + 26 * n, 8, 578 + 26 * n, 24), colour)
    return image, draw
