"""Speech with real parts: pyttsx3, espeak-ng and aplay, heard through a sound card of the test's own."""

import io
import os
import queue
import shutil
import signal
import subprocess
import sys
import time
import uuid
import wave
from pathlib import Path

import pytest

from captioner.speech.speaker import SPARE_WORKERS, Event, Speaker
from captioner.speech.worker import spoken

if sys.platform != "linux":
    pytest.skip("what is spoken can only be heard through ALSA", allow_module_level=True)

from tests.support.soundcard import loudness

ROOT = Path(__file__).parents[3]
CAPTION = "A brown dog runs through the grass with a ball in its mouth."
LONG = f"{CAPTION} " * 20
TIMEOUT = 60.0  # seconds, after which a test counts as hung


class Ear:
    """A Speaker, and all the events that it reports."""

    def __init__(self):
        self.heard = queue.Queue()
        self.speaker = Speaker(self.heard.put)

    def next(self) -> Event:
        return self.heard.get(timeout=TIMEOUT)

    def until(self, kind: str, number: int) -> Event:
        """Wait for an event, and fail if a failure comes before it."""
        while (event := self.next()) and (event.kind, event.number) != (kind, number):
            assert event.kind != "failed", event
        return event

    def say(self, text: str) -> None:
        self.until("finished", self.speaker.say(text))

    def save(self, text: str, path: Path) -> bytes:
        """The samples of a text."""
        self.until("finished", self.speaker.save(text, path))
        with wave.open(io.BytesIO(path.read_bytes())) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22050)
            return file.readframes(file.getnframes())


@pytest.fixture(autouse=True)
def mark(monkeypatch) -> str:
    """A variable that all processes of the test have in their environment."""
    mark = f"MARK={uuid.uuid4()}"
    monkeypatch.setenv(*mark.split("="))
    return mark


@pytest.fixture
def start(sound_card, mark):
    """A function that makes an Ear. The test fails if one of its processes is left at the end."""
    ears = []

    def start() -> Ear:
        ears.append(Ear())
        return ears[-1]

    yield start
    for ear in ears:
        ear.speaker.close()
    wait_until(lambda: not processes(mark))


@pytest.fixture
def ear(start):
    return start()


