"""Pictures unlike the photos that the model was trained on, such as users have: drawn here, or photos spoilt.

The same ones every time. Drawn food or landscapes are poor ones; they stand for pictures of one thing, without people.
"""

from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

SIZE = 640, 480
TEXT = (
    "the report of last year says that our members asked for more light in the hall and for a second ramp at the door "
    "so we thank all who gave and ask you to come on monday when the plans will be read and every voice is heard"
)
WORDS = TEXT.split()


def drawn() -> Iterator[tuple[str, str, Image.Image]]:
    """Every drawn picture: its kind, its name and itself, RGB."""
    for kind, drawings in DRAWINGS.items():
        for drawing in drawings:
            yield kind, drawing.__name__, drawing()


def spoilt(photo: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """An RGB photo spoilt in each of the ways: the kind, and the picture."""
    for kind, spoil in WAYS_TO_SPOIL.items():
        yield kind, spoil(photo)


# Tools


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
    random, total, cells = np.random.default_rng(seed), np.zeros(SIZE[::-1]), 2
    weight = 1.0
    while cells <= finest:
        grid = Image.fromarray(random.random((cells, cells)).astype(np.float32))
        total += weight * np.asarray(grid.resize(SIZE, Image.Resampling.BICUBIC))
        cells, weight = cells * 2, weight * fall
    return (total - total.min()) / np.ptp(total)


def coloured(values: np.ndarray, *colours: tuple[int, int, int]) -> Image.Image:
    """Numbers in 0…1 as colours: the first stands for 0, the last for 1, those between evenly between."""
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


# Screenshots


def login() -> Image.Image:
    image, draw = window("Sign in")
    for n, label in enumerate(("User name", "Password")):
        write(draw, 150, 130 + 80 * n, label)
        draw.rectangle((150, 155 + 80 * n, 490, 190 + 80 * n), "white", "grey")
    draw.rounded_rectangle((390, 300, 490, 335), 6, "#3b5998")
    write(draw, 413, 308, "Sign in", colour="white")
    return image


def editor() -> Image.Image:
    image, draw = canvas("#1e1e1e")
    random = np.random.default_rng(1)
    for line in range(24):
        write(draw, 10, 8 + 19 * line, f"{line + 1:3}", 13, "#858585")
        x = 50 + 24 * int(random.integers(0, 4))
        for _ in range(int(random.integers(1, 7))):
            word = str(random.choice(WORDS))
            write(draw, x, 8 + 19 * line, word, 13, str(random.choice(["#9cdcfe", "#c586c0", "#ce9178", "#d4d4d4"])))
            x += 9 * len(word) + 8
    return image


def spreadsheet() -> Image.Image:
    image, draw = window("Costs - Table")
    random = np.random.default_rng(2)
    for row in range(19):
        for column in range(8):
            left, top = column * 80, 33 + row * 24
            draw.rectangle((left, top, left + 80, top + 24), "#e0e0e0" if row * column == 0 else "white", "#c0c0c0")
            write(draw, left + 8, top + 4, f"{random.integers(0, 99999) / 100:.2f}" if row * column else "Name", 13)
    return image


def chat() -> Image.Image:
    image, draw = canvas("#e5ddd5", (400, 720))
    for n in range(9):
        left = 20 if n % 3 else 120
        draw.rounded_rectangle((left, 20 + 76 * n, left + 260, 84 + 76 * n), 12, "white" if n % 3 else "#dcf8c6")
        prose(draw, left + 12, 28 + 76 * n, 2, 260, 14, n)
    return image


def web_page() -> Image.Image:
    image, draw = canvas()
    draw.rectangle((0, 0, 640, 60), "#222244")
    write(draw, 20, 16, "City News", 26, "white")
    for n in range(3):
        draw.rectangle((20 + 205 * n, 80, 210 + 205 * n, 190), ("#c08040", "#4080c0", "#40a060")[n])
        prose(draw, 20 + 205 * n, 200, 11, 215, 14, n)
    return image


def terminal() -> Image.Image:
    image, draw = canvas("black")
    for n in range(22):
        write(draw, 8, 8 + 21 * n, f"[{n * 0.173:9.6f}] {' '.join(WORDS[n : n + 6])}: ok", 14, "#33ff33")
    return image


# Documents and scans


def letter() -> Image.Image:
    image, draw = canvas("white", (480, 640))
    write(draw, 300, 40, "4 May 2021", 14)
    write(draw, 50, 100, "Dear members,", 16)
    prose(draw, 50, 140, 16, 440)
    write(draw, 50, 540, "Yours sincerely", 16)
    return image


def paper() -> Image.Image:
    image, draw = canvas("white", (540, 720))
    write(draw, 90, 40, "On the light in the hall", 30)
    for column in range(2):
        prose(draw, 40 + 240 * column, 110, 38, 250, 10, column)
    return image


def invoice() -> Image.Image:
    image, draw = canvas("white", (540, 720))
    write(draw, 40, 40, "INVOICE 20311", 34)
    for row in range(12):
        draw.line((40, 160 + 34 * row, 500, 160 + 34 * row), "black")
        write(draw, 46, 166 + 34 * row, WORDS[row * 3 + 2], 16)
        write(draw, 420, 166 + 34 * row, f"{17.5 * (row + 1):.2f}", 16)
    return image


def form() -> Image.Image:
    image, draw = canvas("white", (540, 720))
    write(draw, 40, 30, "Application", 28)
    for row in range(14):
        write(draw, 40, 95 + 42 * row, WORDS[row].capitalize(), 14)
        draw.rectangle((190, 90 + 42 * row, 500, 118 + 42 * row), None, "black")
    return image


def slide() -> Image.Image:
    image, draw = canvas("#fdf6e3", (800, 450))
    write(draw, 50, 40, "What we learned", 48, "#b03020")
    for n in range(4):
        write(draw, 80, 140 + 70 * n, f"•  {' '.join(WORDS[6 * n : 6 * n + 6])}", 28)
    return image


def receipt() -> Image.Image:
    image, draw = canvas("#f6f4ee", (280, 640))
    write(draw, 80, 20, "MARKET", 30)
    for row in range(20):
        write(draw, 20, 80 + 25 * row, f"{WORDS[row].upper():12}", 15, "#333333")
        write(draw, 210, 80 + 25 * row, f"{(row * 37) % 19 + 0.99:5.2f}", 15, "#333333")
    return image


def skewed_scan() -> Image.Image:
    page = letter().rotate(7, Image.Resampling.BICUBIC, fillcolor="#555555", expand=True)
    shade = np.asarray(page) * np.linspace(0.55, 1, page.width)[:, None]
    return Image.fromarray(shade.astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))


