import sys
from pathlib import Path

import pytest

from captioner.system.color_scheme import system_theme

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks gsettings, which other systems lack")


@pytest.mark.parametrize(
    ("high_contrast", "scheme", "theme"),
    [
        ("false", "'default'", "light"),
        ("false", "'prefer-dark'", "dark"),
        ("true", "'prefer-dark'", "high contrast"),
    ],
)
def test_it_is_what_the_desktop_wants(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, high_contrast: str, scheme: str, theme: str
) -> None:
    gsettings = tmp_path / "gsettings"
    gsettings.write_text(f'#!/bin/sh\ncase "$*" in *high-contrast) echo {high_contrast};; *) echo "{scheme}";; esac\n')
    gsettings.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert system_theme() == theme


def test_it_is_light_where_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert system_theme() == "light"
