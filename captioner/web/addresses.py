"""The addresses at which other computers reach this one."""

import socket
from contextlib import suppress


def lan_address() -> str:
    """This computer's IP address in the local network; 127.0.0.1 if it has none.

    No packet is sent: connecting a datagram socket only looks up which way packets would take. The address is one that
    is reserved for documentation.
    """
    for destination in ("192.0.2.1", "10.255.255.255"):
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((destination, 9))
            return str(probe.getsockname()[0])
    return "127.0.0.1"


def names() -> set[str]:
    """This computer's names, in lower case: "kitchen" and "kitchen.local"."""
    name = socket.gethostname().lower()
    return {name, f"{name.partition('.')[0]}.local"}
