#!/usr/bin/env python3
"""Measure `captioner serve` with Ollama's client and plain HTTP, beside the library on the same cores.

    benchmark_server.py                     # speed with 1, 4 and 16 clients
    benchmark_server.py --requests 5000     # then memory, after so many requests: 20 minutes on two cores

The library and the server take turns, some photos each, so that other work on the computer slows down both alike. In
the processor time, which all processes of the library, or of the server and its clients, take together, other work does
not count at all. One client is compared with the library one photo after the other, several with its best.
"""

import argparse
import http.client
import itertools
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import ollama  # noqa: E402

from captioner import Captioner  # noqa: E402
from captioner.training.evaluation.table import table  # noqa: E402
from tests.support.server import Server, serving  # noqa: E402
from tests.support.system import descendants, own_memory, process_file  # noqa: E402

CLIENTS = (1, 4, 16)
BLOCK = 32  # photos, before it is the turn of another: two for each of the clients
TARGET = 0.95  # of the library's captions a second

Describe = Callable[[bytes], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="of the measurement of speed (default: %(default)s)")
    parser.add_argument("--requests", type=int, default=0, help="for the measurement of memory (default: none)")
    options = parser.parse_args()
    captioner = Captioner()
    photos = [path.read_bytes() for path in sorted((ROOT / "assets").glob("*.jpg"))]
    # Where a caption is a guess, the server reads the text in the photo as well, which the library does not.
    photos = [photo for photo in photos if not captioner.caption(photo).is_guess]
    begun = time.perf_counter()
    with serving() as server:
        print(f"The server listened {time.perf_counter() - begun:.2f} seconds after its start.\n", flush=True)
        server.await_model()
        speed(captioner, server, photos, options.rounds)
        if options.requests:
            memory(server, photos, options.requests)
    print(f"\n{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f} at the end.")


def speed(captioner: Captioner, server: Server, photos: Sequence[bytes], rounds: int) -> None:
    """Print the times from upload to caption, and the captions a second."""
    ways: dict[str, tuple[int, Callable[[], Describe]]] = {
        "library, one after the other": (1, lambda: captioner.caption),
        "library, two threads": (2, lambda: captioner.caption),
    }
    for number in CLIENTS:
        ways[f"server, {number} x plain HTTP"] = (number, lambda: plain_client(server))
    for number in CLIENTS:
        ways[f"server, {number} x Ollama's client"] = (number, lambda: ollama_client(server))
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    rates: dict[str, list[float]] = {name: [] for name in ways}
    work: dict[str, float] = dict.fromkeys(ways, 0.0)
    for _, make in ways.values():
        run([make()], photos, 2)  # what only the first photos take
    for _ in range(rounds):
        for name, (number, make) in ways.items():
            clients = [make() for _ in range(number)]
            begun, worked = time.perf_counter(), processor_seconds(os.getpid())
            seconds[name] += run(clients, photos, BLOCK)
            rates[name].append(BLOCK / (time.perf_counter() - begun))
            work[name] += processor_seconds(os.getpid()) - worked
    library = [name for name in ways if name.startswith("library")]
    best_rate, least_work = max(median(rates[name]) for name in library), min(work[name] for name in library)
    rows, missed = [], []
    for name, (number, _) in ways.items():
        caption, rate, milliseconds = 1000 * median(seconds[name]), median(rates[name]), 1000 * work[name]
        share = rate / (median(rates[library[0]]) if number == 1 else best_rate)
        rows.append([name, f"{caption:.0f} ms", f"{rate:.2f}", f"{share:.0%}"])
        rows[-1] += [f"{milliseconds / rounds / BLOCK:.0f} ms", f"{least_work / work[name]:.0%}"]
        if name not in library and share < TARGET:
            missed.append(f"{name} ({share:.1%})")
    header = ["way", "upload to caption", "captions a second", "of the library's", "processor time a caption"]
    print(table([*header, "of the library's least"], rows))
    alone = [f"{name} {1000 * median(seconds[name]):.0f} ms" for name, (number, _) in ways.items() if number == 1]
    print(f"\nFrom upload to caption, nothing else waiting: {', '.join(alone)}.")
    print(f"At least {TARGET:.0%} of the library's rate: {', '.join(missed) or 'nobody'} missed it.\n", flush=True)


def memory(server: Server, photos: Sequence[bytes], requests: int) -> None:
    """Print the server's memory after more and more requests of four clients, in both ways."""
    print("| requests | memory | threads | descriptors |\n| ---: | ---: | ---: | ---: |")
    sizes = []
    done = 0
    for step in range(11):
        if step:
            count = requests * step // 10 - done
            clients = [make(server) for make in (plain_client, ollama_client) for _ in range(2)]
            run(clients, photos, count)
            done += count
        family = [server.process.pid, *descendants(server.process.pid)]
        threads = len(os.listdir(f"/proc/{server.process.pid}/task"))
        files = len(os.listdir(f"/proc/{server.process.pid}/fd"))
        sizes.append(sum(map(own_memory, family)) / 1e6)
        print(f"| {done} | {sizes[-1]:.1f} MB | {threads} | {files} |", flush=True)
    print(f"\nFrom a tenth of the requests to the end the memory grew by {sizes[-1] - sizes[1]:.1f} MB.")


def processor_seconds(process: int) -> float:
    """The processor time that a process and its descendants have taken so far."""
    ticks = 0
    for one in (process, *descendants(process)):
        fields = process_file(one, "stat").rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))  # its own, and that of children that have ended
    return ticks / os.sysconf("SC_CLK_TCK")


def run(clients: Sequence[Describe], photos: Sequence[bytes], count: int) -> list[float]:
    """Let clients describe photos, and return how long each took, in seconds."""
    waiting = iter([photo for photo, _ in zip(itertools.cycle(photos), range(count), strict=False)])

    def work(describe: Describe) -> list[float]:
        seconds = []
        for photo in waiting:  # shared by all: each photo is taken once
            begun = time.perf_counter()
            describe(photo)
            seconds.append(time.perf_counter() - begun)
        return seconds

    with ThreadPoolExecutor(len(clients)) as pool:
        return [one for seconds in pool.map(work, clients) for one in seconds]


def plain_client(server: Server) -> Describe:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)

    def describe(photo: bytes) -> bytes:
        connection.request("POST", "/api/caption", photo)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        return answer.read()

    return describe


def ollama_client(server: Server) -> Describe:
    client = ollama.Client(server.root)
    return lambda photo: client.generate("captioner", images=[photo])


if __name__ == "__main__":
    main()
