"""A real Speech Dispatcher, through which screen readers on Linux speak. What it would speak it writes into a file."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.program import User, wait_for

CONFIGURATION = """
AudioOutputMethod alsa
AddModule "file" "sd_generic" "file.conf"
DefaultModule file
DefaultLanguage "en"
"""
MODULE = """
GenericExecuteSynth "printf '%s\\\\n' '$DATA' >> '{}'"
GenericMaxChunkLength 10000
GenericDelimiters "|"
AddVoice "en" "MALE1" "any"
"""


class SpeechDispatcher:
    """Runs for a user, whose desktop says that a screen reader is running."""

    def __init__(self, user: User) -> None:
        self._said = user.home / ".spoken-by-the-reader"
        folder = user.home / ".speech-dispatcher"
        (folder / "modules").mkdir(parents=True)
        (folder / "speechd.conf").write_text(CONFIGURATION)
        (folder / "modules" / "file.conf").write_text(MODULE.format(self._said))
        desktop = user.home / "gdbus"  # asks the desktop whether a screen reader runs
        desktop.write_text("#!/bin/sh\necho '(<true>,)'\n")
        desktop.chmod(0o700)
        user.environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={user.home}/none"
        user.environment["PATH"] = f"{user.home}:{user.environment['PATH']}"
        command: list[str | Path] = ["speech-dispatcher", "-s", "-C", folder, "-P", folder / "pid", "-L", folder]
        with (folder / "output.log").open("w") as output:
            self.process = subprocess.Popen(command, env=user.environment, stdout=output, stderr=output)
        socket = user.runtime / "speech-dispatcher" / "speechd.sock"
        wait_for(lambda: socket.exists() or self.process.poll() is not None)
        printed = [log.read_text(errors="replace") for log in sorted(folder.glob("*.log"))]
        assert socket.exists(), f"Speech Dispatcher did not start. {printed}"

    def said(self) -> list[str]:
        """The texts that it was given so far, in order."""
        return self._said.read_text(encoding="utf-8").splitlines() if self._said.exists() else []


@contextmanager
def speech_dispatcher(user: User) -> Iterator[SpeechDispatcher]:
    running = SpeechDispatcher(user)
    try:
        yield running
    finally:
        running.process.terminate()
        running.process.wait()
