import os
import queue
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from captioner.system import single_instance

ROOT = Path(__file__).parents[3]
TIMEOUT = 60  # seconds

# A program that forwards its arguments, or else listens and prints what others forward.
PROGRAM = """
import sys
from captioner.system.single_instance import Listener, forward_to_running_instance
if forward_to_running_instance(sys.argv[1:]):
    print("forwarded", flush=True)
else:
    print("running", flush=True)
    listener = Listener(lambda paths: print(ascii(paths), flush=True))
    sys.stdin.read()
    listener.close()
    print("closed", flush=True)
"""


class Start:
    def __init__(self, *arguments: str | bytes, folder: Path | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            text=True,
        )

    def line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().rstrip()

    def end(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(TIMEOUT)
        self.process.stdout.close()


@pytest.fixture(autouse=True)
def _of_our_own(tmp_path, monkeypatch) -> None:
    """A folder for the socket in which no window of the person who runs the tests listens."""
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("DISPLAY", ":7")


@pytest.fixture
def start() -> Iterator[Callable[..., Start]]:
    started: list[Start] = []

    def new(*arguments: str | bytes, folder: Path | None = None) -> Start:
        started.append(Start(*arguments, folder=folder))
        return started[-1]

    yield new
    for program in started:
        if program.process.poll() is None:
            program.process.send_signal(signal.SIGKILL)
        program.end()


def test_a_second_start_forwards_its_photos_to_the_first(start, tmp_path):
    first = start()
    assert first.line() == "running"
    for arguments, expected in (
        (["cat.jpg", "/photos/dog.jpg"], [str(tmp_path / "cat.jpg"), "/photos/dog.jpg"]),
        (["../a b\n\N{GREEK SMALL LETTER BETA}.jpg"], [str(tmp_path.parent / "a b\n\N{GREEK SMALL LETTER BETA}.jpg")]),
        ([b"/caf\xe9.jpg"], [os.fsdecode(b"/caf\xe9.jpg")]),
        ([], []),
        ([f"/{index}.jpg" for index in range(5000)], [f"/{index}.jpg" for index in range(5000)]),
    ):
        assert start(*arguments, folder=tmp_path).line() == "forwarded"
        assert first.line() == ascii(expected)


def test_when_the_first_has_ended_the_next_takes_its_place(start):
    for _ in range(2):
        program = start()
        assert program.line() == "running"
        assert start("/cat.jpg").line() == "forwarded"
        assert program.line() == "['/cat.jpg']"
        program.process.stdin.close()
        assert program.line() == "closed"
        program.process.wait(TIMEOUT)


def test_when_the_first_was_killed_the_next_takes_its_place(start):
    for _ in range(2):
        program = start()
        assert program.line() == "running"
        assert start("/cat.jpg").line() == "forwarded"
        program.process.kill()
        program.process.wait(TIMEOUT)


def test_of_several_that_start_at_once_one_takes_the_photos_of_all(start):
    """An impatient user clicks more than once."""
    programs = [start(f"/{index}.jpg") for index in range(4)]
    lines = [program.line() for program in programs]
    assert sorted(lines) == ["forwarded"] * 3 + ["running"]
    one = lines.index("running")
    taken = sorted(programs[one].line() for _ in range(3))
    assert taken == [f"['/{index}.jpg']" for index in range(4) if index != one]


@pytest.mark.slow
def test_a_first_that_hangs_does_not_keep_the_next_from_running(start, monkeypatch):
    first = start()
    assert first.line() == "running"
    assert start().line() == "forwarded"
    first.process.send_signal(signal.SIGSTOP)
    assert start("/cat.jpg").line() == "running"
    first.process.send_signal(signal.SIGCONT)


def test_another_display_has_a_window_of_its_own(start, monkeypatch):
    assert start().line() == "running"
    monkeypatch.setenv("DISPLAY", "localhost:10.0")
    assert start().line() == "running"


@pytest.mark.parametrize(
    ("one", "other"), [(":97", ":97.0"), (":97.0", ":97"), ("unix:97", ":97"), ("host:1.0", "host:1")]
)
def test_a_display_has_one_window_however_it_is_written(start, monkeypatch, one, other):
    monkeypatch.setenv("DISPLAY", one)
    assert start().line() == "running"
    monkeypatch.setenv("DISPLAY", other)
    assert start().line() == "forwarded"


def test_a_second_screen_of_a_display_has_a_window_of_its_own(start, monkeypatch):
    """A window cannot move there."""
    assert start().line() == "running"
    monkeypatch.setenv("DISPLAY", ":7.1")
    assert start().line() == "running"


def test_only_this_user_can_reach_the_window(start, tmp_path):
    assert start().line() == "running"
    assert start().line() == "forwarded"
    (folder,) = (tmp_path / "run").iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o777)  # as somebody might have left it
    assert start().line() == "forwarded"
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become another user")
def test_what_another_user_sends_is_refused(tmp_path):
    taken: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    listener = single_instance.Listener(taken.put)
    try:
        script = "import sys; from captioner.system import single_instance; single_instance._send(b'/own.jpg')"
        while not taken.qsize():
            subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=TIMEOUT, check=True)
        address = single_instance._address()
        for path in (Path(address), *Path(address).parents):
            if path.is_relative_to("/tmp"):
                path.chmod(0o777 | path.stat().st_mode)
        script = f"""
import os
from multiprocessing.connection import Client
os.setuid(65534)
try:
    with Client({address!r}) as connection:
        connection.send_bytes(b"/other.jpg")
        connection.recv_bytes()
except (EOFError, ConnectionResetError, BrokenPipeError):
    print("refused")
"""
        done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, timeout=TIMEOUT)
        assert done.stdout == "refused\n"
        assert taken.get() == ["/own.jpg"]
        assert taken.qsize() == 0
    finally:
        listener.close()


def test_without_a_folder_for_the_socket_each_start_opens_a_window(start, tmp_path, monkeypatch):
    """Two windows are better than none."""
    (tmp_path / "run" / "captioner").write_text("a file in the way")
    for _ in range(2):
        program = start("/cat.jpg")
        assert program.line() == "running"
        program.process.stdin.close()
        assert program.line() == "closed"


def test_finding_that_no_window_is_open_imports_nothing_heavy():
    script = """
import sys
from captioner.system.single_instance import forward_to_running_instance
forward_to_running_instance([])
print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT)
    assert not {"tkinter", "numpy", "PIL", "socket", "multiprocessing", "filelock"} & set(done.stdout.split())
