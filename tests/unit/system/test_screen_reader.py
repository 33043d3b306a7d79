"""Finding a running screen reader, with real processes and programs that answer."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from captioner.system import screen_reader

if sys.platform != "linux":
    pytest.skip("what is asked here is asked on Linux", allow_module_level=True)


@pytest.fixture(autouse=True)
def programs(tmp_path, monkeypatch) -> Path:
    """A folder with the only programs that can be found."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={folder}/none")
    if screen_reader.running():
        pytest.skip("a screen reader is running")
    return folder


def program(path: Path, code: str) -> None:
    path.write_text(f"#!/bin/sh\n{code}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("reader", ["orca", "speechd-up", "espeakup"])
def test_a_running_program(programs, reader):
    path = programs / reader
    path.symlink_to("/bin/sleep")
    with subprocess.Popen([path, "1000"]) as process:
        try:
            comm = Path(f"/proc/{process.pid}/comm")
            while comm.read_text().strip() != reader:
                time.sleep(0.01)
            assert screen_reader.running()
        finally:
            process.kill()
    assert not screen_reader.running()


@pytest.mark.parametrize(
    ("name", "answer", "found"),
    [
        ("gdbus", "(<true>,)", True),
        ("gdbus", "(<false>,)", False),
        ("busctl", "b true", True),
        ("busctl", "b false", False),
    ],
)
def test_the_answer_of_the_desktop(programs, name, answer, found):
    program(programs / name, f"echo '{answer}'")
    assert screen_reader.running() == found


@pytest.mark.parametrize("code", ["echo true; exit 1", "exec /bin/sleep 1000", "printf '\\377'"])
def test_a_desktop_that_fails_or_hangs(programs, code):
    program(programs / "gdbus", code)
    assert not screen_reader.running()


def test_a_desktop_without_a_bus_is_not_asked(programs, monkeypatch, tmp_path):
    program(programs / "gdbus", "echo '(<true>,)'")  # the real one would start a bus
    assert screen_reader.running()
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert not screen_reader.running()
