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


def test_the_time_left_does_not_count_what_came_before_the_first_photo(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    clock = [100.0]
    monkeypatch.setattr("captioner.batch.progress.time.monotonic", lambda: clock[0])
    stream = Terminal()
    progress = Progress(10, stream)
    for done, now in ((1, 200.0), (2, 200.5), (3, 202.0), (4, 202.1)):
        clock[0] = now
        progress.show(done)
    assert stream.getvalue() == "\r3 of 10 photos, 7 seconds left"
    progress.clear()
    assert stream.getvalue().endswith(f"\r{' ' * 30}\r")
