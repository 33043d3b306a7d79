"""Commands that change how fast and how loud the voice speaks, and let the user hear it."""

from captioner.gui.settings import RATES, VOLUMES, next_larger, next_smaller
from captioner.gui.settings_store import SettingsStore
from captioner.gui.status import Status

DEFAULT_RATE = 200  # words per minute, of the speech engines
DEFAULT_VOLUME = 1.0


class SpeechKeys:
    """Changes the settings step by step, and speaks the new value with it."""

    def __init__(self, store: SettingsStore, status: Status) -> None:
        self._store = store
        self._status = status

    def slower(self) -> None:
        self._set_rate(next_smaller(self._rate(), RATES), "the slowest")

    def faster(self) -> None:
        self._set_rate(next_larger(self._rate(), RATES), "the fastest")

    def quieter(self) -> None:
        self._set_volume(next_smaller(self._volume(), VOLUMES), "the quietest")

    def louder(self) -> None:
        self._set_volume(next_larger(self._volume(), VOLUMES), "the loudest")

    def _rate(self) -> int:
        return self._store.settings.rate or DEFAULT_RATE

    def _volume(self) -> float:
        volume = self._store.settings.volume
        return DEFAULT_VOLUME if volume is None else volume

    def _set_rate(self, rate: int, limit: str) -> None:
        end = f", {limit}" if rate == self._rate() else ""
        self._store.change(rate=rate)
        self._status.answer(f"{rate} words per minute{end}")

    def _set_volume(self, volume: float, limit: str) -> None:
        end = f", {limit}" if volume == self._volume() else ""
        self._store.change(volume=volume)
        self._status.answer(f"Volume {100 * volume:.0f} percent{end}")
