"""Asks which columns an exported table has."""

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

from captioner.gui.dialogs.base import Dialog
from captioner.gui.settings_store import SettingsStore
from captioner.output.tables import COLUMNS, VALUES


class Columns(Dialog):
    """Lets the user choose columns, those of the last table at first. Return exports.

    Args:
        export: called with the names of the columns after the dialog has closed.
    """

    def __init__(
        self, parent: tk.Tk | tk.Toplevel, store: SettingsStore, export: Callable[[tuple[str, ...]], object]
    ) -> None:
        super().__init__(parent, "Columns")
        self._store = store
        self._export = export
        chosen = store.settings.table_columns.split(",")
        if not set(chosen) & VALUES.keys():
            chosen = list(COLUMNS)
        self._chosen = {name: tk.BooleanVar(self, name in chosen) for name in VALUES}
        boxes = [
            ttk.Checkbutton(self.body, text=name.capitalize(), variable=variable, command=self._update)
            for name, variable in self._chosen.items()
        ]
        ttk.Label(self.body, text="Columns of the table").pack(anchor="w", pady=(0, self.space // 2))
        for box in boxes:
            box.pack(anchor="w")
        self._button = ttk.Button(self.body, text="Export", command=self.export)
        self._button.pack(anchor="e", pady=(self.space, 0))
        self.bind("<Return>", lambda event: self.export())
        self.open(boxes[0])

    @property
    def columns(self) -> tuple[str, ...]:
        """The chosen ones."""
        return tuple(name for name, variable in self._chosen.items() if variable.get())

    def export(self) -> None:
        if columns := self.columns:
            self._store.change(table_columns=",".join(columns))
            self.close()
            self._export(columns)

    def _update(self) -> None:
        self._button.state(["!disabled" if self.columns else "disabled"])
