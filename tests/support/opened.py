"""The program's window in the test's own process, where a test can look into it and stop its threads."""

import tkinter as tk
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from captioner.gui.settings import Settings
from captioner.gui.window import Window
from tests.support.program import User, wait_for


@contextmanager
def opened(root: tk.Tk, user: User, patch: pytest.MonkeyPatch, **settings: object) -> Iterator[Window]:
    """The window as a user has it who has chosen these settings."""
    for name, value in user.environment.items():
        patch.setenv(name, value)
    window = Window(root, [], Settings(**settings), "", "light")  # type: ignore[arg-type]
    try:
        wait(window, lambda: len(user.utterances()) > 1)  # the greeting, and what has the focus
        yield window
    finally:
        if root.children:  # not closed yet
            window.quit()


def wait(window: Window, predicate: Callable[[], object]) -> None:
    """Let the window work until predicate is true."""

    def is_true() -> object:
        window.root.update()
        return predicate()

    wait_for(is_true)


def status(window: Window) -> str:
    """What the window says that it is doing."""
    return str(window.caption_view.status["text"])
