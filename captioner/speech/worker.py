"""The process that owns pyttsx3: `captioner.speech.speaker` starts it, and ends its process group to silence it.

It is told and tells in JSON, one object a line:

    out, when it has started: {"event": "ready", "voices": [[id, name], ...]}
    in, once: {"say": text} or {"save": text, "path": ...}, each with "rate", "volume" and "voice", which may be null
    out: {"event": "began"}, then {"event": "alive"} every second
    out, at last: {"event": "finished"} or {"event": "failed", "sentence": ...}, the latter at once if it cannot start

One process speaks once: pyttsx3 keeps texts and file names from one use to the next, loses the end of an utterance, and
stays mute after a second `init`, each on some platform.
"""

import ctypes
import io
import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unicodedata
import wave
from pathlib import Path
from typing import Any

from captioner.system import files

LINUX = sys.platform == "linux"
NO_ENGINE = "Speech needs espeak-ng: install it, on Debian and Ubuntu with 'sudo apt install espeak-ng'."
NO_PLAYER = "Speech needs aplay: install alsa-utils, on Debian and Ubuntu with 'sudo apt install alsa-utils'."
NO_VOICE = "There is no voice to speak with: install one in the system's settings for speech."


class SpeechError(Exception):
    """What went wrong and what to do, in one sentence."""


class Answers:
    """Writes events to the standard output that the process was started with."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)  # pyttsx3 prints, too

    def tell(self, event: str, **more: object) -> None:
        with self.lock:
            print(json.dumps({"event": event, **more}), file=self.stream, flush=True)


def main() -> None:
    if LINUX:
        # Should the program die while this process is stopped: run on, see that standard input is closed, and end.
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGCONT)
    jobs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(jobs,), daemon=True).start()
    answers = Answers()
    try:
        engine = _engine()
        voices = engine.getProperty("voices")
        if not voices:
            raise SpeechError(NO_ENGINE if LINUX else NO_VOICE)
        answers.tell("ready", voices=[[voice.id, voice.name] for voice in voices])
        job = jobs.get()
        text = spoken(job["say" if "say" in job else "save"])
        # An utterance may be long, but not for ever: then this process falls silent and is taken for hung.
        threading.Thread(target=_pulse, args=(answers, 30 + len(text)), daemon=True).start()
        _set_up(engine, voices, job)
        if "save" in job:
            _write(Path(job["path"]), _synthesise(engine, text))
        elif text:
            _speak(engine, text, answers)
        answers.tell("finished")
    except SpeechError as error:
        answers.tell("failed", sentence=str(error))
    except Exception as error:  # drivers raise what they like
        answers.tell("failed", sentence=f"The speech engine failed ({_reason(error)}).")
    _end()


def spoken(text: str) -> str:
    """The text without what a speech engine would obey instead of speaking it.

    Control characters command espeak, <tags> command Windows, [[codes]] command espeak and macOS; half a character,
    which the name of a file may hold, is no text at all.
    """
    text = text.replace("<", " less than ").replace(">", " greater than ")
    text = re.sub(r"\[(?=\[)|\](?=\])", r"\g<0> ", text)
    return "".join(" " if unicodedata.category(c) in ("Cc", "Co", "Cs") else c for c in text).strip()


def _read(jobs: "queue.SimpleQueue[dict[str, Any]]") -> None:
    for line in sys.stdin.buffer:
        jobs.put(json.loads(line))
    _end()  # the program has gone


def _end() -> None:
    """End this process and its player at once, without the clean-up in which speech drivers crash."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(0)


def _pulse(answers: Answers, seconds: int) -> None:
    for _ in range(seconds):
        time.sleep(1)
        answers.tell("alive")


def _engine() -> Any:
    try:
        import pyttsx3
    except ImportError as error:
        raise SpeechError("Speech needs the Python package pyttsx3: install it with 'pip install pyttsx3'.") from error
    try:
        return pyttsx3.init()
    except Exception as error:
        reason = f"The speech of this system cannot be used ({_reason(error)})."
        raise SpeechError(NO_ENGINE if LINUX else reason) from error


