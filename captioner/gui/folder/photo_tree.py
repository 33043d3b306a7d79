"""The list of photos: a line for each, with a small picture, the name, the caption, the confidence and the state."""

import tkinter as tk
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tkinter import font, ttk

from captioner.gui.accessibility.phrases import joined, sentences
from captioner.gui.folder.photo_table import HEADINGS, PhotoTable, Row
from captioner.gui.folder.thumbnails import Thumbnails, picture_width
from captioner.gui.style.fonts import scaled
from captioner.gui.style.ttk_theme import THUMBNAIL_SIDE
from captioner.gui.tk.main_thread import MainThreadQueue

SCROLL_MILLISECONDS = 80  # after which the pictures of the lines that are now in sight are loaded
LINES_AT_A_TIME = 250  # that are added before the window can react again
# Of the columns, in letters and at most as shares of the list. The caption gets the rest.
WIDTHS = {"Name": (20, 0.28), "Confidence": (17, 0.24), "State": (11, 0.16)}
FRAME = 14  # pixels of a 96 dpi screen, left and right of the columns
SORTED = {False: " ▲", True: " ▼"}

# Many lines in one call: at each call, Python may have to wait for another thread.
PROCEDURES = """
proc photo_list_insert {list rows picture} {
    foreach row $rows {
        lassign $row line name cells
        $list insert {} end -id $line -text $name -values $cells -image $picture
    }
}
proc photo_list_update {list rows} {
    foreach row $rows {$list item [lindex $row 0] -values [lindex $row 1]}
}
"""


