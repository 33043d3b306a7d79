import json

import pytest

from captioner import PhotoError, WeightsError
from captioner.errors import reason, user_message


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (PhotoError("The file is empty.", "dog.jpg"), "The file is empty."),
        (WeightsError("The model is damaged."), "The model is damaged."),
        (MemoryError(), "There isn't enough memory for this. Close other programs and try again."),
        (
            ModuleNotFoundError("No module named 'PIL'"),
            "Part of this program is missing (No module named 'PIL'). Install it again.",
        ),
        (PermissionError(13, "Permission denied", "/secret/name.jpg"), "The system reports: Permission denied."),
        (OSError("private"), "Something went wrong in the program (OSError). Please try again."),
        (KeyError("private"), "Something went wrong in the program (KeyError). Please try again."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_every_error_becomes_a_message(error: Exception, message: str) -> None:
    assert user_message(error) == message


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FileNotFoundError(2, "No such file or directory", "/home/jo/dog.jpg"), "No such file or directory"),
        (
            OSError("AWS Error NETWORK_CONNECTION during GetObject.\nMore lines"),
            "AWS Error NETWORK_CONNECTION during GetObject",
        ),
        (EOFError(), "EOFError"),
        (KeyError("beam_width"), "beam_width is missing"),
        (json.JSONDecodeError("Expecting value", "", 0), "it is not JSON"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "it is not UTF-8 text"),
    ],
)
def test_a_reason_is_a_few_words_without_a_file_name(error, words):
    assert reason(error) == words
