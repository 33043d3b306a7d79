"""Finds out whether a screen reader is running."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

COMMAND_TIMEOUT = 1  # seconds
LINUX_READERS = ("orca", "speechd-up", "espeakup", "fenrir", "brltty")


def running() -> bool:
    """Whether a screen reader is running. May take some seconds, so call it in a thread."""
    if sys.platform == "win32":
        return _windows()
    if sys.platform == "darwin":
        return _output("defaults", "read", "com.apple.universalaccess", "voiceOverOnOffKey") == "1"
    return _desktop_says_so() or any(name in LINUX_READERS for name in _programs())


def has_session_bus() -> bool:
    """Whether the desktop can be asked through D-Bus. Asking without one may start one, which outlives the program."""
    bus = Path(os.environ.get("XDG_RUNTIME_DIR", "/"), "bus")
    return bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS")) or bus.exists()


def _windows() -> bool:
    import ctypes

    get_screen_reader = 0x0046  # SPI_GETSCREENREADER
    answer = ctypes.c_int(0)
    windll = getattr(ctypes, "windll")  # noqa: B009  type checkers on other systems do not know it
    return bool(windll.user32.SystemParametersInfoW(get_screen_reader, 0, ctypes.byref(answer), 0) and answer.value)


def _desktop_says_so() -> bool:
    if not has_session_bus():
        return False
    path, status, enabled = "/org/a11y/bus", "org.a11y.Status", "ScreenReaderEnabled"
    if shutil.which("gdbus"):
        get = ("--method", "org.freedesktop.DBus.Properties.Get", status, enabled)
        return "true" in _output("gdbus", "call", "--session", "--dest", "org.a11y.Bus", "--object-path", path, *get)
    return "true" in _output("busctl", "--user", "get-property", "org.a11y.Bus", path, status, enabled)


def _programs() -> list[str]:
    """The names of all programs that this user runs, and of all services of the system."""
    names = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid in (0, os.getuid()):
                names.append((folder / "comm").read_text(errors="replace").strip())
    return names


def _output(*command: str) -> str:
    """What a program prints; nothing if it is missing, fails, or takes too long."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=COMMAND_TIMEOUT)
        if not done.returncode:
            return done.stdout.decode(errors="replace").strip()
    return ""
