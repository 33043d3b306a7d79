"""Speaks texts in a voice of this machine, and saves speech as WAV files. The caller never waits.

Speech engines block, crash, and continue when they should stop. So pyttsx3 runs in processes of its own
(`captioner.speech.worker`). Each speaks one text, and the next ones are started before they are needed.
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

from captioner.errors import reason
from captioner.system import processes

SPARE_WORKERS = 2  # that wait for a text. With one, texts that replace each other quickly would have to wait
START_TIMEOUT = 30  # seconds: the disk may be cold and the machine busy
ANSWER_TIMEOUT = 5  # seconds. A worker that works reports every second
ENDED = "The speech engine ended unexpectedly. Try again."
HUNG = "The speech engine did not respond, so it was stopped. Try again."
NEVER_STARTED = "The speech engine doesn't start. " + (
    "Install espeak-ng again, on Debian and Ubuntu with 'sudo apt install --reinstall espeak-ng espeak-ng-data'."
    if sys.platform == "linux"
    else "Try again, or install the program again."
)


class Voice(NamedTuple):
    id: str
    name: str


@dataclass(frozen=True)
class Event:
    """News of a request.

    Attributes:
        kind: "began" when sound begins. Then, once for each request, "finished", "stopped" (by `stop` or newer speech)
            or "failed". "ready" comes when `voices` has changed.
        number: what `say` or `save` returned; 0 if it is not about a request ("ready", or speech that doesn't start).
        sentence: for "failed", what is wrong and what to do.
    """

    kind: Literal["ready", "began", "finished", "stopped", "failed"]
    number: int = 0
    sentence: str = ""


class Speaker:
    """Speaks. Each method returns at once, and events report what happens.

    After a failure, the next request tries again.

    Args:
        report: called with each Event in a thread of the Speaker, and should return quickly. A queue's `put` will do.

    Attributes, which may be set at any time and apply to later requests:
        rate: in words per minute, None for the engine's default (about 200).
        volume: from 0.0 to 1.0, None for the engine's default.
        voice: a Voice's id; None, or an id that this machine does not have, for an English voice.
    """

    def __init__(self, report: Callable[[Event], None]):
        self.rate: int | None = None
        self.volume: float | None = None
        self.voice: str | None = None
        self._report = report
        self._numbers = itertools.count(1)
        self._voices: list[Voice] = []
        # Only the thread uses the following. It calls the functions from the queue.
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._waiting: list[_Job] = []
        self._spare: list[_Worker] = []
        self._busy: dict[_Worker, _Job] = {}
        self._second_try = 0  # the number of the last job that was given to a second worker
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)
        self._calls.put(self._start)
        self._thread.start()

    def say(self, text: str) -> int:
        """Speak a text instead of the current one, and return the request's number."""
        job = self._job({"say": text})
        self._calls.put(lambda: self._replace(job))
        return job.number

    def save(self, text: str, path: str | os.PathLike[str]) -> int:
        """Save a spoken text as a WAV file, and return the request's number. What is being spoken goes on.

        An existing file is replaced when the new one is complete, and kept if that fails.
        """
        job = self._job({"save": text, "path": os.path.abspath(path)})
        self._calls.put(lambda: self._take(job))
        return job.number

    def stop(self) -> None:
        """Stop speaking at once. Files are still saved."""
        self._calls.put(self._stop)

    def voices(self) -> list[Voice]:
        """The voices of this machine; empty until the first event "ready"."""
        return list(self._voices)

    def close(self) -> None:
        """Stop speaking, end all processes, and report nothing more."""
        self._calls.put(None)
        self._thread.join(timeout=2)

    def _job(self, order: dict[str, Any]) -> "_Job":
        return _Job(next(self._numbers), {**order, "rate": self.rate, "volume": self.volume, "voice": self.voice})

    def _run(self) -> None:
        while True:
            deadlines = [worker.deadline for worker in self._workers() if worker.deadline]
            try:
                wait = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
                call = self._calls.get(timeout=wait)
            except queue.Empty:
                self._end_hung_workers()
                continue
            if call is None:
                break
            call()
        for worker in self._workers():
            worker.end()

    def _workers(self) -> "list[_Worker]":
        return [*self._busy, *self._spare]

    def _start(self) -> None:
        """Start workers for the next jobs, one after the other."""
        if len(self._spare) < SPARE_WORKERS and all(worker.ready for worker in self._spare):
            try:
                self._spare.append(
                    _Worker(lambda worker, answer: self._calls.put(lambda: self._handle(worker, answer)))
                )
            except OSError as error:
                self._fail_to_start(f"Speech can't be started ({reason(error)}).")

    def _replace(self, job: "_Job") -> None:
        self._stop()
        self._take(job)

    def _take(self, job: "_Job") -> None:
        self._waiting.append(job)
        self._assign_jobs()

    def _assign_jobs(self) -> None:
        for worker in [worker for worker in self._spare if worker.ready][: len(self._waiting)]:
            self._spare.remove(worker)
            self._busy[worker] = self._waiting.pop(0)
            worker.send(self._busy[worker].order)
        self._start()

    def _stop(self) -> None:
        for job in [job for job in self._waiting if job.speaks]:
            self._waiting.remove(job)
            self._report(Event("stopped", job.number))
        for worker, job in list(self._busy.items()):
            if job.speaks:
                worker.end()
                del self._busy[worker]
                self._report(Event("stopped", job.number))

    def _handle(self, worker: "_Worker", answer: dict[str, Any]) -> None:
        """Handle a message from a worker. {"event": "ended"} is its last one."""
        if worker not in self._workers():
            return  # this process ended it
        event = answer["event"]
        worker.heard(event)
        if event == "ready":
            voices = [Voice(*voice) for voice in answer["voices"]]
            if voices != self._voices:
                self._voices = voices
                self._report(Event("ready"))
            self._assign_jobs()
        elif event == "began":
            self._report(Event("began", self._busy[worker].number))
        elif event == "finished":
            worker.end()  # which it does itself, unless its engine prevents it
            self._report(Event("finished", self._busy.pop(worker).number))
        elif event == "failed":
            self._fail(worker, answer["sentence"])
        elif event == "ended":
            job = self._busy.get(worker)
            if job and not worker.answered and job.number != self._second_try:
                self._second_try = job.number  # the worker had already ended, unnoticed
                del self._busy[worker]
                self._end_spare()
                self._take(job)
            else:
                self._fail(worker, ENDED if worker.ready else NEVER_STARTED)

    def _end_hung_workers(self) -> None:
        for worker in self._workers():
            if worker.deadline and worker.deadline <= time.monotonic():
                self._fail(worker, HUNG)
        self._end_spare()

    def _end_spare(self) -> None:
        """End the workers that wait for a text, because what ended or stopped one may have affected all."""
        for worker in [worker for worker in self._spare if worker.ready]:
            worker.end()
            self._spare.remove(worker)

    def _fail(self, worker: "_Worker", sentence: str) -> None:
        worker.end()
        if worker in self._busy:
            self._report(Event("failed", self._busy.pop(worker).number, sentence))
            return
        self._spare.remove(worker)
        if not worker.ready:
            self._fail_to_start(sentence)

    def _fail_to_start(self, sentence: str) -> None:
        for number in [job.number for job in self._waiting] or [0]:
            self._report(Event("failed", number, sentence))
        self._waiting.clear()


class _Job(NamedTuple):
    number: int
    order: dict[str, Any]

    @property
    def speaks(self) -> bool:
        return "say" in self.order


class _Worker:
    """A worker process and the thread that listens to it.

    Attributes:
        ready: whether it has started.
        answered: whether it has sent anything since it was ready.
        deadline: the time.monotonic() at which it counts as hung unless it has answered; None if none is expected.
    """

    def __init__(self, handle: "Callable[[_Worker, dict[str, Any]], None]"):
        self.ready = False
        self.answered = False
        self.deadline: float | None = time.monotonic() + START_TIMEOUT
        self._ended = False
        self._lock = threading.Lock()
        self._process = processes.start("captioner.speech.worker")
        threading.Thread(target=self._listen, args=(handle,), name="speaker-listens", daemon=True).start()

    def send(self, order: dict[str, Any]) -> None:
        self.deadline = time.monotonic() + ANSWER_TIMEOUT
        # In a thread, as a long text blocks if the worker is stopped: it does not fit into the pipe.
        threading.Thread(target=self._write, args=(json.dumps(order).encode() + b"\n",), daemon=True).start()

    def heard(self, event: str) -> None:
        if event == "ready":
            self.ready, self.deadline = True, None
        elif event != "ended":
            self.answered, self.deadline = True, time.monotonic() + ANSWER_TIMEOUT

    def end(self) -> None:
        """End the process, and those that it started, at once."""
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
        with contextlib.suppress(OSError, ValueError):  # it has ended, and the listening thread will notice
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def _listen(self, handle: "Callable[[_Worker, dict[str, Any]], None]") -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            with contextlib.suppress(ValueError):  # a line that its end cut off
                handle(self, json.loads(line))
        self.end()  # before wait: after that its number may belong to another process
        self._process.wait()
        handle(self, {"event": "ended"})
        self._process.stdout.close()
        with contextlib.suppress(OSError):
            if self._process.stdin:
                self._process.stdin.close()
