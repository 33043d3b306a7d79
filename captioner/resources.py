"""Where the files that come with the program are found."""

from pathlib import Path


def folder(name: str) -> Path:
    """The folder "assets" or "weights": inside the installed package, or at the top of a checkout."""
    package = Path(__file__).parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name