def faded_copy() -> Image.Image:
    random = np.random.default_rng(3)
    page = np.asarray(paper().convert("L")) * 0.4 + 130 + random.normal(0, 12, (720, 540))
    return Image.fromarray(page.clip(0, 255).astype(np.uint8)).convert("RGB")


def code_square() -> Image.Image:
    cells = np.random.default_rng(4).integers(0, 2, (29, 29)).astype(np.uint8) * 255
    for top, left in ((0, 0), (0, 22), (22, 0)):
        cells[top : top + 7, left : left + 7] = 0
        cells[top + 1 : top + 6, left + 1 : left + 6] = 255
        cells[top + 2 : top + 5, left + 2 : left + 5] = 0
    code = Image.fromarray(cells).resize((406, 406), Image.Resampling.NEAREST).convert("RGB")
    image, _ = canvas("white", (480, 480))
    image.paste(code, (37, 37))
    return image


def sheet_of_music() -> Image.Image:
    image, draw = canvas()
    random = np.random.default_rng(5)
    for staff in range(4):
        for line in range(5):
            draw.line((30, 60 + 110 * staff + 10 * line, 610, 60 + 110 * staff + 10 * line), "black")
        for note in range(14):
            x, y = 60 + 40 * note, 55 + 110 * staff + 5 * int(random.integers(0, 9))
            draw.ellipse((x, y, x + 13, y + 10), "black")
            draw.line((x + 13, y + 5, x + 13, y - 30), "black", 2)
    return image


