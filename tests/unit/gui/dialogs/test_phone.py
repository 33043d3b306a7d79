"""File ▸ Use from a Phone…, with the server that it starts."""

import tkinter as tk
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from PIL import ImageGrab

from captioner.gui.app import App
from captioner.gui.dialogs import phone
from captioner.gui.dialogs.phone import NO_NETWORK, UseFromPhone, spoken
from captioner.gui.session import phone_server
from captioner.gui.session.phone_server import MISSING
from captioner.web.addresses import lan_address
from tests.support.opened import opened, wait
from tests.support.program import User, wait_for


@pytest.fixture
def app(root: tk.Tk, user: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    with opened(root, user, monkeypatch) as app:
        yield app


def show(app: App) -> UseFromPhone:
    app.run_command("use_from_phone")
    (dialog,) = (child for child in app.root.winfo_children() if isinstance(child, UseFromPhone))
    return dialog


def status(address: str) -> int:
    """The status of a page; 0 if there is no server."""
    try:
        with urllib.request.urlopen(address, timeout=20) as page:
            return page.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@pytest.mark.skipif(lan_address() == "127.0.0.1", reason="this computer is not in a network")
def test_the_address_is_shown_spoken_copied_and_in_the_code_until_the_dialog_is_closed(app: App, user: User) -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    app.store.change(text_size=200)
    dialog = show(app)
    wait(app, lambda: dialog.code.winfo_viewable())
    wait(app, lambda: dialog.winfo_height() >= dialog.winfo_reqheight())  # all of it is shown
    assert dialog.winfo_rooty() + dialog.winfo_height() <= dialog.winfo_screenheight()
    root, token = dialog.address["text"].split("\nToken: ")
    address = f"{root}/?token={token}"
    assert user.processes("captioner.web")
    assert status(f"{root}/") == 401
    request = urllib.request.Request(f"{root}/api/health", headers={"Authorization": f"Bearer {token}"})
    assert urllib.request.urlopen(request, timeout=20).status == 200

    wait(app, lambda: spoken(root, token) in user.utterances())
    assert app.root.focus_get() is dialog.address
    app.root.update()
    x, y = dialog.code.winfo_rootx(), dialog.code.winfo_rooty()
    box = (x, y, x + dialog.code.winfo_width(), y + dialog.code.winfo_height())
    wait(app, lambda: [code.text for code in zxingcpp.read_barcodes(ImageGrab.grab(box))] == [address])
    dialog.copy_address.invoke()
    assert app.root.clipboard_get() == address

    dialog.address.event_generate("<Escape>")
    wait(app, lambda: not dialog.winfo_exists())
    wait_for(lambda: status(f"{root}/") == 0)
    wait_for(lambda: not user.processes("captioner.web"))


def test_without_the_packages_a_sentence_says_how_to_get_them(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_server, "PACKAGES", ("no_such_package",))
    dialog = show(app)
    wait(app, lambda: dialog.message["text"] == MISSING)


def test_without_a_network_a_sentence_says_so(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    class Unreachable:
        def __init__(self, report) -> None:
            report({"root": "http://127.0.0.1:8765/", "token": "abc"})

        def stop(self) -> None:
            pass

    monkeypatch.setattr(phone, "PhoneServer", Unreachable)
    dialog = show(app)
    wait(app, lambda: dialog.message["text"] == NO_NETWORK)


def test_the_address_is_dictated() -> None:
    assert spoken("http://192.168.1.5:8765", "ab3") == (
        "The address is 192 dot 168 dot 1 dot 5 colon 8765. The token is a, b, 3."
    )
