"""A folder of photos in the window: captioned, sorted by doubt, corrected, saved and exported."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw

from captioner import Captioner
from captioner.output.alt_text import read_alt_text
from captioner.training.dataset import read_folder
from tests.support.program import Program, User

Start = Callable[..., Program]
Statement = Callable[[Path], str]

LIST = "Photo List"
CHART = "A chart of sales, which grow from 2010 to 2017."
CAMERA = "My uncle films the harbour."
CAT = "Our cat Minka looks out of the window."


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


def await_end(one: Program, sentence: str) -> None:
    """Return when the window says that the folder is captioned, which takes its time on a busy computer."""
    one.wait_for(lambda: one.shows(sentence), 120)


def test_the_afternoon_of_an_author(program: Start, user: User, shipped: Captioner, statement: Statement) -> None:
    folder = folder_of(user)
    assert shipped.caption(folder / "drawing.png").confidence < 0.2
    user.choose(self_voicing=True, theme="light")
    one = program()
    one.await_text("Open a photo, drop one here, or paste one.")
    one.keys("ctrl+shift+o")
    one.await_title("Open Folder", "!treeview")
    one.type(str(folder))
    one.keys("Return")
    one.wait_for(lambda: one.shows("astronaut.jpg"))
    one.keys("ctrl+Return")
    one.await_title(LIST, "!phototree")
    await_end(one, "5 of 6 photos captioned, 1 could not be: broken.jpg.")
    assert len(cells(one)) == 6

    one.keys("F9")
    one.wait_for(lambda: cells(one)[0].startswith("drawing.png|I can't describe this picture reliably."))
    one.wait_for(lambda: one.utterances()[-1].startswith("Photos, least certain first, drawing.png, I can't describe"))
    one.keys("Right", "Right", "Right")
    one.await_utterance("Confidence: less than 1 in 20. drawing.png, 1 of 6")
    one.keys("Right")
    one.await_utterance("State: Unsure. drawing.png, 1 of 6")

    one.keys("Return")
    one.await_title("drawing.png – Captioner")
    one.await_text("Photo 5 of 6.")
    correct(one, CHART)
    show(one, "Next", folder / "photographer.jpg", statement)
    correct(one, CAMERA)
    one.keys("Prior")
    one.await_text("Photo 5 of 6.")
    show(one, "Prior", folder / "coffee.jpg", statement)
    one.go_to("captiontext")
    one.keys("Down", "Return")
    one.await_text("This caption is yours.")
    show(one, "Prior", folder / "cat.jpg", statement)
    correct(one, CAT)
    one.keys("ctrl+j")
    one.await_title(LIST, "!phototree")
    chosen = shipped.caption(folder / "coffee.jpg").alternatives[0].text
    edited = {"cat.jpg": CAT, "coffee.jpg": chosen, "drawing.png": CHART, "photographer.jpg": CAMERA}
    one.wait_for(lambda: {f"{name}|{text}|yours|Edited" for name, text in edited.items()} < {*cells(one)})

    one.keys("ctrl+s")
    one.await_text("5 captions saved in the photos.")
    one.await_utterance("5 captions saved in the photos.")
    for name, text in {**edited, "astronaut.jpg": shipped.caption(folder / "astronaut.jpg").text}.items():
        tag = subprocess.check_output(["exiftool", "-s3", "-AltTextAccessibility", folder / name], text=True).strip()
        assert tag == text

    export(one, folder.parent / "captions.csv")
    one.await_title("Columns", "!checkbutton")
    one.keys("space", "Return")
    one.await_text("5 captions exported to captions.csv.")
    rows = (folder.parent / "captions.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].startswith("name,path,caption,")
    assert len(rows) == 7
    export(one, folder / "captions.txt")
    one.await_text("4 corrected captions exported to captions.txt.")
    examples = {example.photo.name: example.captions for example in read_folder(folder)}  # as training reads it
    assert examples == {name: (text,) for name, text in edited.items()}

    one.keys("ctrl+q")  # everything is saved: no question
    one.wait_for(lambda: not user.processes())
    one.process.wait()


def correct(one: Program, caption: str) -> None:
    one.keys("ctrl+e", "ctrl+a")
    one.type(caption)
    one.keys("Return")
    one.await_text("This caption is yours.")


def show(one: Program, key: str, photo: Path, statement: Statement) -> None:
    one.keys(key)
    one.await_photo(photo, statement(photo))


def export(one: Program, path: Path) -> None:
    one.keys("ctrl+shift+e")
    one.await_title("Export Captions", ".ent")
    one.wait_for(lambda: one.sight.ask("[focus] selection present") == "1")  # typing replaces the name
    one.type(str(path))
    one.keys("Return")


def test_a_folder_is_kept_and_closing_asks_once_what_is_not_saved(program: Start, user: User) -> None:
    folder = user.album()[0].parent
    one = program(folder)
    await_end(one, "4 of 4 photos captioned. Ctrl+J lists them.")
    one.keys("ctrl+j")
    one.await_title(LIST, "!phototree")
    one.keys("Escape", "alt+F4")
    one.await_title("Captioner")
    one.await_text("The captions of 4 photos are not saved. Save before closing?")
    one.keys("Escape")
    one.await_title("astronaut.jpg – Captioner")
    one.close("Tab", "Return")  # No

    for photo in folder.iterdir():  # what was captioned is there without being read, and under other names
        photo.rename(photo.with_name(f"my {photo.name}"))
    again = program(folder, CAPTIONER_UTTERANCES=str(user.home / "again"))
    again.await_text("4 of 4 photos captioned. Ctrl+J lists them.")
    again.close("Return")  # Yes
    assert all(read_alt_text(photo) for photo in folder.iterdir())
