import time

import pytest

from captioner.system.timeouts import in_time


def test_returns_what_the_function_returns_and_raises_what_it_raises():
    assert in_time(lambda: 3, 10, TimeoutError()) == 3
    with pytest.raises(ZeroDivisionError):
        in_time(lambda: 1 // 0, 10, TimeoutError())


def test_a_function_that_takes_too_long_raises_the_error_of_the_caller():
    begun = time.monotonic()
    with pytest.raises(RuntimeError, match="The folder does not answer"):
        in_time(lambda: time.sleep(5), 0.1, RuntimeError("The folder does not answer."))
    assert time.monotonic() - begun < 4
