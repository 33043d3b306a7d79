import threading

import pytest

from captioner.batch.run import caption_all


class Watched:
    """A captioner that captions a photo only once the next one is being read."""

    def __init__(self, captioner, total):
        self.captioner, self.total = captioner, total
        self.read = threading.Semaphore(0)
        self.ahead = []
        self.prepared = self.captioned = 0

    def prepare(self, source):
        self.prepared += 1
        self.ahead.append(self.prepared - self.captioned)
        self.read.release()
        return self.captioner.prepare(source)

    def caption(self, prepared):
        self.captioned += 1
        if self.captioned == 1:
            assert self.read.acquire(timeout=20)
        if self.captioned < self.total:
            assert self.read.acquire(timeout=20), "the next photo is not read while this one is captioned"
        return self.captioner.caption(prepared)


@pytest.mark.slow
def test_reads_the_next_photo_during_a_caption_and_no_more_than_that(shipped, samples):
    photos = [str(samples[name]) for name in ("cat", "coffee", "astronaut", "cat")]
    watched = Watched(shipped, len(photos))
    outcomes = list(caption_all(watched, photos))
    assert [outcome.photo for outcome in outcomes] == photos
    assert [outcome.caption.text for outcome in outcomes] == [shipped.caption(photo).text for photo in photos]
    assert max(watched.ahead) <= 2


def test_a_photo_that_fails_does_not_stop_the_others(shipped, samples, tmp_path):
    cat = str(samples["cat"])
    first, second, third = caption_all(shipped, [str(tmp_path / "missing.jpg"), cat, str(tmp_path)])
    assert first.error.sentence == "There is no such file."
    assert second.caption.text == shipped.caption(cat).text
    assert third.error.sentence == "This is a folder, not a photo."
    assert list(caption_all(shipped, [])) == []
