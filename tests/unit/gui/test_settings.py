import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from captioner.gui.settings import THEMES, Settings, default_path, load, save
from captioner.gui.style.palettes import PALETTES

CHOSEN = Settings(
    voice="gmw/en-GB",
    rate=300,
    volume=0.5,
    speak_captions=False,
    self_voicing=False,
    text_size=200,
    theme="high contrast",
    beam_width=7,
    show_attention=False,
    last_folder=os.fsdecode(b"/photos/caf\xe9"),
)


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "captioner" / "settings.json"


def write(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def test_settings_survive_a_restart(path):
    save(CHOSEN, path)
    assert load(path) == (CHOSEN, "")


def test_without_a_file_the_settings_are_the_defaults(path):
    assert load(path) == (Settings(), "")
    assert load(path / "below a file") == (Settings(), "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("voice", 1),
        ("rate", "fast"),
        ("rate", True),
        ("rate", 79),
        ("rate", 601),
        ("rate", 10**400),
        ("rate", 200.5),
        ("volume", 1.1),
        ("volume", -0.1),
        ("volume", float("nan")),
        ("volume", float("inf")),
        ("volume", 10**400),
        ("volume", False),
        ("speak_captions", None),
        ("speak_captions", 1),
        ("self_voicing", "on"),
        ("text_size", 74),
        ("text_size", 301),
        ("text_size", None),
        ("theme", "sepia"),
        ("theme", ["light"]),
        ("theme", None),
        ("beam_width", 0),
        ("beam_width", 21),
        ("show_attention", "yes"),
        ("last_folder", None),
    ],
)
def test_an_invalid_value_becomes_the_default(path, name, value):
    save(CHOSEN, path)
    write(path, json.loads(path.read_text()) | {name: value})
    assert load(path) == (replace(CHOSEN, **{name: getattr(Settings(), name)}), "")


@pytest.mark.parametrize(
    "content",
    [
        *("", "{", "[]", "null", '"settings"', "\0\0\0\0", "[" * 100_000, '{"rate": 200}{'),
        *('{"rate": ' + "9" * 5000 + "}", '{"voice": "' + "v" * 2**21 + '"}'),
    ],
    ids=["empty", "cut off", "list", "null", "text", "nulls", "deep", "two", "number", "long"],
)
def test_a_damaged_file_is_renamed_and_reported(path, content):
    write(path, content)
    settings, sentence = load(path)
    assert settings == Settings()
    assert sentence == (
        f"The settings file {path} is damaged and was renamed to settings.damaged.json. Choose your settings again."
    )
    assert not path.exists()
    assert (path.parent / "settings.damaged.json").read_text() == content
    assert load(path) == (Settings(), "")


def test_a_damaged_file_that_is_not_text_is_renamed(path):
    write(path, "")
    path.write_bytes(b"\xff\xfe{}")
    assert "was renamed to" in load(path)[1]


def test_unknown_keys_in_the_file_are_kept(path):
    write(path, {"rate": 200, "of a later version": [1, 2]})
    save(CHOSEN, path)
    assert json.loads(path.read_text())["of a later version"] == [1, 2]
    assert load(path) == (CHOSEN, "")


def test_two_programs_keep_each_others_changes(path):
    save(Settings(), path)
    before, _ = load(path)
    save(replace(before, text_size=200), path, before)
    save(replace(before, theme="dark"), path, before)
    assert load(path) == (Settings(text_size=200, theme="dark"), "")


def test_a_setting_can_be_reset_to_its_default(path):
    save(CHOSEN, path)
    save(Settings(), path, CHOSEN)
    assert load(path) == (Settings(), "")


@pytest.mark.parametrize("before", [None, replace(CHOSEN, rate=100)], ids=["all", "changes"])
def test_a_file_that_was_damaged_after_loading_is_replaced(path, before):
    write(path, "damaged")
    save(CHOSEN, path, before)
    assert load(path) == (CHOSEN, "")


@pytest.fixture
def unprivileged():
    """Not root, who may read and write everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield
    os.seteuid(user)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_missing_permissions_are_reported(path, request):
    save(CHOSEN, path)
    path.chmod(0)
    path.parent.chmod(0o555)
    request.getfixturevalue("unprivileged")
    sentence = f"The settings in {path} can't be read (Permission denied). Using the defaults."
    assert load(path) == (Settings(), sentence)
    with pytest.raises(PermissionError):
        save(CHOSEN, path)


def test_a_damaged_file_that_cannot_be_renamed_is_reported(path, monkeypatch):
    write(path, "damaged")
    monkeypatch.setattr(Path, "replace", Mock(side_effect=OSError(30, "Read-only file system")))
    sentence = f"The settings file {path} is damaged and can't be renamed (Read-only file system). Delete it."
    assert load(path) == (Settings(), sentence)


def test_a_failed_save_leaves_the_file_as_it_was(path, monkeypatch):
    save(CHOSEN, path)
    monkeypatch.setattr(os, "fsync", Mock(side_effect=OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        save(Settings(), path)
    assert load(path) == (CHOSEN, "")
    assert sorted(os.listdir(path.parent)) == ["settings.json", "settings.lock"]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="the platform has no symbolic links")
def test_a_link_to_the_settings_stays_one(path, tmp_path):
    path.parent.mkdir()
    path.symlink_to(tmp_path / "elsewhere.json")
    save(CHOSEN, path)
    assert path.is_symlink()
    assert load(tmp_path / "elsewhere.json") == (CHOSEN, "")


@pytest.mark.skipif(sys.platform != "linux", reason="XDG is for Linux")
def test_the_file_is_where_the_platform_keeps_settings(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert default_path() == tmp_path / "captioner" / "settings.json"


def test_a_user_without_a_home_folder_gets_a_reason(monkeypatch):
    path = Path("~/.config/captioner/settings.json")  # what platformdirs returns for a user without a home folder
    assert load(path) == (Settings(), "")
    with pytest.raises(OSError, match="there is no home folder"):
        save(Settings(), path)


def test_every_theme_but_the_systems_has_a_palette():
    assert set(THEMES) == {"system", *PALETTES}
