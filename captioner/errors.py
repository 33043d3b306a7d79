"""What can go wrong, and what to tell the user about it."""

import json

# What to do about damaged files of the program.
REINSTALL = "Install the program again."


class CaptionerError(Exception):
    """The base of all errors that this package raises on purpose."""


class WeightsError(CaptionerError):
    """The model's files are missing, damaged or not what they should be."""


class TextUnavailable(CaptionerError):
    """The text in a picture cannot be read. The message says why and what to do."""


class PhotoError(CaptionerError):
    """A photo that cannot be read.

    Args:
        sentence: what is wrong, and what to do.
        name: the file's name, where there is one; `str(error)` starts with it.
    """

    def __init__(self, sentence: str, name: str = ""):
        super().__init__(sentence, name)
        self.sentence = sentence
        self.name = name

    def __str__(self) -> str:
        return f"{self.name}: {self.sentence}" if self.name else self.sentence


def user_message(error: BaseException) -> str:
    """What to tell the user about any error: what happened and, where something helps, what to do."""
    if isinstance(error, PhotoError):
        return error.sentence
    if isinstance(error, CaptionerError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There isn't enough memory for this. Close other programs and try again."
    if isinstance(error, ImportError):
        return f"Part of this program is missing ({reason(error)}). Install it again."
    if isinstance(error, OSError) and error.strerror:
        return f"The system reports: {reason(error)}."
    return f"Something went wrong in the program ({type(error).__name__}). Please try again."


def reason(error: BaseException) -> str:
    """Why something failed, in a few words for a sentence that says what: "... can't be read (Permission denied)." """
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing" if error.args else "something is missing"
    if isinstance(error, json.JSONDecodeError):
        return "it is not JSON"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    said = getattr(error, "strerror", None) or str(error)
    return said.strip().splitlines()[0].rstrip(".:") if said.strip() else type(error).__name__
