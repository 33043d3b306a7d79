"""The base of the dialogs. None is modal: captions and speech go on."""

import tkinter as tk
from collections.abc import Iterable
from tkinter import font, ttk

from captioner.gui.style.fonts import scaled

# In pixels of a 96 dpi screen.
SPACE = 16
TITLE_HEIGHT = 30


class Dialog(tk.Toplevel):
    """A window that Escape closes. The focus then goes back to where it was.

    body: the frame for its contents.
    space: between and around the parts, in pixels.
    """

    def __init__(self, parent: tk.Tk | tk.Toplevel, title: str) -> None:
        super().__init__(parent)
        self.withdraw()
        self.title(title)
        self.transient(parent)
        self._parent = parent
        self._previous_focus = parent.focus_lastfor()
        self.space = scaled(self, SPACE)
        self.body = ttk.Frame(self, padding=self.space)
        self.body.pack(fill="both", expand=True)
        self.bind("<Escape>", lambda event: self.close())
        self.protocol("WM_DELETE_WINDOW", self.close)

    def open(self, focus: tk.Misc) -> None:
        """Show the dialog over the middle of the main window, with the focus on one of its widgets."""
        self.update_idletasks()
        max_width, max_height = self.winfo_screenwidth(), self.winfo_screenheight() - scaled(self, TITLE_HEIGHT)
        width, height = min(self.winfo_reqwidth(), max_width), min(self.winfo_reqheight(), max_height)
        parent = self._parent
        x = parent.winfo_rootx() + (parent.winfo_width() - width) // 2
        y = parent.winfo_rooty() + (parent.winfo_height() - height) // 2
        x, y = max(0, min(x, max_width - width)), max(0, min(y, max_height - height))
        self.geometry(f"{width}x{height}+{x}+{y}" if height < self.winfo_reqheight() else f"+{x}+{y}")
        self.deiconify()
        focus.focus_set()

    def close(self) -> None:
        self.destroy()
        if self._previous_focus and self._previous_focus.winfo_exists():
            self._previous_focus.focus_set()


class ListDialog(Dialog):
    """A list with two columns, and the whole text of the selected line below it.

    Args:
        widths: of the columns, in letters.
        lines: the height of the list.

    list: the ttk.Treeview.
    """

    def __init__(self, parent: tk.Tk, title: str, widths: tuple[int, int], lines: int) -> None:
        super().__init__(parent, title)
        self.body.rowconfigure(0, weight=1)
        self.body.columnconfigure(0, weight=1)
        self.list = ttk.Treeview(self.body, columns=("second",), show="tree", selectmode="browse", height=lines)
        self.list.grid(row=0, column=0, sticky="nsew")
        bar = ttk.Scrollbar(self.body, command=self.list.yview)
        bar.grid(row=0, column=1, sticky="ns")
        self.list.configure(yscrollcommand=bar.set)
        letter = font.nametofont("TkDefaultFont", parent).measure("n")
        room = self.winfo_screenwidth() - 100
        first = min(widths[0] * letter, room // 2)
        second = min(widths[1] * letter, room - first)
        self.list.column("#0", width=first, stretch=False)
        self.list.column("second", width=second)
        self._detail = ttk.Label(self.body, justify="left", anchor="nw", wraplength=first + second)
        self._detail.grid(row=1, column=0, columnspan=2, sticky="ew", pady=self.space // 2)
        self.buttons = ttk.Frame(self.body)
        self.buttons.grid(row=2, column=0, columnspan=2, sticky="e")
        self.list.bind("<<TreeviewSelect>>", lambda event: self._detail.configure(text=self.describe(self.selected)))

    @property
    def selected(self) -> str:
        """The selected line, "" for none."""
        return self.list.focus()

    def describe(self, line: str) -> str:
        """The whole text of a line."""
        raise NotImplementedError

    def fill(self, lines: Iterable[tuple[str, str]]) -> None:
        """Add lines, which are named by their position ("0", "1" ...), and select the first."""
        for position, (first, second) in enumerate(lines):
            self.list.insert("", "end", str(position), text=first, values=(second,))
        self.list.focus("0")
        self.list.selection_set("0")
        # The list keeps its place when a line with a longer text is selected.
        texts = (self.describe(line) for line in self.list.get_children())
        self.body.rowconfigure(1, minsize=max(self._height(text) for text in texts) + self.space)

    def _height(self, text: str) -> int:
        self._detail.configure(text=text)
        return self._detail.winfo_reqheight()