# Charts


def bars() -> Image.Image:
    image, draw = axes("Visitors by month")
    for n, height in enumerate((120, 180, 90, 260, 310, 220, 150)):
        draw.rectangle((90 + 72 * n, 410 - height, 140 + 72 * n, 410), "#1f77b4")
        write(draw, 100 + 72 * n, 416, "JFMAMJJ"[n])
    return image


def lines() -> Image.Image:
    image, draw = axes("Temperature")
    random = np.random.default_rng(6)
    for colour in ("#1f77b4", "#ff7f0e", "#2ca02c"):
        heights = 240 + np.cumsum(random.normal(0, 12, 100))
        draw.line([(72 + 5.3 * n, float(y)) for n, y in enumerate(heights)], colour, 3)
    return image


def pie() -> Image.Image:
    image, draw = canvas()
    edges = (0, 95, 170, 230, 300, 360)
    for begin, end, colour in zip(edges, edges[1:], ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd")):
        draw.pieslice((140, 60, 500, 420), begin, end, colour, "white", 3)
    write(draw, 250, 20, "Where it went", 22)
    return image


def scatter() -> Image.Image:
    image, draw = axes("Height and weight")
    for x, y in np.random.default_rng(7).normal((330, 240), (90, 60), (160, 2)):
        draw.ellipse((x - 4, y - 4, x + 4, y + 4), "#d62728")
    return image


def heat_map() -> Image.Image:
    values = np.random.default_rng(8).random((9, 12))
    small = coloured(values, (68, 1, 84), (33, 145, 140), (253, 231, 37))
    return small.resize(SIZE, Image.Resampling.NEAREST)


def flow_chart() -> Image.Image:
    image, draw = canvas()
    for n, (x, y) in enumerate(((240, 20), (240, 130), (80, 250), (400, 250), (240, 380))):
        draw.rounded_rectangle((x, y, x + 160, y + 60), 10, "#eef4ff", "black", 2)
        write(draw, x + 20, y + 20, " ".join(WORDS[2 * n : 2 * n + 2]))
    for ends in ((320, 80, 320, 130), (280, 190, 160, 250), (360, 190, 480, 250), (160, 310, 280, 380)):
        draw.line(ends, "black", 2)
    return image


def street_map() -> Image.Image:
    image, draw = canvas("#f2efe9")
    random = np.random.default_rng(9)
    draw.polygon([(0, 350), (640, 200), (640, 280), (0, 440)], "#aad3df")
    draw.rectangle((380, 30, 520, 150), "#c8facc")
    for _ in range(18):
        x, y = random.integers(0, 640), random.integers(0, 480)
        for ends in (((x, 0), (x + 60, 480)), ((0, y), (640, y - 80))):
            draw.line([(float(a), float(b)) for a, b in ends], "white", 8)
    for n in range(12):
        write(draw, float(random.integers(0, 560)), float(random.integers(0, 460)), WORDS[n].title(), 12, "#555555")
    return image


def axes(title: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image, draw = canvas()
    write(draw, 230, 18, title, 22)
    draw.line([(70, 50), (70, 410), (610, 410)], "black", 2)
    for n in range(6):
        write(draw, 30, 400 - 65 * n, f"{20 * n}", 14)
        draw.line((64, 410 - 65 * n, 70, 410 - 65 * n), "black", 2)
    return image, draw


# Drawings


def house() -> Image.Image:
    image, draw = canvas("#bfe3ff")
    draw.rectangle((0, 360, 640, 480), "#7ec850")
    draw.rectangle((200, 220, 440, 400), "#f2d7a0", "black", 4)
    draw.polygon([(180, 220), (320, 110), (460, 220)], "#c0392b", "black")
    draw.rectangle((290, 300, 350, 400), "#7b4a1e")
    draw.ellipse((500, 40, 590, 130), "#ffd93b")
    return image


def stick_figures() -> Image.Image:
    image, draw = canvas()
    for x in (150, 320, 490):
        draw.ellipse((x - 30, 100, x + 30, 160), None, "black", 4)
        for ends in ((0, 160, 0, 290), (0, 200, -60, 240), (0, 200, 60, 240), (0, 290, -45, 390), (0, 290, 45, 390)):
            draw.line((x + ends[0], ends[1], x + ends[2], ends[3]), "black", 4)
    return image


def smiley() -> Image.Image:
    image, draw = canvas()
    draw.ellipse((170, 90, 470, 390), "#ffdd44", "black", 5)
    for x in (260, 360):
        draw.ellipse((x, 180, x + 25, 220), "black")
    draw.arc((230, 180, 410, 340), 20, 160, "black", 8)
    return image


def fish() -> Image.Image:
    image, draw = canvas("#2a7fb8")
    draw.ellipse((160, 160, 440, 320), "#ff9933", "black", 3)
    draw.polygon([(430, 240), (530, 170), (530, 310)], "#ff9933", "black")
    draw.ellipse((210, 205, 240, 235), "white", "black")
    return image


def triangles() -> Image.Image:
    image, draw = canvas("#222222")
    random = np.random.default_rng(10)
    for _ in range(40):
        x, y = random.integers(0, SIZE)
        points = [(float(x + a), float(y + b)) for a, b in random.integers(-90, 90, (3, 2))]
        draw.polygon(points, tuple(map(int, random.integers(0, 255, 3))))
    return image


def floor_plan() -> Image.Image:
    image, draw = canvas()
    for box in ((60, 60, 300, 240), (300, 60, 580, 180), (300, 180, 580, 420), (60, 240, 300, 420)):
        draw.rectangle(box, None, "black", 6)
        write(draw, box[0] + 60, box[1] + 60, f"{(box[2] - box[0]) / 60:.1f} m", 18)
    return image


# Food


def plate(food: Callable[[ImageDraw.ImageDraw, np.random.Generator], None], seed: int) -> Image.Image:
    table = coloured(rough(seed, fall=0.7), (90, 55, 30), (150, 100, 60))
    draw = ImageDraw.Draw(table)
    draw.ellipse((110, 40, 530, 450), "#e9e9e6", "#bdbdb8", 4)
    draw.ellipse((160, 90, 480, 400), "#f7f7f5", "#d6d6d2", 2)
    food(draw, np.random.default_rng(seed))
    grain = np.random.default_rng(seed).normal(0, 6, (*SIZE[::-1], 1))
    picture = Image.fromarray(
        (np.asarray(table.filter(ImageFilter.GaussianBlur(1.5))) + grain).clip(0, 255).astype("u1")
    )
    return picture


def scattered(*colours: str, count: int, least: int, most: int) -> Callable[..., None]:
    """Food: many round pieces."""

    def food(draw: ImageDraw.ImageDraw, random: np.random.Generator) -> None:
        for _ in range(count):
            angle, distance, radius = (
                random.random() * 2 * np.pi,
                130 * random.random() ** 0.5,
                random.uniform(least, most),
            )
            x, y = 320 + distance * np.cos(angle), 245 + distance * np.sin(angle)
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), str(random.choice(colours)), "#00000040")

    return food


