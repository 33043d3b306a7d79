"""What the log keeps of unhandled errors. Each program is a process of its own."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

if sys.platform != "linux":
    pytest.skip("only on Linux does a variable set the folder for logs", allow_module_level=True)

SECRET = "/home/anna/photos/anna on the beach.jpg"
CRASH = f"""
import sys
from captioner.system import crash_log
crash_log.watch()
def look(path):
    try:
        open(path)
    except OSError as error:
        raise KeyError(path) from error
look({SECRET!r})
"""
PRINT_MESSAGE = "from captioner.system import crash_log; print(crash_log.last_crash_message())"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path / "captioner" / "log" / "crashes.log"


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_only_the_places_in_the_code_are_recorded(log: Path) -> None:
    done = run(CRASH)
    assert done.returncode == 1
    assert done.stderr == "captioner: Something went wrong in the program (KeyError). Please try again.\n"
    entry = log.read_text()
    assert re.fullmatch(
        r"20..-..-.. ..:.., captioner \S+, Python 3\S+, linux\n"
        r"builtins\.FileNotFoundError\n  __main__:7 look\n"
        r"builtins\.KeyError\n  __main__:10 <module>\n  __main__:9 look\n\n",
        entry,
    )


def test_a_variable_lets_everything_be_recorded(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTIONER_CRASH_DETAILS", "1")
    run(CRASH)
    assert SECRET in log.read_text()


def test_an_error_in_a_thread_is_recorded(log: Path) -> None:
    script = "import threading; from captioner.system import crash_log; crash_log.watch()\n"
    done = run(f"{script}threading.Thread(target=lambda: 1 / 0).start()")
    assert done.stderr == "captioner: Something went wrong in the program (ZeroDivisionError). Please try again.\n"
    assert "builtins.ZeroDivisionError" in log.read_text()


def test_an_error_is_mentioned_though_native_code_was_not_watched(log: Path) -> None:
    run("from captioner.system import crash_log; crash_log.record(KeyError())")
    assert str(log.with_stem("crashes-old")) in run(PRINT_MESSAGE).stdout


def test_ctrl_c_is_not_a_crash(log: Path) -> None:
    done = run("import captioner.system.crash_log; captioner.system.crash_log.watch(); raise KeyboardInterrupt")
    assert done.returncode == -signal.SIGINT
    assert not log.exists()


def test_a_crash_of_native_code_is_mentioned_once_and_names_no_folder(log: Path) -> None:
    crash = (
        "import os, signal; from captioner.system import crash_log; "
        "crash_log.watch(); os.kill(os.getpid(), signal.SIGSEGV)"
    )
    assert run(crash).returncode == -signal.SIGSEGV
    assert run(PRINT_MESSAGE).stdout == (
        f"Something went wrong in the program last time. To help fix this, send {log.with_stem('crashes-old')} to "
        "whoever you got the program from; it contains no photo names.\n"
    )
    assert run(PRINT_MESSAGE).stdout == "\n"
    entry = log.with_stem("crashes-old").read_text()
    assert "Fatal Python error: Segmentation fault" in entry
    assert 'File "<string>", line 1 in <module>' in entry
    assert str(ROOT) not in entry


def test_an_error_is_printed_though_the_log_cannot_be_written(log: Path) -> None:
    log.parent.parent.write_text("a file in the way")
    assert run(CRASH).stderr == "captioner: Something went wrong in the program (KeyError). Please try again.\n"
    assert run(PRINT_MESSAGE).stdout == "\n"


def test_the_log_stays_small(log: Path) -> None:
    script = """
from captioner.system import crash_log
for number in range(300):
    try:
        exec(f"def function_{number}(): function_{number}()\\nfunction_{number}()")
    except RecursionError as error:
        crash_log.record(error)
        crash_log.record(error)
"""
    assert run(script).returncode == 0
    assert sorted(os.listdir(log.parent)) == ["crashes-old.log", "crashes.log"]
    assert all(path.stat().st_size < 80_000 for path in log.parent.iterdir())
    assert log.read_text().count("function_299\n") == 30  # the innermost places, once


def test_the_command_prints_a_sentence(log: Path) -> None:
    script = """
import sys
from captioner import cli
cli._caption_all = None  # a mistake in the program
sys.exit(cli.main([sys.argv[1]]))
"""
    done = run(script, SECRET)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "captioner: Something went wrong in the program (TypeError). Please try again.\n"
    assert "captioner.cli:" in log.read_text()
    assert "anna" not in log.read_text()
