"""One window a user: a second start of the program hands its photos to the window that is open."""

from collections.abc import Callable, Sequence


def hand_over(paths: Sequence[str]) -> bool:
    """Hand photos to this user's running program, if there is one.

    Args:
        paths: as on the command line; they are made absolute. May be empty: the window just comes to the front.

    Returns:
        Whether a running program took them. If not, this program is the one: it makes a `Listener` soon, and another one
        that starts meanwhile waits for that.
    """
    raise NotImplementedError


class Listener:
    """Takes what later starts of the program hand over. Works without where the system does not allow it.

    Args:
        tell: takes the absolute paths, in a thread of the listener; must not block.
    """

    def __init__(self, tell: Callable[[list[str]], None]) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Listen no longer."""
        raise NotImplementedError