def peas() -> Image.Image:
    return plate(scattered("#5a9e32", "#6fb83f", "#4c8a28", count=420, least=7, most=10), 11)


def salad() -> Image.Image:
    return plate(scattered("#7cb342", "#9ccc65", "#c62828", "#fff59d", "#558b2f", count=160, least=12, most=32), 12)


def fried_eggs() -> Image.Image:
    def food(draw: ImageDraw.ImageDraw, random: np.random.Generator) -> None:
        for x, y in ((250, 210), (370, 280)):
            draw.ellipse((x - 95, y - 80, x + 95, y + 85), "#fffdf4", "#e0c890", 3)
            draw.ellipse((x - 35, y - 33, x + 35, y + 37), "#f5a81c")

    return plate(food, 13)


def pizza() -> Image.Image:
    def food(draw: ImageDraw.ImageDraw, random: np.random.Generator) -> None:
        draw.ellipse((150, 80, 490, 410), "#c98a3c")
        draw.ellipse((170, 100, 470, 390), "#e8b84a")
        scattered("#b3261e", "#a11d16", "#3f6b22", count=26, least=10, most=24)(draw, random)

    return plate(food, 14)


def soup() -> Image.Image:
    def food(draw: ImageDraw.ImageDraw, random: np.random.Generator) -> None:
        draw.ellipse((165, 95, 475, 395), "#d2691e")
        scattered("#e88a3a", "#4c8a28", "#f2c14e", count=24, least=6, most=16)(draw, random)

    return plate(food, 15)


