"""Keeps what the user has chosen."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from captioner.gui.settings import Settings, save
from captioner.gui.tk.main_thread import MainThreadQueue

SECONDS_TO_CLOSE = 0.5


class Keeper:
    """Changes the settings and saves them, in a thread: a disk may be slow.

    Args:
        tell: takes a sentence, once, if they cannot be saved.
    """

    def __init__(self, settings: Settings, path: Path, inbox: MainThreadQueue, tell: Callable[[str], None]) -> None:
        self.settings = settings
        self._path = path
        self._inbox = inbox
        self._tell = tell
        self._saved = replace(settings)
        self._saving = False
        self._told = False

    def change(self, **settings: Any) -> None:
        for name, value in settings.items():
            setattr(self.settings, name, value)
        self._save()

    def close(self) -> None:
        """Save what is not saved yet, and wait for that, though not for long."""

        def save_quietly() -> None:
            with suppress(OSError):  # nobody would see a sentence
                save(self.settings, self._path, self._saved)

        if self.settings != self._saved or self._saving:
            thread = threading.Thread(target=save_quietly, daemon=True)
            thread.start()
            thread.join(SECONDS_TO_CLOSE)

    def _save(self) -> None:
        if self._saving or self.settings == self._saved:
            return
        self._saving = True
        settings, before = replace(self.settings), self._saved

        def done(error: OSError | None) -> None:
            self._saving = False
            if error is None:
                self._saved = settings
                self._save()  # what has been changed meanwhile
            elif not self._told:
                self._told = True
                self._tell(f"The settings hold until you quit, as they cannot be saved ({error.strerror}).")

        self._inbox.run(lambda: save(settings, self._path, before), done)
