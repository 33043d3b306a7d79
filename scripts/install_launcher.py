#!/usr/bin/env python3
"""Add Captioner to the menu, to the desktop and to the programs that open photos; --uninstall removes it again.

For Linux. The launcher starts the `captioner-gui` of the environment that runs this script, or else the one that run.sh
made.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from captioner.errors import reason  # noqa: E402
from captioner.photos.formats import MIME_TYPES  # noqa: E402

ICONS = {"16x16": "icon-16.png", "32x32": "icon-32.png", "48x48": "icon-48.png", "256x256": "icon.png"}
ENTRY = """\
[Desktop Entry]
Type=Application
Version=1.0
Name=Captioner
GenericName=Photo captioner
Comment=Describes a photo in a sentence, shown and spoken
Keywords=photo;picture;caption;describe;alt text;speech;accessibility;
Exec={command} %F
Icon=captioner
Terminal=false
Categories=Graphics;Photography;Viewer;
MimeType={types}
StartupWMClass=Captioner
"""


def main() -> str | None:
    """Do what the command line asks, and return what is wrong, if anything."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--uninstall", action="store_true", help="remove it again")
    options = parser.parse_args()
    if not sys.platform.startswith("linux"):
        return "This script is for Linux. For Windows and macOS see docs/user-guide.md, Start with a double click."
    try:
        if options.uninstall:
            uninstall()
            print("Captioner was removed from the menu and the desktop.")
        elif command := find_command():
            install(command)
            print("Captioner is in the menu, on the desktop if you have one, and among the programs that open photos.")
        else:
            return "captioner-gui is not installed here. Run scripts/run.sh once and try again."
    except OSError as error:
        return f"{error.filename} can't be written ({reason(error)}). Fix that and try again."
    return None


def find_command() -> Path | None:
    """The window's command, or None if it is not installed."""
    for folder in (Path(sys.executable).parent, ROOT / ".venv" / "bin"):
        if (command := folder / "captioner-gui").exists():
            return command
    return None


def install(command: Path) -> None:
    """Write the launchers of a command, and its icons."""
    for folder, icon in ICONS.items():
        (path := icon_path(folder)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "assets" / "icons" / icon, path)
    for path in entry_paths():
        path.parent.mkdir(parents=True, exist_ok=True)
        types = "".join(f"{mime_type};" for mime_type in MIME_TYPES)
        path.write_text(ENTRY.format(command=quoted(str(command)), types=types), encoding="utf-8")
        # Desktops start nothing that lies on them without these; in the menu they do no harm.
        path.chmod(0o755)
        run("gio", "set", path, "metadata::trusted", "true")
    refresh()


def uninstall() -> None:
    """Remove what `install` wrote."""
    for path in [*entry_paths(), *map(icon_path, ICONS)]:
        path.unlink(missing_ok=True)
    refresh()


def refresh() -> None:
    """Make the desktop notice the change."""
    run("update-desktop-database", applications())
    if (icons := data_home() / "icons" / "hicolor").exists():
        os.utime(icons)  # its cache counts as old from then on


def data_home() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def applications() -> Path:
    return data_home() / "applications"


def icon_path(folder: str) -> Path:
    return data_home() / "icons" / "hicolor" / folder / "apps" / "captioner.png"


def entry_paths() -> list[Path]:
    """Where launchers go: into the menu, and on the desktop of who has one."""
    paths = [applications() / "captioner.desktop"]
    desktop = Path(run("xdg-user-dir", "DESKTOP") or Path.home() / "Desktop")
    # The home itself stands for no desktop.
    if desktop.is_dir() and desktop != Path.home():
        paths.append(desktop / "captioner.desktop")
    return paths


def quoted(argument: str) -> str:
    """An argument for the line Exec: quoted for the command line, then for the file, which knows backslashes, too."""
    for special in '\\"`$':
        argument = argument.replace(special, "\\" + special)
    return f'"{argument}"'.replace("\\", "\\\\").replace("%", "%%")


def run(*command: str | Path) -> str:
    """What a program says, "" if it fails or is missing: the launcher works without."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


if __name__ == "__main__":
    sys.exit(main())
