"""Shortcuts, characters and sentences as they are spoken."""

import pytest

from captioner.gui.accessibility.phrases import character, joined, sentences, shortcut
from captioner.gui.commands import COMMANDS


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("", ""),
        ("F1", "F1"),
        ("Ctrl+O", "Control O"),
        ("Cmd+Shift+S", "Command Shift S"),
        ("Ctrl++", "Control plus"),
        ("Ctrl+-", "Control minus"),
        ("Ctrl+,", "Control comma"),
        ("Page Up", "Page Up"),
        ("Left", "Left arrow"),
        ("Esc", "Escape"),
    ],
)
def test_shortcuts(shown, said):
    assert shortcut(shown) == said


def test_no_shortcut_of_the_program_is_spoken_as_punctuation():
    for command in COMMANDS:
        assert all(part.isalnum() for part in shortcut(command.shortcut).split()), command.shortcut


def test_characters():
    assert [character(text) for text in ("a", "7", "é", ".", "(", " ", "ab", "")] == [
        *("a", "7", "é", "dot", "left parenthesis", "space", "ab", "")
    ]


def test_joining_parts():
    """Empty parts leave no gap, and no punctuation mark follows another."""
    assert joined("Open…", "", "button") == "Open…, button"
    assert joined("A dog runs.", "1 of 2") == "A dog runs, 1 of 2"
    assert sentences("Captioner", "", "A dog runs.", "Really?", "Open, button") == (
        "Captioner. A dog runs. Really? Open, button"
    )
    assert (joined(), sentences("")) == ("", "")
