"""Turns, and where words came from."""

import base64
import io
import threading

import numpy as np
import pytest
from PIL import Image

from captioner.caption import Caption, Word
from captioner.web.describer import MAX_WAITING, Busy, Describer, Description
from tests.support.program import wait_for


def test_each_word_says_where_in_the_photo_it_came_from():
    weights = np.full((10, 10), 0.001, np.float32)
    weights[:2, :2] = 0.25
    word = Word("dog", -0.5, weights)
    (described,) = Description(Caption("A dog.", (word,), -1.0, 0.62, (), {})).for_page()["words"]
    assert described["place"].startswith("left, at the top")
    with Image.open(io.BytesIO(base64.b64decode(described["attention"].partition(",")[2]))) as shadow:
        alpha = shadow.getchannel("A")
        assert (shadow.mode, alpha.getpixel((4, 4)), alpha.getpixel((40, 40))) == ("LA", 0, 200)


def test_so_many_wait_and_the_next_one_is_sent_away():
    describer = Describer()
    free = threading.Event()
    working = most = 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal working, most
        with describer.turn():
            with lock:
                working += 1
                most = max(most, working)
            free.wait()
            with lock:
                working -= 1

    threads = [threading.Thread(target=work) for _ in range(describer.at_once + MAX_WAITING)]
    for thread in threads:
        thread.start()
    wait_for(lambda: describer._present == len(threads) and working == describer.at_once)
    with pytest.raises(Busy), describer.turn():
        pass
    free.set()
    for thread in threads:
        thread.join()
    assert most == describer.at_once
    with describer.turn():
        pass
