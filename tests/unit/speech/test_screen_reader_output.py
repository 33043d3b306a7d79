"""Finding out whether a screen reader takes texts. test_program_voice.py speaks through a real Speech Dispatcher."""

import sys
from pathlib import Path

import pytest

from captioner.speech import screen_reader_output
from captioner.speech.speaker import Event
from captioner.system import screen_reader

if sys.platform != "linux":
    pytest.skip("the screen readers of Linux are looked for", allow_module_level=True)


@pytest.fixture(autouse=True)
def a_screen_reader_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so, but there is nothing that takes texts."""
    monkeypatch.setattr(screen_reader, "running", lambda: True)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("SPEECHD_ADDRESS", raising=False)


def ignore(event: Event) -> None:
    pass


def test_a_screen_reader_that_takes_no_texts(tmp_path: Path) -> None:
    assert screen_reader_output.find(ignore) == (True, None)
    assert not list(tmp_path.iterdir())  # and no Speech Dispatcher was started


def test_no_screen_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen_reader, "running", lambda: False)
    assert screen_reader_output.find(ignore) == (False, None)


def test_without_prismatoid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prism", None)
    assert screen_reader_output.find(ignore) == (True, None)