# Landscapes with nobody in them


def mountains() -> Image.Image:
    x, y = grid()
    values = coloured(y, (70, 120, 190), (190, 215, 240))
    pixels = np.asarray(values).copy()
    for n, colour in enumerate(((120, 130, 150), (85, 100, 110), (50, 75, 60))):
        ridge = 0.25 + 0.2 * n + 0.35 * (rough(20 + n)[240] - 0.5)
        light = 0.75 + 0.5 * rough(30 + n, fall=0.8)[..., None]
        pixels = np.where((y > ridge)[..., None], np.array(colour) * light, pixels)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def sea_at_sunset() -> Image.Image:
    x, y = grid()
    sky = coloured(y * 2, (60, 40, 110), (250, 140, 60), (255, 220, 130))
    waves = rough(23, fall=0.8)[:, ::-1] * 0.5 + 0.25 + 0.25 * np.sin(y * y * 400 + 6 * rough(24))
    water = coloured(waves, (20, 20, 50), (120, 70, 70), (250, 180, 110))
    pixels = np.where((y < 0.5)[..., None], np.asarray(sky), np.asarray(water))
    image = Image.fromarray(pixels)
    ImageDraw.Draw(image).ellipse((290, 180, 350, 240), "#fff3c0")
    return image


def dunes() -> Image.Image:
    x, y = grid()
    sand = coloured(0.5 + 0.5 * np.sin(18 * (y + 0.3 * rough(25, 8)) ** 2), (150, 90, 45), (225, 170, 105))
    sky = coloured(y, (90, 150, 215), (200, 220, 235))
    return Image.fromarray(np.where((y < 0.3 + 0.1 * np.sin(5 * x))[..., None], np.asarray(sky), np.asarray(sand)))


def clouds() -> Image.Image:
    return coloured(rough(26, fall=0.55), (60, 110, 190), (90, 140, 210), (235, 240, 245), (255, 255, 255))


def meadow() -> Image.Image:
    x, y = grid()
    green = coloured(rough(27, 256, 0.9), (35, 80, 20), (110, 160, 50), (190, 200, 80))
    return Image.fromarray(np.where((y < 0.4)[..., None], np.asarray(clouds()), np.asarray(green)))


# Textures


def wood() -> Image.Image:
    x, y = grid()
    return coloured(0.5 + 0.5 * np.sin(60 * (y + 0.25 * rough(31, 8))), (95, 55, 25), (165, 110, 60))


def marble() -> Image.Image:
    x, y = grid()
    return coloured(np.abs(np.sin(6 * (x + y) + 9 * rough(32))), (90, 95, 105), (235, 235, 238), (250, 250, 250))


def woven() -> Image.Image:
    x, y = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    thread = np.where((x // 8 + y // 8) % 2, np.sin(x * np.pi / 8) ** 2, np.sin(y * np.pi / 8) ** 2)
    return coloured(thread * 0.8 + 0.2 * rough(33, fall=0.9), (40, 45, 90), (150, 160, 200))


# Pictures that show nothing


def black() -> Image.Image:
    return canvas("black")[0]


def white() -> Image.Image:
    return canvas()[0]


def grey_noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(40).integers(0, 256, SIZE[::-1], dtype=np.uint8)).convert("RGB")


def colour_noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(41).integers(0, 256, (*SIZE[::-1], 3), dtype=np.uint8))