def processes(mark: str, command: str = "") -> list[int]:
    """The processes with a mark and a certain text in their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if command in line:
                    found.append(int(folder.name))
        except OSError:  # it has ended
            continue
    return found


def wait_until(true) -> None:
    end = time.monotonic() + TIMEOUT
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def speaking_worker(mark: str) -> int:
    """The parent of the player."""
    (player,) = processes(mark, "aplay")
    return int(Path(f"/proc/{player}/stat").read_text().rpartition(")")[2].split()[1])


def test_reports_the_voices(ear):
    assert ear.speaker.voices() == []
    assert ear.next() == Event("ready")
    voices = dict(ear.speaker.voices())
    assert voices["gmw/en-us"] == "English (America)"
    assert len(voices) > 20


def test_what_is_heard_is_what_is_saved(ear, sound_card, tmp_path):
    ear.speaker.rate, ear.speaker.volume, ear.speaker.voice = 300, 0.7, "gmw/en-us"
    number = ear.speaker.say(CAPTION)
    ear.until("began", number)
    assert ear.next() == Event("finished", number)
    samples = ear.save(CAPTION, tmp_path / "caption.wav")
    wait_until(lambda: samples in sound_card.sound)
    assert sound_card.seconds() < len(samples) / 44100 + 1


def test_sounds_like_speech(ear, sound_card):
    ear.say(CAPTION)
    assert 2 < sound_card.seconds() < 6
    assert 500 < loudness(sound_card.sound) < 20000


def test_sound_comes_while_it_is_spoken_and_stops_at_once(ear, sound_card, mark):
    number = ear.speaker.say(LONG)
    ear.until("began", number)
    wait_until(lambda: sound_card.seconds() > 0.5)
    ear.speaker.stop()
    ear.until("stopped", number)
    at_stop = sound_card.seconds()
    wait_until(lambda: not processes(mark, "aplay"))
    time.sleep(1)
    assert sound_card.seconds() < at_stop + 0.3  # what was in the pipe to the card
    ear.say(CAPTION)


def test_new_speech_replaces_old(ear, sound_card, tmp_path):
    old = ear.speaker.say(LONG)
    ear.until("began", old)
    wait_until(lambda: sound_card.seconds() > 0.5)
    new = ear.speaker.say("Yes.")
    assert [ear.next(), ear.until("began", new), ear.next()] == [
        Event("stopped", old),
        Event("began", new),
        Event("finished", new),
    ]
    yes = ear.save("Yes.", tmp_path / "yes.wav")
    wait_until(lambda: yes in sound_card.sound)
    assert sound_card.seconds() < 30  # of more than 50


def test_the_last_of_many_texts_at_once_is_spoken(ear, sound_card, tmp_path):
    numbers = [ear.speaker.say(f"{CAPTION} {number}") for number in range(20)]
    events = [ear.next() for _ in range(21)]
    stopped = [event.number for event in events if event.kind == "stopped"]
    assert stopped == numbers[:-1]
    ear.until("finished", numbers[-1])


def test_the_last_of_many_texts_that_cut_each_other_off_is_heard(ear, sound_card, tmp_path):
    """As when the user goes through a list."""
    for number in range(10):
        ear.until("began", ear.speaker.say(f"{number}. {LONG}"))
    last = ear.speaker.say("The end.")
    ear.until("finished", last)
    end = ear.save("The end.", tmp_path / "end.wav")
    wait_until(lambda: end in sound_card.sound)
    assert sound_card.seconds() < 60  # of ten times as much


def test_rate_volume_and_voice_take_effect(ear, tmp_path):
    path = tmp_path / "speech.wav"
    plain = ear.save(CAPTION, path)
    ear.speaker.rate = 100
    assert 1.6 < len(ear.save(CAPTION, path)) / len(plain) < 2.4
    ear.speaker.rate, ear.speaker.volume = None, 0.3
    quiet = ear.save(CAPTION, path)
    assert 0.2 < loudness(quiet) / loudness(plain) < 0.4
    ear.speaker.volume, ear.speaker.voice = None, "gmw/de"
    assert ear.save(CAPTION, path) != plain
    ear.speaker.voice = "a voice of another machine"
    assert ear.save(CAPTION, path) == plain


def test_texts_are_never_commands(ear, tmp_path):
    path = tmp_path / "speech.wav"
    assert ear.save("[[h@'loU]]", path) != ear.save("hello", path)
    name = "[[h@'loU]] <break time='30s'>.jpg"
    assert 3 < len(ear.save(name, path)) / 44100 < 20  # seconds
    assert ear.save("\x01450S a brown dog", path) == ear.save("450S a brown dog", path)
    assert ear.save("a\x00 dog\udcff", path) == ear.save("a  dog ", path)
    assert ear.save("-v de", path) != ear.save("de", path)


def test_a_text_keeps_no_commands():
    assert spoken("<b>&amp; [[[[x]]]] \x01 \x1b\n\ue000\udcff é日😀") == (
        "less than b greater than &amp; [ [ [ [x] ] ] ]        é日😀"
    )


def test_an_empty_text(ear, tmp_path):
    ear.until("finished", ear.speaker.say(" \n"))
    number = ear.speaker.save("", tmp_path / "speech.wav")
    while (event := ear.next()).number != number:
        pass
    assert event == Event("failed", number, "There is nothing to speak.")
    assert list(tmp_path.iterdir()) == []


def failure(ear: Ear, number: int) -> str:
    """The sentence of a request that fails, which it does once."""
    while (event := ear.next()).number != number or event.kind != "failed":
        assert event.kind in ("ready", "began") or event.number == 0, event
    with pytest.raises(queue.Empty):
        ear.heard.get(timeout=0.3)
    return event.sentence


def test_no_player(start, sound_card, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    ear = start()
    assert failure(ear, ear.speaker.say(CAPTION)) == (
        "Speech needs aplay. Install alsa-utils, on Debian and Ubuntu with 'sudo apt install alsa-utils'."
    )
    assert ear.save(CAPTION, tmp_path / "speech.wav")
    (tmp_path / "aplay").symlink_to(shutil.which("aplay", path=os.defpath))
    ear.say(CAPTION)
    assert sound_card.seconds() > 1


def test_no_sound_card(ear, sound_card, tmp_path):
    card = sound_card.configuration.read_text()
    sound_card.configuration.write_text("")
    assert failure(ear, ear.speaker.say(CAPTION)) == (
        "No sound can be played (audio open error: No such file or directory). Connect a sound device or switch it on."
    )
    sound_card.configuration.write_text(card)
    ear.say(CAPTION)
    assert sound_card.seconds() > 1


def test_no_espeak(start, sound_card, tmp_path, monkeypatch):
    for name in ("libespeak-ng.so.1", "libespeak.so.1"):
        (tmp_path / name).write_text("no library")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    ear = start()
    sentence = "Speech needs espeak-ng. Install it, on Debian and Ubuntu with 'sudo apt install espeak-ng'."
    assert ear.next() == Event("failed", 0, sentence)  # before any request
    assert failure(ear, ear.speaker.say(CAPTION)) == sentence
    assert failure(ear, ear.speaker.save(CAPTION, tmp_path / "speech.wav")) == sentence
    for path in tmp_path.iterdir():
        path.unlink()
    ear.say(CAPTION)
    assert sound_card.seconds() > 1


def test_no_voice(start, sound_card, tmp_path, monkeypatch):
    empty = tmp_path / "data"
    empty.mkdir()
    monkeypatch.setenv("ESPEAK_DATA_PATH", str(empty))
    ear = start()
    assert failure(ear, ear.speaker.say(CAPTION)).endswith("apt install --reinstall espeak-ng espeak-ng-data'.")
    empty.rmdir()
    ear.say(CAPTION)
    assert sound_card.seconds() > 1


def waiting_workers(ear: Ear, mark: str) -> list[int]:
    """All workers, once they have started."""
    wait_until(lambda: [worker.ready for worker in ear.speaker._spare] == [True] * SPARE_WORKERS)
    workers = processes(mark)
    assert len(workers) == SPARE_WORKERS
    return workers


@pytest.mark.parametrize("already_speaking", [False, True])
def test_workers_that_are_killed_while_they_wait_are_replaced(ear, sound_card, mark, already_speaking):
    workers = waiting_workers(ear, mark)
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    numbers = [ear.speaker.say(CAPTION)] if already_speaking else []
    time.sleep(0.3)
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not set(workers) & set(processes(mark)))
    ear.until("finished", numbers[0] if already_speaking else ear.speaker.say(CAPTION))
    assert sound_card.seconds() > 1


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_worker_that_fails_while_it_speaks(ear, sound_card, mark, how):
    number = ear.speaker.say(LONG)
    ear.until("began", number)
    wait_until(lambda: sound_card.seconds() > 0.5)
    worker, (player,) = speaking_worker(mark), processes(mark, "aplay")
    os.kill(worker, how)
    reason = {signal.SIGKILL: "ended unexpectedly", signal.SIGSTOP: "did not respond, so it was stopped"}[how]
    assert failure(ear, number) == f"The speech engine {reason}. Try again."
    wait_until(lambda: not {worker, player} & set(processes(mark)))
    ear.say(CAPTION)


def test_workers_that_are_stopped_before_they_speak(ear, mark):
    workers = waiting_workers(ear, mark)
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    number = ear.speaker.say(LONG * 200)  # more than fits in a pipe
    assert failure(ear, number) == "The speech engine did not respond, so it was stopped. Try again."
    wait_until(lambda: not set(workers) & set(processes(mark)))
    ear.say(CAPTION)


@pytest.mark.parametrize("stopped", [False, True])
def test_no_process_outlives_the_program(sound_card, mark, stopped):
    code = f"""if True:
        import time
        from captioner.speech.speaker import SPARE_WORKERS, Speaker
        speaker = Speaker(lambda event: None)
        speaker.say({LONG!r})
        while not speaker._busy or [worker.ready for worker in speaker._spare] != [True] * SPARE_WORKERS:
            time.sleep(0.01)
        print("started", flush=True)
        time.sleep(1000)
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE) as program:
        try:
            assert program.stdout.readline() == b"started\n"
            wait_until(lambda: sound_card.seconds() > 0.5)
            assert len(processes(mark, "captioner.speech.worker")) == 1 + SPARE_WORKERS
            if stopped:
                for pid in processes(mark, "captioner.speech.worker"):
                    os.kill(pid, signal.SIGSTOP)
        finally:
            program.kill()
    wait_until(lambda: not processes(mark))


