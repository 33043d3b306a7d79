"""A sound card that records what a user would hear."""

import fcntl
import os
import select
import threading
import time
import wave
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from captioner.speech.speaker import Event, Speaker

BYTES_PER_SECOND = 22050 * 2
CONFIGURATION = """
pcm.!default {{ type file slave.pcm null file "{}" format raw }}
pcm.null {{ type null }}
"""


class SoundCard:
    """Reads, in real time, the 22,050 samples of 16 bits per second that ALSA writes to a pipe.

    configuration: the file to name in ALSA_CONFIG_PATH.
    sound: all bytes played so far.
    """

    def __init__(self, folder: Path):
        self.configuration = folder / "asound.conf"
        self.sound = b""
        pipe = folder / "sound"
        os.mkfifo(pipe)
        self.configuration.write_text(CONFIGURATION.format(pipe))
        self._pipe = os.open(pipe, os.O_RDWR)  # also for writing, because otherwise the file would end with each player
        fcntl.fcntl(self._pipe, fcntl.F_SETPIPE_SZ, 4096)  # about a tenth of a second, as in a real card
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._play)
        self._thread.start()

    def _play(self) -> None:
        while not self._closed.is_set():
            if select.select([self._pipe], [], [], 0.1)[0]:
                data = os.read(self._pipe, 2000)
                self.sound += data
                time.sleep(len(data) / BYTES_PER_SECOND)

    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        """An environment with this sound card."""
        return {**environment, "ALSA_CONFIG_PATH": str(self.configuration)}

    def seconds(self) -> float:
        return len(self.sound) / BYTES_PER_SECOND

    def close(self) -> None:
        self._closed.set()
        self._thread.join()
        os.close(self._pipe)


def loudness(sound: bytes) -> float:
    """The root mean square of 16-bit samples."""
    samples = np.frombuffer(sound[: len(sound) // 2 * 2], "<i2").astype(float)
    return float(np.sqrt(np.mean(samples**2))) if len(samples) else 0.0


def seconds_of(text: str, rate: int, folder: Path) -> float:
    """How long it takes to speak a text at a rate, in words per minute."""
    events: SimpleQueue[Event] = SimpleQueue()
    speaker = Speaker(events.put)
    speaker.rate = rate
    speaker.save(text, folder / "speech.wav")
    while (event := events.get(timeout=60)).kind != "finished":
        assert event.kind != "failed", event
    speaker.close()
    with wave.open(str(folder / "speech.wav")) as file:
        return file.getnframes() / file.getframerate()
