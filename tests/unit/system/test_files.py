import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from captioner.gui.settings import Settings, load, save
from captioner.output.text_file import save_caption
from captioner.system import files

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)


def test_writes_complete_files(tmp_path: Path) -> None:
    path = tmp_path / ("ä" * 127)  # as many bytes as a name may have
    for content in (b"one", b"two\n" * 1000, b""):
        files.write(path, content)
        assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_links_that_lead_nowhere_raise_an_error(tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to("round")
    (tmp_path / "away").symlink_to(tmp_path / "gone" / "file")
    for name in ("round", "away"):
        with pytest.raises(OSError):  # noqa: PT011
            files.write(tmp_path / name / "file", b"")
    assert len(os.listdir(tmp_path)) == 2


def test_a_full_disk_keeps_captions_and_settings(small_disk: Path) -> None:
    photo, settings = small_disk / "dog.jpg", small_disk / "settings.json"
    save(Settings(rate=300), settings)
    before = save_caption(photo, "A dog.")
    (small_disk / "filling").write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
    there = sorted(os.listdir(small_disk))
    with pytest.raises(OSError, match="No space left"):
        save(Settings(rate=200), settings)
    with pytest.raises(OSError, match="No space left"):
        save_caption(photo, "A cat.", overwrite=True)
    assert load(settings)[0].rate == 300
    assert before.read_text() == "A dog.\n"
    assert sorted(os.listdir(small_disk)) == there


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_program_that_is_killed_loses_nothing_that_was_saved(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from captioner.gui.settings import Settings, save
for number in range(10_000):
    save(Settings(last_folder=f"{number} " * 20_000), Path(sys.argv[1]))
    print(number, flush=True)
"""
    path = tmp_path / "settings.json"
    for _ in range(10):
        program = start(script, path)
        assert program.stdout
        assert program.stdout.readline() == "0\n"
        time.sleep(random.uniform(0, 0.1))
        program.send_signal(signal.SIGKILL)
        printed = ["0", *program.communicate()[0].split()]
        settings, problem = load(path)
        assert problem == ""
        assert len(printed) - 1 <= int(settings.last_folder.split()[0]) <= len(printed)


@pytest.mark.slow
def test_programs_that_save_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each changes another setting again and again, and keeps what the other one has saved."""
    script = """
import random, sys, time
from dataclasses import replace
from pathlib import Path
from captioner.gui.settings import load, save
path, name = Path(sys.argv[1]), sys.argv[2]
saved, _ = load(path)
for value in range(100, 201):
    new = replace(saved, **{name: value})
    save(new, path, saved)
    saved = new
    time.sleep(random.uniform(0, 0.02))  # otherwise the other one rarely gets the lock, and on a busy machine too late
    assert getattr(load(path)[0], name) == value, "the other program overwrote it"
"""
    path = tmp_path / "settings.json"
    programs = [start(script, path, name) for name in ("rate", "text_size")]
    assert [program.wait(60) for program in programs] == [0, 0]
    for program in programs:
        assert program.stdout
        program.stdout.close()
    assert load(path)[0] == Settings(rate=200, text_size=200)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGSTOP")
def test_a_program_that_hangs_does_not_keep_another_from_saving(tmp_path: Path) -> None:
    script = """
import sys, time
from pathlib import Path
from captioner.system.files import locked
with locked(Path(sys.argv[1])):
    print("locked", flush=True)
    time.sleep(1000)
"""
    program = start(script, tmp_path / "settings.lock")
    assert program.stdout
    assert program.stdout.readline() == "locked\n"
    program.send_signal(signal.SIGSTOP)
    try:
        save(Settings(rate=300), tmp_path / "settings.json")
        assert load(tmp_path / "settings.json")[0].rate == 300
    finally:
        program.kill()
        program.communicate()
