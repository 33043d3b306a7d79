"""The current settings: code that depends on one subscribes to it, and every change is saved."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from captioner.errors import reason
from captioner.gui.settings import Settings, save
from captioner.gui.tk.main_thread import MainThreadQueue

CLOSE_TIMEOUT = 0.5  # seconds


class SettingsStore:
    """Holds the settings and saves each change in a thread, because a disk may be slow. Belongs to the main thread.

    Args:
        notify: called with a sentence if the settings cannot be saved, only the first time.

    settings: the current ones; `change` replaces them.
    """

    def __init__(
        self, settings: Settings, path: Path, main_thread: MainThreadQueue, notify: Callable[[str], None]
    ) -> None:
        self.settings = settings
        self._path = path
        self._main_thread = main_thread
        self._notify = notify
        self._subscribers: list[tuple[frozenset[str], Callable[[Settings], object]]] = []
        self._saved = settings
        self._saving = False
        self._failed = False

    def subscribe(self, callback: Callable[[Settings], object], *names: str) -> None:
        """Call `callback` with the new settings each time one of the named settings changes."""
        self._subscribers.append((frozenset(names), callback))

    def change(self, **values: Any) -> None:
        """Change settings by name, save them, and call the subscribers of those that are now different."""
        before, self.settings = self.settings, replace(self.settings, **values)
        self._save()
        changed = {name for name in values if getattr(self.settings, name) != getattr(before, name)}
        for names, callback in self._subscribers:
            if names & changed:
                callback(self.settings)

    def close(self) -> None:
        """Save what is not saved yet, and wait for that, but not for long."""

        def save_quietly() -> None:
            with suppress(OSError):  # nobody would see a message
                save(self.settings, self._path, self._saved)

        if self.settings != self._saved or self._saving:
            thread = threading.Thread(target=save_quietly, daemon=True)
            thread.start()
            thread.join(CLOSE_TIMEOUT)

    def _save(self) -> None:
        if self._saving or self.settings == self._saved:
            return
        self._saving = True
        settings, before = self.settings, self._saved

        def done(error: OSError | None) -> None:
            self._saving = False
            if error is None:
                self._saved = settings
                self._save()  # what changed while it was being saved
            elif not self._failed:
                self._failed = True
                self._notify(f"The settings can't be saved ({reason(error)}). Changes will be lost when you quit.")

        self._main_thread.run(lambda: save(settings, self._path, before), done)
