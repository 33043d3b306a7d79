"""Drawings, food, landscapes, textures, and images of medicine and science."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from captioner.training.out_of_distribution.canvas import SIZE, canvas, coloured, grid, rough, write

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
