import shutil

import pytest

from captioner.archive.storage import ArchiveError
from tests.support.archives import paths


@pytest.fixture
def photos(tmp_path, samples):
    """A folder of 20 photos."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(20):
        shutil.copy(samples["cat"], folder / f"{number:02}.jpg")
    return folder


def names(units):
    return [name for unit in units for name in unit.photos]


def test_new_photos_are_added_and_those_that_have_gone_are_left_out(archive, photos, samples):
    archive = archive(photos)
    units = archive.waiting()
    assert [unit.part for unit in units] == ["part-000000", "part-000001", "part-000002"]
    assert names(units) == [str(path) for path in sorted(photos.iterdir())]

    shutil.copy(samples["cat"], photos / "00 new.jpg")
    (photos / "19.jpg").unlink()
    later = archive.waiting()
    assert [unit.part for unit in later[:3]] == [unit.part for unit in units]
    assert names(later) == [*names(units)[:-1], str(photos / "00 new.jpg")]
    assert archive.waiting() == later


def test_captions_inside_the_source_are_not_taken_for_photos(photos):
    from tests.unit.archive.conftest import Archive

    archive = Archive(photos, photos / "captions", output="parquet")
    archive.waiting()
    (photos / "captions" / "part-000007.parquet").write_bytes(b"")
    assert len(names(archive.waiting())) == 20


def test_a_list_and_a_pattern_name_each_photo_once(archive, photos, tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text(f"{photos}/01.jpg\n\n{photos}/00.jpg\r\n{photos}/x/../01.jpg\n")
    assert names(archive(listed).waiting()) == [f"{photos}/00.jpg", f"{photos}/01.jpg"]
    shutil.rmtree(tmp_path / "out")
    assert len(names(archive(f"{photos}/1*.jpg").waiting())) == 10
    shutil.rmtree(tmp_path / "out")
    assert len(names(archive(f"{tmp_path}/phot*").waiting())) == 20


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"output": "csv"}, "are in the format parquet, not csv"),
        ({"model": "captioner 2"}, "were written by the model captioner 1, not captioner 2"),
        ({"text": True}, "were written without --text, not with --text"),
        ({"beam_width": 5}, "were written with the beam width 2, not 5"),
    ],
)
def test_captions_with_other_settings_are_not_mixed(archive, photos, change, sentence):
    archive(photos).waiting()
    with pytest.raises(ArchiveError, match=sentence):
        archive(photos, **change).waiting()


def test_a_folder_with_something_else_stays_as_it_is(archive, photos, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("Dear")
    with pytest.raises(ArchiveError, match="contains files and no captions of an archive. Choose another folder"):
        archive(photos).waiting()
    (tmp_path / "out" / "letter.txt").rename(tmp_path / "out" / "_archive.jsonl")
    with pytest.raises(ArchiveError, match="is damaged. Choose another folder"):
        archive(photos).waiting()
    assert (tmp_path / "out" / "_archive.jsonl").read_text() == "Dear"
    shutil.rmtree(tmp_path / "out")
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ArchiveError, match="is a file"):
        archive(photos).waiting()
    assert paths(tmp_path) == []


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("missing", "There is no .*missing. Check its name, and that the disk or network is connected"),
        ("empty", "There is no photo in .*empty"),
        ("missing/*.jpg", "There is no photo in"),
    ],
)
def test_a_source_without_photos_is_named(archive, tmp_path, source, sentence):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArchiveError, match=sentence):
        archive(tmp_path / source).waiting()
    assert not (tmp_path / "out").exists()


def test_an_address_of_another_kind_is_named(archive):
    with pytest.raises(ArchiveError, match="takes paths, s3:// and gs://"):
        archive("https://example.com/photos")
