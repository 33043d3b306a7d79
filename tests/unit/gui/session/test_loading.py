import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from captioner import PhotoError
from captioner.gui.session import loading
from captioner.gui.session.loading import MAX_KEPT_PHOTOS, Photo, PhotoCache
from captioner.photos.source import PhotoSource


def test_threads_that_want_the_same_photo_load_it_once(
    samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, source = PhotoCache((640, 480)), PhotoSource.of(samples["cat"])
    go_on = threading.Event()
    load, loaded = loading.load_for_display, []

    def load_later(*arguments: object) -> Photo:
        go_on.wait(30)
        loaded.append(load(*arguments))  # type: ignore[arg-type]
        return loaded[-1]

    monkeypatch.setattr(loading, "load_for_display", load_later)
    with ThreadPoolExecutor() as threads:
        results = [threads.submit(cache.load, source, source.key()) for _ in range(3)]
        go_on.set()
        assert all(result.result() is loaded[0] for result in results)
    assert len(loaded) == 1


def test_a_photo_that_could_not_be_read_is_read_again_the_next_time(tmp_path: Path, samples: dict[str, Path]) -> None:
    cache, photo = PhotoCache((640, 480)), tmp_path / "photo.jpg"
    key = (str(photo), 0, 0)
    with pytest.raises(PhotoError):
        cache.load(PhotoSource.of(photo), key)
    assert key not in cache
    photo.write_bytes(samples["cat"].read_bytes())
    assert cache.load(PhotoSource.of(photo), key).prepared.pixels.shape == (224, 224, 3)


def test_the_cache_keeps_the_photos_that_were_used_last(samples: dict[str, Path]) -> None:
    cache, source = PhotoCache((64, 48)), PhotoSource.of(samples["cat"])
    keys = [(str(number), 0, 0) for number in range(MAX_KEPT_PHOTOS + 1)]
    for key in keys[:-1]:
        cache.load(source, key)
    cache.load(source, keys[0])
    cache.load(source, keys[-1])
    assert [key in cache for key in keys] == [True, False, True, True, True]
