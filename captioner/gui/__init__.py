"""The window: `captioner-gui [PHOTO...]`, or gui.py."""

import gc
import importlib.util
import os
import signal
import sys
import threading
import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    import tkinter as tk

# The modules that the window needs, and the packages that they come in.
PACKAGES = {
    "PIL": "pillow",
    "darkdetect": "darkdetect",
    "filelock": "filelock",
    "numpy": "numpy",
    "pillow_heif": "pillow-heif",
    "platformdirs": "platformdirs",
    "pyttsx3": "pyttsx3",
    "tkinterdnd2": "tkinterdnd2",
    "tktooltip": "tkinter-tooltip",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window, or show the photos in the one that is open, and return the exit status."""
    photos = list(sys.argv[1:] if arguments is None else arguments)
    if any(photo.startswith("-") for photo in photos):
        photos = _parse(photos)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # such as Pillow's about unusual photos that it can read
    missing = [package for module, package in PACKAGES.items() if importlib.util.find_spec(module) is None]
    if missing:
        command = f'"{sys.executable}" -m pip install {" ".join(missing)}'
        return _fail(f"Python packages are missing. Install them with {command} and start Captioner again.")

    from captioner.errors import user_message
    from captioner.gui.settings import default_path, load
    from captioner.system import crash_log
    from captioner.system.single_instance import forward_to_running_instance

    if photos:
        from captioner.photos.source import path_of_file_url

        photos = [str(path_of_file_url(photo) or photo) for photo in photos]
    if forward_to_running_instance(photos):
        return 0
    gc.disable()  # until the window is on screen, which the search for garbage would delay
    settings, problem = load(default_path())
    problem = " ".join(filter(None, (problem, crash_log.last_crash_message())))
    crash_log.watch()
    answer = _ask_system_theme() if settings.theme == "system" else []
    try:
        root = _root()
    except _NoWindow as error:
        return _fail(str(error))

    from captioner.gui.app import App
    from captioner.gui.tk import clock_guard

    clock_guard.watch(root)
    # As soon as the window is gone. The main loop may never end: Tk waits in it for a program that owns the clipboard
    # and hangs.
    root.bind("<Destroy>", lambda event: _exit_now() if event.widget is root else None)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal ends the program without a traceback
    try:
        App(root, photos, settings, problem, answer[0] if answer else "light")
    except Exception as error:
        root.withdraw()
        crash_log.record(error)
        return _fail(user_message(error))
    finally:
        gc.enable()
    root.mainloop()
    return 0


def _exit_now() -> NoReturn:
    """End the process at once. Python would wait for threads that compute, or read a disk that does not respond."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, AttributeError):  # AttributeError: Windows programs have no streams
            stream.flush()
    os._exit(0)


class _NoWindow(Exception):
    """The window cannot be opened. The message says why."""


def _root() -> "tk.Tk":
    try:
        import tkinter as tk
    except ImportError as error:
        if sys.platform == "linux":
            advice = "Install it, on Debian and Ubuntu with 'sudo apt install python3-tk',"
        else:
            advice = "Install Python from python.org"
        raise _NoWindow(f"The window needs Tk, which this Python does not have. {advice} and try again.") from error
    try:
        return tk.Tk(className="captioner")
    except tk.TclError as error:
        if "display" in str(error):
            advice = "To describe a photo on the command line, run 'captioner PHOTO'."
            raise _NoWindow(f"There is no display for the window. {advice}") from error
        from captioner.errors import reason

        raise _NoWindow(
            f"The window can't be opened because Tk is damaged ({reason(error)}). Install it again."
        ) from error


def _fail(sentence: str) -> int:
    """Say why the program does not start, also in a message box: after a double click there is no terminal."""
    if sys.stderr:
        print(f"captioner: {sentence}", file=sys.stderr)
    try:
        root = _root()
    except _NoWindow:
        return 1
    from tkinter import messagebox

    root.withdraw()
    messagebox.showerror("Captioner", sentence)
    root.destroy()
    return 1


def _ask_system_theme() -> list[str]:
    """Ask for the desktop's palette while Tk starts. The list stays empty until its name is known."""
    from captioner.system.color_scheme import system_theme

    answer: list[str] = []
    threading.Thread(target=lambda: answer.append(system_theme()), daemon=True).start()
    return answer


def _parse(arguments: list[str]) -> list[str]:
    import argparse

    from captioner import __version__

    parser = argparse.ArgumentParser(
        prog="captioner-gui",
        description="Open a window that describes photos.",
        epilog="'captioner' describes photos without a window.",
    )
    parser.add_argument("photos", nargs="*", metavar="PHOTO", help="a file or a folder")
    parser.add_argument("--version", action="version", version=f"captioner {__version__}")
    photos: list[str] = parser.parse_args(arguments).photos
    return photos
