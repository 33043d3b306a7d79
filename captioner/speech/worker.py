"""The process that runs pyttsx3. `captioner.speech.speaker` starts it, and ends its process group to silence it.

It reads and writes JSON, one object per line:

    out, when it has started: {"event": "ready", "voices": [[id, name], ...]}, English ones first
    in, once: {"say": text} or {"save": text, "path": ...}, each with "rate", "volume" and "voice", which may be null
    out: {"event": "began"}, then {"event": "alive"} every second
    out, last: {"event": "finished"} or {"event": "failed", "sentence": ...}, the latter at once if it can't start

Each process speaks once. On some platforms pyttsx3 keeps texts and file names from one use to the next, on some it
loses the end of an utterance, and on some it stays mute after a second `init`.
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

from captioner.errors import reason
from captioner.system import files

LINUX = sys.platform == "linux"
NO_ENGINE = "Speech needs espeak-ng. Install it, on Debian and Ubuntu with 'sudo apt install espeak-ng'."
NO_PLAYER = "Speech needs aplay. Install alsa-utils, on Debian and Ubuntu with 'sudo apt install alsa-utils'."
NO_VOICE = "No voice is installed. Install one in the system's speech settings."


class SpeechError(Exception):
    """The message says what went wrong and what to do."""


class Output:
    """Writes events to the standard output that the process was started with."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)  # because pyttsx3 prints as well

    def send(self, event: str, **more: object) -> None:
        with self.lock:
            print(json.dumps({"event": event, **more}), file=self.stream, flush=True)


def main() -> None:
    if LINUX:
        # If the program dies while this process is stopped: continue, notice that standard input is closed, and end.
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGCONT)
    jobs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(jobs,), daemon=True).start()
    output = Output()
    try:
        engine = _engine()
        voices = engine.getProperty("voices")
        if not voices:
            raise SpeechError(NO_ENGINE if LINUX else NO_VOICE)
        listed = sorted(voices, key=lambda voice: (not _is_english(voice), str(voice.name).casefold()))
        output.send("ready", voices=[[voice.id, voice.name] for voice in listed])
        job = jobs.get()
        text = spoken(job["say" if "say" in job else "save"])
        # An utterance may be long, but not endless: after that this process reports nothing, and counts as hung.
        threading.Thread(target=_pulse, args=(output, 30 + len(text)), daemon=True).start()
        _set_up(engine, voices, job)
        if "save" in job:
            _write(Path(job["path"]), _synthesise(engine, text))
        elif text:
            _speak(engine, text, output)
        output.send("finished")
    except SpeechError as error:
        output.send("failed", sentence=str(error))
    except Exception as error:  # drivers raise all kinds of errors
        output.send("failed", sentence=f"The speech engine failed ({reason(error)}).")
    _end()


def spoken(text: str) -> str:
    """The text without anything that a speech engine would take as a command.

    Control characters are commands to espeak, <tags> to Windows, [[codes]] to espeak and macOS. Surrogates, which a
    file's name may contain, are not text.
    """
    text = text.replace("<", " less than ").replace(">", " greater than ")
    text = re.sub(r"\[(?=\[)|\](?=\])", r"\g<0> ", text)
    return "".join(" " if unicodedata.category(c) in ("Cc", "Co", "Cs") else c for c in text).strip()


def _read(jobs: "queue.SimpleQueue[dict[str, Any]]") -> None:
    for line in sys.stdin.buffer:
        jobs.put(json.loads(line))
    _end()  # the program has ended


