"""Names as they are shown."""

import re
from collections.abc import Sequence


def printable(name: str) -> str:
    """A name on one line, without control characters that a terminal would obey."""
    return re.sub("[\0-\x1f\x7f-\x9f]", lambda match: ascii(match[0])[1:-1], name)


def listed(names: Sequence[str], most: int) -> str:
    """The first names, and how many more there are: "a.jpg, b.jpg and 3 more"."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
