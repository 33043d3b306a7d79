"""The version of the program, stated here only."""

__version__ = "0.2.0"
