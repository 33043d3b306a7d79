"""How the window looks: colours, fonts and the style of every ttk widget."""

import math
import struct
import sys
import tkinter as tk
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from tkinter import ttk
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Palette:
    """Colours as "#rrggbb"; which stand on which is what the contrast test holds them to.

    background: of the window; surface: of what is read, typed or chosen in; control, hover and pressed: of a button.
    text and muted: for words on any of those; accent: for words and marks on background and surface.
    on_accent: for words on accent, which also marks what is selected.
    focus and border: of controls, on background and surface; faint: for lines that only adorn.
    """

    name: str
    background: str
    surface: str
    control: str
    hover: str
    pressed: str
    text: str
    muted: str
    accent: str
    on_accent: str
    focus: str
    border: str
    faint: str


PALETTES = {
    palette.name: palette
    for palette in (
        Palette(
            name="light",
            background="#f4f5f7",
            surface="#ffffff",
            control="#ffffff",
            hover="#e8eefb",
            pressed="#d8e3f8",
            text="#1a1d21",
            muted="#525a63",
            accent="#0b57d0",
            on_accent="#ffffff",
            focus="#0b57d0",
            border="#7c848d",
            faint="#d9dce0",
        ),
        Palette(
            name="dark",
            background="#1a1c1f",
            surface="#232629",
            control="#2c3034",
            hover="#383d43",
            pressed="#42484f",
            text="#eceef0",
            muted="#b3bac2",
            accent="#a8c7fa",
            on_accent="#0a1a33",
            focus="#a8c7fa",
            border="#8a919a",
            faint="#3a3f45",
        ),
        Palette(
            name="high contrast",
            background="#000000",
            surface="#000000",
            control="#000000",
            hover="#2b2b2b",
            pressed="#3a3a3a",
            text="#ffffff",
            muted="#e6e6e6",
            accent="#ffe600",
            on_accent="#000000",
            focus="#ffe600",
            border="#ffffff",
            faint="#8c8c8c",
        ),
    )
}


# Names of Tk fonts, for text and for a caption's statement. What is set in them grows and shrinks with the text size.
FONTS = {"text": "TkDefaultFont", "statement": "CaptionerStatementFont"}

# The name of an invisible Tk image in each menu entry, which makes it high enough to point at.
MENU_SPACE = "CaptionerMenuSpace"

# In pixels: the middle of an image that may be drawn wide.
STRETCH = 64

# In percent, those to choose from.
TEXT_SIZES = (75, 100, 125, 150, 175, 200, 250, 300)

# In points, at 100 %.
SIZES = {
    "TkDefaultFont": 11,
    "TkTextFont": 11,
    "TkMenuFont": 11,
    "TkTooltipFont": 10,
    "TkCaptionFont": 11,
    "TkIconFont": 11,
    FONTS["statement"]: 20,
}
if sys.platform == "darwin":  # where a point is a pixel
    SIZES = {font: size + 2 for font, size in SIZES.items()}


def apply(root: tk.Misc, palette: Palette, text_size: int) -> None:
    """Dress all windows, those that are open and those to come.

    Args:
        text_size: in percent.
    """
    if FONTS["statement"] not in root.tk.splitlist(root.tk.call("font", "names")):
        root.tk.call("font", "create", FONTS["statement"], *root.tk.call("font", "actual", "TkDefaultFont"))
    for font, size in SIZES.items():
        root.tk.call("font", "configure", font, "-size", round(size * text_size / 100))

    prepare(root, palette)
    style = ttk.Style(root)
    style.theme_use(palette.name)
    row = round(max(1.5 * int(root.tk.call("font", "metrics", FONTS["text"], "-linespace")), root.winfo_fpixels("18p")))
    style.configure("Treeview", rowheight=row)
    if MENU_SPACE not in root.tk.splitlist(root.tk.call("image", "names")):
        root.tk.call("image", "create", "photo", MENU_SPACE, "-width", 1)
    root.tk.call(MENU_SPACE, "configure", "-height", row)
    for kind, options in _plain(palette).items():
        for option, value in options.items():
            root.option_add(f"*{kind}.{option}", value)
    for widget in _descendants(root):
        _dress(widget, palette)


