"""A window beside the main one that stops nothing: captions and speech go on."""

import tkinter as tk
from tkinter import ttk

# In pixels.
SPACE = 16


class Dialog(tk.Toplevel):
    """Escape closes it, and the focus goes back to where it was.

    body: the frame for its contents, which `open` shows.
    """

    def __init__(self, parent: tk.Tk, title: str) -> None:
        super().__init__(parent)
        self.withdraw()
        self.title(title)
        self.transient(parent)
        self._parent = parent
        self._before = parent.focus_lastfor()
        self.body = ttk.Frame(self, padding=SPACE)
        self.body.pack(fill="both", expand=True)
        self.bind("<Escape>", lambda event: self.close())
        self.protocol("WM_DELETE_WINDOW", self.close)

    def open(self, focus: tk.Misc) -> None:
        """Show it over the middle of the main window."""
        self.update_idletasks()
        width = min(self.winfo_reqwidth(), self.winfo_screenwidth())
        height = min(self.winfo_reqheight(), self.winfo_screenheight())
        parent = self._parent
        x = parent.winfo_rootx() + (parent.winfo_width() - width) // 2
        y = parent.winfo_rooty() + (parent.winfo_height() - height) // 2
        x = max(0, min(x, self.winfo_screenwidth() - width))
        y = max(0, min(y, self.winfo_screenheight() - height))
        self.geometry(f"{width}x{height}+{x}+{y}" if height < self.winfo_reqheight() else f"+{x}+{y}")
        self.deiconify()
        focus.focus_set()

    def close(self) -> None:
        self.destroy()
        if self._before and self._before.winfo_exists():
            self._before.focus_set()


class ListDialog(Dialog):
    """A list, with the whole text of the chosen line below it, where it may take several lines.

    list: the ttk.Treeview; chosen: its line, "" for none.
    """

    def __init__(self, parent: tk.Tk, title: str, columns: int, lines: int) -> None:
        super().__init__(parent, title)
        names = [str(number) for number in range(1, columns)]
        self.body.rowconfigure(0, weight=1)
        self.body.columnconfigure(0, weight=1)
        self.list = ttk.Treeview(self.body, columns=names, show="tree", selectmode="browse", height=lines)
        self.list.grid(row=0, column=0, sticky="nsew")
        bar = ttk.Scrollbar(self.body, command=self.list.yview)
        bar.grid(row=0, column=1, sticky="ns")
        self.list.configure(yscrollcommand=bar.set)
        self.detail = ttk.Label(self.body, justify="left", anchor="nw")
        self.detail.grid(row=1, column=0, columnspan=2, sticky="ew", pady=(SPACE // 2, SPACE))
        self.detail.bind("<Configure>", lambda event: self.detail.configure(wraplength=event.width))
        self.buttons = ttk.Frame(self.body)
        self.buttons.grid(row=2, column=0, columnspan=2, sticky="e")
        self.list.bind("<<TreeviewSelect>>", lambda event: self.detail.configure(text=self.describe(self.chosen)))

    @property
    def chosen(self) -> str:
        return self.list.focus()

    def describe(self, line: str) -> str:
        """The whole text of a line."""
        raise NotImplementedError

    def choose(self, line: str) -> None:
        self.list.focus(line)
        self.list.selection_set(line)
        self.list.see(line)
