import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from captioner.gui.settings import Settings, load
from captioner.gui.settings_store import SettingsStore


class MainThread:
    """Runs at once what the real one runs in a thread."""

    def run(self, work: Callable[[], Any], done: Callable[[Any], object]) -> None:
        try:
            done(work())
        except OSError as error:
            done(error)


def make_store(path: Path, notify: Callable[[str], None] = print) -> SettingsStore:
    return SettingsStore(Settings(), path, MainThread(), notify)  # type: ignore[arg-type]


def test_a_change_calls_the_subscribers_of_that_setting_alone(tmp_path: Path) -> None:
    store = make_store(tmp_path / "settings.json")
    sizes: list[int] = []
    themes: list[str] = []
    store.subscribe(lambda settings: sizes.append(settings.text_size), "text_size", "beam_width")
    store.subscribe(lambda settings: themes.append(settings.theme), "theme")
    store.change(text_size=200)
    store.change(text_size=200)  # nothing is different now
    store.change(last_folder="/photos")
    store.change(theme="dark", beam_width=2)
    assert (sizes, themes) == ([200, 200], ["dark"])


def test_a_subscriber_that_fails_does_not_keep_the_change_from_being_saved(tmp_path: Path) -> None:
    store = make_store(tmp_path / "settings.json")
    store.subscribe(lambda settings: 1 / 0, "rate")
    with pytest.raises(ZeroDivisionError):
        store.change(rate=300)
    assert load(tmp_path / "settings.json") == (Settings(rate=300), "")


def test_an_unknown_setting_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        make_store(tmp_path / "settings.json").change(text_sise=200)


def test_what_a_full_disk_prevents_from_being_saved_is_saved_later(small_disk: Path) -> None:
    path = small_disk / "captioner" / "settings.json"
    notices: list[str] = []
    store = make_store(path, notices.append)
    store.change(rate=300)
    filling = small_disk / "filling"
    filling.write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
    store.change(text_size=200)
    store.change(theme="dark")
    assert notices == ["The settings can't be saved (No space left on device). Changes will be lost when you quit."]
    assert load(path)[0] == Settings(rate=300)
    filling.unlink()
    store.close()
    assert load(path)[0] == Settings(rate=300, text_size=200, theme="dark")
