import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

import pytest

from captioner.gui.tk.list_keys import extend_lists, match
from tests.support.program import wait_for

VOICES = [
    "Automatic",
    "English (America)",
    "English (Scotland)",
    *(f"Language {number}" for number in range(30)),
    "Esperanto",
]


@pytest.mark.parametrize(
    ("letters", "start", "line"),
    [
        ("e", 0, "English (America)"),
        ("E", 2, "English (Scotland)"),
        ("e", 3, "Esperanto"),
        ("es", 0, "Esperanto"),
        ("sc", 0, "English (Scotland)"),  # no line begins so, but a word does
        ("a", 1, "Automatic"),
    ],
)
def test_letters_find_a_line(letters: str, start: int, line: str) -> None:
    found = match(VOICES, letters, start)
    assert found is not None
    assert VOICES[found] == line


def test_letters_that_no_word_begins_with_find_nothing() -> None:
    assert match(VOICES, "(", 0) is match(VOICES, "nglish", 0) is match([], "a", 0) is None


def tree(root: tk.Tk) -> tuple[str, Callable[[], str]]:
    """A list of voices that has the focus, and what Return would take in it."""
    widget = ttk.Treeview(root, show="tree", height=8)
    for voice in VOICES:
        widget.insert("", "end", text=voice)
    widget.focus(widget.get_children()[0])
    widget.pack()
    widget.focus_force()

    def chosen() -> str:
        assert widget.selection() == (widget.focus(),)
        assert widget.bbox(widget.focus())  # in sight
        return str(widget.item(widget.focus(), "text"))

    return str(widget), chosen


def box(root: tk.Tk) -> tuple[str, Callable[[], str]]:
    """The same as the list of a combo box."""
    widget = ttk.Combobox(root, values=VOICES, state="readonly", height=8)
    widget.set("Automatic")
    widget.pack()
    root.update()
    widget.focus_force()
    root.tk.call("ttk::combobox::Post", widget)
    path = f"{widget}.popdown.f.l"

    def is_open() -> bool:
        root.update()
        return str(root.tk.call("focus")) == path

    wait_for(is_open)

    def chosen() -> str:
        (selected,) = root.tk.splitlist(root.tk.call(path, "curselection"))
        assert int(selected) == int(root.tk.call(path, "index", "active"))
        assert root.tk.call(path, "bbox", selected)
        return str(root.tk.call(path, "get", selected))

    return path, chosen


@pytest.mark.parametrize("make", [tree, box])
def test_keys_choose_a_line(root: tk.Tk, make: Callable[[tk.Tk], tuple[str, Callable[[], str]]]) -> None:
    extend_lists(root)
    path, chosen = make(root)
    root.update()

    def press(key: str) -> str:
        root.tk.call("event", "generate", path, key)
        root.update()
        return chosen()

    assert press("<End>") == "Esperanto"
    assert press("<Next>") == "Esperanto"
    assert press("<Home>") == press("<Prior>") == "Automatic"
    down = VOICES.index(press("<Next>"))
    assert 4 <= down <= 8  # a page, of which one line stays
    assert VOICES.index(press("<Next>")) == 2 * down
    assert press("<Prior>") == VOICES[down]
    press("<Home>")
    assert [press("e"), press("e"), press("e"), press("e")] == [*VOICES[1:3], "Esperanto", VOICES[1]]
    heard: list[str] = []
    root.bind_all("<<NoMatch>>", lambda event: heard.append("no match"))
    assert press("<Control-q>") == press("x") == VOICES[1]
    assert heard == ["no match"]
