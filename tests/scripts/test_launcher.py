"""The launcher that scripts/install_launcher.py makes, in a home of its own."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
MINUTE = 60.0  # only for what would else be waited for in vain

if sys.platform != "linux":
    pytest.skip("launchers are made for Linux", allow_module_level=True)


class Home:
    """A home with a desktop, and a checkout, in a folder hard to quote, whose captioner-gui writes its arguments down.

    menu, desktop: where the launchers should be.
    """

    def __init__(self, folder: Path):
        self.path = folder / "home"
        self.menu = self.path / ".local" / "share" / "applications" / "captioner.desktop"
        self.desktop = self.path / "Schreibtisch" / "captioner.desktop"
        self.desktop.parent.mkdir(parents=True)
        (self.path / ".config").mkdir()
        (self.path / ".config" / "user-dirs.dirs").write_text('XDG_DESKTOP_DIR="$HOME/Schreibtisch"\n')
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "DBUS_"))}
        self.environment = {**clean, "HOME": str(self.path)}

        self.checkout = folder / "a $HOME `id` \"b\" 'c' \\n"
        for name in ("assets", "captioner", "scripts"):
            shutil.copytree(ROOT / name, self.checkout / name)
        self.started = folder / "started"
        self.command = self.checkout / ".venv" / "bin" / "captioner-gui"
        self.command.parent.mkdir(parents=True)
        self.command.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >"$0.new"\nmv "$0.new" "{self.started}"\n')
        self.command.chmod(0o755)
        # A Python with no captioner-gui in its folder.
        self.python = folder / "python"
        self.python.symlink_to(Path(sys.executable).resolve())

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        command: list[str | Path] = [self.python, self.checkout / "scripts" / "install_launcher.py", *options]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True)

    def files(self) -> set[Path]:
        return {path for path in self.path.rglob("*") if path.is_file() and path.name != "mimeinfo.cache"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_puts_a_launcher_into_the_menu_and_on_the_desktop_of_its_user(home):
    result = home.run()
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("\n") == 1
    assert home.menu.read_text() == home.desktop.read_text()
    assert os.access(home.desktop, os.X_OK)


def test_the_launcher_is_valid(home):
    if not shutil.which("desktop-file-validate"):
        pytest.skip("no desktop-file-validate (Debian package desktop-file-utils)")
    home.run()
    validated = subprocess.run(["desktop-file-validate", home.menu], capture_output=True, text=True)
    assert (validated.returncode, validated.stdout) == (0, "")


@pytest.mark.parametrize("place", ["menu", "desktop"])
@pytest.mark.parametrize("photos", [[], ["a dog.jpg", "50% $b.jpg"]])
def test_the_launcher_starts_the_window_with_the_photos(home, place, photos):
    if not shutil.which("gio"):
        pytest.skip("no gio (Debian package libglib2.0-bin)")
    home.run()
    photos = [str(home.path / photo) for photo in photos]
    launch = ["gio", "launch", getattr(home, place), *photos]
    launched = subprocess.run(launch, env=home.environment, capture_output=True, text=True)
    assert (launched.returncode, launched.stderr) == (0, "")
    end = time.monotonic() + MINUTE
    while not home.started.exists():
        assert time.monotonic() < end, "the launcher started nothing"
        time.sleep(0.01)
    assert home.started.read_text().split("\n")[:-1] == (photos or [""])


def test_photos_can_be_opened_with_it(home):
    if not shutil.which("gio") or not shutil.which("update-desktop-database"):
        pytest.skip("no gio (Debian packages libglib2.0-bin, desktop-file-utils)")
    home.run()
    for kind in ("jpeg", "png", "webp"):
        asked = subprocess.run(["gio", "mime", f"image/{kind}"], env=home.environment, capture_output=True, text=True)
        assert "captioner.desktop" in asked.stdout


def test_the_icon_has_each_size_that_it_is_installed_for(home):
    home.run()
    icons = sorted(home.path.rglob("captioner.png"))
    sizes = [f"{image.width}x{image.height}" for image in map(Image.open, icons)]
    assert sizes == [icon.parents[1].name for icon in icons] == ["16x16", "256x256", "32x32", "48x48"]


def test_the_window_of_the_python_that_runs_it_comes_first(home):
    own = home.python.with_name("captioner-gui")
    own.touch()
    home.run()
    assert f'Exec="{own}" %F\n' in home.menu.read_text()


def test_uninstall_leaves_nothing(home):
    before = home.files()
    home.run()
    assert home.files() > before
    result = home.run("--uninstall")
    assert (result.returncode, result.stderr) == (0, "")
    assert home.files() == before
    assert home.run("--uninstall").returncode == 0


def test_a_home_without_a_desktop_gets_the_menu_only(home):
    home.desktop.parent.rmdir()
    assert home.run().returncode == 0
    assert list(home.path.rglob("captioner.desktop")) == [home.menu]


def test_without_the_window_it_says_what_to_do(home):
    home.command.unlink()
    before = home.files()
    result = home.run()
    assert result.returncode == 1
    assert result.stderr == "captioner-gui is not installed here. Run scripts/run.sh once and try again.\n"
    assert home.files() == before


def test_what_cannot_be_written_is_reported_in_a_sentence(home):
    home.menu.parent.parent.mkdir(parents=True)
    home.menu.parent.write_text("a file where a folder should be")
    result = home.run()
    assert result.returncode == 1
    assert result.stderr == f"{home.menu.parent} can't be written (File exists). Fix that and try again.\n"
