"""The theme and the text size: those in the settings, or the system's theme."""

from captioner.gui.settings import TEXT_SIZES, Settings, next_larger, next_smaller
from captioner.gui.settings_store import SettingsStore
from captioner.gui.status import Status
from captioner.gui.style.palettes import PALETTES, Palette
from captioner.gui.tk.main_thread import MainThreadQueue
from captioner.gui.window import Window

SYSTEM_THEME_INTERVAL = 5000  # milliseconds; not every system reports that its theme has changed


def choose_palette(settings: Settings, system_palette: str) -> Palette:
    """The palette of the chosen theme, or the system's."""
    return PALETTES[system_palette if settings.theme == "system" else settings.theme]


class Appearance:
    """Applies the theme and the text size to the window each time one of them changes.

    Args:
        system_palette: the name of the system's palette, until the system is asked again.

    palette: the one that the window has now.
    """

    def __init__(
        self, window: Window, store: SettingsStore, status: Status, main_thread: MainThreadQueue, system_palette: str
    ) -> None:
        self.palette = choose_palette(store.settings, system_palette)
        self.system_palette = system_palette
        self._window = window
        self._store = store
        self._status = status
        self._main_thread = main_thread
        store.subscribe(self._apply, "theme", "text_size")

    def larger_text(self) -> None:
        self._resize_text(next_larger(self._store.settings.text_size, TEXT_SIZES))

    def smaller_text(self) -> None:
        self._resize_text(next_smaller(self._store.settings.text_size, TEXT_SIZES))

    def follow_system(self) -> None:
        """Ask the system for its theme, now and every few seconds."""
        from captioner.system.color_scheme import system_theme

        self._main_thread.run(system_theme, self._take_system_theme)

    def _take_system_theme(self, name: str) -> None:
        if name != self.system_palette:
            self.system_palette = name
            self._apply(self._store.settings)
        self._window.root.after(SYSTEM_THEME_INTERVAL, self.follow_system)

    def _resize_text(self, size: int) -> None:
        self._store.change(text_size=size)
        self._status.reply(f"Text size {size} percent")

    def _apply(self, settings: Settings) -> None:
        self.palette = choose_palette(settings, self.system_palette)
        self._window.apply_theme(self.palette, settings.text_size)
