"""Abuses the window for soak.py: real keys, drops and faults in fast motion, on a screen and a disk of its own."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from captioner import Captioner
from scripts.measure.benchmark_window import BUSY
from scripts.measure.soak import Sample, make_photos, measure
from tests.support.desktop import addresses, drop
from tests.support.program import Program, User
from tests.support.screen import screen
from tests.support.system import descendants, read_only

AT_ONCE = 5  # pieces of abuse before the window must work as usual again
ALLOWED = 10  # more threads and descriptors than in the beginning: for work in progress


def abuse(minutes: float) -> tuple[list[Sample], list[str]]:
    """Abuse the window.

    Returns:
        What there was each time that it had recovered, and sentences about what was broken or left behind.
    """
    samples: list[Sample] = []
    begun = time.monotonic()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        user = User(stack.enter_context(screen(folder)), folder)
        stack.callback(user.leave)
        user.choose(self_voicing=True, rate=600)
        temporary = folder / "temporary"
        temporary.mkdir()
        user.environment["TMPDIR"] = str(temporary)
        abuser = Abuser(user, stack.enter_context(full_disk(folder)))
        program = abuser.program
        faults = []
        try:
            with contextlib.suppress(KeyboardInterrupt):
                while time.monotonic() < begun + 60 * minutes or not samples:
                    for piece in random.sample(abuser.pieces, AT_ONCE):
                        piece()
                        assert program.alive(), f"the window ended after {piece.__name__}"
                    abuser.recover()
                    samples.append(measure(program.process.pid, len(samples) + 1, begun))
            program.close()
        except AssertionError as error:
            faults.append(str(error))
        faults += [f"the program complained: {line}" for line in program.errors().splitlines()]
        faults += [f"a temporary file is left: {path.name}" for path in temporary.iterdir()]
        for what in ("threads", "descriptors", "children"):
            if samples and (more := getattr(samples[-1], what) - getattr(samples[0], what)) > ALLOWED:
                faults.append(f"{more} more {what} than in the beginning.")
        program.end()
    return samples, faults


class Abuser:
    """Does to the window whatever users and systems do.

    full: a folder on a disk without room.
    pieces: the ways of abuse.
    """

    def __init__(self, user: User, full: Path):
        self.user = user
        self.full = full
        self.originals = user.home / "Originals"
        self.originals.mkdir()
        self.photos = [path for path in make_photos(self.originals) if "damaged" not in path.name]
        self.captioner = Captioner(threads=1)
        user.prefer("light")
        self.program = Program(user)
        self.program.await_text("Open a photo")
        self.pieces: list[Callable[[], None]] = [
            *(self.drop_while_captioning, self.delete_the_shown, self.fill_the_disk, self.shrink, self.change_theme),
            *(
                self.kill_a_child,
                self.stop_a_voice,
                self.press_keys,
                self.start_many_times,
                self.change_settings_by_another,
                self.lock_the_settings,
            ),
        ]

    def drop_while_captioning(self) -> None:
        self._keys(*["Escape"] * 4)  # a dialog takes no photos
        for _ in range(2):
            with contextlib.suppress(AssertionError):  # it may be too small to be dropped on
                drop(self.program, {"text/uri-list": addresses(*random.sample(list(self.originals.iterdir()), 10))})

    def delete_the_shown(self) -> None:
        photo = self._copy(self.user.home / "Deleted")
        self._open(photo)
        shutil.rmtree(photo.parent)
        self._keys("ctrl+shift+c", "ctrl+s", "Page_Down", "Page_Up", "space")

    def fill_the_disk(self) -> None:
        """Save a caption on a full disk."""
        photo = self.full / "photo.jpg"
        photo.symlink_to(random.choice(self.photos))
        self._caption(photo)

        def is_reported() -> bool:
            self._keys("Escape", "ctrl+s")  # again, if a dialog has opened only now
            return self.program.shows("The caption can't be saved next to the photo.")

        if os.path.ismount(self.full):
            self.program.wait_for(is_reported)
        photo.unlink()

    def shrink(self) -> None:
        self.program.sight.ask("wm minsize . 1 1; wm geometry . 1x1")
        self._keys("Page_Down", "ctrl+plus")
        self.program.sight.ask("wm iconify .; after 100 {wm deiconify .; wm geometry . 5000x5000}; list")

    def change_theme(self) -> None:
        """The window regularly checks what the desktop prefers."""
        self.user.prefer(random.choice(("light", "dark")))
        self.program.sight.ask("event generate . <<ThemeChanged>>; ttk::style theme use [ttk::style theme use]")

    def kill_a_child(self) -> None:
        """A voice, the player of sound, or who reads photos."""
        self._keys("space")
        self._send(signal.SIGKILL, descendants(self.program.process.pid))

    def stop_a_voice(self) -> None:
        self._send(signal.SIGSTOP, self.user.processes("captioner.speech.worker"))

    def press_keys(self) -> None:
        keys = [command.split()[1:] for command in BUSY if command.startswith("key")]
        for some in random.sample(keys, 12):
            self._keys(*some)

    def start_many_times(self) -> None:
        programs = [Program(self.user, random.choice(self.photos)) for _ in range(3)]
        for program in programs:
            program.wait_for(lambda program=program: not program.alive(), 60)  # type: ignore[misc]

    def change_settings_by_another(self) -> None:
        """While it is speaking; the file is damaged now and then."""
        self._keys("space", "ctrl+minus")
        self.user.settings.write_text(random.choice(["", "{", '{"rate": 600, "self_voicing": true}']))

    def lock_the_settings(self) -> None:
        """As they are where a home is read-only."""
        with read_only(self.user.settings.parent):
            self._keys("ctrl+plus", "ctrl+minus")

    def recover(self) -> None:
        """Check that the window captions a photo as usual.

        Raises:
            AssertionError: it does not.
        """
        photo = self._copy(self.user.home / "Recovered")
        self._caption(photo)
        shutil.rmtree(photo.parent)

    def _caption(self, photo: Path) -> None:
        """Check the state of the window, and caption a photo."""
        self._keys(*["Escape"] * 4)
        self.program.sight.ask("wm minsize . 480 360; wm deiconify .; wm geometry . 960x760")
        statement = self.captioner.caption(photo).statement

        def is_shown() -> bool:
            if not (title := self.program.title()).endswith("Captioner"):  # a dialog that has opened only now
                self._keys("Escape")
            return title.startswith(photo.name) and self.program.shows(statement)

        self._open(photo)
        try:
            self.program.wait_for(is_shown, 10)
        except AssertionError:  # what was dropped just before may have come later
            self._open(photo)
            self.program.wait_for(is_shown)

    def _send(self, how: signal.Signals, processes: list[int]) -> None:
        """Send a signal to one of these processes, if there is any."""
        with contextlib.suppress(IndexError, ProcessLookupError):
            os.kill(random.choice(processes), how)

    def _copy(self, folder: Path) -> Path:
        """A copy of one of the photos, alone in a folder."""
        folder.mkdir()
        return Path(shutil.copy(random.choice(self.photos), folder))

    def _open(self, photo: Path) -> None:
        start = Program(self.user, photo)
        start.wait_for(lambda: not start.alive(), 60)

    def _keys(self, *keys: str) -> None:
        """Press keys, whichever window has the keyboard, if any has."""
        self.program.xdotool("key", "--delay", 20, *keys)


@contextlib.contextmanager
def full_disk(folder: Path) -> Iterator[Path]:
    """A folder on a disk without room but for links; where only root can have one, on a disk that has."""
    place = folder / "full"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(place)], capture_output=True)
    try:
        if not mounted.returncode:
            with contextlib.suppress(OSError), place.joinpath("filling").open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
        yield place
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", "--lazy", str(place)], check=True)
