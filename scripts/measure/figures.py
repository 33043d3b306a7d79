"""Figures of several runs as text."""

from collections.abc import Sequence
from statistics import median


def duration(seconds: Sequence[float]) -> str:
    if median(seconds) < 0.5:
        return spread([1000 * value for value in seconds], "ms", 1)
    return spread(seconds, "s", 2)


def rate(seconds: Sequence[float]) -> str:
    return spread([1 / value for value in seconds], "", 1)


def megabytes(sizes: Sequence[float]) -> str:
    return f"{median(sizes) / 1e6:.0f} MB"


def spread(values: Sequence[float], unit: str, digits: int) -> str:
    """The median, and from the least to the most."""
    middle, least, most = (f"{value:.{digits}f}" for value in (median(values), min(values), max(values)))
    return f"{middle} {unit}".strip() + f" ({least} to {most})"
