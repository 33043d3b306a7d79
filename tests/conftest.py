import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from captioner import Captioner

if TYPE_CHECKING:
    from tests.soundcard import SoundCard

# Where the tests were started in the background, a shell had SIGINT ignored, and so would every process of theirs.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session", autouse=True)
def _crash_log_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def samples() -> dict[str, Path]:
    """The sample photos by name: "cat", "coffee" ..."""
    return {path.stem: path for path in sorted((ROOT / "assets").glob("*.jpg"))}


@pytest.fixture(scope="session")
def shipped() -> Captioner:
    """A captioner with the shipped weights."""
    return Captioner()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 64 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("a small disk can only be mounted by root, on Linux")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def sound_card(tmp_path_factory, monkeypatch) -> Iterator["SoundCard"]:
    """The sound card that all programs started by the test play on."""
    if sys.platform != "linux":
        pytest.skip("what is spoken can only be heard through ALSA")
    from tests.soundcard import SoundCard

    card = SoundCard(tmp_path_factory.mktemp("soundcard"))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(card.configuration))
    yield card
    card.close()
