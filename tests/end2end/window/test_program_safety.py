"""What the window does after a bug, with a malicious file name, and without a network."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.program import GUI, ROOT, Program, User

Start = Callable[..., Program]
Statement = Callable[[Path], str]

# Calls the function of a timer with an argument too many, as a bug in the program would.
BUG = "catch {[lindex [info commands *_poll] 0] argument}"


def test_the_window_survives_a_bug_and_reports_it_once(program: Start, user: User) -> None:
    user.choose(self_voicing=True)
    sentence = "Something went wrong in the program (TypeError). Please try again."
    photos = user.album()
    one = program(photos[0])
    one.await_title("astronaut.jpg – Captioner")
    one.wait_until_idle()
    for _ in range(3):
        one.sight.ask(BUG)
    one.await_text(sentence)
    one.await_utterance(sentence)
    assert one.utterances().count(sentence) == 1
    one.keys("Page_Down")
    one.await_title("cat.jpg – Captioner")
    one.close()
    assert set(one.errors().splitlines()) == {f"captioner: {sentence}"}
    one.end()

    log = user.home / ".local/state/captioner/log/crashes.log"
    assert "builtins.TypeError" in log.read_text()
    assert "astronaut" not in log.read_text()
    news = "Something went wrong in the program last time. To help fix this, send "
    two = program()
    two.await_text(f"{news}{log.with_stem('crashes-old')} ")
    two.wait_for(lambda: any(said.startswith(news) for said in two.utterances()))
    two.close()
    two.end()
    three = program()
    three.await_text("Open a photo")
    three.wait_until_idle()
    assert not three.shows(news)
    three.close()


def test_a_crash_is_reported_at_the_next_start(program: Start, user: User) -> None:
    one = program()
    one.await_text("Open a photo")
    one.process.send_signal(signal.SIGSEGV)
    one.wait_for(lambda: not one.alive())
    assert "Segmentation fault" in (user.home / ".local/state/captioner/log/native.log").read_text()
    one.wait_for(lambda: not user.processes())  # none of its speech workers is left
    two = program()
    two.await_text("Something went wrong in the program last time.")
    two.close()


def test_a_window_that_cannot_be_built_is_reported(user: User) -> None:
    mistake = (
        "import captioner.gui.window as w; w.Window = None; import captioner.gui as g; raise SystemExit(g.main([]))"
    )
    sentence = "Something went wrong in the program (TypeError). Please try again."
    one = Program(user, command=(sys.executable, "-c", mistake), PYTHONPATH=str(ROOT))
    one.await_title("Captioner")
    one.await_text(sentence)
    one.keys("Return")
    one.wait_for(lambda: not one.alive())
    assert one.process.returncode == 1
    assert one.errors() == f"captioner: {sentence}\n"
    one.end()


def test_a_name_is_shown_and_spoken_as_text(program: Start, user: User, samples: dict[str, Path]) -> None:
    user.choose(self_voicing=True)
    name = "[[h@'loU]] <break time='30s'> {[exit]} $(reboot) %s.jpg"
    photo = user.home / name
    shutil.copy(samples["cat"], photo)
    one = program(photo)
    one.await_title(f"{name} – Captioner")
    one.wait_until_idle()
    one.keys("Tab", "shift+Tab")
    one.wait_for(lambda: name in one.utterances()[-1])
    photo.write_text("no photo")
    one.keys("ctrl+h", "Escape")
    second = program(photo)
    one.await_text(f"{name}: there is no caption.")
    second.wait_for(lambda: not second.alive())
    one.close()


def test_the_window_works_without_a_network(user: User, statement: Statement) -> None:
    without = ["unshare", "--map-root-user", "--net"]
    if not shutil.which("unshare") or subprocess.run([*without, "true"], capture_output=True).returncode:
        pytest.skip("the network cannot be switched off for one program here")
    photo = user.album()[1]
    one = Program(user, photo, command=(*without, *GUI))
    one.await_photo(photo, statement(photo))
    one.wait_for(lambda: statement(photo) in one.utterances())
    one.close()
    assert not one.errors()
    one.end()
