"""Describes the machine and the packages that a measurement was made with."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("tensorflow", "keras", "numpy", "ai-edge-litert", "pillow")


def machine() -> dict[str, str]:
    """Processor, cores that this process may use, memory and system, each as far as the system tells."""
    processor, memory = platform.processor() or platform.machine(), ""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if platform.system() == "Linux":
        names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        processor = names[0].partition(":")[2].strip() if names else platform.machine()
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1e9:.0f} GB"
    described = {"processor": processor, "cores": str(cores), "memory": memory, "system": platform.platform()}
    return {name: value for name, value in described.items() if value}


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that a result may depend on, as far as they are installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
