"""What is spoken when, heard through a sound card of the test's own."""

import io
import queue
import time
import wave

import pytest

from captioner.gui.voice import Voice
from captioner.speech.speaker import Event
from tests.support.soundcard import loudness

TIMEOUT = 60.0  # seconds
CAPTION = "A brown dog runs through the grass with a ball in its mouth."
LONG = f"{CAPTION} " * 10


class Listener:
    """A Voice with a main loop. Keeps what it said, its notices, and the events that it got."""

    def __init__(self):
        self.said = []
        self.notices = []
        self.events = []
        self.queue = queue.Queue()
        self.voice = Voice(self.notices.append, self.queue.put, self.said.append)

    def wait_until(self, true) -> None:
        end = time.monotonic() + TIMEOUT
        while not true():
            assert time.monotonic() < end, (self.said, self.notices)
            try:
                self.events.append(self.queue.get(timeout=0.01))
            except queue.Empty:
                continue
            self.voice.handle(self.events[-1])

    def wait_for_silence(self) -> None:
        self.wait_until(lambda: not self.voice.speaking)

    def wait_for_sound(self) -> None:
        count = len(self.events)
        self.wait_until(lambda: any(event.kind == "began" for event in self.events[count:]))


@pytest.fixture
def listener(sound_card):
    listener = Listener()
    yield listener
    listener.voice.close()


def samples(listener: Listener, text: str, path) -> bytes:
    """The sound of a text."""
    listener.voice.save(text, path)
    listener.wait_until(path.exists)
    with wave.open(io.BytesIO(path.read_bytes())) as file:
        return file.readframes(file.getnframes())


def test_a_caption_is_heard(listener, sound_card):
    listener.voice.caption(CAPTION)
    assert listener.voice.speaking
    listener.wait_for_silence()
    assert listener.said == [CAPTION]
    assert 2 < sound_card.seconds() < 6
    assert loudness(sound_card.sound) > 500


def test_announcements_wait_for_the_end_of_a_caption(listener, sound_card, tmp_path):
    """The caption is heard to its end, then the latest announcement."""
    caption = samples(listener, CAPTION, tmp_path / "caption.wav")
    listener.voice.caption(CAPTION)
    listener.wait_for_sound()
    listener.voice.announce("1 of 3 photos")
    listener.voice.announce("2 of 3 photos")
    assert listener.said == [CAPTION]
    listener.wait_until(lambda: caption in sound_card.sound)
    listener.wait_until(lambda: len(listener.said) == 2)
    listener.wait_for_silence()
    assert listener.said == [CAPTION, "2 of 3 photos"]


def test_a_reply_replaces_what_is_spoken(listener, sound_card, tmp_path):
    """Even a caption; and an announcement that waited is dropped."""
    yes = samples(listener, "Yes.", tmp_path / "yes.wav")
    listener.voice.caption(LONG)
    listener.wait_for_sound()
    listener.voice.announce("Ready.")
    listener.voice.say("Yes.")
    listener.wait_for_silence()
    listener.wait_until(lambda: yes in sound_card.sound)
    assert sound_card.seconds() < 20  # of more than 30
    assert listener.said == [LONG, "Yes."]


def test_a_caption_replaces_what_is_spoken(listener):
    listener.voice.say(LONG)
    listener.voice.caption(CAPTION)
    listener.voice.caption("A cat sleeps.")
    listener.wait_for_silence()
    assert listener.said == [LONG, CAPTION, "A cat sleeps."]
    assert [event.number for event in listener.events if event.kind == "finished"] == [3]


def test_an_announcement_is_spoken_at_once_in_silence(listener):
    listener.voice.announce("Captioning…")
    listener.wait_for_silence()
    assert listener.said == ["Captioning…"]


def test_toggle_stops_and_speaks_again(listener, sound_card):
    listener.voice.toggle()
    assert not listener.voice.speaking  # there is no caption yet
    listener.voice.caption(LONG)
    listener.wait_for_sound()
    listener.voice.announce("Ready.")
    listener.voice.toggle()
    assert not listener.voice.speaking
    listener.wait_until(lambda: any(event.kind == "stopped" for event in listener.events))
    listener.voice.toggle()
    listener.wait_for_sound()
    assert listener.voice.speaking
    listener.voice.toggle()
    assert listener.said == [LONG, LONG]
    assert sound_card.seconds() < 20


def test_stop_stops_for_good(listener, sound_card):
    listener.voice.caption(LONG)
    listener.wait_for_sound()
    listener.wait_until(lambda: sound_card.seconds() > 0.5)
    listener.voice.stop()
    listener.wait_until(lambda: any(event.kind == "stopped" for event in listener.events))
    stopped = sound_card.seconds()
    end = time.monotonic() + 1
    listener.wait_until(lambda: time.monotonic() > end)
    assert sound_card.seconds() < stopped + 0.3  # what was in the pipe to the card


