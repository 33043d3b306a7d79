"""Applies a palette and a text size to every widget, and draws the ttk theme of each palette."""

import tkinter as tk
from collections.abc import Iterator, Mapping
from tkinter import ttk
from typing import Any

from captioner.gui.style.fonts import FONTS, apply_text_size, line_height, scaled
from captioner.gui.style.palettes import Palette
from captioner.gui.style.shapes import Layer, Pixels, box, draw, line, png, stretchable

# The name of an invisible Tk image in each menu entry. It makes the entry high enough to click on.
MENU_SPACER = "CaptionerMenuSpacer"

# Pixels of a 96 dpi screen: the longest side of the pictures in the list of photos, and the room above and below them.
THUMBNAIL_SIDE, THUMBNAIL_GAP = 48, 2

_Options = Mapping[str, str | int]
_Layout = Any  # tkinter does not export the type of a layout


def apply_theme(root: tk.Misc, palette: Palette, text_size: int) -> None:
    """Apply a palette and a text size to all windows, open ones and later ones.

    Args:
        text_size: in percent.
    """
    apply_text_size(root, text_size)
    prepare_theme(root, palette)
    style = ttk.Style(root)
    style.theme_use(palette.name)
    row_height = round(max(1.5 * line_height(root), root.winfo_fpixels("18p")))
    style.configure("Treeview", rowheight=row_height)
    style.configure("Photos.Treeview", rowheight=max(row_height, scaled(root, THUMBNAIL_SIDE + 2 * THUMBNAIL_GAP)))
    if MENU_SPACER not in root.tk.splitlist(root.tk.call("image", "names")):
        root.tk.call("image", "create", "photo", MENU_SPACER, "-width", 1)
    root.tk.call(MENU_SPACER, "configure", "-height", row_height)
    options = _classic_options(palette)
    for kind, values in options.items():
        for option, value in values.items():
            root.option_add(f"*{kind}.{option}", value)
    for widget in _descendants(root):
        _apply_options(widget, options)


def prepare_theme(root: tk.Misc, palette: Palette) -> None:
    """Create a palette's ttk theme if it does not exist yet. The window does not react meanwhile, for about 20 ms."""
    style = ttk.Style(root)
    if palette.name not in style.theme_names():
        current = style.theme_use()
        _ThemeBuilder(root, style, palette).build()
        style.theme_use(current)


def _classic_options(palette: Palette) -> dict[str, _Options]:
    """Options, by class, of the widgets that ttk does not style."""
    selection: _Options = {
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
            **selection,
        },
        "Text": {
            "background": palette.surface,
            "foreground": palette.text,
            "insertBackground": palette.text,
            "relief": "flat",
            "borderWidth": 0,
            **selection,
        },
    }


def _descendants(widget: tk.Misc) -> Iterator[tk.Misc]:
    yield widget
    for child in widget.winfo_children():
        yield from _descendants(child)


def _apply_options(widget: tk.Misc, options: Mapping[str, _Options]) -> None:
    kind = "Toplevel" if isinstance(widget, tk.Tk) else widget.winfo_class()
    if isinstance(widget, ttk.Combobox):
        # Its list is not a tkinter widget. This creates it if it does not exist yet.
        popdown = widget.tk.call("ttk::combobox::PopdownWindow", widget)
        _configure(widget, f"{popdown}.f.l", options["Listbox"])
    elif kind in options:
        _configure(widget, str(widget), options[kind])


def _configure(widget: tk.Misc, path: str, options: _Options) -> None:
    widget.tk.call(
        path, "configure", *(part for name, value in options.items() for part in (f"-{name.lower()}", value))
    )


