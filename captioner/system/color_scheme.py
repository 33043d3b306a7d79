"""Finds out how the desktop wants windows to look."""

import subprocess
import sys
from contextlib import suppress

_HIGH_CONTRAST = {
    "linux": ["gsettings", "get", "org.gnome.desktop.a11y.interface", "high-contrast"],
    "darwin": ["defaults", "read", "com.apple.universalaccess", "increaseContrast"],
}


def system_theme() -> str:
    """The name of the palette that the desktop asks for. Runs other programs: call it in a thread."""
    if _high_contrast():
        return "high contrast"
    with suppress(Exception):  # it reads what other programs print
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
    with suppress(OSError, subprocess.SubprocessError):
        if command:
            answered = subprocess.run(command, capture_output=True, text=True, timeout=5, stdin=subprocess.DEVNULL)
            return answered.stdout.strip() in ("true", "1")
    return False
