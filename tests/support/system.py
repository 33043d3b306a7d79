"""What tests and measurements ask of the system: the memory of processes, and a folder that nobody can write to."""

import contextlib
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def process_file(process: int, name: str) -> str:
    """The content of a file in a process's folder under /proc, "" if the process has ended."""
    try:
        return Path(f"/proc/{process}/{name}").read_text()
    except OSError:
        return ""


def own_memory(process: int) -> int:
    """The bytes of a process that are not parts of files."""
    return 1024 * sum(map(int, re.findall(r"^Anonymous: +(\d+)", process_file(process, "smaps_rollup"), re.M)))


def proportional_size(process: int) -> int:
    """The bytes of a process, those that it shares with others divided among them."""
    return 1024 * sum(map(int, re.findall(r"^Pss: +(\d+)", process_file(process, "smaps_rollup"), re.M)))


def mapped_memory(process: int, path: Path) -> int:
    """The bytes of a file, which a process has mapped, that are in the process's memory."""
    mappings = re.findall(rf" {re.escape(str(path))}\n(?:[A-Z].*\n)*?Rss: +(\d+)", process_file(process, "smaps"))
    assert mappings, f"{path} is not mapped"
    return 1024 * sum(map(int, mappings))


def descendants(process: int) -> list[int]:
    """The processes that a process has started, and those that they have started."""
    children: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # it has ended
            children += map(int, task.read_text().split())
    return [*children, *(other for child in children for other in descendants(child))]


@contextmanager
def read_only(folder: Path) -> Iterator[bool]:
    """Whether a folder has become one that nobody can write to, not even root.

    Only root can do that, and only while nothing is being written in the folder.
    """
    mounted = not subprocess.run(["mount", "--bind", str(folder), str(folder)], capture_output=True).returncode
    try:
        command = ["mount", "-o", "remount,ro,bind", str(folder)]
        yield mounted and not subprocess.run(command, capture_output=True).returncode
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