class PhotoTree(ttk.Treeview):
    """Shows the rows of a `PhotoTable`. Left and Right go from cell to cell, Up and Down from line to line.

    Shift+Up and Shift+Down, and Control+A, select several lines. Generates <<Cell>> when another cell or line is
    chosen.

    Args:
        sort: called with the heading that was clicked on.

    heading_name: of the chosen cell, one of HEADINGS; "" for the whole line.
    """

    def __init__(self, master: tk.Misc, main_thread: MainThreadQueue, sort: Callable[[str], object]) -> None:
        super().__init__(master, columns=HEADINGS[1:], style="Photos.Treeview", selectmode="extended", height=8)
        self.heading_name = ""
        self._table = PhotoTable()
        self._shown: list[str] = []
        self._places: dict[str, int] = {}  # of the lines that are shown
        self._inserted = 0  # lines that the list has so far
        self._in_sight: dict[Path, str] = {}  # photos, and their lines
        self._anchor = ""  # from where Shift selects
        self._timer = ""
        self.tk.eval(PROCEDURES)
        self._side = scaled(self, THUMBNAIL_SIDE)
        self._thumbnails = Thumbnails(self, main_thread, self._side, self._show_thumbnail)
        self._blank = tk.PhotoImage(master=self, width=picture_width(self._side), height=self._side)
        for heading in HEADINGS:
            self.column(_column(heading), stretch=False)
            self.heading(_column(heading), text=heading, anchor="w", command=partial(sort, heading))
        self._add_bindings()

    def _add_bindings(self) -> None:
        self.bind("<Left>", lambda event: self._step_cell(-1))
        self.bind("<Right>", lambda event: self._step_cell(1))
        self.bind("<Shift-Up>", lambda event: self._extend(-1))
        self.bind("<Shift-Down>", lambda event: self._extend(1))
        self.bind("<Control-a>", lambda event: self.select_all())
        self.bind("<Control-A>", lambda event: self.select_all())
        self.bind("<<TreeviewSelect>>", lambda event: self._selected())
        self.bind("<Configure>", lambda event: self._resized(event.width))
        self.bind("<Destroy>", lambda event: self._close())

    @property
    def row(self) -> Row | None:
        """The chosen line's row, None if the list is empty."""
        line = self.focus()
        return self._table.rows[int(line)] if line in self._places else None

    def chosen(self) -> list[int]:
        """The positions of the rows whose lines are selected, in the order of the list."""
        lines = [line for line in self.selection() if line in self._places]
        return [int(line) for line in sorted(lines, key=self._places.__getitem__)]

    def fill(self, table: PhotoTable) -> None:
        """Show the rows of another table."""
        self._table = table
        self.delete(*map(str, range(self._inserted)))
        self._inserted, self._shown, self._places = 0, [], {}
        self._insert(table)

    def arrange(self) -> None:
        """Show the lines that are wanted now, in their order. The chosen line stays chosen and in sight."""
        self._shown = [str(index) for index in self._table.shown() if index < self._inserted]
        self._places = {line: place for place, line in enumerate(self._shown)}
        self.set_children("", *self._shown)
        for heading in HEADINGS:
            mark = SORTED[self._table.descending] if heading == self._table.order else ""
            self.heading(_column(heading), text=f"{heading}{mark}")
        selected = [line for line in self.selection() if line in self._places]
        if self.focus() in self._places and selected:
            self.selection_set(selected)
            self.see(self.focus())
        else:
            self.choose_first()
        self.scrolled()

    def update_rows(self, indices: Sequence[int]) -> None:
        """Show rows that have changed, where they are."""
        rows = [(index, self._table.rows[index].cells[1:]) for index in indices if index < self._inserted]
        self.tk.call("photo_list_update", self, rows)

    def choose(self, line: str) -> None:
        """Choose a line, and no others."""
        self._anchor = line
        self.focus(line)
        self.selection_set(line)
        self.see(line)

    def choose_first(self) -> None:
        if self._shown:
            self.choose(self._shown[0])

    def select_all(self) -> str:
        self.selection_set(self._shown)
        return "break"

    def spoken(self) -> str:
        """The chosen cell, or the whole line, in words: "dog.jpg, A dog runs, about 6 in 10, Captioned, 3 of 159"."""
        row, line = self.row, self.focus()
        if not row:
            return "empty"
        place = f"{self._places[line] + 1} of {len(self._shown)}"
        several = f"{count} selected" if (count := len(self.selection())) > 1 else ""
        if self.heading_name:
            cell = f"{self.heading_name}: {self.cell}"
            return sentences(cell, joined("" if self.heading_name == "Name" else row.name, place, several))
        return sentences(joined(row.name, *filter(None, row.cells[1:])), joined(place, several))

    @property
    def cell(self) -> str:
        """The text of the chosen cell, "none" if it is empty."""
        row = self.row
        return (row.cells[HEADINGS.index(self.heading_name)] if row and self.heading_name else "") or "none"

    def _insert(self, table: PhotoTable) -> None:
        """Add lines, some at a time."""
        if table is not self._table or not self.winfo_exists():
            return
        end = min(self._inserted + LINES_AT_A_TIME, len(table.rows))
        rows = []
        for index in range(self._inserted, end):
            name, *cells = table.rows[index].cells
            rows.append((index, name, cells))
            self._places[str(index)] = len(self._shown)
            self._shown.append(str(index))
        self.tk.call("photo_list_insert", self, rows, self._blank)
        self._inserted = end
        if end < len(table.rows):
            if not self.focus():
                self.choose_first()
            self.after(1, self._insert, table)
        else:
            self.arrange()

    def _step_cell(self, step: int) -> str:
        cells = ("", *HEADINGS)
        place = min(max(0, cells.index(self.heading_name) + step), len(cells) - 1)
        self.heading_name = cells[place]
        self.event_generate("<<Cell>>")
        return "break"

    def _extend(self, step: int) -> str:
        if self.focus() in self._places:
            place = min(max(0, self._places[self.focus()] + step), len(self._shown) - 1)
            anchor = self._places.get(self._anchor, place)
            self.focus(self._shown[place])
            self.selection_set(self._shown[min(anchor, place) : max(anchor, place) + 1])
            self.see(self._shown[place])
        return "break"

    def _resized(self, width: int) -> None:
        letter = font.nametofont("TkDefaultFont", self).measure("n")
        room = width - scaled(self, FRAME)
        for heading, (letters, share) in WIDTHS.items():
            wanted = letters * letter + (picture_width(self._side) if heading == "Name" else 0)
            self.column(_column(heading), width=min(wanted, int(share * width)))
            room -= self.column(_column(heading), "width")
        self.column("Caption", width=room)
        self.scrolled()

    def _selected(self) -> None:
        if len(self.selection()) == 1:
            self._anchor = self.focus()
        self.event_generate("<<Cell>>")

    def scrolled(self) -> None:
        """Load the pictures of the visible lines, once scrolling stops."""
        if not self._timer:
            self._timer = self.after(SCROLL_MILLISECONDS, self._want_thumbnails)

    def _want_thumbnails(self) -> None:
        self._timer = ""
        height = max(1, int(str(ttk.Style(self).lookup("Photos.Treeview", "rowheight"))))
        lines = dict.fromkeys(self.identify_row(y) for y in range(height, self.winfo_height() + height, height))
        self._in_sight = {self._table.rows[int(line)].path: line for line in lines if line}
        self._thumbnails.want(list(self._in_sight))

    def _show_thumbnail(self, photo: Path, picture: str) -> None:
        if line := self._in_sight.get(photo):
            self.item(line, image=picture)

    def _close(self) -> None:
        self._thumbnails.close()
        if self._timer:
            self.after_cancel(self._timer)


def _column(heading: str) -> str:
    """Tk's name for a column."""
    return "#0" if heading == HEADINGS[0] else heading
