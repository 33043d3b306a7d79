"""The Open dialog, in place of Tk's own on X11: that one says little, takes no folders and stays white in the dark."""

import time
import tkinter as tk
from collections.abc import Callable, Sequence
from pathlib import Path
from tkinter import font, ttk

from captioner.errors import PhotoError, user_message
from captioner.gui.accessibility.phrases import joined, position
from captioner.gui.accessibility.self_voicing import describe
from captioner.gui.dialogs.base import Dialog
from captioner.gui.tk.main_thread import MainThreadQueue
from captioner.photos.folder import FOLDER_TIMEOUT, TOO_SLOW, contents, photos_in
from captioner.system.timeouts import in_time

LINES = 14
WIDTHS = (36, 16)  # of the columns, in letters
COUNTING_SECONDS = 0.1  # for which the photos of folders are counted before the list is shown, or shown on
UNREADABLE = -1  # in place of a number of photos
SHIFT_KEYS = {"Up": -1, "Down": 1, "Home": -(10**9), "End": 10**9}


class OpenPhotos(Dialog):
    """Lists folders and photos. Return goes into a folder, or opens the selected photos; a folder can be opened, too.

    Args:
        folder: whose contents are listed first; the home folder if it cannot be read.
        open_paths: called with the paths of photos to open, after the dialog has closed.
        open_folder: likewise, with the path of a folder.
        say: speaks what the user cannot see.
    """

    def __init__(
        self,
        parent: tk.Tk,
        title: str,
        main_thread: MainThreadQueue,
        folder: str,
        open_paths: Callable[[Sequence[str]], object],
        open_folder: Callable[[str], object],
        say: Callable[[str], object],
    ) -> None:
        super().__init__(parent, title)
        self._main_thread = main_thread
        self._open_paths = open_paths
        self._take_folder = open_folder
        self._say = say
        self._folder = Path()
        self._paths: list[Path] = []  # the folders and then the photos, as they are listed
        self._counts: dict[Path, int] = {}  # of the photos in the folders
        self._anchor = 0  # the line from which Shift with an arrow key selects
        self._reading = 0  # how many times a folder was read; the results of all but the last are dropped
        self._every_file = tk.BooleanVar(self)
        self._make_parts()
        self._read(Path(folder) if folder else Path.home(), otherwise=Path.home())

    def _make_parts(self) -> None:
        body, space = self.body, self.space // 2
        body.rowconfigure(1, weight=1)
        body.columnconfigure(1, weight=1)
        self._heading = ttk.Label(body)
        self._heading.grid(row=0, column=0, columnspan=2, sticky="w", pady=(0, space))
        self._up = ttk.Button(body, text="Parent Folder", command=self.go_up)
        self._up.grid(row=0, column=2, sticky="e", pady=(0, space))
        describe(self._up, shortcut="Alt+Up")

        lines = ttk.Frame(body)
        lines.grid(row=1, column=0, columnspan=3, sticky="nsew")
        self._list = ttk.Treeview(lines, columns=("photos",), show="tree", selectmode="extended", height=LINES)
        bar = ttk.Scrollbar(lines, command=self._list.yview)
        bar.pack(side="right", fill="y")
        self._list.pack(side="left", fill="both", expand=True)
        self._list.configure(yscrollcommand=bar.set)
        letter = font.nametofont("TkDefaultFont", self).measure("n")
        for column, width in zip(("#0", "photos"), WIDTHS, strict=True):
            self._list.column(column, width=min(width * letter, self.winfo_screenwidth() // 3), stretch=True)

        ttk.Label(body, text="Name").grid(row=2, column=0, sticky="w", pady=space)
        self._entry = ttk.Entry(body)
        self._entry.grid(row=2, column=1, columnspan=2, sticky="ew", pady=space)
        all_files = ttk.Checkbutton(body, text="All files", variable=self._every_file, command=self._read_again)
        all_files.grid(row=3, column=0, columnspan=2, sticky="w")
        self._message = ttk.Label(body)
        self._message.grid(row=4, column=0, columnspan=3, sticky="w", pady=(space, 0))

        buttons = ttk.Frame(body)
        buttons.grid(row=3, column=2, sticky="e")
        ttk.Button(buttons, text="Open", command=self.open_selected).pack(side="left")
        self._open_folder = ttk.Button(buttons, text="Open Folder", command=self.open_folder)
        self._open_folder.pack(side="left")
        describe(self._open_folder, value=lambda: self._named(self._chosen_folder()), shortcut="Ctrl+Return")
        ttk.Button(buttons, text="Cancel", command=self.close).pack(side="left")

        self._list.bind("<Return>", lambda event: self.open_selected())
        self._list.bind("<Double-Button-1>", lambda event: self.open_selected())
        self._list.bind("<BackSpace>", lambda event: self.go_up())
        self._list.bind("<Key>", self._begin_path)
        self._list.bind("<<TreeviewSelect>>", lambda event: self._keep_anchor())
        for key, step in SHIFT_KEYS.items():
            self._list.bind(f"<Shift-{key}>", lambda event, step=step: self._extend(step))  # type: ignore[misc]
        self._list.bind("<Control-a>", lambda event: self._select_all())
        self._entry.bind("<Return>", lambda event: self._open_typed())
        self.bind("<Alt-Up>", lambda event: self.go_up())
        for part in self, self._list, self._entry:  # otherwise the last two would take it for Return
            part.bind("<Control-Return>", lambda event: self.open_folder())

    # What is open.

    def open_selected(self) -> str:
        """Go into the selected folder, or open the selected photos and folders."""
        paths = [self._paths[int(line)] for line in self._list.selection()]
        if len(paths) == 1 and paths[0] in self._counts:
            self._read(paths[0])
        elif paths:
            self._open(paths)
        return "break"

    def open_folder(self) -> str:
        """Open all photos of the folder that has the focus, or else of the one that is listed."""
        folder = self._chosen_folder()
        self.close()
        self._take_folder(str(folder))
        return "break"

    def go_up(self) -> str:
        """List the folder that the listed folder is in."""
        if self._folder.parent != self._folder:
            self._read(self._folder.parent, chosen=self._folder)
        else:
            self._notify("This is the top folder.")
        return "break"

    def _open(self, paths: Sequence[Path]) -> None:
        self.close()
        self._open_paths([str(path) for path in paths])

    def _chosen_folder(self) -> Path:
        line = self._list.focus()
        path = self._paths[int(line)] if line else self._folder
        return path if path in self._counts else self._folder

    def _open_typed(self) -> str:
        """Open the photo whose name or path was typed, or list the folder."""
        text = self._entry.get().strip()
        try:
            path = Path(self._folder, Path(text).expanduser())
        except RuntimeError:  # a home folder that is unknown
            path = Path(self._folder, text)
        if not text:
            return self.open_selected()

        def done(kind: bool | None | Exception) -> None:
            if kind is True:
                self._read(path.absolute())
            elif kind is False:
                self._open([path])
            elif self.winfo_exists():
                self._notify(f"There is no photo or folder {text}.")

        self._main_thread.run(lambda: path.is_dir() if path.exists() else None, done)
        return "break"

    # The list.

    def _read(self, folder: Path, chosen: Path | None = None, otherwise: Path | None = None) -> None:
        """List a folder.

        Args:
            chosen: the line to go to; None for the first.
            otherwise: a folder to list if this one cannot be read.
        """
        self._reading += 1
        number, every_file = self._reading, self._every_file.get()

        def read() -> tuple[list[Path], list[Path], dict[Path, int]]:
            folders, files = in_time(lambda: contents(folder, every_file), FOLDER_TIMEOUT, PhotoError(TOO_SLOW))
            return folders, files, _count(folders)

        def done(result: "tuple[list[Path], list[Path], dict[Path, int]] | Exception") -> None:
            if number != self._reading or not self.winfo_exists():
                return
            if not isinstance(result, Exception):
                self._show(folder, *result, chosen)
            elif otherwise and otherwise != folder:
                self._read(otherwise)
            else:
                self._notify(f"{folder.name} can't be opened. {user_message(result)}")
                if self.state() == "withdrawn":
                    self.open(self._list)

        self._main_thread.run(read, done)

    def _read_again(self) -> None:
        line = self._list.focus()
        self._read(self._folder, chosen=self._paths[int(line)] if line else None)

    def _show(
        self, folder: Path, folders: list[Path], files: list[Path], counts: dict[Path, int], chosen: Path | None
    ) -> None:
        is_new = folder != self._folder
        self._folder, self._paths = folder, folders + files
        self._counts = dict.fromkeys(folders, 0)
        self._list.delete(*self._list.get_children())
        for index, path in enumerate(self._paths):
            self._list.insert("", "end", str(index), text=path.name, values=("Folder" if path in self._counts else "",))
        self._take(counts)
        kind = "file" if self._every_file.get() else "photo"
        numbers = joined(_number(len(files), kind), _number(len(folders), "folder", ""))
        name = f"Folder {folder.name or folder}, {numbers}"
        self._heading.configure(text=f"{folder}: {numbers}", wraplength=self._list.winfo_reqwidth())
        self._message.configure(text="")
        self._go_to(self._paths.index(chosen) if chosen in self._paths else 0)
        describe(self._list, name=name, value=self._spoken)
        if self.state() == "withdrawn":
            self.open(self._list)
        elif self.focus_get() is self._list:
            self._list.event_generate("<<ListboxSelect>>")  # for self-voicing: it has changed without a key
        elif is_new and self.focus_get() is self._entry:
            self._list.focus_set()
            self._entry.delete(0, "end")
        elif is_new:
            self._say(name)
        self._count_on(self._reading, [path for path in folders if path not in counts])

    def _count_on(self, number: int, folders: list[Path]) -> None:
        """Count the photos of the folders that have not been counted, as long as the same folder is listed."""

        def take(counts: dict[Path, int]) -> None:
            if number == self._reading and self.winfo_exists():
                self._take(counts)
                self._count_on(number, folders[len(counts) :])

        if folders:
            self._main_thread.run(lambda: _count(folders), take)

    def _take(self, counts: dict[Path, int]) -> None:
        for path, count in counts.items():
            self._counts[path] = count
            text = "Folder, can't be read" if count == UNREADABLE else f"Folder, {_number(count, 'photo')}"
            self._list.set(str(self._paths.index(path)), "photos", text)

    def _named(self, folder: Path) -> str:
        """A folder's name, with the number of its photos if it is in the list."""
        if folder not in self._counts:
            return folder.name
        return joined(folder.name, *str(self._list.set(str(self._paths.index(folder)), "photos")).split(", ")[1:])

    def _spoken(self) -> str:
        """The line that has the focus, and how many are selected."""
        if not self._paths:
            return "empty"
        index = int(self._list.focus())
        path, selected = self._paths[index], len(self._list.selection())
        text = f"Folder {self._named(path)}" if path in self._counts else path.name
        return joined(position(text, index, len(self._paths)), f"{selected} selected" if selected > 1 else "")

    def _go_to(self, index: int) -> None:
        if self._paths:
            self._list.focus(str(index))
            self._list.selection_set(str(index))
            self._list.see(str(index))

    def _keep_anchor(self) -> None:
        if len(self._list.selection()) == 1:
            self._anchor = int(self._list.selection()[0])

    def _extend(self, step: int) -> str:
        """Move and select everything from where the selection began."""
        if self._paths:
            index = min(max(0, int(self._list.focus()) + step), len(self._paths) - 1)
            first, last = sorted((self._anchor, index))
            self._list.focus(str(index))
            self._list.selection_set([str(line) for line in range(first, last + 1)])
            self._list.see(str(index))
        return "break"

    def _select_all(self) -> str:
        """Select all photos, but not the folders."""
        lines = tuple(str(index) for index, path in enumerate(self._paths) if path not in self._counts)
        if self._list.selection() == lines:
            self._say(f"All {len(lines)} selected")
        elif lines:
            self._list.selection_set(lines)
        else:
            self._say("No photos to select.")
        return "break"

    def _begin_path(self, event: "tk.Event[tk.Misc]") -> str | None:
        """Type a path in the field for names, also when the list has the focus."""
        if event.char not in ("/", "~"):
            return None
        self._entry.focus_set()
        self._entry.delete(0, "end")
        self._entry.insert(0, event.char)
        return "break"

    def _notify(self, sentence: str) -> None:
        self._message.configure(text=sentence)
        self._say(sentence)


def _count(folders: Sequence[Path]) -> dict[Path, int]:
    """The numbers of photos in the first folders: as many as can be counted in COUNTING_SECONDS, at least one."""
    end = time.monotonic() + COUNTING_SECONDS
    counts: dict[Path, int] = {}
    for folder in folders:
        try:
            counts[folder] = len(photos_in(folder))
        except OSError:
            counts[folder] = UNREADABLE
        if time.monotonic() > end:
            break
    return counts


def _number(count: int, noun: str, none: str = "no") -> str:
    """The number of some things: "159 photos", "1 photo", "no photos"; "" for none of them if `none` is ""."""
    if not count:
        return f"{none} {noun}s" if none else ""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
