import io

import pytest

from captioner.batch.progress import Progress, duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 second"),
        (1.2, "1 second"),
        (59, "59 seconds"),
        (89, "89 seconds"),
        (100, "2 minutes"),
        (3600, "60 minutes"),
        (9000, "2 hours"),
    ],
)
def test_times_are_words(seconds, words):
    assert duration(seconds) == words


def test_a_file_gets_no_progress():
    stream = io.StringIO()
    progress = Progress(1, stream)
    progress.show(1)
    progress.clear()
    assert stream.getvalue() == ""
