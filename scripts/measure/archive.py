#!/usr/bin/env python3
"""Measure `captioner archive`, or prove it with a node that is killed.

    archive.py speed PHOTOS
    archive.py kill PHOTOS --photos 2000

The first compares photos a second with those of the plain command on the same cores, and prints what scheduling costs
and how much memory the workers take. The second captions photos on a cluster of two nodes, kills one of them in the
middle, and compares each row with what the plain command says. PHOTOS is a folder.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from captioner.archive import cluster  # noqa: E402
from captioner.archive.journal import Settings, Unit, waiting  # noqa: E402
from captioner.archive.parts import FORMATS  # noqa: E402
from captioner.archive.storage import Place  # noqa: E402
from captioner.archive.worker import Job  # noqa: E402
from captioner.model.weights import open_weights  # noqa: E402
from scripts.measure.figures import spread  # noqa: E402
from tests.support.archives import differences, rows  # noqa: E402
from tests.support.system import descendants, proportional_size  # noqa: E402

UNITS = 2000  # that have nothing to do, to measure what scheduling costs


class Rate(NamedTuple):
    """How fast photos are captioned.

    Attributes:
        photos: a second.
        processor_time: seconds a photo; other programs on the same machine hardly change it.
    """

    photos: float
    processor_time: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("speed", "kill"))
    parser.add_argument("folder", type=Path, metavar="PHOTOS")
    parser.add_argument("--photos", type=int, default=160, help="how many of them (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="of each kind (default: %(default)s)")
    options = parser.parse_args()
    names = sorted(map(str, options.folder.resolve().glob("*.jpg")))[: options.photos]
    with tempfile.TemporaryDirectory() as folder:
        return kill(names, Path(folder)) if options.what == "kill" else speed(names, Path(folder), options.runs)


def speed(names: list[str], folder: Path, runs: int) -> int:
    from captioner.training.evaluation.table import table

    plain: dict[int, list[Rate]] = {1: [], 2: []}
    through_ray: dict[int, list[Rate]] = {1: [], 2: []}
    memory: list[float] = []
    for cores in (1, 2):
        os.sched_setaffinity(0, range(cores))  # of all that is started from here
        with cluster.connected(None, 1):
            for run in range(runs):  # in turns, so that other programs on this machine slow both down
                plain[cores].append(plain_rate(names, cores))
                through_ray[cores].append(ray_rate(names, folder / f"{run}-{cores}", cores, memory))
                alone, archive = plain[cores][-1].photos, through_ray[cores][-1].photos
                print(f"Run {run + 1}, {cores} core(s): {alone:.2f} and {archive:.2f} photos a second.", flush=True)
            cost = scheduling(folder / f"nothing-{cores}")
    lines = []
    for name, which in (("photos a second", 0), ("seconds of processor time a photo", 1)):
        commands = (("the plain command", plain), ("archive, a worker for each core", through_ray))
        for command, rates in commands:
            values = ([rate[which] for rate in rates[cores]] for cores in (1, 2))
            lines.append([f"{command}: {name}", *(spread(each, "", 2) for each in values)])
    shares = (
        [archive.photos / alone.photos for archive, alone in zip(through_ray[cores], plain[cores], strict=True)]
        for cores in (1, 2)
    )
    lines.append(["archive: share of the plain command's photos a second", *(spread(each, "", 2) for each in shares)])
    print(table(["", "1 core", "2 cores"], lines), end="\n\n")
    print(f"Median (least to most) of {runs} runs of {len(names)} photos, in turns.")
    print(f"Scheduling: {1000 * cost:.1f} ms for a unit, which is {1000 * cost / 256:.3f} ms for each of 256 photos.")
    print(f"A worker with its photo worker: {median(memory) / 1e6:.0f} MB (proportional set size).")
    print(f"Load average {os.getloadavg()[0]:.1f} at the end.")
    return 0


def plain_rate(names: list[str], threads: int) -> Rate:
    """Of the photos after the first."""
    command = [sys.executable, "-m", "captioner", "--json", "--no-text", "--threads", str(threads), *names]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        begun, used = time.perf_counter(), processor_time([process.pid])
        for count, _ in enumerate(process.stdout, 1):
            if count == len(names) - 2:  # before the process ends
                spent, seconds = processor_time([process.pid]) - used, time.perf_counter() - begun
        return Rate((len(names) - 2) / seconds, spent / (len(names) - 2))


def ray_rate(names: list[str], out: Path, workers: int, memory: list[float]) -> Rate:
    """Of the photos after the first unit of each worker. The memory of the workers is appended."""
    job, units = plan(names, out)
    begun = used = spent = seconds = 0.0
    photos = 0
    for number, report in enumerate(cluster.caption(job, units, workers), 1):
        if number == workers:
            begun, used = time.perf_counter(), processor_time(map_workers())
        elif workers < number <= len(units) - workers:  # as long as all of them are busy
            photos += report["photos"]
            seconds, spent = time.perf_counter() - begun, processor_time(map_workers()) - used
        if number == len(units) // 2:
            memory += [float(sum(map(proportional_size, (pid, *descendants(pid))))) for pid in map_workers()]
    return Rate(photos / seconds, spent / photos)


def processor_time(pids: list[int]) -> float:
    """Seconds of processor time that processes and their children have used."""
    total = 0.0
    for process in (one for pid in pids for one in (pid, *descendants(pid))):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def plan(names: list[str], out: Path) -> tuple[Job, list[Unit]]:
    weights = open_weights()
    settings = Settings("measurement", "parquet", f"{weights.name} {weights.version}", weights.beam_width, False)
    place = Place.of(str(out))
    return Job(place, settings, "", threads=1), waiting(place, settings, names)[0]


def map_workers() -> list[int]:
    """The processes that caption for this one."""
    return [pid for pid in descendants(os.getpid()) if b"MapWorker" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def scheduling(out: Path) -> float:
    """Seconds for a unit that is done already, with one worker: what Ray and the look for its part cost."""
    job, _ = plan([], out)
    units = [Unit(f"part-{number:06d}", ("nothing.jpg",)) for number in range(UNITS)]
    for unit in units:
        (out / f"{unit.part}.parquet").write_bytes(FORMATS["parquet"]([]))
    times = [time.perf_counter() for _ in cluster.caption(job, units, 1)]
    return (times[-1] - times[0]) / (len(times) - 1)


def kill(names: list[str], folder: Path) -> int:
    """Caption photos on two nodes, of which one is killed in the middle, and compare the rows."""
    from tests.support.ray_cluster import RayCluster

    listed, out = folder / "photos.txt", folder / "out"
    listed.write_text("".join(f"{name}\n" for name in names))
    two = RayCluster()
    two.add_node()
    command = [sys.executable, "-m", "captioner", "archive", str(listed), str(out), "--address", two.address]
    program = subprocess.Popen(command, cwd=ROOT)

    def kill_in_the_middle() -> None:
        units = 0
        while program.poll() is None:
            plan = out / "_archive.jsonl"
            units = units or (len(plan.read_text().splitlines()) - 1 if plan.exists() else 0)
            done = len(list(out.glob("part-*")))
            if units and done >= units / 2:
                print(f"A node is killed after {done} of {units} parts.", flush=True)
                two.kill_node()
                return
            time.sleep(0.1)

    killer = threading.Thread(target=kill_in_the_middle)
    killer.start()
    status = program.wait()
    killer.join()
    two.shutdown()
    found = rows(out)
    print(f"Exit status {status}, {len(found)} rows. The plain command captions the same photos now.", flush=True)
    plain = [sys.executable, "-m", "captioner", "--json", "--no-text", *names]
    printed = subprocess.run(plain, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout
    different = differences(found, list(map(json.loads, printed.splitlines())))
    print(f"{len(different)} rows are different from the plain command's. {different[:5] or ''}")
    return 1 if status or different else 0


if __name__ == "__main__":
    sys.exit(main())
