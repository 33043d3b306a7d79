"""What scripts/test.sh runs, at both speeds. Its tools are stand-ins that report their arguments."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECKS = ["ruff check .", "ruff format --check .", "mypy", "lint-imports"]
SYSTEM_COMMANDS = [
    *("Xvfb", "openbox", "xdotool", "xprop", "xclip", "espeak-ng", "aplay"),
    *("desktop-file-validate", "gio", "java", "curl", "chromium"),
]

if sys.platform != "linux":
    pytest.skip("test.sh is for Debian and Ubuntu", allow_module_level=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with an environment that has everything."""
    for name in ("scripts/test.sh", "scripts/environment.sh", "setup.cfg", "pyproject.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    bin = tmp_path / ".venv-test" / "bin"
    bin.mkdir(parents=True)
    for name in ("python", "ruff", "mypy", "lint-imports", "pytest", *SYSTEM_COMMANDS):
        (bin / name).write_text(f'#!/bin/sh\necho {name} "$@"\n[ "$FAILING" != "{name}" ]\n')
        (bin / name).chmod(0o755)
    made_from = subprocess.check_output(["cksum", tmp_path / "setup.cfg", tmp_path / "pyproject.toml"])
    (tmp_path / ".venv-test" / "made-from").write_bytes(made_from)
    (tmp_path / ".venv-test" / "has-tk").touch()
    return tmp_path


def run(checkout: Path, *arguments: str, failing: str = "") -> tuple[list[str], int]:
    """The commands that were run, and the exit status."""
    path = os.pathsep.join([str(checkout / ".venv-test" / "bin"), os.defpath])
    result = subprocess.run(
        [checkout / "scripts" / "test.sh", *arguments],
        env={**os.environ, "PATH": path, "FAILING": failing},
        capture_output=True,
        text=True,
    )
    return result.stdout.splitlines(), result.returncode


def test_everything_is_checked_and_tested(checkout: Path) -> None:
    commands, status = run(checkout)
    assert commands == [*CHECKS, "pytest --numprocesses 2 --dist worksteal"]
    assert status == 0


def test_quick_checks_everything_and_runs_the_quick_unit_tests(checkout: Path) -> None:
    commands, status = run(checkout, "--quick", "-k", "heic")
    assert commands[:-1] == CHECKS
    assert commands[-1].endswith("tests/unit --ignore tests/unit/training -m not slow -k heic")
    assert status == 0


def test_other_options_are_passed_to_pytest(checkout: Path) -> None:
    commands, _ = run(checkout, "tests/unit/photos", "-x")
    assert commands[-1].endswith("worksteal tests/unit/photos -x")


@pytest.mark.parametrize("tool", ["ruff", "mypy", "lint-imports", "pytest"])
def test_it_fails_where_a_check_fails_but_runs_the_others(checkout: Path, tool: str) -> None:
    commands, status = run(checkout, failing=tool)
    assert len(commands) == len(CHECKS) + 1
    assert status != 0
