"""What the user hears, and what the window shows when there is no sound."""

import os
import re
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from captioner import Captioner
from captioner.gui.commands import COMMANDS, MENUS
from captioner.gui.dialogs.shortcuts import OTHERS
from captioner.gui.widgets.invitation import spoken_invitation
from tests.support.program import Program, User
from tests.support.soundcard import loudness, seconds_of
from tests.support.speech_dispatcher import speech_dispatcher

Start = Callable[..., Program]
Statement = Callable[[Path], str]


SHORTCUTS = len(COMMANDS) + len(MENUS) + sum(1 + len(group) for group in OTHERS.values())  # lines of the help
FILE_MENU = [command.name for command in COMMANDS if command.menu == "File"]


def has_nothing_to_cancel(program: Program) -> bool:
    """Whether the Cancel command is disabled: the program neither works nor speaks."""
    menus = program.sight.list_of("winfo children [. cget -menu]")
    photo = next(menu for menu in menus if program.sight.ask(f"{menu} entrycget 0 -label") == "Previous Photo")
    return program.sight.ask(f"{photo} entrycget Cancel -state") == "disabled"


def print_run(said: list[tuple[float, str]], keys: dict[int, tuple[str, float]]) -> None:
    """Print a table: seconds since the beginning, the key, milliseconds since then, and what was heard.

    Args:
        said: when each text was begun.
        keys: the keys that they answer, by their positions, and when these were pressed.
    """
    for number, (begun, text) in enumerate(said):
        key, pressed = keys.get(number, ("", begun))
        print(f"| {begun - said[0][0]:.1f} | {key} | {f'{1000 * (begun - pressed):.0f}' if key else ''} | {text} |")


@pytest.mark.parametrize("through", ["its own voice", "a screen reader"])
def test_a_blind_users_run(
    program: Start, user: User, shipped: Captioner, statement: Statement, tmp_path: Path, through: str
) -> None:
    """From the start to the end of the folder: what is heard after each key, and nothing else.

    It prints when (-rP shows it).

    With a screen reader the same is heard through a real Speech Dispatcher. When that ends, the program's own voice
    goes on.
    """
    if through == "a screen reader" and sys.version_info < (3, 11):
        pytest.skip("prismatoid needs Python 3.11")
    photos = user.album()
    with speech_dispatcher(user) if through == "a screen reader" else nullcontext() as reader:
        one = program()
        heard = [f"Captioner. {spoken_invitation()} Press F1 for help.", "Photo, picture, none yet"]
        one.await_utterance(heard[-1])
        keys: dict[int, tuple[str, float]] = {}

        def hear(key: str, text: str) -> None:
            before = len(one.utterances())
            pressed = one.keys(key)
            one.wait_for(lambda: text in one.utterances()[before:])
            heard.append(text)
            number = one.utterances().index(text, before)
            assert user.timed_utterances()[number][0] > pressed
            keys[number] = key, pressed

        hear("F1", f"Keyboard Shortcuts, dialog. Shortcuts, list, File. {len(FILE_MENU)} shortcuts. 1 of {SHORTCUTS}")
        hear("Up", "First line.")
        hear("Down", f"Open, Control O. Choose photos to describe. 2 of {SHORTCUTS}")
        line = FILE_MENU.index("save_caption") + 2
        hear("s", f"Save Caption, Control S. Save the caption as a text file next to the photo. {line} of {SHORTCUTS}")
        hear("Escape", "Captioner. Photo, picture, none yet")
        hear("F4", "No photo is open yet. Open one first.")
        hear("ctrl+o", "Open Photos, dialog. Folder home, no photos, 1 folder, list, Folder Photos, 4 photos, 1 of 1")
        hear("Return", "Folder Photos, 4 photos, astronaut.jpg, 1 of 4")
        hear("Return", statement(photos[0]))
        hear("Left", "This is the first photo.")
        hear("Right", statement(photos[1]))
        one.keys("space")  # to stop
        hear("space", statement(photos[1]))
        hear("F3", shipped.caption(photos[1]).trust)
        hear("F4", "Photo 2 of 4, cat.jpg.")
        hear("Tab", f"Caption, text, read only, {statement(photos[1])}")
        hear("Home", statement(photos[1]).split()[0])
        hear("Left", "First word.")
        hear("Escape", "Back to the caption.")
        hear("F6", "225 words per minute")
        hear("F5", "200 words per minute")
        hear("ctrl+c", "Copied.")
        hear("ctrl+s", "Saved as cat.txt.")
        hear("ctrl+comma", "Settings, dialog. Voice, combo box, Automatic")
        hear("Escape", f"Captioner. Caption, text, read only, {statement(photos[1])}")
        hear("Page_Down", statement(photos[2]))
        print_run(user.timed_utterances(), keys)
        if not reader:  # which gets all texts at once, and speaks one after the other
            (greeted, _), (described, _) = user.timed_utterances()[:2]
            assert described - greeted > seconds_of(heard[0], 200, tmp_path) - 0.5  # heard out
        # A photo's name follows its caption if that ends before the next key. A slow computer says what takes long.
        said = [text for text in one.utterances() if text not in ("Captioning…", "Reading the photo…")]
        captions = [statement(photo) for photo in photos]
        names = re.compile(r"Photo \d of 4, \w+\.jpg\.")
        pairs = zip(["", *said], said, strict=False)
        assert [text for before, text in pairs if not (before in captions and names.fullmatch(text))] == heard
        if reader:
            # All of it but what the next key interrupted at once, in the same order.
            one.wait_for(lambda: reader.said()[-1:] == one.utterances()[-1:])
            spoken = iter(text.replace("…", "...") for text in one.utterances())
            assert [text for text in reader.said() if text not in spoken] == [], reader.said()
            assert len(reader.said()) > len(heard) // 2
            assert user.card.seconds() == 0
    if reader:
        one.keys("F4")
        one.await_utterance("The screen reader can no longer be reached, so Captioner speaks with its own voice.")
        assert one.utterances()[-2] == "Photo 3 of 4, coffee.jpg."
        one.wait_for(lambda: user.card.seconds() > 1)
    one.close()


