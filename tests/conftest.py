"""What the tests share: the sample photos, a display of their own, a user, the program, a sound card.

The display is the tests' own: whoever sits at this computer sees no windows flash by and can go on typing.
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

# Where the tests were started in the background, a shell had SIGINT ignored, and so would every process of theirs.
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
        pytest.skip("a small disk can only be mounted by root, on Linux")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def sound_card(tmp_path_factory, monkeypatch) -> Iterator["SoundCard"]:
    """The sound card that all programs started by the test play on."""
    if sys.platform != "linux":
        pytest.skip("what is spoken can only be heard through ALSA")
    from tests.support.soundcard import SoundCard

    card = SoundCard(tmp_path_factory.mktemp("soundcard"))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(card.configuration))
    yield card
    card.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Collect a test's windows in the main thread: Tcl aborts the process where another thread does so."""
    gc.disable()
    result = yield
    gc.collect()
    gc.enable()
    return result


@pytest.fixture(scope="session")
def display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of an X display of 1280 x 1000 pixels with a window manager, ":7" for instance; DISPLAY has it, too."""
    with screen(tmp_path_factory.mktemp("screen")) as name, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPLAY", name)
        patch.delenv("WAYLAND_DISPLAY", raising=False)
        yield name


@pytest.fixture
def root(display: str) -> Iterator[tk.Tk]:
    """A window of the test's own. An error in one of its callbacks fails the test."""
    errors = []

    def remember(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        errors.append(error)

    window = tk.Tk(className="captioner")
    window.report_callback_exception = remember
    yield window
    with contextlib.suppress(tk.TclError):  # the test may have ended it
        window.destroy()
    if errors:
        raise errors[0]


@pytest.fixture
def user(display: str, tmp_path: Path) -> Iterator[User]:
    """Somebody with a home of their own, whom no process of ours outlives."""
    user = User(display, tmp_path)
    try:
        yield user
        wait_for(lambda: (reader.end(), not user.processes())[1], what=lambda: f"left: {user.processes()}")
    finally:
        user.leave()


@pytest.fixture
def program(user: User) -> Iterator[Callable[..., Program]]:
    """A function that starts the program: program("dog.jpg", VARIABLE="value"). All starts are the same user's."""
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
    """A function that tells what is to be shown and said of a photo."""
    return functools.cache(lambda photo: shipped.caption(photo).statement)
