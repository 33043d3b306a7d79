"""Commands that change how fast and how loud the voice speaks, and let the user hear it."""

from captioner.gui.settings import RATES, VOLUMES
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
        rate = self._rate()
        self._set_rate(max((slower for slower in RATES if slower < rate), default=rate), "the slowest")

    def faster(self) -> None:
        rate = self._rate()
        self._set_rate(min((faster for faster in RATES if faster > rate), default=rate), "the fastest")

    def quieter(self) -> None:
        volume = self._volume()
        self._set_volume(max((quieter for quieter in VOLUMES if quieter < volume), default=volume), "the quietest")

    def louder(self) -> None:
        volume = self._volume()
        self._set_volume(min((louder for louder in VOLUMES if louder > volume), default=volume), "the loudest")

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