def test_space_stops_speech_and_speaks_again(program: Start, user: User, statement: Statement, tmp_path: Path) -> None:
    photo = user.album()[1]
    user.choose(self_voicing=False, rate=120)
    whole = seconds_of(statement(photo), 120, tmp_path)
    one = program(photo)
    one.wait_for(lambda: user.card.seconds() > 0.3)
    one.keys("space")
    heard = user.silence()
    assert heard < whole - 0.5
    assert loudness(user.card.sound) > 300
    one.keys("space")
    one.wait_for(lambda: one.utterances() == [statement(photo)] * 2)
    assert abs(user.silence() - heard - whole) < 0.2
    one.keys("space")  # after it has ended by itself
    one.wait_for(lambda: len(one.utterances()) == 3)
    one.keys("Escape")
    assert user.silence() < heard + 2 * whole - 0.5
    one.close()


def test_a_new_photo_stops_the_old_speech(program: Start, user: User, statement: Statement, tmp_path: Path) -> None:
    photos = user.album()
    user.choose(self_voicing=False, speak_captions=False, rate=120)
    whole = seconds_of(statement(photos[1]), 120, tmp_path)
    one = program(photos[1])
    one.await_photo(photos[1], statement(photos[1]))
    one.keys("space")
    one.wait_for(lambda: user.card.seconds() > 0.3)
    one.keys("Right")
    one.await_photo(photos[2], statement(photos[2]))
    assert user.silence() < whole - 0.5
    assert one.utterances() == [statement(photos[1])]  # the new caption is only spoken on request
    one.keys("space")
    one.await_utterance(statement(photos[2]))
    one.close()


def test_switching_self_voicing_is_spoken(program: Start, user: User) -> None:
    user.choose(self_voicing=True)
    one = program()
    one.await_utterance("Photo, picture, none yet")
    one.keys("F2")
    one.await_utterance("Self-voicing off")
    one.keys("Tab", "Tab", "F1")
    one.await_title("Keyboard Shortcuts")
    one.keys("Escape")
    one.await_title("Captioner")
    one.keys("F2")
    one.await_utterance("Self-voicing on")
    assert one.utterances()[-2:] == ["Self-voicing off", "Self-voicing on"]
    one.keys("Tab")
    one.await_utterance("Sample photo Cat, button")
    one.keys("F2")
    one.await_utterance("Self-voicing off")
    one.close()

    again = program()
    again.await_text("Open a photo")
    again.keys("Tab", "F2")
    again.await_utterance("Self-voicing on")
    assert again.utterances()[-2:] == ["Self-voicing off", "Self-voicing on"]
    again.close()