def blend() -> Image.Image:
    x, y = grid()
    return coloured((x + y) / 2, (230, 60, 60), (60, 60, 230))


def stripes() -> Image.Image:
    x, y = grid()
    return coloured((x * 16 % 1 > 0.5).astype(float), (200, 30, 30), (255, 255, 255))


def finger_on_the_lens() -> Image.Image:
    return coloured(rough(42, 4), (60, 15, 10), (190, 90, 70))


# Medicine and science


def x_ray() -> Image.Image:
    x, y = grid()
    glow = np.exp(-(((x - 0.5) / 0.3) ** 2 + ((y - 0.5) / 0.45) ** 2))
    lungs = sum(np.exp(-(((x - 0.5 - d) / 0.11) ** 2 + ((y - 0.45) / 0.25) ** 2)) for d in (-0.17, 0.17))
    ribs = 0.12 * (np.sin(45 * (y + (x - 0.5) ** 2)) > 0.5) * glow
    spine = 0.35 * np.exp(-(((x - 0.5) / 0.035) ** 2))
    return coloured(
        (0.7 * glow - 0.45 * lungs + ribs + spine * glow + 0.04 * rough(50)).clip(0, 1), (0,) * 3, (255,) * 3
    )


def stars() -> Image.Image:
    random = np.random.default_rng(51)
    pixels = np.zeros((*SIZE[::-1], 3))
    pixels[random.integers(0, 480, 900), random.integers(0, 640, 900)] = random.uniform(60, 255, (900, 1))
    return Image.fromarray(pixels.astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.7))


def bacteria() -> Image.Image:
    image, draw = canvas("#e8e2f0")
    random = np.random.default_rng(52)
    for x, y, angle in random.random((90, 3)) * (640, 480, np.pi):
        draw.line((x, y, x + 26 * np.cos(angle), y + 26 * np.sin(angle)), "#7a4f9a", 9)
    return image.filter(ImageFilter.GaussianBlur(1.5))


def ultrasound() -> Image.Image:
    x, y = grid()
    fan = (np.hypot(x - 0.5, y) < 0.95) & (np.abs(x - 0.5) < 0.08 + 0.45 * y)
    speckle = np.random.default_rng(53).rayleigh(0.25, x.shape) * rough(54)
    return coloured((speckle * fan * 1.4).clip(0, 1), (0,) * 3, (220, 225, 230)).filter(ImageFilter.GaussianBlur(1))


DRAWINGS: dict[str, tuple[Callable[[], Image.Image], ...]] = {
    "screenshot": (login, editor, spreadsheet, chat, web_page, terminal),
    "document": (letter, paper, invoice, form, slide, sheet_of_music),
    "scan": (receipt, skewed_scan, faded_copy, code_square),
    "chart": (bars, lines, pie, scatter, heat_map, flow_chart, street_map),
    "drawing": (house, stick_figures, smiley, fish, triangles, floor_plan),
    "food": (peas, salad, fried_eggs, pizza, soup),
    "landscape": (mountains, sea_at_sunset, dunes, clouds, meadow),
    "texture": (wood, marble, woven),
    "nothing": (black, white, grey_noise, colour_noise, blend, stripes, finger_on_the_lens),
    "science": (x_ray, stars, bacteria, ultrasound),
}
WAYS_TO_SPOIL: dict[str, Callable[[Image.Image], Image.Image]] = {
    "dark photo": lambda photo: ImageEnhance.Brightness(photo).enhance(0.06),
    "blurred photo": lambda photo: photo.filter(ImageFilter.GaussianBlur(photo.width / 25)),
    "overexposed photo": lambda photo: photo.point(lambda value: min(255, 190 + value)),
    "noisy photo": lambda photo: Image.blend(photo, colour_noise().resize(photo.size), 0.75),
}
