"""Names that are safe to show."""

import re


def printable(name: str) -> str:
    """A name on one line, without control characters that a terminal would obey."""
    return re.sub("[\0-\x1f\x7f-\x9f]", lambda match: ascii(match[0])[1:-1], name)
