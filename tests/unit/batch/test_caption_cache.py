import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from captioner import Caption, Captioner
from captioner.batch.caption_cache import CaptionCache, KnownPhoto
from captioner.output.edits import content_key


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "captions.sqlite"


def keep(database: Path, shipped: Captioner, photo: Path) -> Caption:
    """Caption a photo, and keep the caption as the window does."""
    prepared = shipped.prepare(photo)
    caption = shipped.caption(prepared)
    with CaptionCache(database) as cache:
        key = content_key(prepared.pixels)
        cache.remember(photo, KnownPhoto(key, caption.note))
        cache.put(key, None, caption)
    return caption


def recalled(database: Path, photo: Path) -> Caption | None:
    with CaptionCache(database) as cache:
        known = cache.photo(photo)
        return cache.get(known, None) if known else None


def test_a_caption_is_found_again_without_reading_the_photo(database, shipped, samples, tmp_path):
    photo = Path(shutil.copy(samples["cat"], tmp_path))
    caption = keep(database, shipped, photo)
    state = photo.stat()
    photo.write_bytes(bytes(state.st_size))
    os.utime(photo, ns=(state.st_atime_ns, state.st_mtime_ns))
    found = recalled(database, photo)
    assert found is not None
    assert (found.text, found.confidence, found.statement) == (caption.text, caption.confidence, caption.statement)
    assert [other.text for other in found.alternatives] == [other.text for other in caption.alternatives]


def test_a_photo_that_was_changed_is_captioned_again(database, shipped, samples, tmp_path):
    photo = Path(shutil.copy(samples["cat"], tmp_path))
    keep(database, shipped, photo)
    shutil.copy(samples["coffee"], photo)
    assert recalled(database, photo) is None


def test_a_photo_is_known_by_what_it_shows_and_not_by_its_name(database, shipped, samples, tmp_path):
    caption = keep(database, shipped, Path(shutil.copy(samples["cat"], tmp_path / "first.jpg")))
    renamed = shipped.prepare(shutil.copy(samples["cat"], tmp_path / "second.jpg"))
    with CaptionCache(database) as cache:
        assert cache.photo(tmp_path / "second.jpg") is None
        found = cache.get(KnownPhoto(content_key(renamed.pixels)), None)
        assert found is not None
        assert found.text == caption.text
        assert cache.get(KnownPhoto(content_key(renamed.pixels)), 1) is None  # another beam width, another caption


def test_the_cache_contains_no_names(database, shipped, samples, tmp_path):
    keep(database, shipped, Path(shutil.copy(samples["cat"], tmp_path / "secret-name.jpg")))
    stored = b"".join(path.read_bytes() for path in database.parent.iterdir())
    assert b"secret" not in stored
    assert os.fsencode(tmp_path) not in stored


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + bytes(2000), b"no database"])
def test_a_damaged_cache_is_replaced(database, shipped, samples, content):
    database.parent.mkdir()
    database.write_bytes(content)
    assert recalled(database, samples["cat"]) is None
    caption = keep(database, shipped, samples["cat"])
    found = recalled(database, samples["cat"])
    assert found is not None
    assert found.text == caption.text


def test_without_a_place_nothing_is_kept_and_nothing_fails(shipped, samples, tmp_path):
    tmp_path.joinpath("file").touch()
    database = tmp_path / "file" / "captions.sqlite"
    keep(database, shipped, samples["cat"])
    assert recalled(database, samples["cat"]) is None


def test_two_programs_share_the_cache(database, shipped, samples):
    with CaptionCache(database) as first, CaptionCache(database) as second:
        caption = shipped.caption(samples["cat"])
        first.put("a", None, caption)
        second.put("b", None, caption)
        assert first.get(KnownPhoto("b"), None) is not None
        assert second.get(KnownPhoto("a"), None) is not None


def test_a_cache_that_another_program_has_locked_costs_nothing_but_a_wait(database, shipped, samples, monkeypatch):
    monkeypatch.setattr("captioner.batch.caption_cache.BUSY_TIMEOUT", 0.05)
    with CaptionCache(database) as cache:
        other = sqlite3.connect(database, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        cache.put("a", None, shipped.caption(samples["cat"]))
        other.execute("ROLLBACK")
        other.close()
        assert cache.get(KnownPhoto("a"), None) is None