def prepare(root: tk.Misc, palette: Palette) -> None:
    """Draw what a palette needs, once: the window does not react meanwhile, for a fiftieth of a second."""
    style = ttk.Style(root)
    if palette.name not in style.theme_names():
        used = style.theme_use()
        _create(root, style, palette)
        style.theme_use(used)


def _plain(palette: Palette) -> dict[str, dict[str, str | int]]:
    """The options of widgets that ttk has no say in."""
    chosen: dict[str, str | int] = {
        "selectBackground": palette.accent,
        "selectForeground": palette.on_accent,
        "highlightColor": palette.focus,
        "highlightBackground": palette.border,
    }
    return {
        "Menu": {
            "background": palette.surface,
            "foreground": palette.text,
            "activeBackground": palette.accent,
            "activeForeground": palette.on_accent,
            "disabledForeground": palette.muted,
            "selectColor": palette.text,
            "relief": "flat",
            "activeBorderWidth": 0,
        },
        "Toplevel": {"background": palette.background},
        "Message": {
            "background": palette.surface,
            "foreground": palette.text,
            "highlightBackground": palette.border,
            "font": "TkTooltipFont",
        },
        "Listbox": {
            "background": palette.surface,
            "foreground": palette.text,
            "relief": "flat",
            "borderWidth": 0,
            "activeStyle": "none",
            **chosen,
        },
        "Text": {
            "background": palette.surface,
            "foreground": palette.text,
            "insertBackground": palette.text,
            "relief": "flat",
            "borderWidth": 0,
            **chosen,
        },
    }


def _descendants(widget: tk.Misc) -> Iterator[tk.Misc]:
    yield widget
    for child in widget.winfo_children():
        yield from _descendants(child)


def _dress(widget: tk.Misc, palette: Palette) -> None:
    options = _plain(palette)
    kind = widget.winfo_class()
    if isinstance(widget, tk.Tk):
        kind = "Toplevel"
    if isinstance(widget, ttk.Combobox):
        # Its list is no widget that tkinter knows, and is made when it is first asked for.
        popdown = widget.tk.call("ttk::combobox::PopdownWindow", widget)
        _configure(widget, f"{popdown}.f.l", options["Listbox"])
    elif kind in options:
        _configure(widget, str(widget), options[kind])


def _configure(widget: tk.Misc, path: str, options: dict[str, str | int]) -> None:
    widget.tk.call(
        path, "configure", *(part for name, value in options.items() for part in (f"-{name.lower()}", value))
    )


