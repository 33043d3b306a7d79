"""What the tests share: the sample photos, a display of their own, a user, the program, a sound card.

The display belongs to the tests, so that nobody at this computer sees windows flash by or has to stop typing.
"""

import contextlib
import functools
import gc
import signal
import subprocess
import sys
import tkinter as tk
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pytest

from captioner import Captioner
from captioner.photos import reader
from tests.support.program import Program, User, wait_for
from tests.support.screen import screen

if TYPE_CHECKING:
    from tests.support.soundcard import SoundCard

# A shell that starts the tests in the background ignores SIGINT, and every process of theirs would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parents[1]


# Whatever opens the whole window for a user, or waits for what is spoken, takes seconds.
SLOW_FIXTURES = {"user", "sound_card"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests as slow by what they use; see the marker in setup.cfg."""
    for item in items:
        if SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", autouse=True)
def _crash_log_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def samples() -> dict[str, Path]:
    """The sample photos by name: "cat", "coffee" ..."""
    return {path.stem: path for path in sorted((ROOT / "assets").glob("*.jpg"))}


@pytest.fixture(scope="session")
def shipped() -> Captioner:
    """A captioner with the shipped weights."""
    return Captioner()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 64 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk, and only on Linux")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def sound_card(tmp_path_factory, monkeypatch) -> Iterator["SoundCard"]:
    """The sound card on which all programs that the test starts play."""
    if sys.platform != "linux":
        pytest.skip("speech can only be recorded through ALSA")
    from tests.support.soundcard import SoundCard

    card = SoundCard(tmp_path_factory.mktemp("soundcard"))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(card.configuration))
    yield card
    card.close()


def pytest_collection_finish() -> None:
    """Leave what has been imported out of later collections, which would take a tenth of a second each."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Collect a test's windows in the main thread: Tcl aborts the process if another thread does so."""
    if "display" not in getattr(item, "fixturenames", ()):
        return (yield)
    gc.disable()
    result = yield
    gc.collect()
    gc.enable()
    return result


@pytest.fixture(scope="session")
def display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of an X display of 1280 x 1000 pixels with a window manager, such as ":7". DISPLAY is set to it."""
    with screen(tmp_path_factory.mktemp("screen")) as name, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPLAY", name)
        patch.delenv("WAYLAND_DISPLAY", raising=False)
        yield name


@pytest.fixture
def root(display: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tk.Tk]:
    """A window for one test. An error in one of its callbacks fails the test. It reads no text in photos."""
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    errors = []

    def remember(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        errors.append(error)

    window = tk.Tk(className="captioner")
    window.report_callback_exception = remember
    scaling = window.tk.call("tk", "scaling")
    yield window
    with contextlib.suppress(tk.TclError):  # the test may have closed it
        window.tk.call("tk", "scaling", scaling)  # which is of the display, and stays for the windows of later tests
        window.destroy()
    if errors:
        raise errors[0]


@pytest.fixture
def user(display: str, tmp_path: Path) -> Iterator[User]:
    """A user with a home folder. The test fails if a process of theirs outlives it."""
    user = User(display, tmp_path)
    try:
        yield user
        wait_for(lambda: (reader.end(), not user.processes())[1], what=lambda: f"left: {user.processes()}")
    finally:
        user.leave()


@pytest.fixture
def program(user: User) -> Iterator[Callable[..., Program]]:
    """A function that starts the program for the user: program("dog.jpg", VARIABLE="value")."""
    started: list[Program] = []

    def start(*arguments: str | Path, **options: Any) -> Program:
        started.append(Program(user, *arguments, **options))
        return started[-1]

    try:
        yield start
    finally:
        for one in started:
            one.end()
    for one in started:
        assert not one.errors()


@pytest.fixture
def statement(shipped: Captioner) -> Callable[[Path], str]:
    """A function that returns the sentence that is shown and spoken for a photo."""
    return functools.cache(lambda photo: shipped.caption(photo).statement)
