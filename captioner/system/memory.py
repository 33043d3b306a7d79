"""Returns freed memory to the system."""

import sys
from contextlib import suppress

# Lets glibc return pieces of memory of this many bytes and more to the system as soon as they are freed.
M_MMAP_THRESHOLD = -3  # the setting's number in malloc.h
MMAP_THRESHOLD_BYTES = 128 * 1024


def return_freed_memory() -> None:
    """Return a photo's memory to the system as soon as it is freed.

    glibc would otherwise keep it between the small pieces of memory of captions, which stay, and grow with every photo.
    """
    if sys.platform == "linux":
        import ctypes  # here, as most programs don't need it when they start

        with suppress(AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)