def test_no_process_outlives_the_speaker(ear, sound_card, mark):
    ear.until("began", ear.speaker.say(LONG))
    wait_until(lambda: sound_card.seconds() > 0.1)
    ear.speaker.close()
    wait_until(lambda: not processes(mark))


def test_nothing_is_left_on_the_disk(start, sound_card, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    ear = start()
    ear.until("began", ear.speaker.say(LONG))
    assert list(tmp_path.iterdir()) == []


def test_modules_of_the_folder_with_photos_are_not_run(start, tmp_path, monkeypatch):
    for name in ("pyttsx3", "json", "wave"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    ear = start()
    number = ear.speaker.save(CAPTION, "speech.wav")
    ear.until("finished", number)
    assert (tmp_path / "speech.wav").stat().st_size > 50000  # saved next to the photos nevertheless


def test_saving_replaces_a_file_and_leaves_speech_alone(ear, tmp_path):
    speaking = ear.speaker.say(LONG)
    ear.until("began", speaking)
    path = tmp_path / "speech.wav"
    path.write_text("old")
    link = tmp_path / "link.wav"
    link.symlink_to(path)
    samples = ear.save(CAPTION, link)
    assert link.is_symlink()
    assert len(path.read_bytes()) == len(samples) + 44
    assert sorted(tmp_path.iterdir()) == [link, path]
    ear.speaker.stop()
    ear.until("stopped", speaking)


def test_a_full_disk_keeps_the_old_file(ear, small_disk):
    path = small_disk / "speech.wav"
    path.write_text("old")
    number = ear.speaker.save(CAPTION, path)
    assert failure(ear, number) == f"{path} can't be written (No space left on device)."
    assert path.read_text() == "old"
    assert list(small_disk.iterdir()) == [path]


def test_paths_that_cannot_be_written(ear, tmp_path):
    """Root may write to any folder of a disk, so the forbidden one is in a virtual file system."""
    pipe = tmp_path / "pipe.wav"
    os.mkfifo(pipe)
    for path, reason in [
        (tmp_path / "missing" / "speech.wav", "No such file or directory"),
        (Path("/proc/speech.wav"), "No such file or directory"),
        (pipe, "it is not a file"),
        (tmp_path, "it is not a file"),
    ]:
        assert failure(ear, ear.speaker.save(CAPTION, path)) == f"{path} can't be written ({reason})."
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_a_library_user_imports_the_speaker_from_the_package() -> None:
    """The package itself imports nothing, as the speech worker belongs to it and must start fast."""
    script = """
import sys
import captioner.speech
assert "captioner.speech.speaker" not in sys.modules
from captioner.speech import Event, Speaker, Voice
print(Speaker.__module__)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT)
    assert done.stdout == "captioner.speech.speaker\n", done.stderr