def _end() -> None:
    """End this process and its player at once, without the clean-up, in which speech drivers crash."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(0)


def _pulse(output: Output, seconds: int) -> None:
    for _ in range(seconds):
        time.sleep(1)
        output.send("alive")


def _engine() -> Any:
    try:
        import pyttsx3
    except ImportError as error:
        raise SpeechError("Speech needs the Python package pyttsx3. Install it with 'pip install pyttsx3'.") from error
    try:
        return pyttsx3.init()
    except Exception as error:
        sentence = f"This system's speech can't be used ({reason(error)})."
        raise SpeechError(NO_ENGINE if LINUX else sentence) from error


def _set_up(engine: Any, voices: list[Any], job: dict[str, Any]) -> None:
    identifiers = [voice.id for voice in voices]
    if job["voice"] in identifiers:  # otherwise it comes from another machine's settings
        engine.setProperty("voice", job["voice"])
    elif english := _english(engine, voices):
        engine.setProperty("voice", english)
    if job["rate"] is not None:  # after the voice, which may set its own
        engine.setProperty("rate", job["rate"])
    if job["volume"] is not None:
        engine.setProperty("volume", job["volume"])


def _english(engine: Any, voices: list[Any]) -> str | None:
    """The voice to change to, if the current one would read the captions, which are English, as another language."""
    english = [voice.id for voice in voices if _is_english(voice)]
    return None if not english or engine.getProperty("voice") in english else english[0]


def _is_english(voice: Any) -> bool:
    return str((voice.languages or [""])[0]).lower().startswith("en")


def _speak(engine: Any, text: str, output: Output) -> None:
    if LINUX:  # pyttsx3 would play it the same way, but not report a failure
        _play(_synthesise(engine, text), output)
        return
    engine.connect("started-utterance", lambda name: output.send("began"))
    engine.say(text)
    _run(engine)


def _play(sound: bytes, output: Output) -> None:
    """Play a WAV file's bytes."""
    with wave.open(io.BytesIO(sound)) as file:
        seconds = file.getnframes() / file.getframerate()
    try:
        player = subprocess.Popen(
            ["aplay", "-q", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
    except FileNotFoundError as error:
        raise SpeechError(NO_PLAYER) from error
    output.send("began")
    try:
        messages = player.communicate(sound, timeout=seconds + 10)[1].decode(errors="replace").splitlines()
    except subprocess.TimeoutExpired as error:
        raise SpeechError("The sound device isn't responding; another program may be using it.") from error
    if player.returncode:
        said = messages[-1].split(": ", 2)[-1] if messages else "no reason given"
        raise SpeechError(f"No sound can be played ({said}). Connect a sound device or switch it on.")


def _synthesise(engine: Any, text: str) -> bytes:
    """The text spoken, as the bytes of a WAV file."""
    if not text:
        raise SpeechError("There is nothing to speak.")
    if LINUX:  # in memory, so that nothing stays on the disk when this process is killed
        path = Path(f"/proc/self/fd/{os.memfd_create('speech')}")
        _save(engine, text, path)
        return path.read_bytes()
    with tempfile.TemporaryDirectory(prefix="captioner-") as folder:
        path = Path(folder, "speech.wav")
        _save(engine, text, path)
        if sys.platform == "darwin":  # where it writes AIFF, whatever the name
            aiff, path = path, Path(folder, "converted.wav")
            subprocess.run(["afconvert", "-f", "WAVE", "-d", "LEI16", aiff, path], check=True)
        return path.read_bytes()


def _save(engine: Any, text: str, path: Path) -> None:
    engine.save_to_file(text, str(path))
    _run(engine)


def _run(engine: Any) -> None:
    """Run the engine, and raise the error that it reports: pyttsx3 itself ignores it."""
    failures: list[Exception] = []
    engine.connect("error", lambda name, exception: failures.append(exception))
    if LINUX:
        # Not runAndWait, which first cancels what espeak is doing, such as setting rate or volume.
        engine.startLoop()
    else:
        engine.runAndWait()
    if failures:
        raise failures[0]


def _write(path: Path, data: bytes) -> None:
    """Write a file completely or not at all."""
    if path.exists() and not path.is_file():
        raise SpeechError(f"{path} can't be written (it is not a file).")
    try:
        files.write(path, data)
    except OSError as error:
        raise SpeechError(f"{path} can't be written ({reason(error)}).") from error


if __name__ == "__main__":
    main()
