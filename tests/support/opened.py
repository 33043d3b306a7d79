"""The program in the test's own process, where a test can look into it and stop its threads."""

import tkinter as tk
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from captioner.gui.app import App
from captioner.gui.settings import Settings
from tests.support.program import User, wait_for


@contextmanager
def opened(root: tk.Tk, user: User, patch: pytest.MonkeyPatch, **settings: object) -> Iterator[App]:
    """The program of a user with these settings."""
    for name, value in user.environment.items():
        patch.setenv(name, value)
    app = App(root, [], Settings(**settings), "", "light")  # type: ignore[arg-type]
    try:
        wait(app, user.utterances)  # the greeting, which takes seconds
        app.voice.stop()
        app.self_voicing.follow_focus()
        wait(app, lambda: len(user.utterances()) > 1)  # the widget that has the focus
        yield app
    finally:
        if root.children:  # not closed yet
            app.quit()


def wait(app: App, predicate: Callable[[], object]) -> None:
    """Let the window work until predicate is true."""

    def is_true() -> object:
        app.root.update()
        return predicate()

    wait_for(is_true)


def status(app: App) -> str:
    """What the status line says."""
    return str(app.window.caption_view.status["text"])
