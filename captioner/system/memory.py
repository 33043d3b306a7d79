"""Returns memory to the system as soon as it is not needed."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctypes import CDLL

# Lets glibc return pieces of memory of this many bytes and more to the system as soon as they are freed. The decoder's
# outputs are smaller: the system would set new memory for them to zero, page by page, at every word.
M_MMAP_THRESHOLD = -3  # the setting's number in malloc.h
MMAP_THRESHOLD_BYTES = 512 * 1024
# How many pools of memory (arenas) the threads share. By default each thread that describes photos could get its own,
# which keeps what the others could use.
M_ARENA_MAX = -8
ARENAS = 2

MADV_DONTNEED = 4  # the advice's number in mman.h


def return_freed_memory() -> None:
    """Return a photo's memory to the system as soon as it is freed, from now on. Call it before threads start.

    glibc would otherwise keep it between the small pieces of memory of captions, which stay, and grow with every photo.
    """
    with suppress(AttributeError):  # another system, or another C library
        _c_library().mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)
        _c_library().mallopt(M_ARENA_MAX, ARENAS)


def return_all_freed_memory() -> None:
    """Return what has been freed so far to the system. The next photo takes milliseconds longer: it needs it again."""
    with suppress(AttributeError):
        _c_library().malloc_trim(0)


def drop_mapped(path: Path) -> None:
    """Take a file that is mapped into this process, to be read only, out of its memory.

    The system brings back what is read again. It would drop the rest by itself only when memory is short.
    """
    if sys.platform != "linux":
        return
    from ctypes import c_size_t, c_void_p

    name = os.path.realpath(path)
    with suppress(AttributeError, OSError):  # another C library, or no /proc
        madvise = _c_library().madvise
        for line in Path("/proc/self/maps").read_text(errors="surrogateescape").splitlines():
            addresses, permissions, *_, mapped = line.split(maxsplit=5)
            if mapped == name and "w" not in permissions:
                begin, end = (int(address, 16) for address in addresses.split("-"))
                madvise(c_void_p(begin), c_size_t(end - begin), MADV_DONTNEED)


def _c_library() -> "CDLL":
    """The C library.

    Raises:
        AttributeError: it is not known to be glibc.
    """
    if sys.platform != "linux":
        raise AttributeError
    from ctypes import CDLL  # here, as most programs don't need it when they start

    return CDLL(None)
