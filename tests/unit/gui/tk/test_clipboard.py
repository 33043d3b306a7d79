import re
import subprocess
import sys
import tkinter as tk
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from captioner.gui.tk import clipboard
from tests.support.program import wait_for

XCLIP = ("xclip", "-selection", "clipboard")
ROOT = Path(__file__).parents[4]


def test_html_is_copied_together_with_text(root: tk.Tk) -> None:
    clipboard.copy(root, "A café.", "<p>A café.</p>")
    assert root.clipboard_get() == "A café."
    assert root.clipboard_get(type="text/html") == "<p>A café.</p>"


def test_text_alone_replaces_html(root: tk.Tk) -> None:
    clipboard.copy(root, "A cat.", "<p>A cat.</p>")
    clipboard.copy(root, "A dog.")
    assert root.clipboard_get() == "A dog."
    assert "text/html" not in root.clipboard_get(type="TARGETS").split()


def test_another_program_pastes_what_was_copied_last(root: tk.Tk) -> None:
    large = "<p>é</p>" * 100_000  # more than X transfers at once
    clipboard.copy(root, "A cat.", large)
    assert paste_from(root, "text/html") == large
    clipboard.copy(root, "A dog.")
    assert paste_from(root, "UTF8_STRING") == "A dog."


def test_a_copied_caption_survives_the_end_of_the_program(display: str) -> None:
    before = keepers()
    copy_and_end("A café.", "<p>A café.</p>")
    assert output() == "A café."
    assert output("text/html") == "<p>A café.</p>"
    assert len(keepers() - before) == 1
    copy_and_end("A dog.", "")  # takes its place
    assert output() == "A dog."
    assert "text/html" not in output("TARGETS").split()
    wait_for(lambda: len(keepers() - before) == 1)
    subprocess.run([*XCLIP, "-in"], input=b"something else", check=True)
    wait_for(lambda: not keepers() - before)
    assert output() == "something else"


def test_nothing_is_kept_if_another_program_has_the_clipboard(display: str) -> None:
    before = keepers()
    end = "while root.tk.call('selection', 'own', '-selection', 'CLIPBOARD'): root.update()"
    copy_and_end("A dog.", "", f"subprocess.run({[*XCLIP, '-in']}, input=b'else')\n{end}")
    assert output() == "else"
    assert not keepers() - before


def test_a_clipboard_manager_saves_a_copied_caption(display: str) -> None:
    manager = Path(__file__).parents[3] / "support" / "clipboard_manager.py"
    before = keepers()
    with subprocess.Popen([sys.executable, manager], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == b"ready\n"
            copy_and_end("A café.", "<p>A café.</p>")
            assert process.stdout.readline() == b"saved\n"
            assert output() == "A café."
            assert output("text/html") == "<p>A café.</p>"
            assert not keepers() - before
        finally:
            process.kill()


def copy_and_end(text: str, html: str, then: str = "") -> None:
    """Copy something in a program that then ends."""
    script = f"""
import subprocess, sys, tkinter as tk
from captioner.gui.tk import clipboard
root = tk.Tk()
clipboard.copy(root, {text!r}, {html!r})
root.update()
{then}
clipboard.keep_after_exit(root)
root.destroy()
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)


def output(kind: str = "UTF8_STRING") -> str:
    """What another program pastes."""
    command = [*XCLIP, "-out", "-target", kind]
    return subprocess.run(command, capture_output=True, timeout=60).stdout.decode()


def paste_from(root: tk.Tk, kind: str) -> str:
    """What another program pastes while this one runs."""
    with ThreadPoolExecutor() as pool:
        pasted = pool.submit(output, kind)

        def is_done() -> bool:
            root.update()
            return pasted.done()

        wait_for(is_done)
        return pasted.result()


def keepers() -> set[str]:
    """The processes that keep a clipboard."""
    found = subprocess.run(["pgrep", "-f", "clipboard_keeper"], capture_output=True, text=True)
    return set(found.stdout.split())


def test_windows_gets_the_positions_of_the_html_in_bytes() -> None:
    content = clipboard.windows_html("<p>A café.</p>")
    places = {name: int(place) for name, place in re.findall(rb"(\w+):(\d{10})", content)}
    assert content[places[b"StartFragment"] : places[b"EndFragment"]] == "<p>A café.</p>".encode()
    html = content[places[b"StartHTML"] : places[b"EndHTML"]]
    assert html.startswith(b"<html>")
    assert content.endswith(html)
    assert html.endswith(b"</html>")
