import threading

import pytest

from captioner.batch.run import caption_all


class Watched:
    """A captioner that ends a caption only once that of the next photo has begun."""

    def __init__(self, captioner, photos):
        self.captioner, self.photos = captioner, photos
        self.begun = [threading.Event() for _ in photos]
        self.ended = 0
        self.ahead = []

    def caption(self, photo):
        number = self.photos.index(photo)
        self.ahead.append(number - self.ended)
        self.begun[number].set()
        if photo not in (self.photos[0], self.photos[-1]):  # the first is captioned alone
            assert self.begun[number + 1].wait(20), "the next photo is not begun while this one is captioned"
        caption = self.captioner.caption(photo)
        self.ended += 1
        return caption


@pytest.mark.slow
def test_begins_the_next_photo_during_a_caption_and_no_more_than_that(shipped, samples):
    photos = list(map(str, samples.values()))
    watched = Watched(shipped, photos)
    outcomes = list(caption_all(watched, photos))
    assert [outcome.photo for outcome in outcomes] == photos
    assert [outcome.caption.text for outcome in outcomes] == [shipped.caption(photo).text for photo in photos]
    assert sorted(watched.ahead) == [0, 0, 1, 1]


def test_a_photo_that_fails_does_not_stop_the_others(shipped, samples, tmp_path):
    cat = str(samples["cat"])
    first, second, third = caption_all(shipped, [str(tmp_path / "missing.jpg"), cat, str(tmp_path)])
    assert first.error.sentence == "There is no such file."
    assert second.caption.text == shipped.caption(cat).text
    assert third.error.sentence == "This is a folder, not a photo."
    assert list(caption_all(shipped, [])) == []
