"""Other programs on the user's desktop, which offer photos and take captions."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.program import Program

XCLIP = ("xclip", "-selection", "clipboard", "-target")


def output(program: Program, *command: str) -> str:
    """The output of another program."""
    environment = program.user.environment
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30).stdout


@contextmanager
def running(program: Program, *command: str | Path, output: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run another program in the meantime, with its output in a file."""
    with output.open("w") as file:
        process = subprocess.Popen(command, env=program.user.environment, stdout=file, stderr=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def drop(program: Program, offers: dict[str, bytes]) -> None:
    """Drag data from another program to the middle of the photo view and drop it there.

    Args:
        offers: the data by its types, "text/uri-list" for instance.
    """
    program.wait_for(lambda: "=" in output(program, "xprop", "-id", program.xdotool("getactivewindow"), "XdndAware"))
    left, top, right, bottom = program.sight.box("photoview")
    arguments: list[str | Path] = []
    for number, (kind, content) in enumerate(offers.items()):
        path = program.user.home / f"offer-{number}"
        path.write_bytes(content)
        arguments += [kind, path]
    log = program.user.home / "output"
    source = Path(__file__).with_name("drag_source.py")
    with running(program, sys.executable, source, *arguments, output=log):
        program.wait_for(lambda: "ready" in log.read_text())
        program.xdotool("mousemove", 20, 20)
        program.xdotool("mousedown", 1)
        for step in range(1, 6):
            program.xdotool("mousemove", (left + right) * step // 10, (top + bottom) * step // 10)
        program.xdotool("mouseup", 1)
        program.wait_for(lambda: "taken" in log.read_text())


@contextmanager
def copied(program: Program, kind: str, path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Let another program, whose process this yields, own the clipboard with a file's content in the meantime."""
    with running(program, *XCLIP, kind, "-quiet", "-in", path, output=program.user.home / "output") as process:
        program.wait_for(lambda: kind in output(program, *XCLIP, "TARGETS", "-out").split())
        yield process


def addresses(*photos: Path) -> bytes:
    """The addresses of files as file managers write them."""
    return "".join(f"{photo.as_uri()}\r\n" for photo in photos).encode()


def clipboard(program: Program, kind: str = "UTF8_STRING") -> str:
    """What another program would paste."""
    return output(program, *XCLIP, kind, "-out")
