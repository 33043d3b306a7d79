"""Speaks texts in a voice of this machine, and saves speech as WAV files, without ever keeping the caller waiting.

Speech engines block, crash and go on when they should stop; so pyttsx3 runs in processes of its own (`speech_worker`).
Each speaks once, and the next ones are started before they are needed.
"""

import contextlib
import itertools
import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from captioner.system import processes

SPARE = 2  # workers that wait for a text: one is not back in time where texts replace each other quickly
SECONDS_TO_START = 30  # a cold disk, a busy machine
SECONDS_TO_ANSWER = 5  # a worker that is well says so every second
ENDED = "The speech engine ended unexpectedly: try again."
HUNG = "The speech engine did not answer and was ended: try again."
NEVER_STARTED = "The speech engine does not start" + (
    ": install espeak-ng again, on Debian and Ubuntu with 'sudo apt install --reinstall espeak-ng espeak-ng-data'."
    if sys.platform == "linux"
    else ": try again, or install the program again."
)


class Voice(NamedTuple):
    id: str
    name: str


@dataclass(frozen=True)
class Event:
    """What has become of a request.

    kind: "began" when sound begins; then, once for each request, "finished", "stopped" (by `stop` or newer speech) or
        "failed". "ready" comes when `voices` has something new to tell.
    number: what `say` or `save` returned; 0 if it is about no request ("ready", or speech that cannot be started).
    sentence: of "failed", for the user: what is wrong and what to do.
    """

    kind: Literal["ready", "began", "finished", "stopped", "failed"]
    number: int = 0
    sentence: str = ""


class Speaker:
    """Speaks. Each method returns at once; what happens is told by events.

    Args:
        tell: called with each Event in a thread of the Speaker; it should return soon. A queue's `put` will do.

    rate: words a minute, None for the engine's own (about 200).
    volume: from 0.0 to 1.0, None for the engine's own.
    voice: a Voice's id; None, or one that this machine does not have, for an English one.
    All three may be set at any time and hold for what is said from then on.

    After a failure, the next request tries anew.
    """

    def __init__(self, tell: Callable[[Event], None]):
        self.rate: int | None = None
        self.volume: float | None = None
        self.voice: str | None = None
        self._tell = tell
        self._numbers = itertools.count(1)
        self._voices: list[Voice] = []
        # All below belongs to the thread, which is fed with functions to call.
        self._inbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._waiting: list[_Job] = []
        self._spare: list[_Worker] = []
        self._busy: dict[_Worker, _Job] = {}
        self._second_try = 0  # the last job's number that was given to another worker
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)
        self._inbox.put(self._start)
        self._thread.start()

    def say(self, text: str) -> int:
        """Speak, in place of what is being spoken; returns the request's number."""
        job = self._job({"say": text})
        self._inbox.put(lambda: self._replace(job))
        return job.number

    def save(self, text: str, path: str | os.PathLike[str]) -> int:
        """Write the spoken text as a WAV file, beside what is being spoken; returns the request's number.

        A file that is there is replaced when the new one is whole, and kept if that fails.
        """
        job = self._job({"save": text, "path": os.path.abspath(path)})
        self._inbox.put(lambda: self._take(job))
        return job.number

    def stop(self) -> None:
        """Be silent at once. Files are still saved."""
        self._inbox.put(self._stop)

    def voices(self) -> list[Voice]:
        """The voices of this machine; empty until the first event "ready"."""
        return list(self._voices)

    def close(self) -> None:
        """Be silent, leave no process behind, and say no more."""
        self._inbox.put(None)
        self._thread.join(timeout=2)

    def _job(self, order: dict[str, Any]) -> "_Job":
        return _Job(next(self._numbers), {**order, "rate": self.rate, "volume": self.volume, "voice": self.voice})

    def _run(self) -> None:
        while True:
            deadlines = [worker.deadline for worker in self._workers() if worker.deadline]
            try:
                wait = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
                call = self._inbox.get(timeout=wait)
            except queue.Empty:
                self._end_the_hung()
                continue
            if call is None:
                break
            call()
        for worker in self._workers():
            worker.end()

    def _workers(self) -> "list[_Worker]":
        return [*self._busy, *self._spare]

    def _start(self) -> None:
        """See to it that workers are there for the next jobs; they start one after another."""
        if len(self._spare) < SPARE and all(worker.ready for worker in self._spare):
            try:
                self._spare.append(_Worker(lambda worker, answer: self._inbox.put(lambda: self._hear(worker, answer))))
            except OSError as error:
                self._fail_to_start(f"Speech cannot be started ({error.strerror}).")

    def _replace(self, job: "_Job") -> None:
        self._stop()
        self._take(job)

    def _take(self, job: "_Job") -> None:
        self._waiting.append(job)
        self._hand_out()

    def _hand_out(self) -> None:
        for worker in [worker for worker in self._spare if worker.ready][: len(self._waiting)]:
            self._spare.remove(worker)
            self._busy[worker] = self._waiting.pop(0)
            worker.send(self._busy[worker].order)
        self._start()

    def _stop(self) -> None:
        for job in [job for job in self._waiting if job.speaks]:
            self._waiting.remove(job)
            self._tell(Event("stopped", job.number))
        for worker, job in list(self._busy.items()):
            if job.speaks:
                worker.end()
                del self._busy[worker]
                self._tell(Event("stopped", job.number))

    def _hear(self, worker: "_Worker", answer: dict[str, Any]) -> None:
        """Take one answer of a worker; {"event": "ended"} is its last one."""
        if worker not in self._workers():
            return  # it was ended
        event = answer["event"]
        worker.heard(event)
        if event == "ready":
            voices = [Voice(*voice) for voice in answer["voices"]]
            if voices != self._voices:
                self._voices = voices
                self._tell(Event("ready"))
            self._hand_out()
        elif event == "began":
            self._tell(Event("began", self._busy[worker].number))
        elif event == "finished":
            worker.end()  # it does so itself, if its engine lets it
            self._tell(Event("finished", self._busy.pop(worker).number))
        elif event == "failed":
            self._fail(worker, answer["sentence"])
        elif event == "ended":
            job = self._busy.get(worker)
            if job and not worker.answered and job.number != self._second_try:
                self._second_try = job.number  # for the worker had ended before, unnoticed
                del self._busy[worker]
                self._end_spare()
                self._take(job)
            else:
                self._fail(worker, ENDED if worker.ready else NEVER_STARTED)

    def _end_the_hung(self) -> None:
        for worker in self._workers():
            if worker.deadline and worker.deadline <= time.monotonic():
                self._fail(worker, HUNG)
        self._end_spare()

    def _end_spare(self) -> None:
        """End the workers that wait for a text: what ended or stopped one of them may have done so to all."""
        for worker in [worker for worker in self._spare if worker.ready]:
            worker.end()
            self._spare.remove(worker)

    def _fail(self, worker: "_Worker", sentence: str) -> None:
        worker.end()
        if worker in self._busy:
            self._tell(Event("failed", self._busy.pop(worker).number, sentence))
            return
        self._spare.remove(worker)
        if not worker.ready:
            self._fail_to_start(sentence)

    def _fail_to_start(self, sentence: str) -> None:
        for number in [job.number for job in self._waiting] or [0]:
            self._tell(Event("failed", number, sentence))
        self._waiting.clear()


