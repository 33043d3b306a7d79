"""Photos that other programs give: dropped on the window by XDND, or pasted from the clipboard."""

import base64
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from captioner.gui.intake import ADDRESS, NOTHING
from tests.gui.program import Program, User

Start = Callable[..., Program]
Statement = Callable[[Path], str]


def output(program: Program, *command: str) -> str:
    """What another program of the user's prints."""
    environment = program.user.environment
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30).stdout


@contextmanager
def running(program: Program, *command: str | Path, told: Path) -> Iterator[None]:
    """While another program of the user's runs; its output goes to a file."""
    with told.open("w") as file:
        process = subprocess.Popen(command, env=program.user.environment, stdout=file, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            process.kill()
            process.wait()


def drop(program: Program, offers: dict[str, bytes]) -> None:
    """Drag what another program offers, by its types, from there to the middle of the photo's place, and drop it."""
    program.wait_for(lambda: "=" in output(program, "xprop", "-id", program.xdotool("getactivewindow"), "XdndAware"))
    left, top, right, bottom = program.sight.box("photoview")
    arguments: list[str | Path] = []
    for number, (kind, content) in enumerate(offers.items()):
        path = program.user.home / f"offer-{number}"
        path.write_bytes(content)
        arguments += [kind, path]
    told = program.user.home / "told"
    source = Path(__file__).with_name("drag_source.py")
    with running(program, sys.executable, source, *arguments, told=told):
        program.wait_for(lambda: "ready" in told.read_text())
        program.xdotool("mousemove", 20, 20)
        program.xdotool("mousedown", 1)
        for step in range(1, 6):
            program.xdotool("mousemove", (left + right) * step // 10, (top + bottom) * step // 10)
        program.xdotool("mouseup", 1)
        program.wait_for(lambda: "taken" in told.read_text())


@contextmanager
def copied(program: Program, kind: str, path: Path) -> Iterator[None]:
    """While a file's content is on the clipboard, which another program has put there."""
    xclip = ("xclip", "-selection", "clipboard", "-target")
    with running(program, *xclip, kind, "-quiet", "-in", path, told=program.user.home / "told"):
        program.wait_for(lambda: kind in output(program, *xclip, "TARGETS", "-out").split())
        yield


def addresses(*photos: Path) -> bytes:
    """As file managers give them."""
    return "".join(f"{photo.as_uri()}\r\n" for photo in photos).encode()


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
    assert all(one.shows(f"{photo.name}: {statement(photo)}") for photo in (photos[2], odd, photos[0]))
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
    one.await_text(ADDRESS)
    one.await_utterance(ADDRESS)
    # As Firefox gives it.
    drop(one, {"text/html": html.encode("utf-16")})
    one.await_photo(Path("Pasted photo"), statement(photo))
    one.close()

    two = program()
    two.await_text("Open a photo")
    # As Chromium gives it.
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

    one.keys("ctrl+v")  # nothing yet
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

    with copied(one, "image/jpeg", photos[1]):
        one.keys("ctrl+v")
        one.await_photo(Path("Pasted photo"), statement(photos[1]))
        one.keys("ctrl+s")
        one.await_text("This photo has no file to save the caption beside: copy the caption instead.")
    one.close()


def test_pasting_without_xclip_names_the_package(program: Start, user: User) -> None:
    one = program(PATH="/nonexistent")
    one.await_text("Open a photo")
    one.keys("ctrl+v")
    one.await_text("Pasting a picture needs the program xclip: install the package xclip and paste again.")
    one.close()
