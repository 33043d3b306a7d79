"""The window that lists the photos of a folder with their captions."""

import tkinter as tk
from collections.abc import Callable, Sequence
from tkinter import ttk
from typing import TYPE_CHECKING

from captioner.gui.accessibility.phrases import joined
from captioner.gui.accessibility.self_voicing import describe
from captioner.gui.commands import sequences, shown
from captioner.gui.folder.photo_table import FILTERS, Row
from captioner.gui.folder.photo_tree import PhotoTree
from captioner.gui.style.fonts import scaled
from captioner.gui.tk.main_thread import MainThreadQueue
from captioner.gui.widgets.button_rows import ButtonRows

if TYPE_CHECKING:
    from captioner.gui.folder.commands import FolderCommands
    from captioner.gui.folder.session import FolderSession

TITLE = "Photo List"
SIZE = (1000, 640)  # pixels of a 96 dpi screen
GAP = 8
TYPING_MILLISECONDS = 200  # after the last letter, until the list is filtered
LEAST_CERTAIN_FIRST = "Confidence"  # the heading to sort by


class PhotoListWindow(tk.Toplevel):
    """Lists the photos, with filters above and the progress below. Closing it stops nothing.

    tree: the list.
    """

    def __init__(
        self,
        root: tk.Tk,
        session: "FolderSession",
        commands: "FolderCommands",
        main_thread: MainThreadQueue,
        scale: float,
    ) -> None:
        super().__init__(root)
        self.withdraw()
        self.title(TITLE)
        self._session = session
        self._commands = commands
        self._timer = ""
        self._gap = scaled(self, GAP)
        width = min(scaled(self, SIZE[0] * scale), self.winfo_screenwidth())
        height = min(scaled(self, SIZE[1] * scale), self.winfo_screenheight() - scaled(self, 60))
        self.geometry(f"{width}x{height}")
        body = ttk.Frame(self, padding=self._gap)
        body.pack(fill="both", expand=True)
        body.columnconfigure(0, weight=1)
        body.rowconfigure(2, weight=1)
        self._add_buttons(body)
        self._add_filters(body)
        self.tree = PhotoTree(body, main_thread, self.sort)
        bar = ttk.Scrollbar(body, command=self.tree.yview)

        def scrolled(first: float, last: float) -> None:
            bar.set(first, last)
            self.tree.scrolled()

        self.tree.configure(yscrollcommand=scrolled)
        self.tree.grid(row=2, column=0, sticky="nsew")
        bar.grid(row=2, column=1, sticky="ns")
        self._detail = ttk.Label(body, anchor="nw", justify="left")
        self._detail.grid(row=3, column=0, columnspan=2, sticky="ew", pady=self._gap)
        self._progress = ttk.Label(body, style="Reachable.TLabel", takefocus=True)
        self._progress.grid(row=4, column=0, columnspan=2, sticky="ew")
        self._bar = ttk.Progressbar(body)
        self._bar.grid(row=5, column=0, columnspan=2, sticky="ew")
        for label in self._detail, self._progress:
            label.bind("<Configure>", lambda event: event.widget.configure(wraplength=max(1, event.width - self._gap)))
        self._add_keys()
        session.changed = self._changed
        self.bind("<Destroy>", self._destroyed)
        self._changed(None)
        self.deiconify()
        self.tree.focus_set()

    def sort(self, heading: str) -> None:
        """Sort by a column, or in reverse, and go to the first line."""
        self._session.table.sort(heading)
        self._arrange(to_first=True)

    def toggle_doubt(self) -> str:
        """Show the least certain captions first, or go back to the order of the folder."""
        table = self._session.table
        is_sorted = table.order == LEAST_CERTAIN_FIRST and not table.descending
        table.order, table.descending = "" if is_sorted else LEAST_CERTAIN_FIRST, False
        self._arrange(to_first=True)
        return "break"

    def message(self, sentence: str) -> None:
        """Show how a command ended, until something else happens."""
        self._progress.configure(text=sentence)

    def _add_buttons(self, body: ttk.Frame) -> None:
        bar = ButtonRows(body)
        bar.grid(row=0, column=0, columnspan=2, sticky="ew")
        self._save = ttk.Button(bar, command=self._save_chosen)
        self._export = ttk.Button(bar, command=self._export_chosen)
        self._doubt = ttk.Button(bar, text="Least Certain First", command=self.toggle_doubt)
        self._pause = ttk.Button(bar, command=self._session.pause)
        self._stop = ttk.Button(bar, text="Stop", command=self._session.cancel)
        self._buttons = bar
        bar.buttons = [self._save, self._export, self._doubt, self._pause, self._stop]
        for button, key in (
            (self._save, "Mod+S"),
            (self._export, "Mod+Shift+E"),
            (self._doubt, "F9"),
            (self._pause, "Mod+P"),
        ):
            describe(button, shortcut=shown(key))

    def _add_filters(self, body: ttk.Frame) -> None:
        frame = ttk.Frame(body)
        frame.grid(row=1, column=0, columnspan=2, sticky="ew", pady=self._gap)
        frame.columnconfigure(3, weight=1)
        ttk.Label(frame, text="Show:").grid(row=0, column=0, padx=(0, self._gap))
        self._state = ttk.Combobox(frame, values=FILTERS, state="readonly", width=11)
        self._state.set(FILTERS[0])
        self._state.grid(row=0, column=1)
        self._state.bind("<<ComboboxSelected>>", lambda event: self._filter())
        ttk.Label(frame, text="Find:").grid(row=0, column=2, padx=self._gap)
        self._words = ttk.Entry(frame)
        self._words.grid(row=0, column=3, sticky="ew")
        self._words.bind("<KeyRelease>", lambda event: self._filter_soon())
        self._words.bind("<Return>", lambda event: self.tree.focus_set())
        self._below = ttk.Checkbutton(frame, text="Include subfolders", command=self._include_below)
        self._below.state(["!alternate"])
        self._below.grid(row=0, column=4, padx=(self._gap, 0))

    def _add_keys(self) -> None:
        window_keys: dict[str, Callable[[], object]] = {
            "Escape": self.destroy,
            "F9": self.toggle_doubt,
            "Mod+S": self._save_chosen,
            "Mod+Shift+E": self._export_chosen,
            "Mod+P": self._session.pause,
            "Mod+F": self._words.focus_set,
        }
        for key, run in window_keys.items():
            for sequence in sequences(key):
                self.bind(sequence, lambda event, run=run: run())  # type: ignore[misc]
        list_keys: dict[str, Callable[[Row], object]] = {
            "<Return>": self._commands.show,
            "<Double-Button-1>": self._commands.show,
            "<space>": self._commands.speak,
        }
        for sequence, act in list_keys.items():
            self.tree.bind(sequence, lambda event, act=act: self._act(act))  # type: ignore[misc]
        self.tree.bind("<<Cell>>", lambda event: self._show_chosen())

    def _act(self, act: Callable[[Row], object]) -> str:
        if row := self.tree.row:
            act(row)
        return "break"

    def _chosen(self) -> list[Row]:
        """The photos that a command applies to: the selected ones if there are several, otherwise the whole folder."""
        chosen, rows = self.tree.chosen(), self._session.table.rows
        return [rows[index] for index in chosen] if len(chosen) > 1 else list(rows)

    def _save_chosen(self) -> None:
        self._commands.save(self._chosen())

    def _export_chosen(self) -> None:
        self._commands.export(self._chosen())

    def _include_below(self) -> None:
        self._session.include_below(self._below.instate(["selected"]))

    def _filter_soon(self) -> None:
        if self._timer:
            self.after_cancel(self._timer)
        self._timer = self.after(TYPING_MILLISECONDS, self._filter)

    def _filter(self) -> None:
        self._timer = ""
        table = self._session.table
        if (table.state, table.words) != (self._state.get(), self._words.get()):
            table.state, table.words = self._state.get(), self._words.get()
            self._arrange(to_first=False)

    def _arrange(self, *, to_first: bool) -> None:
        self.tree.arrange()
        if to_first:
            self.tree.choose_first()
        self._show_chosen()

    def _changed(self, rows: Sequence[int] | None) -> None:
        """Show what has changed in the session."""
        session = self._session
        if rows is None:
            session.table.state, session.table.words = self._state.get(), self._words.get()
            self.tree.fill(session.table)
            self._below.state(["selected" if session.is_recursive else "!selected"])
        else:
            self.tree.update_rows(rows)
            if not session.is_running and session.table.order:  # captions have come since it was sorted
                self.tree.arrange()
        self._bar.configure(maximum=max(1, len(session.table.rows)), value=session.done)
        self._progress.configure(text=session.progress)
        self._pause.configure(text="Resume" if session.is_paused else "Pause")
        for button in self._pause, self._stop:
            button.state(["!disabled" if session.is_running else "disabled"])
        self._show_chosen()

    def _destroyed(self, event: "tk.Event[tk.Misc]") -> None:
        if event.widget is self:
            self._session.changed = lambda rows: None
            if self._timer:
                self.after_cancel(self._timer)

    def _show_chosen(self) -> None:
        """Show the chosen cell in full, and which photos the buttons apply to."""
        tree, table = self.tree, self._session.table
        row = tree.row
        name = tree.heading_name or (row.name if row else "")
        text = (tree.cell if tree.heading_name else row.statement or "No caption yet.") if row else "No photos."
        self._detail.configure(text=f"{name}: {text}" if row else text)
        count = len(tree.selection())
        which = f"{count} Selected" if count > 1 else "All"
        if f"Save {which}" != str(self._save["text"]):
            self._save.configure(text=f"Save {which}")
            self._export.configure(text=f"Export {which}…")
            self.update_idletasks()
            self._buttons.arrange()
        order = {"": "", LEAST_CERTAIN_FIRST: "least certain first"}.get(table.order, f"by {table.order.lower()}")
        if table.descending:
            order = "most certain first" if table.order == LEAST_CERTAIN_FIRST else f"{order}, last first"
        state = "" if table.state == FILTERS[0] else table.state.lower()
        describe(tree, name=joined("Photos", state, order), value=tree.spoken)