class _ThemeBuilder:
    """Creates the ttk theme of a palette: rounded controls, and a wide ring around the one that has the focus."""

    def __init__(self, root: tk.Misc, style: ttk.Style, palette: Palette) -> None:
        self._root = root
        self._style = style
        self._palette = palette
        # All in pixels.
        self._unit = unit = root.winfo_fpixels("0.75p")  # a pixel of a 96 dpi screen
        self._ring = max(2, round(2 * unit))
        self._radius = round(6 * unit)
        self._line = max(1, round(unit))
        self._gap = self._ring + self._line  # from the ring's outside to the control
        self._target = round(24 * unit)  # everything that can be clicked is at least this large

    def build(self) -> None:
        self._style.theme_create(self._palette.name, parent="clam")
        self._style.theme_use(self._palette.name)
        self._create_frames()
        self._create_marks()
        self._create_scrollbars()
        self._set_layouts()
        self._set_options()

    def _create_frames(self) -> None:
        palette, radius, ring, line_width = self._palette, self._radius, self._ring, self._line
        outer = radius + self._gap
        halo = self._stretchable(
            outer, box(2 * outer, outer, palette.focus), box(2 * outer, outer - ring, palette.background, inset=ring)
        )

        def face(fill: str, border: str) -> str:
            size = 2 * radius
            return self._stretchable(
                radius, box(size, radius, border), box(size, radius - line_width, fill, inset=line_width)
            )

        self._element(
            "ring", self._stretchable(outer), ("focus", halo), border=outer, padding=self._gap, size=2 * outer
        )
        self._element(
            "face",
            face(palette.control, palette.border),
            ("disabled", face(palette.background, palette.faint)),
            ("pressed", face(palette.pressed, palette.border)),
            ("active", face(palette.hover, palette.border)),
            border=radius,
            padding=0,
            size=2 * radius,
        )
        primary = face(palette.accent, palette.accent)
        self._element("primary", primary, border=radius, padding=0, size=2 * radius)
        # Borders around all of the toolbar's buttons would hide its groups. In high contrast they are what shows one.
        border = palette.border if palette.control == palette.background else palette.background
        self._element(
            "toolface",
            face(palette.background, border),
            ("disabled", face(palette.background, palette.background)),
            ("pressed", face(palette.pressed, palette.border)),
            ("active", face(palette.hover, palette.border)),
            border=radius,
            padding=0,
            size=2 * radius,
        )
        self._element(
            "field",
            face(palette.surface, palette.border),
            border=radius,
            # Room on the right, so that the arrow does not cover the round corners.
            padding=(line_width, line_width, radius // 2 + line_width, line_width),
            size=2 * radius,
        )

    def _create_marks(self) -> None:
        palette, unit, radius, target = self._palette, self._unit, self._radius, self._target
        side = round(18 * unit)  # of a check button's box
        inset = (target - side) // 2
        tick = line(
            [(inset + side * x, inset + side * y) for x, y in ((0.22, 0.52), (0.42, 0.72), (0.78, 0.28))],
            2.4 * unit,
            palette.on_accent,
        )
        empty = (
            box(target, radius, palette.border, inset),
            box(target, radius - self._line, palette.surface, inset + self._line),
        )
        checked = box(target, radius, palette.accent, inset), tick
        self._style.element_create(
            "tick",
            "image",
            self._image(draw(target, palette.background, empty)),
            ("selected", self._image(draw(target, palette.background, checked))),
            sticky="",
        )
        middle, reach = target / 2, 4.5 * unit
        chevron = line(
            [(middle - reach, middle - reach / 2), (middle, middle + reach / 2), (middle + reach, middle - reach / 2)],
            1.8 * unit,
            palette.text,
        )
        arrow = self._image(draw(target, palette.surface, [chevron]))
        self._style.element_create("arrow", "image", arrow, sticky="")

    def _create_scrollbars(self) -> None:
        target, thumb = self._target, round(8 * self._unit)
        images = (
            self._stretchable(target // 2, box(target, thumb / 2, self._palette.border, inset=(target - thumb) / 2)),
            ("disabled", self._stretchable(target // 2)),
        )
        for way, width, height in (("Vertical", target, 2 * target), ("Horizontal", 2 * target, target)):
            self._style.element_create(
                f"{way}.thumb", "image", *images, border=target // 2, width=width, height=height, sticky="nsew"
            )
            self._style.layout(f"{way}.TScrollbar", [(f"{way}.thumb", {"sticky": "nsew"})])

    def _set_layouts(self) -> None:
        layout = self._style.layout
        arrow: _Layout = ("arrow", {"side": "right", "sticky": ""})
        for kind, face in ("TButton", "face"), ("Toolbar.TButton", "toolface"), ("Primary.TButton", "primary"):
            layout(kind, _nest("ring", face, "Button.padding", inside=[("Button.label", {"sticky": "nsew"})]))
        more = [("Menubutton.label", {"sticky": "nsew"})]
        layout("Toolbar.TMenubutton", _nest("ring", "toolface", "Menubutton.padding", inside=more))
        check: _Layout = [
            ("tick", {"side": "left", "sticky": ""}),
            ("Checkbutton.label", {"side": "left", "sticky": "nsew"}),
        ]
        layout("TCheckbutton", _nest("ring", "Checkbutton.padding", inside=check))
        layout("Reachable.TLabel", _nest("ring", inside=[("Label.label", {"sticky": "nsew"})]))
        layout("TEntry", _nest("ring", "field", "Entry.padding", inside=[("Entry.textarea", {"sticky": "nsew"})]))
        chosen = _nest("Combobox.padding", inside=[("Combobox.textarea", {"sticky": "nsew"})])
        layout("TCombobox", _nest("ring", "field", inside=[arrow, *chosen]))
        menu: _Layout = [arrow, ("Menubutton.label", {"side": "left", "sticky": "nsew"})]
        layout("TMenubutton", _nest("ring", "field", "Menubutton.padding", inside=menu))
        layout("Treeview", _nest("ring", "field", inside=[("Treeview.treearea", {"sticky": "nsew"})]))
        with_picture = [
            ("Treeitem.image", {"side": "left", "sticky": ""}),
            ("Treeitem.text", {"side": "left", "sticky": ""}),
        ]
        layout("Photos.Treeview.Item", _nest("Treeitem.padding", inside=with_picture))
        layout("Treeview.Item", _nest("Treeitem.padding", inside=[("Treeitem.text", {"side": "left", "sticky": ""})]))

    def _set_options(self) -> None:
        palette, configure, style_map = self._palette, self._style.configure, self._style.map
        space = round(4 * self._unit)
        configure(
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
        style_map(".", foreground=[("disabled", palette.muted)], background=[])
        configure("TButton", padding=(round(2.4 * space), round(1.5 * space)), anchor="center", width=0)
        configure("Primary.TButton", foreground=palette.on_accent, padding=(4 * space, 2 * space))
        for kind in "Toolbar.TButton", "Toolbar.TMenubutton":
            configure(kind, padding=(round(1.2 * space), round(1.5 * space)), space=space)
        configure("TCheckbutton", padding=space)
        configure("TMenubutton", padding=(2 * space, 0), background=palette.surface)
        configure("TEntry", padding=(2 * space, space))
        configure("TCombobox", padding=(2 * space, space), foreground=palette.text)
        style_map(
            "TCombobox",
            selectbackground=[("readonly", palette.surface)],
            selectforeground=[("readonly", palette.text)],
            foreground=[("disabled", palette.muted)],
        )
        configure("TSeparator", background=palette.faint)
        configure(
            "TProgressbar",
            background=palette.accent,
            bordercolor=palette.border,
            thickness=space * 2,
            borderwidth=self._line,
        )
        configure("Treeview", background=palette.surface, foreground=palette.text, indent=0)
        configure("Treeview.Item", padding=(2 * space, 0))
        configure(
            "Treeview.Heading",
            background=palette.background,
            foreground=palette.text,
            bordercolor=palette.faint,
            lightcolor=palette.background,
            darkcolor=palette.background,
            padding=(2 * space, space),
        )
        style_map("Treeview.Heading", background=[("active", palette.hover)])
        style_map("Treeview", background=[("selected", palette.accent)], foreground=[("selected", palette.on_accent)])

    def _element(self, name: str, image: str, *others: tuple[str, str], border: int, padding: Any, size: int) -> None:
        self._style.element_create(
            name, "image", image, *others, border=border, padding=padding, width=size, height=size, sticky="nsew"
        )

    def _stretchable(self, corner: int, *layers: Layer) -> str:
        """Draw an image that Tk can stretch, from its upper left corner of this size, and return its name."""
        return self._image(stretchable(draw(corner, self._palette.background, layers)))

    def _image(self, rows: Pixels) -> str:
        # Not tk.PhotoImage, which would delete the image together with the Python object.
        return str(self._root.tk.call("image", "create", "photo", "-format", "png", "-data", png(rows)))


def _nest(*elements: str, inside: _Layout) -> _Layout:
    for element in reversed(elements):
        inside = [(element, {"sticky": "nsew", "children": inside})]
    return inside
