"""The whole program as a user has it: a process of its own, real keys, a real screen and real sound."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tkinter as tk
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, ImageGrab

from tests.support.sight import Sight
from tests.support.soundcard import SoundCard

ROOT = Path(__file__).parents[2]
WITH_OCR = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "support" / "patient_ocr")])}
GUI = (sys.executable, ROOT / "gui.py")


def wait_for(predicate: Callable[[], object], seconds: float = 30, what: Callable[[], str] = lambda: "") -> None:
    """Return as soon as predicate is true. The test fails, with `what()`, if it stays false for that long."""
    end = time.monotonic() + seconds
    while not predicate():
        assert time.monotonic() < end, f"nothing happened for {seconds} seconds. {what()}"
        time.sleep(0.01)


class User:
    """A user with a display, a home folder and a sound card of their own.

    environment: of their programs; HOME and the XDG folders are in the folder.
    runtime: the XDG folder that is not.
    card: the sound card that they hear.
    """

    def __init__(self, display: str, folder: Path):
        self.home = folder / "home"
        self._said = folder / "utterances"
        folders = {"CONFIG": ".config", "CACHE": ".cache", "DATA": ".local/share", "STATE": ".local/state"}
        xdg = {f"XDG_{name}_HOME": str(self.home / path) for name, path in folders.items()}
        for path in xdg.values():
            Path(path).mkdir(mode=0o700, parents=True)
        # Sockets lie there, whose paths have at most 107 bytes; pytest's folders are long.
        self.runtime = Path(tempfile.mkdtemp(prefix="user-", dir="/tmp"))
        xdg["XDG_RUNTIME_DIR"] = str(self.runtime)
        self.card = SoundCard(folder)
        # Without this desktop's Wayland, settings and screen reader.
        kept = {n: v for n, v in os.environ.items() if n not in ("WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")}
        own = {"DISPLAY": display, "HOME": str(self.home), "CAPTIONER_UTTERANCES": str(self._said)}
        # Reading the text of each photo would slow all tests down. WITH_OCR is for those that want it.
        own["PYTHONPATH"] = str(ROOT / "tests" / "support" / "without_ocr")
        self.environment = self.card.environment({**kept, **own, **xdg})

    def album(self) -> list[Path]:
        """Copies of the sample photos in a folder of the user's, in the order of their names."""
        folder = self.home / "Photos"
        folder.mkdir()
        return [Path(shutil.copy(photo, folder)) for photo in sorted((ROOT / "assets").glob("*.jpg"))]

    @property
    def settings(self) -> Path:
        """The program's settings file."""
        return self.home / ".config" / "captioner" / "settings.json"

    def choose(self, **settings: object) -> None:
        """Write the settings file, as an earlier start would have."""
        self.settings.parent.mkdir(exist_ok=True)
        self.settings.write_text(json.dumps(settings))

    def prefer(self, scheme: str) -> None:
        """Make this user's desktop "light" or "dark"."""
        self.environment["PATH"] = f"{self.home}:{os.environ['PATH']}"
        new = self.home / "gsettings.new"
        new.write_text(f"""#!/bin/sh\ncase "$*" in *color-scheme) echo "'prefer-{scheme}'";; *) echo false;; esac\n""")
        new.chmod(0o700)
        new.replace(self.home / "gsettings")

    def utterances(self) -> list[str]:
        """Everything that the program has begun to say so far, in order."""
        return [text for _, text in self.timed_utterances()]

    def timed_utterances(self) -> list[tuple[float, str]]:
        """The same, each with the time (time.monotonic) when it was begun."""
        lines = self._said.read_text(encoding="utf-8").splitlines() if self._said.exists() else []
        return [(float(when), text) for when, _, text in (line.partition(" ") for line in lines)]

    def silence(self) -> float:
        """Wait for silence, and return how many seconds of sound have been heard so far."""
        heard = deque([-1.0], maxlen=50)

        def is_silent() -> bool:
            heard.append(self.card.seconds())
            return len(heard) == 50 and heard[0] == heard[-1]

        wait_for(is_silent)
        return heard[-1]

    def processes(self, command: str = "") -> list[int]:
        """The running processes of the user's programs, and those that they have started.

        Args:
            command: only those that have this in their command lines.
        """
        mark, found = f"HOME={self.home}".encode(), []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                running = process.joinpath("stat").read_text().rpartition(")")[2].split()[0] != "Z"
                meant = command.encode() in process.joinpath("cmdline").read_bytes().replace(b"\0", b" ")
                if running and meant and mark in process.joinpath("environ").read_bytes().split(b"\0"):
                    found.append(int(process.name))
            except OSError:  # it has ended, or is another user's
                continue
        return found

    def leave(self) -> None:
        """End what is still running."""
        for process in self.processes():
            os.kill(process, signal.SIGKILL)
        shutil.rmtree(self.runtime, ignore_errors=True)
        self.card.close()


