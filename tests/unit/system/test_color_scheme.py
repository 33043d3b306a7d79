import sys
from collections.abc import Callable
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


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A function that sets up a desktop without a colour scheme: its name, its programs' scripts, its variables."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in "XDG_CURRENT_DESKTOP", "GTK_THEME":
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    def set_up(name: str = "", gsettings: str = "", xfconf: str = "", **variables: str) -> None:
        monkeypatch.setenv("XDG_CURRENT_DESKTOP", name)
        for variable, value in variables.items():
            monkeypatch.setenv(variable, value)
        script = """case "$*" in *high-contrast) echo false;; *color-scheme) echo "'default'";; {} *) exit 1;; esac"""
        for program, code in ("gsettings", script.format(gsettings)), ("xfconf-query", xfconf or "exit 1"):
            path = tmp_path / program
            path.write_text(f"#!/bin/sh\n{code}\n")
            path.chmod(0o755)

    return set_up


@pytest.mark.parametrize(
    ("theme", "expected"),
    [
        *(("Adwaita", "light"), ("Adwaita-dark", "dark"), ("Greybird-dark", "dark"), ("Mint-Y-Dark", "dark")),
        *(("BlackMATE", "dark"), ("Yaru", "light"), ("HighContrastInverse", "high contrast")),
        ("ContrastHigh", "high contrast"),
    ],
)
@pytest.mark.parametrize("name", ["XFCE", "MATE", "X-Cinnamon", "ubuntu:GNOME", ""])
def test_without_a_colour_scheme_the_gtk_theme_decides(
    desktop: Callable[..., None], name: str, theme: str, expected: str
) -> None:
    if name == "XFCE":
        desktop(name, xfconf=f"[ $4 = /Net/ThemeName ] && echo {theme}")
    else:
        schema = {"MATE": "org.mate.interface", "X-Cinnamon": "org.cinnamon.desktop.interface"}.get(name)
        desktop(name, gsettings=f"""*"{schema or "org.gnome.desktop.interface"} gtk-theme") echo "'{theme}'";;""")
    assert system_theme() == expected


def test_the_theme_of_mate_counts_more_than_one_left_by_gnome(desktop: Callable[..., None]) -> None:
    desktop("MATE", gsettings="""*mate.interface*) echo "'Menta'";; *gtk-theme) echo "'Adwaita-dark'";;""")
    assert system_theme() == "light"


def test_a_desktop_without_settings_has_a_file_or_a_variable(desktop: Callable[..., None], tmp_path: Path) -> None:
    desktop("i3", GTK_THEME="Adwaita:dark")
    assert system_theme() == "dark"
    desktop("i3", GTK_THEME="")
    assert system_theme() == "light"
    settings = tmp_path / "gtk-3.0" / "settings.ini"
    settings.parent.mkdir()
    for text, expected in (
        ("gtk-theme-name=Arc-Dark", "dark"),
        ("gtk-theme-name = Arc", "light"),
        ("gtk-theme-name=Arc\ngtk-application-prefer-dark-theme=1", "dark"),
    ):
        settings.write_text(f"[Settings]\n{text}\n")
        assert system_theme() == expected
        # GNOME's settings have a default wherever their schema is installed.
        desktop("i3", gsettings="""*desktop.interface*gtk-theme) echo "'Adwaita'";;""")
        assert system_theme() == expected


def test_it_is_light_where_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert system_theme() == "light"
