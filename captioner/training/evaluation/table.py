"""Tables that read well in a terminal and in Markdown."""

from collections.abc import Sequence

from tabulate import tabulate


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with aligned columns: the first to the left, the others, numbers mostly, to the right."""
    alignment = ["left", *["right"] * (len(header) - 1)]
    markdown: str = tabulate(rows, header, "pipe", colalign=alignment, disable_numparse=True)
    return markdown
