import re
import tkinter as tk

from captioner.gui.tk import clipboard


def test_html_stands_beside_text(root: tk.Tk) -> None:
    clipboard.copy(root, "A café.", "<p>A café.</p>")
    assert root.clipboard_get() == "A café."
    assert root.clipboard_get(type="text/html") == "<p>A café.</p>"


def test_text_alone_leaves_no_html_of_before(root: tk.Tk) -> None:
    clipboard.copy(root, "A cat.", "<p>A cat.</p>")
    clipboard.copy(root, "A dog.")
    assert root.clipboard_get() == "A dog."
    assert "text/html" not in root.clipboard_get(type="TARGETS").split()


def test_windows_is_told_in_bytes_where_the_html_is() -> None:
    content = clipboard.windows_html("<p>A café.</p>")
    places = {name: int(place) for name, place in re.findall(rb"(\w+):(\d{10})", content)}
    assert content[places[b"StartFragment"] : places[b"EndFragment"]] == "<p>A café.</p>".encode()
    html = content[places[b"StartHTML"] : places[b"EndHTML"]]
    assert html.startswith(b"<html>")
    assert content.endswith(html)
    assert html.endswith(b"</html>")
