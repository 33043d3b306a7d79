"""Finds out which colours the desktop wants windows to have."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

COMMAND_TIMEOUT = 5  # seconds

_HIGH_CONTRAST = {
    "linux": ["gsettings", "get", "org.gnome.desktop.a11y.interface", "high-contrast"],
    "darwin": ["defaults", "read", "com.apple.universalaccess", "increaseContrast"],
}

# The settings that hold the name of the GTK theme, by a part of XDG_CURRENT_DESKTOP.
_GTK_THEME = {
    "XFCE": ["xfconf-query", "--channel", "xsettings", "--property", "/Net/ThemeName"],
    "MATE": ["gsettings", "get", "org.mate.interface", "gtk-theme"],
    "Cinnamon": ["gsettings", "get", "org.cinnamon.desktop.interface", "gtk-theme"],
    "GNOME": ["gsettings", "get", "org.gnome.desktop.interface", "gtk-theme"],
}
_DARK_NAME = re.compile("dark|black|night|inverse|dracula|nordic", re.IGNORECASE)
_HIGH_CONTRAST_NAME = re.compile("high-?contrast|contrast-?high", re.IGNORECASE)


def system_theme() -> str:
    """The name of the palette that the desktop wants. Runs other programs, so call it in a thread."""
    if _high_contrast():
        return "high contrast"
    if sys.platform == "linux":
        return _linux_theme()
    with suppress(Exception):  # darkdetect parses the output of other programs
        import darkdetect

        return "dark" if darkdetect.isDark() else "light"
    return "light"


def _high_contrast() -> bool:
    if sys.platform == "win32":
        import ctypes

        class HighContrast(ctypes.Structure):
            _fields_ = [("size", ctypes.c_uint), ("flags", ctypes.c_uint), ("scheme", ctypes.c_wchar_p)]

        answer = HighContrast(size=ctypes.sizeof(HighContrast))
        ctypes.windll.user32.SystemParametersInfoW(0x42, answer.size, ctypes.byref(answer), 0)
        return bool(answer.flags & 1)
    command = _HIGH_CONTRAST.get(sys.platform)
    return command is not None and _output(command) in ("true", "1")


def _linux_theme() -> str:
    """GNOME and KDE set a colour scheme. XFCE, MATE and others only choose a GTK theme, light or dark by its name."""
    scheme = _output(["gsettings", "get", "org.gnome.desktop.interface", "color-scheme"])
    if "dark" in scheme:
        return "dark"
    if "light" in scheme:
        return "light"
    name = next(filter(None, _gtk_themes()), "")
    if _HIGH_CONTRAST_NAME.search(name):
        return "high contrast"
    return "dark" if _DARK_NAME.search(name) else "light"


def _gtk_themes() -> Iterator[str]:
    """The name of the GTK theme, or "", from each place that may have it, the one that counts most first."""
    yield os.environ.get("GTK_THEME", "")
    desktop = os.environ.get("XDG_CURRENT_DESKTOP", "").casefold()
    for name, command in _GTK_THEME.items():
        if name.casefold() in desktop:
            yield _output(command)
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    with suppress(OSError):
        settings = (folder / "gtk-3.0" / "settings.ini").read_text(errors="replace")
        if re.search(r"^gtk-application-prefer-dark-theme\s*=\s*(1|true)\s*$", settings, re.MULTILINE | re.IGNORECASE):
            yield "dark"
        found = re.search(r"^gtk-theme-name\s*=(.*)$", settings, re.MULTILINE)
        yield found[1].strip() if found else ""
    # On other desktops mostly a default that nobody chose, if the schema is installed.
    yield _output(_GTK_THEME["GNOME"])


def _output(command: list[str]) -> str:
    """What a program prints, without quotes; "" if it is missing, fails or takes too long."""
    with suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(command, capture_output=True, timeout=COMMAND_TIMEOUT, stdin=subprocess.DEVNULL)
        if done.returncode == 0:
            return done.stdout.decode(errors="replace").strip().strip("'")
    return ""
