"""Photos that other programs give: dropped on the window by XDND, or pasted from the clipboard."""

import base64
import signal
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from captioner.gui.tk.addresses import NOTHING, WEB_ADDRESS
from tests.support.desktop import addresses, copied, drop
from tests.support.program import Program, User

Start = Callable[..., Program]
Statement = Callable[[Path], str]


def test_dropped_files_are_captioned(program: Start, user: User, statement: Statement) -> None:
    photos = user.album()
    odd = photos[1].rename(photos[1].with_name("my {cat} ä.jpg"))
    one = program()
    one.await_text("Open a photo")
    drop(one, {"text/uri-list": addresses(odd)})
    one.await_photo(odd, statement(odd))

    drop(one, {"text/uri-list": addresses(photos[2], odd, photos[0])})
    one.await_photo(photos[2], statement(photos[2]))
    one.await_text("3 of 3 photos captioned")
    one.keys("Right")  # to the next one that was dropped
    one.await_photo(odd, statement(odd))
    one.keys("ctrl+h")
    one.await_title("History")
    for photo in photos[2], odd, photos[0]:
        one.await_text(f"{photo.name}: {statement(photo)}")
    one.keys("Escape")

    (user.home / "notes.txt").write_text("no photo")
    drop(one, {"text/uri-list": addresses(user.home / "notes.txt")})
    one.await_title("notes.txt – Captioner")
    one.wait_for(lambda: any(text.startswith("notes.txt: ") for text in one.texts()))
    one.close()


def test_a_browsers_image_is_captioned(program: Start, user: User, statement: Statement) -> None:
    photo = user.album()[1]
    address = f"data:image/jpeg;base64,{base64.b64encode(photo.read_bytes()).decode()}"
    html = f'<img src="{address}" alt="A cat.">'
    one = program()
    one.await_text("Open a photo")
    link = b"https://example.org/cat.jpg"
    drop(one, {"text/html": b'<img src="%s">' % link, "text/uri-list": link})
    one.await_text(WEB_ADDRESS)
    one.await_utterance(WEB_ADDRESS)
    # as Firefox does it
    drop(one, {"text/html": html.encode("utf-16")})
    one.await_photo(Path("Pasted photo"), statement(photo))
    one.close()

    two = program()
    two.await_text("Open a photo")
    # as Chromium does it
    link = address.encode()
    drop(two, {"text/uri-list": link, "text/html": html.encode(), "text/plain": link})
    two.await_photo(Path("Pasted photo"), statement(photo))
    drop(two, {"text/plain": b"Just words."})
    two.await_text(NOTHING)
    two.close()


def test_what_is_copied_can_be_pasted(program: Start, user: User, statement: Statement, tmp_path: Path) -> None:
    photos = user.album()
    path = tmp_path / "copied"
    one = program()
    one.await_text("Open a photo")

    one.keys("ctrl+v")  # nothing on the clipboard yet
    one.await_text(NOTHING)
    path.write_text("Just words.")
    with copied(one, "UTF8_STRING", path):
        one.keys("ctrl+v")
        one.await_utterance(NOTHING)

    path.write_text(f"'{photos[0]}'\n")
    with copied(one, "UTF8_STRING", path):
        one.keys("ctrl+v")
        one.await_photo(photos[0], statement(photos[0]))

    path.write_bytes(addresses(photos[2]))
    with copied(one, "text/uri-list", path):  # a file
        one.keys("ctrl+v")
        one.await_photo(photos[2], statement(photos[2]))

    picture = user.home / "copied.png"
    Image.open(photos[1]).crop((20, 20, 300, 280)).save(picture)
    with copied(one, "image/png", picture):
        one.keys("ctrl+v")
        one.await_photo(Path("Pasted photo"), statement(picture))
        one.keys("ctrl+s")
        one.await_text("A pasted photo has no folder to save the caption in. Copy the caption instead.")
    one.close()


def test_the_window_closes_while_the_owner_of_the_clipboard_hangs(program: Start, tmp_path: Path) -> None:
    words = tmp_path / "copied"
    words.write_text("Just words.")
    one = program()
    one.await_text("Open a photo")
    with copied(one, "UTF8_STRING", words) as other:
        other.send_signal(signal.SIGSTOP)
        one.keys("ctrl+v")
        one.keys("ctrl+plus")
        one.await_text("Text size 125 percent")
        one.keys("alt+F4")
        one.process.wait(timeout=30)  # and there are no errors


def test_pasting_without_xclip_names_the_package(program: Start, user: User) -> None:
    one = program(PATH="/nonexistent")
    one.await_text("Open a photo")
    one.keys("ctrl+v")
    one.await_text("Pasting a picture needs the program xclip. Install the package xclip and paste again.")
    one.close()