class _Job(NamedTuple):
    number: int
    order: dict[str, Any]

    @property
    def speaks(self) -> bool:
        return "say" in self.order


class _Worker:
    """A worker process and the thread that listens to it.

    ready: it has started.
    answered: it has told something since it was ready.
    deadline: when (time.monotonic) it is taken for hung if it has not answered; None while it need not answer.
    """

    def __init__(self, hear: "Callable[[_Worker, dict[str, Any]], None]"):
        self.ready = False
        self.answered = False
        self.deadline: float | None = time.monotonic() + SECONDS_TO_START
        self._ended = False
        self._lock = threading.Lock()
        self._process = processes.start("captioner.speech.worker")
        threading.Thread(target=self._listen, args=(hear,), name="speaker-listens", daemon=True).start()

    def send(self, order: dict[str, Any]) -> None:
        self.deadline = time.monotonic() + SECONDS_TO_ANSWER
        # In a thread: a long text does not fit in the pipe to a worker that is stopped.
        threading.Thread(target=self._write, args=(json.dumps(order).encode() + b"\n",), daemon=True).start()

    def heard(self, event: str) -> None:
        if event == "ready":
            self.ready, self.deadline = True, None
        elif event != "ended":
            self.answered, self.deadline = True, time.monotonic() + SECONDS_TO_ANSWER

    def end(self) -> None:
        """End the process and those it has started, at once."""
        with self._lock:
            if not self._ended:
                self._ended = True
                with contextlib.suppress(ProcessLookupError):
                    if sys.platform == "win32":
                        self._process.kill()
                    else:
                        os.killpg(self._process.pid, signal.SIGKILL)

    def _write(self, line: bytes) -> None:
        assert self._process.stdin
        with contextlib.suppress(OSError, ValueError):  # it has ended, which the listening thread finds out
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def _listen(self, hear: "Callable[[_Worker, dict[str, Any]], None]") -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            with contextlib.suppress(ValueError):  # a line cut off by its end
                hear(self, json.loads(line))
        self.end()  # first: its number may be another process's after the next line
        self._process.wait()
        hear(self, {"event": "ended"})
        self._process.stdout.close()
        with contextlib.suppress(OSError):
            if self._process.stdin:
                self._process.stdin.close()
