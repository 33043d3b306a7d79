"""The toolbar: buttons in groups, and a menu for those that have no room."""

import tkinter as tk
from collections.abc import Callable
from functools import partial
from tkinter import ttk
from typing import Any

from captioner.gui.commands import BY_NAME, TOOLBAR
from captioner.gui.style.fonts import line_height, scaled
from captioner.gui.style.icons import draw_icon
from captioner.gui.style.palettes import Palette
from captioner.gui.style.ttk_theme import MENU_SPACER
from captioner.gui.tk.focus import has_focus

# In pixels of a 96 dpi screen: around and between buttons, next to the room for their focus rings; between groups.
GAP = 1
GROUP_GAP = 6

ICON_SIZE = 1.15  # of a line of text
MORE = "more"  # the name of the menu's icon


class Toolbar(ttk.Frame):
    """Buttons with an icon and a word, on one row. Those that have no room are in the menu "More" at its end.

    Args:
        run: called with the name of a button's command.

    Attributes:
        buttons: by the names of their commands.
    """

    def __init__(self, parent: tk.Misc, run: Callable[[str], None]) -> None:
        super().__init__(parent)
        self._run = run
        self._has_icons = False
        self._palette: Palette | None = None
        names = [name for group in TOOLBAR for name in group]
        # For each name the icon of a button that can be used, and of one that cannot.
        self._icons = {name: (tk.PhotoImage(master=self), tk.PhotoImage(master=self)) for name in (*names, MORE)}
        self.buttons = {name: self._button(name) for name in names}
        self._lines = [ttk.Separator(self, orient="vertical") for _ in TOOLBAR[1:]]
        self._menu = tk.Menu(self, tearoff=False, postcommand=self._fill_menu)
        self._more = ttk.Menubutton(
            self, text="More", style="Toolbar.TMenubutton", menu=self._menu, image=self._icons[MORE][0], compound="left"
        )
        self._more.configure(takefocus=True)
        self.bind("<Configure>", lambda event: self.arrange(event.width))

    def apply_palette(self, palette: Palette) -> None:
        """Draw the icons in the colours of a palette, and as large as the text."""
        self._palette = palette
        size = round(ICON_SIZE * line_height(self))
        for name, icons in self._icons.items():
            for icon, colour in zip(icons, (palette.text, palette.border), strict=True):
                icon.configure(width=size, height=size)  # so that nothing moves when it is drawn
                if self._has_icons:
                    icon.configure(data=draw_icon(name, size, colour), format="png")
        self.update_idletasks()  # for the buttons' new sizes
        self.arrange()

    def show_icons(self) -> None:
        """Draw the icons from now on. Imports Pillow; before, their places are empty."""
        self._has_icons = True
        if self._palette:
            self.apply_palette(self._palette)

    def arrange(self, width: int = 0) -> None:
        """Place the buttons again, after their size or the width has changed."""
        width = width or self.winfo_width()
        gap, group_gap = scaled(self, GAP), scaled(self, GROUP_GAP)
        ends = self._ends(gap, group_gap)
        height = self._more.winfo_reqheight()
        self.configure(height=height + 2 * gap)
        fits = list(ends.values())[-1] + gap <= width
        room = width if fits else width - self._more.winfo_reqwidth() - gap
        x = gap
        for group, line in zip(TOOLBAR, (None, *self._lines), strict=True):
            if line and ends[group[0]] + gap <= room:
                line.place(x=x + group_gap - gap, y=gap + height // 5, height=height - 2 * (height // 5))
            elif line:
                line.place_forget()
            for name in group:
                button = self.buttons[name]
                if ends[name] + gap <= room:
                    button.place(x=ends[name] - button.winfo_reqwidth(), y=gap)
                    x = ends[name] + gap
                else:
                    had_focus = has_focus(button)
                    button.place_forget()
                    if had_focus:
                        self._more.focus_set()
        if fits:
            self._more.place_forget()
        else:
            self._more.place(x=x, y=gap)

    def _ends(self, gap: int, group_gap: int) -> dict[str, int]:
        """Where each button would end if there were room for all."""
        ends = {}
        x = gap
        for group in TOOLBAR:
            for name in group:
                x += self.buttons[name].winfo_reqwidth()
                ends[name] = x
                x += gap
            x += 2 * group_gap - gap
        return ends

    def _button(self, name: str) -> ttk.Button:
        icon, dimmed = self._icons[name]
        return ttk.Button(
            self,
            text=BY_NAME[name].button,
            style="Toolbar.TButton",
            image=(icon, "disabled", dimmed),  # type: ignore[arg-type]  # by the button's state
            compound="left",
            command=partial(self._run, name),
        )

    def _fill_menu(self) -> None:
        """Fill the menu with the commands whose buttons are not shown."""
        self._menu.delete(0, "end")
        drawn_by_tk = self.tk.call("tk", "windowingsystem") == "x11"
        space: dict[str, Any] = {"image": MENU_SPACER, "compound": "left"} if drawn_by_tk else {}
        for name, button in self.buttons.items():
            if not button.winfo_manager():
                self._menu.add_command(
                    label=BY_NAME[name].label,
                    accelerator=BY_NAME[name].shortcut,
                    command=partial(self._run, name),
                    state="disabled" if button.instate(["disabled"]) else "normal",
                    **space,
                )
