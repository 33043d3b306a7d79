"""Captions an archive with Ray Data: workers on all cores of this computer or of a cluster.

Each row of the data set is a unit as JSON; each worker is an actor. Photos do not pass through Ray: a worker reads the
photos of its unit, writes the captions, and returns reports. If a worker dies, Ray gives its unit to another, unless
too many have died with it.
"""

import logging
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from tempfile import TemporaryDirectory
from typing import Any, cast

from captioner.archive.journal import Unit
from captioner.archive.storage import ArchiveError
from captioner.archive.worker import Job, Report, Worker
from captioner.errors import reason, user_message
from captioner.model.runtime import physical_cores, without_stderr

# The first version that keeps other users out of a cluster on this computer.
MIN_VERSION = (2, 59)
INSTALL = "Install it with \"pip install 'captioner[cluster]'\"."
GCS_PORT = 6379

# Bytes of Ray's object store, which holds only units and reports. A little more than Ray's minimum.
STORE = 100_000_000
# Starting Ray on a busy computer may take longer than the half minute that Ray allows.
TRIES = 3
# Units in a block of the data set are captioned by the same worker.
MAX_BLOCKS = 10_000


def check() -> None:
    """Check that Ray is there, without the seconds that importing it takes.

    Raises:
        ArchiveError: it is missing or too old.
    """
    try:
        version("pyarrow")
        found = version("ray")
    except PackageNotFoundError as error:
        raise ArchiveError(f"Captioning an archive needs Ray, which isn't installed. {INSTALL}") from error
    if tuple(map(int, found.split(".")[:2])) < MIN_VERSION:
        needed = ".".join(map(str, MIN_VERSION))
        raise ArchiveError(f"This command needs Ray {needed} or newer, not {found}. {INSTALL}")


@contextmanager
def connected(address: str | None, threads: int) -> Iterator[int]:
    """Start Ray on this computer, or join a running cluster, for the block; yields how many workers there is room for.

    At the end, everything that was started is ended, even workers that are still busy.

    Args:
        address: of the cluster: "auto", HOST, HOST:PORT or ray://HOST:PORT; None for this computer.
        threads: of each worker.

    Raises:
        ArchiveError: it cannot be started or reached.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # Ray would send usage reports
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    if address is not None:  # Ray would try for 13 minutes, 40 seconds each time
        os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", "1")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ArchiveError(f"Ray can't be used ({reason(error)}). {INSTALL}") from error
    for logger in ("ray", "ray.data"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    with _temporary_folder() as folder:
        options = _this_computer(folder, threads) if address is None else {"address": _with_port(address)}
        try:
            _init(options, tries=TRIES if address is None else 1)
            cores = ray.cluster_resources().get("CPU", 0)  # type: ignore[no-untyped-call]
        except Exception as error:  # Ray raises many kinds
            raise ArchiveError(_no_connection(address, error)) from error
        try:
            yield max(1, int(cores) // threads)
        finally:
            ray.shutdown()


def _init(options: dict[str, Any], tries: int) -> None:
    import ray

    for left in reversed(range(tries)):
        try:
            with without_stderr():  # Ray's log says there that it is limited to what is fatal
                ray.init(**options, log_to_driver=False, logging_level=logging.CRITICAL)
            return
        except Exception as error:
            ray.shutdown()
            if not left or "timed out" not in str(error):
                raise


def _temporary_folder() -> "TemporaryDirectory[str]":
    """For Ray's logs, which contain file names and which Ray would not delete. Short, as socket paths must be."""
    return TemporaryDirectory(
        prefix="captioner-", dir="/tmp" if os.path.isdir("/tmp") else None, ignore_cleanup_errors=True
    )


def _this_computer(folder: str, threads: int) -> dict[str, Any]:
    return {
        "address": "local",
        "num_cpus": max(threads, physical_cores()),  # one worker on each physical core is fastest
        "object_store_memory": STORE,
        "include_dashboard": False,
        "_node_ip_address": "127.0.0.1",
        "_temp_dir": folder,
    }


def _with_port(address: str) -> str:
    return f"{address}:{GCS_PORT}" if re.fullmatch(r"[\w.-]+", address) and address != "auto" else address


def _no_connection(address: str | None, error: Exception) -> str:
    text = " ".join(str(error).split())
    if "ersion mismatch" in text:
        return (
            f"The cluster at {address} runs a different version of Ray or Python. Install the same versions on all "
            f"computers. {text}"
        )
    if address is None:
        return f"Ray can't be started on this computer ({reason(error)})."
    return (
        f"There is no Ray cluster at {address} that this computer belongs to. Run the command on a computer of the "
        "cluster, or leave out --address to use only this one."
    )


def caption(job: Job, units: Sequence[Unit], workers: int) -> Iterator[Report]:
    """Caption units with this many workers, in any order. Call it in the block of `connected`.

    Raises:
        ArchiveError: the archive can't be captioned at present. What has been captioned stays.
    """
    import ray
    from ray.exceptions import RayError

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = context.print_on_execution_start = False
    context.target_max_block_size = 1  # so that each report comes as soon as it is made
    data = ray.data.from_items(
        [{"unit": unit.to_json()} for unit in units], override_num_blocks=min(len(units), MAX_BLOCKS)
    )
    # If its computer is lost, it starts on another one, and counts from 0.
    attempts = ray.remote(num_cpus=0, max_restarts=-1, max_task_retries=-1)(Attempts).remote()
    reports = data.map_batches(
        Actor,
        fn_constructor_args=(job, attempts),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(size=min(workers, len(units)), max_tasks_in_flight_per_actor=1),
        num_cpus=job.threads,
    )
    try:
        for report in reports.iter_rows():
            if report["problem"]:
                raise ArchiveError(report["problem"])
            yield cast("Report", report)
    except RayError as error:
        raise ArchiveError(f"Ray stopped. {_first_line(error)}") from error


class Actor:
    """A worker as Ray Data calls it: columns in, columns out."""

    def __init__(self, job: Job, attempts: Any) -> None:
        self._worker = Worker(job)
        self._attempts = attempts

    def __call__(self, batch: dict[str, Any]) -> Iterator[dict[str, list[Any]]]:
        import ray

        for line in batch["unit"]:
            unit = Unit.from_json(str(line))
            deaths = ray.get(self._attempts.begin.remote(unit.part))
            for report in self._worker.caption(unit, deaths):
                yield {name: [value] for name, value in report.items()}
            self._attempts.end.remote(unit.part)


class Attempts:
    """Counts the workers that have begun a unit and not ended it: all but the last of them have died."""

    def __init__(self) -> None:
        self._begun: Counter[str] = Counter()

    def begin(self, part: str) -> int:
        """Count another worker, and return how many began before it. The unit is known by its part."""
        self._begun[part] += 1
        return self._begun[part] - 1

    def end(self, part: str) -> None:
        del self._begun[part]


def _first_line(error: Exception) -> str:
    cause = getattr(error, "cause", None) or error
    lines = [line for line in str(cause).splitlines() if line.strip()]
    return lines[0] if lines else user_message(error)
