"""Screenshots, documents, scans and charts."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from captioner.training.out_of_distribution.canvas import SIZE, WORDS, canvas, coloured, prose, window, write

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
