"""What scripts/run.sh and a double click start. The environment and apt-get are stand-ins that report their use."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

if sys.platform != "linux":
    pytest.skip("run.sh is for Debian and Ubuntu", allow_module_level=True)


def program(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path):
    """A checkout with an environment that has everything."""
    checkout = tmp_path / "with a space"
    for name in ("scripts/run.sh", "scripts/environment.sh", "gui.py", "setup.cfg", "pyproject.toml"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, checkout / name)
    for name in ("captioner", "captioner-gui"):
        program(checkout / ".venv" / "bin" / name, f'printf "%s\\n" {name} "$@"')
    program(checkout / ".venv" / "bin" / "python", "exit 1")  # it has no tkinter
    made_from = subprocess.check_output(["cksum", checkout / "setup.cfg", checkout / "pyproject.toml"])
    (checkout / ".venv" / "made-from").write_bytes(made_from)
    for mark in ("has-tk", "has-speech"):
        (checkout / ".venv" / mark).touch()
    for name in ("apt-get", "sudo"):
        program(tmp_path / "bin" / name, f'echo {name} "$@" >>"{tmp_path}/installed"', "exit 1")
    return checkout


def run(checkout, *arguments, **variables):
    """The command that was started with its arguments, the messages, and the commands given to apt-get."""
    clean = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    path = os.pathsep.join([str(checkout.parent / "bin"), os.defpath])
    result = subprocess.run(
        [checkout / "scripts" / "run.sh", *arguments],
        env={**clean, "PATH": path, "TMPDIR": str(checkout.parent), **variables},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    installed = checkout.parent / "installed"
    return result.stdout.splitlines(), result.stderr, installed.read_text() if installed.exists() else ""


@pytest.mark.parametrize("photos", [[], ["a dog.jpg"], ["a dog.jpg", "b.jpg"]])
def test_opens_the_window_where_there_is_a_display(checkout, photos):
    assert run(checkout, *photos, DISPLAY=":0") == (["captioner-gui", *photos], "", "")


def test_captions_where_there_is_no_display(checkout):
    assert run(checkout, "a dog.jpg") == (["captioner", "a dog.jpg"], "", "")


def test_captions_a_sample_where_there_is_no_display_and_no_photo(checkout):
    assert run(checkout) == (["captioner", str(checkout / "assets" / "photographer.jpg")], "", "")


@pytest.mark.parametrize("arguments", [["--json", "dog.jpg"], ["dog.jpg", "--speak"], ["-"], ["--help"]])
def test_options_and_standard_input_belong_to_the_command(checkout, arguments):
    assert run(checkout, *arguments, DISPLAY=":0") == (["captioner", *arguments], "", "")


def test_on_a_wayland_desktop_without_xwayland_it_says_what_to_install(checkout):
    started, said, installed = run(checkout, "dog.jpg", WAYLAND_DISPLAY="wayland-0")
    assert started == ["captioner", "dog.jpg"]
    assert said == "run.sh: The window needs Xwayland. Install the package xwayland, log in again and try again.\n"
    assert not installed


def test_without_tk_it_says_so_and_captions(checkout):
    (checkout / ".venv" / "has-tk").unlink()
    started, said, installed = run(checkout, "dog.jpg", DISPLAY=":0")
    assert started == ["captioner", "dog.jpg"]
    python = checkout / ".venv" / "bin" / "python"
    assert said == (
        f"run.sh: The window needs Tk, which {python} lacks. "
        f"Install a Python that has it, delete {checkout / '.venv'} and try again.\n"
    )
    assert not installed


@pytest.mark.parametrize("arguments", [["dog.jpg"], ["--speak", "dog.jpg"]])
def test_speech_that_cannot_be_installed_is_reported_once_and_stops_nothing(checkout, arguments):
    (checkout / ".venv" / "has-speech").unlink()
    # Everything that the script itself needs, and no voice.
    for name in ("bash", "cat", "cksum", "dirname", "env", "id", "mktemp", "readlink", "realpath", "touch", "rm"):
        (checkout.parent / "bin" / name).symlink_to(shutil.which(name, path=os.defpath))
    expected = [("captioner" if "--speak" in arguments else "captioner-gui"), *arguments]
    bare = {"DISPLAY": ":0", "PATH": str(checkout.parent / "bin")}
    started, said, installed = run(checkout, *arguments, **bare)
    assert started == expected
    assert "espeak-ng alsa-utils xclip" in said
    assert said.endswith("run.sh: Captions work without speech.\n")
    assert run(checkout, *arguments, **bare) == (expected, "", installed)


def test_the_command_needs_no_speech_unless_it_speaks(checkout):
    (checkout / ".venv" / "has-speech").unlink()
    assert run(checkout, "dog.jpg") == (["captioner", "dog.jpg"], "", "")
    assert not (checkout / ".venv" / "has-speech").exists()


@pytest.mark.parametrize("photos", [[], ["a dog.jpg", "b.jpg"]])
def test_a_double_click_finds_the_environment(checkout, photos):
    program(checkout / ".venv" / "bin" / "python", 'printf "%s\\n" "$@"', "exit 3")
    # The shebang's Python belongs to no environment.
    (checkout.parent / "bin" / "python3").symlink_to(Path(sys.executable).resolve())
    path = os.pathsep.join([str(checkout.parent / "bin"), os.defpath])
    environment = {**os.environ, "PATH": path}
    result = subprocess.run([checkout / "gui.py", *photos], env=environment, cwd="/", capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (3, "")
    assert result.stdout.splitlines() == [str(checkout / "gui.py"), *photos]