def _set_up(engine: Any, voices: list[Any], job: dict[str, Any]) -> None:
    identifiers = [voice.id for voice in voices]
    if job["voice"] in identifiers:  # else it comes from the settings of another machine
        engine.setProperty("voice", job["voice"])
    elif english := _english(engine, voices):
        engine.setProperty("voice", english)
    if job["rate"] is not None:  # after the voice, which may bring its own
        engine.setProperty("rate", job["rate"])
    if job["volume"] is not None:
        engine.setProperty("volume", job["volume"])


def _english(engine: Any, voices: list[Any]) -> str | None:
    """The voice to change to so that captions, which are English, are not read as another language."""
    english = [voice.id for voice in voices if str((voice.languages or [""])[0]).lower().startswith("en")]
    return None if not english or engine.getProperty("voice") in english else english[0]


def _speak(engine: Any, text: str, answers: Answers) -> None:
    if LINUX:  # pyttsx3 would play likewise, but not tell if that failed
        _play(_synthesise(engine, text), answers)
        return
    engine.connect("started-utterance", lambda name: answers.tell("began"))
    engine.say(text)
    _run(engine)


def _play(sound: bytes, answers: Answers) -> None:
    """Play a WAV file's bytes."""
    with wave.open(io.BytesIO(sound)) as file:
        seconds = file.getnframes() / file.getframerate()
    try:
        player = subprocess.Popen(
            ["aplay", "-q", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
    except FileNotFoundError as error:
        raise SpeechError(NO_PLAYER) from error
    answers.tell("began")
    try:
        messages = player.communicate(sound, timeout=seconds + 10)[1].decode(errors="replace").splitlines()
    except subprocess.TimeoutExpired as error:
        raise SpeechError("The sound device takes no sound: see whether another program holds it.") from error
    if player.returncode:
        reason = messages[-1].split(": ", 2)[-1] if messages else "no reason given"
        raise SpeechError(f"No sound can be played ({reason}): connect a sound device or switch it on.")


def _synthesise(engine: Any, text: str) -> bytes:
    """The bytes of a WAV file in which the text is spoken."""
    if not text:
        raise SpeechError("There is nothing to say.")
    if LINUX:  # in memory: nothing is left on the disk when this process is ended
        path = Path(f"/proc/self/fd/{os.memfd_create('speech')}")
        _save(engine, text, path)
        return path.read_bytes()
    with tempfile.TemporaryDirectory(prefix="captioner-") as folder:
        path = Path(folder, "speech.wav")
        _save(engine, text, path)
        if sys.platform == "darwin":  # which writes AIFF, whatever the name
            aiff, path = path, Path(folder, "converted.wav")
            subprocess.run(["afconvert", "-f", "WAVE", "-d", "LEI16", aiff, path], check=True)
        return path.read_bytes()


def _save(engine: Any, text: str, path: Path) -> None:
    engine.save_to_file(text, str(path))
    _run(engine)


def _run(engine: Any) -> None:
    """Let the engine do what it was given, and raise what it complains of; it would go on as if nothing had been."""
    failures: list[Exception] = []
    engine.connect("error", lambda name, exception: failures.append(exception))
    if LINUX:
        # Not runAndWait: before it synthesises, it cancels what espeak is doing, which may be setting rate or volume.
        engine.startLoop()
    else:
        engine.runAndWait()
    if failures:
        raise failures[0]


def _write(path: Path, data: bytes) -> None:
    """Write a file, all at once or not at all."""
    if path.exists() and not path.is_file():
        raise SpeechError(f"{path} cannot be written (it is not a file).")
    try:
        files.write(path, data)
    except OSError as error:
        raise SpeechError(f"{path} cannot be written ({error.strerror}).") from error


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__


if __name__ == "__main__":
    main()