NO_ENGINE = "Speech needs espeak-ng. Install it, on Debian and Ubuntu with 'sudo apt install espeak-ng'."
NO_PLAYER = "Speech needs aplay. Install alsa-utils, on Debian and Ubuntu with 'sudo apt install alsa-utils'."
NO_CARD = (
    "No sound can be played (audio open error: No such file or directory). Connect a sound device or switch it on."
)


@pytest.mark.parametrize("sentence", [NO_ENGINE, NO_PLAYER, NO_CARD])
def test_captions_go_on_without_sound(
    program: Start, user: User, statement: Statement, tmp_path: Path, sentence: str
) -> None:
    photos = user.album()
    user.choose(self_voicing=False)
    folder = tmp_path / "instead"
    folder.mkdir()
    libraries = [folder / "libespeak-ng.so.1", folder / "libespeak.so.1"]
    card = user.card.configuration.read_text()
    variables = {}
    if sentence == NO_ENGINE:
        for library in libraries:
            library.write_text("no library")
        variables = {"LD_LIBRARY_PATH": str(folder)}
    elif sentence == NO_PLAYER:
        variables = {"PATH": str(folder)}
    else:
        user.card.configuration.write_text("")

    one = program(photos[0], **variables)
    one.await_photo(photos[0], statement(photos[0]))
    one.await_text(sentence)
    one.wait_for(lambda: has_nothing_to_cancel(one))
    one.keys("ctrl+c")
    one.wait_for(lambda: one.shows("Copied.") and not one.shows(sentence))
    one.keys("space")  # whoever asks for speech gets the message again
    one.await_text(sentence)
    one.wait_for(lambda: has_nothing_to_cancel(one))
    assert user.card.seconds() == 0

    if sentence == NO_ENGINE:
        for library in libraries:
            library.unlink()
    elif sentence == NO_PLAYER:
        (folder / "aplay").symlink_to(shutil.which("aplay") or "")
    else:
        user.card.configuration.write_text(card)
    one.keys("space")
    one.wait_for(lambda: loudness(user.card.sound) > 300)
    one.keys("Right")
    one.await_photo(photos[1], statement(photos[1]))
    one.close()


@pytest.mark.parametrize(
    ("how", "reason"),
    [(signal.SIGKILL, "ended unexpectedly"), (signal.SIGSTOP, "did not respond, so it was stopped")],
)
def test_a_speech_engine_that_dies_or_hangs(
    program: Start, user: User, statement: Statement, how: signal.Signals, reason: str
) -> None:
    photo = user.album()[1]
    user.choose(self_voicing=False, rate=120)
    one = program(photo)
    one.wait_for(lambda: user.card.seconds() > 0.3)
    for player in user.processes("aplay"):
        worker = int(Path(f"/proc/{player}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(worker, how)
    one.await_text(f"The speech engine {reason}. Try again.")
    one.await_photo(photo, statement(photo))
    heard = user.silence()
    one.keys("space")
    one.wait_for(lambda: user.card.seconds() > heard + 0.5)
    one.close()


def begun(user: User) -> list[int]:
    """The speech workers that have started their second thread."""
    workers = user.processes("captioner.speech.worker")
    return [worker for worker in workers if len(os.listdir(f"/proc/{worker}/task")) > 1]


@pytest.mark.parametrize("stopped", [False, True])
def test_no_process_outlives_a_program_that_is_killed(program: Start, user: User, stopped: bool) -> None:
    one = program(user.album()[1])
    one.wait_for(lambda: user.card.seconds() > 0.3)
    if stopped:
        one.wait_for(lambda: len(begun(user)) == 3)  # one speaks, two wait
        for worker in begun(user):
            os.kill(worker, signal.SIGSTOP)
    assert len(user.processes()) > 2
    one.process.kill()
    one.process.wait()
    one.wait_for(lambda: not user.processes())
