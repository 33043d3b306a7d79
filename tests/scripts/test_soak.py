"""scripts/measure/soak.py, for as long as a test may take; what it finds in the long runs is in the report."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from scripts.measure import soak
from scripts.measure.benchmark_window import NEEDED


def test_captions_leave_nothing_behind() -> None:
    samples, faults = soak.captions(60, threads=1)
    assert faults == []
    assert samples[-1].captions == 60
    assert samples[-1].memory > 50e6


class Leaky:
    """A captioner that leaves everything behind."""

    descriptors: list[int] = []

    def __init__(self, threads: int | None) -> None:
        self.memory = bytearray()

    def caption(self, photo: Path) -> None:
        self.memory += bytes(20_000_000)
        self.descriptors.append(tempfile.mkstemp()[0])
        threading.Thread(target=threading.Event().wait, args=(100,), daemon=True).start()


def test_what_is_left_behind_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak, "Captioner", Leaky)
    faults = " ".join(soak.captions(20)[1])
    for descriptor in Leaky.descriptors:
        os.close(descriptor)
    for what in ("memory grew by", "10 more threads", "10 more descriptors", "a temporary file is left: "):
        assert what in faults


@pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason=f"needs {', '.join(NEEDED)}")
def test_the_window_bears_abuse(tmp_path: Path) -> None:
    script, plot = Path(soak.__file__), tmp_path / "memory.png"
    # In a process of its own: Tk would end this one when the soak's screen goes.
    command = [sys.executable, str(script), "window", "--minutes", "0.4", "--plot", str(plot)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.stderr == ""
    assert result.returncode == 0
    assert "captions." in result.stdout
    assert plot.stat().st_size > 5000