def test_a_new_photo_is_not_spoken_with_the_old_caption(listener):
    listener.voice.caption(LONG)
    listener.voice.clear()
    assert not listener.voice.speaking
    listener.voice.toggle()
    assert not listener.voice.speaking
    assert listener.said == [LONG]


def test_captions_that_are_not_spoken_automatically(listener):
    """They are silent when they appear, and do not replace what is spoken; Space speaks them."""
    listener.voice.speak_captions = False
    listener.voice.say("Yes.")
    listener.voice.caption(CAPTION)
    listener.wait_for_silence()
    listener.voice.toggle()
    listener.wait_for_silence()
    assert listener.said == ["Yes.", CAPTION]
    assert [event.number for event in listener.events if event.kind == "finished"] == [1, 2]


def test_voice_rate_and_volume(listener, tmp_path):
    plain = samples(listener, CAPTION, tmp_path / "plain.wav")
    listener.voice.configure("gmw/en-us", 100, 0.5)
    slow = samples(listener, CAPTION, tmp_path / "slow.wav")
    assert 1.6 < len(slow) / len(plain) < 2.4
    assert loudness(slow) < 0.8 * loudness(plain)
    assert "gmw/en-us" in [voice.id for voice in listener.voice.voices()]


def test_saving_reports_how_it_ended(listener, tmp_path):
    """It does not disturb what is spoken."""
    listener.voice.caption(CAPTION)
    listener.voice.save(CAPTION, tmp_path / "caption.wav")
    listener.voice.save(CAPTION, tmp_path / "missing" / "caption.wav")
    listener.wait_until(lambda: len(listener.notices) == 2)
    assert listener.notices == [
        "Speech saved as caption.wav.",
        f"{tmp_path}/missing/caption.wav can't be written (No such file or directory).",
    ]
    assert (tmp_path / "caption.wav").stat().st_size > 50000
    listener.wait_for_silence()
    assert [event.number for event in listener.events if event.kind == "finished"] == [2, 1]


def test_no_sound_card(listener, sound_card):
    """The problem is reported once. Replies are tried again; announcements are dropped."""
    card = sound_card.configuration.read_text()
    sound_card.configuration.write_text("")
    listener.voice.caption(CAPTION)
    listener.voice.announce("Ready.")
    listener.wait_for_silence()
    listener.voice.announce("Captioning…")
    listener.voice.say("Yes.")
    listener.wait_for_silence()
    (sentence,) = listener.notices
    assert sentence.startswith("No sound can be played (")
    assert sentence.endswith("). Connect a sound device or switch it on.")
    sound_card.configuration.write_text(card)
    listener.voice.toggle()
    listener.wait_for_silence()
    listener.voice.announce("Ready.")
    listener.wait_for_silence()
    assert listener.said == [CAPTION, "Yes.", CAPTION, "Ready."]
    assert sound_card.seconds() > 2
    sound_card.configuration.write_text("")
    listener.voice.say("No.")
    listener.wait_for_silence()
    assert listener.notices == [sentence, sentence]


def test_a_speech_engine_that_is_missing(sound_card, tmp_path, monkeypatch):
    """It is reported before anything is to be spoken, and once."""
    for name in ("libespeak-ng.so.1", "libespeak.so.1"):
        (tmp_path / name).write_text("no library")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    listener = Listener()
    listener.wait_until(lambda: listener.notices)
    listener.voice.caption(CAPTION)
    listener.wait_for_silence()
    assert listener.notices == [
        "Speech needs espeak-ng. Install it, on Debian and Ubuntu with 'sudo apt install espeak-ng'."
    ]
    listener.voice.close()


def test_a_failure_of_another_worker_does_not_stop_speech(listener):
    listener.voice.caption(CAPTION)
    listener.voice.handle(Event("failed", 0, "The speech engine does not start."))
    assert listener.voice.speaking
    assert listener.notices == ["The speech engine does not start."]
    listener.wait_for_silence()


def test_utterances_are_recorded_in_the_file_that_the_environment_names(sound_card, tmp_path, monkeypatch):
    path = tmp_path / "utterances"
    monkeypatch.setenv("CAPTIONER_UTTERANCES", str(path))
    voice = Voice(print, lambda event: None)
    start = time.monotonic()
    voice.caption("A dog\nruns.")
    voice.say("")
    voice.say("Self-voicing off")
    voice.close()
    times, texts = zip(*(line.split(" ", 1) for line in path.read_text().splitlines()), strict=True)
    assert texts == ("A dog runs.", "Self-voicing off")
    assert start - 0.001 < float(times[0]) <= float(times[1])