class Program:
    """The program, started by a user with arguments and environment variables. No other program is on the screen.

    command: what starts it; gui.py by default.
    folder: where it is started; the user's home by default.
    sight: looks into its windows.
    """

    def __init__(
        self,
        user: User,
        *arguments: str | Path,
        command: Sequence[str | Path] = GUI,
        folder: Path | None = None,
        **variables: str,
    ):
        self.user = user
        self._errors = user.home.parent / f"errors-{len(list(user.home.parent.glob('errors-*')))}"
        self._read = 0
        self._sight: Sight | None = None
        with self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [*command, *arguments],
                cwd=folder or user.home,
                env={**user.environment, **variables},
                stdin=subprocess.DEVNULL,
                stderr=errors,
            )

    @property
    def sight(self) -> Sight:
        if not self._sight:
            self._sight = sight = Sight(self.user.environment["DISPLAY"])
            wait_for(lambda: sight.finds() or not self.alive())
        return self._sight

    def texts(self) -> list[str]:
        """All text in its windows; none before it has a window."""
        try:
            return self.sight.texts()
        except tk.TclError:
            return []

    def view(self) -> Image.Image:
        """What the photo view shows, inside its focus ring."""
        left, top, right, bottom = self.sight.box("photoview")
        return self.screenshot().convert("RGB").crop((left + 3, top + 3, right - 3, bottom - 3))

    def shows(self, text: str) -> bool:
        """Whether one of its windows shows this text, alone or as a part of another text."""
        return any(text in shown for shown in self.texts())

    def alive(self) -> bool:
        return self.process.poll() is None

    def utterances(self) -> list[str]:
        return self.user.utterances()

    def errors(self) -> str:
        """What it has written to standard error since the last call. A test fails if it leaves any of it unread."""
        errors = self._errors.read_bytes()
        new, self._read = errors[self._read :], len(errors)
        return new.decode(errors="replace")

    def wait_for(self, predicate: Callable[[], object], seconds: float = 30) -> None:
        """Return as soon as predicate is true. The test fails if it stays false for that long."""
        wait_for(predicate, seconds, self._state)

    def xdotool(self, *arguments: str | int) -> str:
        """The output of xdotool, "" if it fails, for instance because there is no such window."""
        command = ["xdotool", *map(str, arguments)]
        return subprocess.run(command, env=self.user.environment, capture_output=True, text=True).stdout.strip()

    def title(self) -> str:
        """The title of the window that has the focus, "" for none."""
        return self.xdotool("getactivewindow", "getwindowname")

    def titles(self) -> list[str]:
        """The titles of all windows on the screen, dialogs included."""
        command = ["xprop", "-root", "_NET_CLIENT_LIST"]
        windows = subprocess.run(command, env=self.user.environment, capture_output=True, text=True).stdout
        return [self.xdotool("getwindowname", window) for window in re.findall("0x[0-9a-f]+", windows)]

    def keys(self, *keys: str) -> float:
        """Press keys one after the other, "ctrl+o" or "Page_Down" for instance, once a window has the focus.

        Returns:
            The time (time.monotonic) just before the first.
        """
        self._await_keyboard()
        pressed = time.monotonic()
        self.xdotool("key", "--delay", 30, *keys)
        return pressed

    def type(self, text: str) -> None:
        """Type ASCII text once a window has the focus."""
        self._await_keyboard()
        self.xdotool("type", "--delay", 5, "--", text)

    def screenshot(self, path: Path | None = None) -> Image.Image:
        """The whole screen, saved if a path is given."""
        image = ImageGrab.grab(xdisplay=self.user.environment["DISPLAY"])
        if path:
            image.save(path)
        return image

    def await_title(self, title: str, focus: str = "") -> None:
        """Return when a window with this title has the focus, in a widget whose Tcl path ends with `focus`."""
        self.wait_for(lambda: self.title() == title and self.sight.focus().endswith(focus))

    def go_to(self, kind: str) -> None:
        """Press Tab until a widget of a class, "captiontext" for instance, has the focus."""
        seen: list[str] = []
        while not (focus := self.sight.focus()).endswith(f"!{kind}"):
            assert focus not in seen, f"no {kind} can be reached with Tab: {seen}"
            seen.append(focus)
            self.keys("Tab")
            self.wait_for(lambda: self.sight.focus() != seen[-1])

    def await_text(self, text: str) -> None:
        """Return when a window shows this text; see `shows`."""
        self.wait_for(lambda: self.shows(text))

    def await_utterance(self, text: str) -> None:
        """Return when this is the last thing that the program has said."""
        self.wait_for(lambda: self.utterances()[-1:] == [text])

    def await_photo(self, photo: Path, statement: str) -> None:
        """Return when the window has the focus and shows a photo with its caption."""
        self.wait_for(lambda: self.title() == f"{photo.name} – Captioner" and self.shows(statement))

    def wait_until_idle(self) -> None:
        """Return when its threads do nothing, except that the main loop polls its queue now and then."""
        looks = deque([True], maxlen=50)  # whether it was busy

        def is_idle() -> bool:
            threads = Path(f"/proc/{self.process.pid}/task").glob("*/stat")
            try:
                looks.append(any(thread.read_text().rpartition(")")[2].split()[0] != "S" for thread in threads))
            except OSError:  # one has just ended
                looks.append(True)
            return len(looks) == 50 and sum(looks) <= 15

        self.wait_for(is_idle)

    def close(self, *answer: str, question: str = "Save before closing?") -> None:
        """Close the window as a user would, and wait until the program and all that it has started have ended.

        Args:
            answer: the keys that answer its question; none if it must not ask.
        """
        self.keys("alt+F4")
        if answer:
            self.await_title("Captioner")
            self.await_text(question)
            self.keys(*answer)
        self.wait_for(lambda: not self.user.processes())
        self.process.wait()

    def end(self) -> None:
        """Terminate the program if it still runs."""
        if self._sight:
            self._sight.close()
            self._sight = None
        self.xdotool("mousemove", 1279, 999)  # out of the way of the next window
        self.process.terminate()
        self.process.wait()

    def _await_keyboard(self) -> None:
        self.wait_for(lambda: self.title() or not self.alive())
        assert self.alive(), f"the program ended. {self._state()}"

    def _state(self) -> str:
        state = f"running: {self.alive()}, title: {self.title()!r}, windows: {self.titles()}, texts: {self.texts()}"
        return f"{state}, said: {self.utterances()}, errors: {self.errors()}"
