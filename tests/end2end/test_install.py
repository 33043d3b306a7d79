"""The package as a user installs it: built with `python -m build`, run in a clean virtual environment."""

import configparser
import email
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.program import Program, User
from tests.support.screen import screen

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def distributions(tmp_path_factory):
    """The source distribution and the wheel made from it, built without a network."""
    # From a copy, because setuptools picks up what earlier builds left in the checkout.
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in ("assets", "captioner", "docs", "scripts", "tests", "weights"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("LICENSE", "MANIFEST.in", "gui.py", "pyproject.toml", "setup.cfg", *ROOT.glob("*.md")):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, source]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def environment(distributions, tmp_path_factory):
    """The Python of a virtual environment with the wheel, which shares the requirements in the tests' environment."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True, symlinks=True)
    python = folder / "bin" / "python"
    install = [python, "-m", "pip", "install", "--no-index", "--no-deps", distributions[1]]
    installed = subprocess.run(install, capture_output=True, text=True)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    site_packages = subprocess.check_output([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    Path(site_packages.decode().strip(), "requirements.pth").write_text("\n".join(paths))
    return python


def test_wheel_holds_every_module_the_weights_and_the_samples(distributions):
    names = set(zipfile.ZipFile(distributions[1]).namelist())
    wanted = [path.relative_to(ROOT).as_posix() for path in (ROOT / "captioner").rglob("*.py")]
    assets = [path for path in (ROOT / "assets").rglob("*.*") if path.parent.name != "pictures"]
    wanted += [f"captioner/{path.relative_to(ROOT).as_posix()}" for path in assets]
    weights = ("encoder.tflite", "decoder.tflite", "vocabulary.json", "consensus.npz", "model.json", "README.md")
    wanted += [f"captioner/weights/{name}" for name in weights]
    wanted += [path.relative_to(ROOT).as_posix() for path in (ROOT / "captioner" / "web" / "files").iterdir()]
    assert not set(wanted) - names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"captioner"}
    assert not [name for name in names if name.endswith("checkpoint.npz")]


def test_wheel_does_not_carry_the_pictures_of_the_readme(distributions):
    assert list((ROOT / "assets" / "pictures").glob("*.webp"))
    assert not [name for name in zipfile.ZipFile(distributions[1]).namelist() if "pictures/" in name]


def test_every_package_of_the_checkout_is_listed_in_setup_cfg():
    configuration = configparser.ConfigParser()
    configuration.read(ROOT / "setup.cfg", encoding="utf-8")
    folders = {path.parent for path in (ROOT / "captioner").rglob("*.py")}
    packages = {".".join(folder.relative_to(ROOT).parts) for folder in folders}
    assert set(configuration["options"]["packages"].split()) == packages | {"captioner.assets", "captioner.weights"}
    assert not [folder for folder in folders if not (folder / "__init__.py").exists()]


def test_source_distribution_holds_scripts_and_tests_and_fits_the_package_index(distributions):
    with tarfile.open(distributions[0]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"gui.py", "scripts/run.sh", "scripts/test.sh", "tests/conftest.py", "LICENSE"} <= names
    assert {"README.md", "SECURITY.md", "docs/user-guide.md", "assets/pictures/window-light.webp"} <= names
    assert distributions[0].stat().st_size < 100e6


@pytest.mark.parametrize(
    ("platform", "machine", "runs_on"),
    [
        ("linux", "x86_64", "ai-edge-litert"),
        ("linux", "aarch64", "ai-edge-litert"),
        ("win32", "AMD64", "ai-edge-litert"),
        ("darwin", "arm64", "ai-edge-litert"),
        ("darwin", "x86_64", "tensorflow"),
    ],
)
def test_only_a_mac_with_an_intel_processor_needs_tensorflow(distributions, platform, machine, runs_on):
    with zipfile.ZipFile(distributions[1]) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        requirements = map(Requirement, email.message_from_bytes(wheel.read(name)).get_all("Requires-Dist"))
    user = {"sys_platform": platform, "platform_machine": machine, "python_version": "3.12", "extra": ""}
    wanted = {wanted.name for wanted in requirements if wanted.marker is None or wanted.marker.evaluate(user)}
    window = {"darkdetect", "filelock", "platformdirs", "tkinter-tooltip", "tkinterdnd2"}
    voice = {"prismatoid", "pyttsx3"}
    assert wanted == {"numpy", "pillow", "pillow-heif", runs_on} | window | voice


def test_command_captions_an_installed_sample_from_any_folder(environment, tmp_path):
    clean = {"HOME": str(tmp_path), "PATH": os.defpath}
    python = [environment, "-c", "import captioner; print(captioner.__path__[0])"]
    package = Path(subprocess.check_output(python, cwd=tmp_path, env=clean, text=True).strip())
    assert ROOT not in package.parents

    command = [environment.with_name("captioner"), package / "assets" / "photographer.jpg"]
    result = subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert re.fullmatch(r"[A-Z].+\.\n", result.stdout)


def test_window_opens_with_an_installed_sample_and_without_tensorflow(environment, tmp_path):
    with screen(tmp_path) as display:
        user = User(display, tmp_path)
        try:
            python = [environment, "-c", "import captioner; print(captioner.__path__[0])"]
            package = Path(subprocess.check_output(python, cwd=tmp_path, env=user.environment, text=True).strip())
            assert ROOT not in package.parents

            photo = package / "assets" / "photographer.jpg"
            program = Program(user, photo, command=[environment.with_name("captioner-gui")])
            program.wait_for(lambda: "photographer.jpg" in program.title())
            program.wait_for(lambda: len(program.utterances()) > 1)  # the caption, then the photo's name
            loaded = Path(f"/proc/{program.process.pid}/maps").read_text()
            program.close()
            assert program.process.wait() == 0
            assert program.errors() == ""
        finally:
            user.leave()
    assert "litert" in loaded
    assert "/tensorflow/" not in loaded