def _create(root: tk.Misc, style: ttk.Style, palette: Palette) -> None:
    """Make the ttk theme of a palette: rounded controls with a wide ring around the one that has the focus."""
    unit = root.winfo_fpixels("0.75p")  # a pixel, were the screen of 96 dots an inch
    ring, radius = max(2, round(2 * unit)), round(6 * unit)
    gap = ring + max(1, round(unit))  # from the ring's outside to the control
    line = max(1, round(unit))
    outer = radius + gap
    target = round(24 * unit)  # nothing to click on is smaller

    def image(rows: list[list[bytes]]) -> str:
        # Not tk.PhotoImage, which would delete the image together with the Python object.
        return str(root.tk.call("image", "create", "photo", "-format", "png", "-data", _png(rows)))

    def fixed(size: int, *layers: _Layer, ground: str = palette.background) -> str:
        return image(_draw(size, ground, layers))

    def wide(corner: int, *layers: _Layer) -> str:
        return image(_mirrored([_mirrored(row) for row in _draw(corner, palette.background, layers)]))

    def face(fill: str, border: str) -> str:
        return wide(radius, _box(2 * radius, radius, border), _box(2 * radius, radius - line, fill, inset=line))

    halo = wide(
        outer, _box(2 * outer, outer, palette.focus), _box(2 * outer, outer - ring, palette.background, inset=ring)
    )
    mark = round(18 * unit)  # of a check button
    inset = (target - mark) // 2
    tick = _lines(
        [(inset + mark * x, inset + mark * y) for x, y in ((0.22, 0.52), (0.42, 0.72), (0.78, 0.28))],
        2.4 * unit,
        palette.on_accent,
    )
    middle, reach = target / 2, 4.5 * unit
    chevron = [(middle - reach, middle - reach / 2), (middle, middle + reach / 2), (middle + reach, middle - reach / 2)]
    thumb = round(8 * unit)

    style.theme_create(palette.name, parent="clam")
    style.theme_use(palette.name)
    style.element_create(
        "ring",
        "image",
        wide(outer),
        ("focus", halo),
        border=outer,
        padding=gap,
        width=2 * outer,
        height=2 * outer,
        sticky="nsew",
    )
    style.element_create(
        "face",
        "image",
        face(palette.control, palette.border),
        ("disabled", face(palette.background, palette.faint)),
        ("pressed", face(palette.pressed, palette.border)),
        ("active", face(palette.hover, palette.border)),
        border=radius,
        padding=0,
        width=2 * radius,
        height=2 * radius,
        sticky="nsew",
    )
    style.element_create(
        "field",
        "image",
        face(palette.surface, palette.border),
        border=radius,
        padding=(line, line, radius // 2 + line, line),  # the arrow leaves the round corners alone
        width=2 * radius,
        height=2 * radius,
        sticky="nsew",
    )
    style.element_create(
        "tick",
        "image",
        fixed(
            target,
            _box(target, radius, palette.border, inset),
            _box(target, radius - line, palette.surface, inset + line),
        ),
        ("selected", fixed(target, _box(target, radius, palette.accent, inset), tick)),
        sticky="",
    )
    style.element_create(
        "arrow", "image", fixed(target, _lines(chevron, 1.8 * unit, palette.text), ground=palette.surface), sticky=""
    )
    thumbs = (
        wide(target // 2, _box(target, thumb / 2, palette.border, inset=(target - thumb) / 2)),
        ("disabled", wide(target // 2)),
    )
    for way, width, height in (("Vertical", target, 2 * target), ("Horizontal", 2 * target, target)):
        style.element_create(
            f"{way}.thumb", "image", *thumbs, border=target // 2, width=width, height=height, sticky="nsew"
        )
        style.layout(f"{way}.TScrollbar", [(f"{way}.thumb", {"sticky": "nsew"})])

    def nest(*elements: str, inside: _Layout) -> _Layout:
        for element in reversed(elements):
            inside = [(element, {"sticky": "nsew", "children": inside})]
        return inside

    label: _Layout = ("Button.label", {"sticky": "nsew"})
    text: _Layout = ("Entry.textarea", {"sticky": "nsew"})
    style.layout("TButton", nest("ring", "face", "Button.padding", inside=[label]))
    style.layout(
        "TCheckbutton",
        nest(
            "ring",
            "Checkbutton.padding",
            inside=[
                ("tick", {"side": "left", "sticky": ""}),
                ("Checkbutton.label", {"side": "left", "sticky": "nsew"}),
            ],
        ),
    )
    style.layout("TEntry", nest("ring", "field", "Entry.padding", inside=[text]))
    style.layout(
        "TCombobox",
        nest(
            "ring",
            "field",
            inside=[
                ("arrow", {"side": "right", "sticky": ""}),
                ("Combobox.padding", {"sticky": "nsew", "children": [("Combobox.textarea", {"sticky": "nsew"})]}),
            ],
        ),
    )
    menu: _Layout = [
        ("arrow", {"side": "right", "sticky": ""}),
        ("Menubutton.label", {"side": "left", "sticky": "nsew"}),
    ]
    style.layout("TMenubutton", nest("ring", "field", "Menubutton.padding", inside=menu))

    space = round(4 * unit)
    style.configure(
        ".",
        background=palette.background,
        foreground=palette.text,
        fieldbackground=palette.surface,
        font=FONTS["text"],
        bordercolor=palette.border,
        lightcolor=palette.surface,
        darkcolor=palette.surface,
        troughcolor=palette.faint,
        selectbackground=palette.accent,
        selectforeground=palette.on_accent,
        insertcolor=palette.text,
        focuscolor=palette.focus,
    )
    style.map(".", foreground=[("disabled", palette.muted)], background=[])
    style.configure("TButton", padding=(round(2.4 * space), round(1.5 * space)), anchor="center", width=0)
    style.configure("TCheckbutton", padding=space)
    style.configure("TMenubutton", padding=(2 * space, 0), background=palette.surface)
    style.configure("TEntry", padding=(2 * space, space))
    style.configure("TCombobox", padding=(2 * space, space), foreground=palette.text)
    style.map(
        "TCombobox",
        selectbackground=[("readonly", palette.surface)],
        selectforeground=[("readonly", palette.text)],
        foreground=[("disabled", palette.muted)],
    )
    style.configure("TSeparator", background=palette.faint)
    style.configure(
        "TProgressbar", background=palette.accent, bordercolor=palette.border, thickness=space * 2, borderwidth=1
    )
    style.layout("Treeview", nest("ring", "field", inside=[("Treeview.treearea", {"sticky": "nsew"})]))
    style.layout("Treeview.Item", nest("Treeitem.padding", inside=[("Treeitem.text", {"side": "left", "sticky": ""})]))
    style.configure("Treeview", background=palette.surface, foreground=palette.text, indent=0)
    style.configure("Treeview.Item", padding=(2 * space, 0))
    style.map("Treeview", background=[("selected", palette.accent)], foreground=[("selected", palette.on_accent)])


_Layout = Any  # tkinter keeps the types of layouts to itself


class _Layer(NamedTuple):
    """A shape in one colour.

    distance: of a point (x, y) in pixels from the shape's edge, negative inside.
    """

    distance: Callable[[float, float], float]
    colour: str


def _box(size: float, radius: float, colour: str, inset: float = 0) -> _Layer:
    """A square of this size with round corners, but for inset on all sides."""
    middle, straight = size / 2, size / 2 - inset - radius

    def distance(x: float, y: float) -> float:
        dx, dy = abs(x - middle) - straight, abs(y - middle) - straight
        return (math.hypot(dx, dy) if dx > 0 and dy > 0 else max(dx, dy)) - radius

    return _Layer(distance, colour)


def _lines(points: list[tuple[float, float]], width: float, colour: str) -> _Layer:
    """A line through points, with round ends."""

    def distance(x: float, y: float) -> float:
        return min(_from_line(x, y, *ends) for ends in zip(points, points[1:], strict=False)) - width / 2

    return _Layer(distance, colour)


def _from_line(x: float, y: float, start: tuple[float, float], end: tuple[float, float]) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = ((x - start[0]) * dx + (y - start[1]) * dy) / (dx * dx + dy * dy)
    along = min(max(along, 0), 1)
    return math.hypot(x - start[0] - along * dx, y - start[1] - along * dy)


def _draw(size: int, ground: str, layers: Sequence[_Layer]) -> list[list[bytes]]:
    """The pixels of a square of this size: layers with smooth edges on the ground's colour, the lowest first."""
    inks = [(distance, _bytes(colour)) for distance, colour in layers]
    return [[_mix(x + 0.5, y + 0.5, _bytes(ground), inks) for x in range(size)] for y in range(size)]


def _mix(x: float, y: float, mixed: bytes, inks: Sequence[tuple[Callable[[float, float], float], bytes]]) -> bytes:
    for distance, ink in inks:
        cover = 0.5 - distance(x, y)
        if cover >= 1:
            mixed = ink
        elif cover > 0:
            mixed = bytes(round(old + (new - old) * cover) for old, new in zip(mixed, ink, strict=True))
    return mixed


def _bytes(colour: str) -> bytes:
    return bytes.fromhex(colour[1:])


def _mirrored(corner: list[Any]) -> list[Any]:
    """A row that begins so and ends so, turned round, with a wide middle: Tk fills widgets with copies of that."""
    return corner + corner[-1:] * STRETCH + corner[::-1]


def _png(rows: list[list[bytes]]) -> bytes:
    """Pixels as a PNG file. Without transparency, for which Tk asks the X server what is below each time it draws."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 2, 0, 0, 0)
    content = zlib.compress(b"".join(b"\0" + b"".join(row) for row in rows), 1)  # each row without a filter
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", content) + chunk(b"IEND", b"")
