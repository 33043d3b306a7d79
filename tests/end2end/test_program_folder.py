"""A folder of photos in the window: captioned, sorted by doubt, corrected, saved and exported."""

from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw

from captioner import Captioner
from tests.support.program import Program, User

Start = Callable[..., Program]
Statement = Callable[[Path], str]

LIST = "Photo List"


def drawing(path: Path) -> Path:
    """A picture that the program does not know how to describe."""
    image = Image.new("RGB", (600, 400), "white")
    draw = ImageDraw.Draw(image)
    for number in range(8):
        draw.rectangle((60 + 60 * number, 350 - 30 * number, 100 + 60 * number, 350), fill="navy")
        draw.text((70 + 60 * number, 360), str(2010 + number), fill="black")
    image.save(path)
    return path


def folder_of(user: User) -> Path:
    """Five photos, one of which is broken, and a drawing."""
    folder = user.album()[0].parent
    (folder / "broken.jpg").write_bytes(b"")
    drawing(folder / "drawing.png")
    return folder


def cells(one: Program) -> list[str]:
    """The lines of the list, each with its cells."""
    tree = "[lsearch -inline [sight_collect list] *!phototree]"
    script = (
        f"lmap row [{tree} children {{}}] {{join [list [{tree} item $row -text] {{*}}[{tree} item $row -values]] |}}"
    )
    return list(one.sight.list_of(script))


def test_the_afternoon_of_an_author(program: Start, user: User, shipped: Captioner, statement: Statement) -> None:
    folder = folder_of(user)
    assert shipped.caption(folder / "drawing.png").confidence < 0.2
    user.choose(self_voicing=True, theme="light")
    one = program()
    one.await_text("Open a photo, drop one here, or paste one.")
    one.keys("ctrl+shift+o")
    one.await_title("Open Folder", ".ent")
    one.wait_for(lambda: one.sight.ask("[focus] selection present") == "1")
    one.type(f"{folder}")
    one.keys("Return", "Return")  # go to the folder, and take it
    one.await_title(LIST, "!phototree")
    one.await_text("5 of 6 photos captioned, 1 could not be: broken.jpg.")
    assert len(cells(one)) == 6

    one.keys("F9")
    one.wait_for(lambda: cells(one)[0].startswith("drawing.png|I can't describe this picture reliably."))
    one.wait_for(lambda: one.utterances()[-1].startswith("Photos, least certain first, drawing.png, I can't describe"))
    one.keys("Right", "Right", "Right")
    one.await_utterance("Confidence: less than 1 in 20. drawing.png, 1 of 6")
    one.keys("Right")
    one.await_utterance("State: Unsure. drawing.png, 1 of 6")

    one.keys("ctrl+s")
    one.wait_for(lambda: sum(line.endswith("|Saved") for line in cells(one)) == 4)
    one.close()
