"""A short sound, in place of a sentence, for a key that goes no further."""

import array
import contextlib
import functools
import io
import math
import shutil
import subprocess
import sys
import threading
import wave

RATE = 22050  # samples per second
SECONDS = 0.07
HERTZ = 440
LOUDNESS = 0.25  # of the loudest possible
MACOS_SOUND = "/System/Library/Sounds/Tink.aiff"


def play() -> bool:
    """Begin to play the sound, and return whether this computer can play it."""
    if sys.platform != "win32" and not shutil.which(_command()[0]):
        return False
    threading.Thread(target=_play, name="short-sound", daemon=True).start()
    return True


def _play() -> None:
    if sys.platform == "win32":
        import winsound

        winsound.PlaySound(_sound(), winsound.SND_MEMORY)
        return
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):  # then it is silent
        subprocess.run(_command(), input=_sound(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=5)


def _command() -> list[str]:
    return ["afplay", MACOS_SOUND] if sys.platform == "darwin" else ["aplay", "-q", "-"]


@functools.cache
def _sound() -> bytes:
    """A tone that fades out, as the bytes of a WAV file."""
    count = int(SECONDS * RATE)
    samples = array.array(
        "h",
        (
            int(32767 * LOUDNESS * (1 - index / count) * math.sin(2 * math.pi * HERTZ * index / RATE))
            for index in range(count)
        ),
    )
    if sys.byteorder == "big":
        samples.byteswap()
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(samples.tobytes())
    return file.getvalue()
