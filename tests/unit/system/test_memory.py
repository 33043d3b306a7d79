import mmap
import os
import sys
from pathlib import Path

import pytest

from captioner.system.memory import drop_mapped
from tests.support.system import mapped_memory

MEGABYTE = 1 << 20

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a file of weights"
    path.write_bytes(os.urandom(4 * MEGABYTE))
    return path


def test_a_mapped_file_takes_no_memory_and_can_be_read_again(path):
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert mapped[:] == path.read_bytes()
        assert mapped_memory(os.getpid(), path) == 4 * MEGABYTE
        drop_mapped(path)
        assert mapped_memory(os.getpid(), path) == 0
        assert mapped[:] == path.read_bytes()


def test_what_was_written_to_a_mapped_copy_is_kept(path):
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) as mapped:
        mapped[:3] = b"new"
        drop_mapped(path)
        assert mapped[:3] == b"new"


def test_a_file_that_is_not_mapped_is_no_error(path):
    drop_mapped(path)
    drop_mapped(path.with_name("nothing"))
