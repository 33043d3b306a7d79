import csv
import json
import os
import shutil
from pathlib import Path

import pytest

from captioner import PhotoError
from captioner.batch.caption_file import CaptionFile, CaptionFileError
from captioner.output.tables import FORMATS

SUFFIXES = sorted(FORMATS)


@pytest.fixture
def photos(samples, tmp_path) -> list[str]:
    """A cat, a text that is not a photo, and a cup of coffee."""
    paths = [tmp_path / "cat & dog's.jpg", tmp_path / "text <b>.jpg", tmp_path / "coffee, [hot] -->.jpg"]
    shutil.copy(samples["cat"], paths[0])
    paths[1].write_text("no photo")
    shutil.copy(samples["coffee"], paths[2])
    return [str(path) for path in paths]


@pytest.fixture
def write(shipped, statement):
    """A function that continues a file and returns the names of the photos that it captioned for that."""
    captions = {}

    def write(path: Path, photos: list[str], **options) -> list[str]:
        file = CaptionFile(path, **options)
        waiting = file.waiting(photos)
        with file:
            for photo in waiting:
                try:
                    content = Path(photo).read_bytes()
                    captions.setdefault(content, None)
                    captions[content] = captions[content] or shipped.caption(photo)
                    file.add(photo, captions[content])
                except PhotoError as error:
                    file.add(photo, error)
        return [os.path.basename(photo) for photo in waiting]

    return write


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_complete_file_captions_only_what_failed(write, photos, tmp_path, suffix):
    path = tmp_path / f"captions{suffix}"
    assert len(write(path, photos)) == 3
    content = path.read_bytes()
    assert write(path, photos) == ["text <b>.jpg"]
    assert sorted(path.read_bytes().splitlines()) == sorted(content.splitlines())
    shutil.copy(photos[0], photos[1])
    assert write(path, photos) == ["text <b>.jpg"]
    assert write(path, photos) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_photo_that_changed_is_captioned_again_and_appears_once(write, photos, tmp_path, suffix):
    path = tmp_path / f"captions{suffix}"
    write(path, [photos[0]])
    before = path.read_bytes()
    shutil.copy(photos[2], photos[0])
    assert write(path, [photos[0], photos[0], os.path.join(tmp_path, ".", os.path.basename(photos[0]))]) == [
        "cat & dog's.jpg"
    ]
    after = path.read_bytes()
    assert after != before
    assert after.count(b"\n") == before.count(b"\n")


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_was_cut_anywhere_is_continued_to_the_same_end(write, photos, tmp_path, suffix):
    """As if the program had been killed."""
    path = tmp_path / f"captions{suffix}"
    photos = [photos[0], photos[2]]
    write(path, photos)
    content = path.read_bytes()
    header = len(FORMATS[suffix].header.encode())
    step = max(1, len(content) // 150)
    for length in [*range(0, len(content), step), *range(len(content) - 4, len(content))]:
        path.write_bytes(content[:length])
        captioned = write(path, photos)
        assert path.read_bytes() == content, length
        complete = content[header:length].count(b"\n") // (2 if suffix == ".md" else 1)
        assert len(captioned) <= 2 - complete, "more than the photo in work was lost"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "path,caption\r\ndog.jpg,A dog.\r\n"),
        ("b.csv", "\ufeffpath,caption,statement,confidence,error,version\r\nSum;12\r\n"),
        ("a.jsonl", '{"path": "dog.jpg", "caption": "A dog."}\n'),
        ("b.jsonl", '{"path": "dog.jpg", "caption": "A dog."}'),
        ("c.jsonl", "My notes."),
        ("d.jsonl", "[1]\n"),
        ("a.html", "<!doctype html>\n<p>My page.\n"),
        ("b.html", FORMATS[".html"].header + "<p>My page."),
        ("a.md", "# Captions\n\nMy text.\n"),
        ("b.md", "# Captions\n\nMy text."),
        ("c.md", "# My captions\n"),
        ("d.md", b"\xff\n"),
    ],
)
def test_a_file_with_another_content_stays_as_it_is(tmp_path, name, content):
    path = tmp_path / name
    content = content.encode() if isinstance(content, str) else content
    path.write_bytes(content)
    with pytest.raises(CaptionFileError, match="so it stays as it is. Choose another name.$"):
        CaptionFile(path)
    assert path.read_bytes() == content


def test_a_folder_is_not_a_file_of_captions(tmp_path):
    (tmp_path / "captions.csv").mkdir()
    with pytest.raises(CaptionFileError, match="stays as it is"):
        CaptionFile(tmp_path / "captions.csv")


def test_a_missing_folder_is_one_sentence(tmp_path):
    file = CaptionFile(tmp_path / "missing" / "captions.csv")
    with pytest.raises(CaptionFileError, match="can't be written. The system reports: No such file or directory.$"):
        file.__enter__()


def test_a_full_disk_loses_nothing_that_was_written(write, photos, small_disk):
    path = small_disk / "captions.csv"
    write(path, [photos[2]])
    before = path.read_bytes()
    filler = small_disk / "filler"
    filler.write_bytes(bytes(65536 - 4096))
    many = [shutil.copy(photos[2], f"{photos[2]} {number}.jpg") for number in range(100)]
    with pytest.raises(CaptionFileError, match="can't be written. The system reports: No space left on device.$"):
        write(path, many)
    assert path.read_bytes().startswith(before)
    filler.unlink()
    assert 0 < len(write(path, many)) < 100
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert [row["path"] for row in rows] == [photos[2], *many]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_caption_below_the_limit_is_left_out_until_the_limit_is_lower(write, photos, tmp_path, suffix):
    path = tmp_path / f"captions{suffix}"
    assert write(path, [photos[0]], least=1.0) == ["cat & dog's.jpg"]
    left_out = path.read_bytes()
    assert write(path, [photos[0]], least=1.0) == []
    assert write(path, [photos[0]], least=0.0) == ["cat & dog's.jpg"]
    assert path.read_bytes() != left_out
    assert write(path, [photos[0]], least=1.0) == [], "a caption that is there stays"


def test_a_table_has_the_columns_that_are_wanted_and_is_continued_with_them(write, photos, shipped, tmp_path):
    path, columns = tmp_path / "captions.csv", ("version", "caption", "name", "path")
    assert write(path, photos[:1], columns=columns) == ["cat & dog's.jpg"]
    assert write(path, [photos[0], photos[2]], columns=columns) == ["coffee, [hot] -->.jpg"]
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert [tuple(row) for row in rows] == [columns] * 2
    assert [row["name"] for row in rows] == ["cat & dog's.jpg", "coffee, [hot] -->.jpg"]
    assert [row["caption"] for row in rows] == [shipped.caption(photos[0]).text, shipped.caption(photos[2]).text]


def test_a_table_without_what_continuing_needs_stays_as_it_is(write, photos, tmp_path):
    path = tmp_path / "captions.csv"
    write(path, photos[:1], columns=("name", "caption"))
    content = path.read_bytes()
    with pytest.raises(CaptionFileError, match="can't be continued without the columns path, caption and version"):
        write(path, photos, columns=("name", "caption"))
    with pytest.raises(CaptionFileError, match="stays as it is"):
        write(path, photos)
    assert path.read_bytes() == content


def test_what_the_user_changed_in_the_table_stays(write, photos, tmp_path):
    path = tmp_path / "captions.csv"
    write(path, [photos[2]], least=0.0)
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    content = path.read_bytes().replace(rows[0]["caption"].encode(), b'"My coffee, hot."', 1)
    path.write_bytes(content)
    assert write(path, [photos[2], photos[0]], least=0.0) == ["cat & dog's.jpg"]
    assert path.read_bytes().startswith(content)


def test_json_lines_hold_the_objects_that_json_prints(write, photos, shipped, tmp_path):
    path = tmp_path / "captions.jsonl"
    write(path, photos, least=0.0)
    cat, text, _ = map(json.loads, path.read_text().splitlines())
    expected = {"path": photos[0], **shipped.caption(photos[0]).to_dict()}
    assert list(cat) == [*expected, "version"]
    assert (cat["caption"], cat["statement"]) == (expected["caption"], expected["statement"])
    assert (text["path"], text["error"]) == (photos[1], "This is text, not a photo. Open a photo.")


def test_two_programs_do_not_write_the_same_file(tmp_path):
    path = tmp_path / "captions.csv"
    late = CaptionFile(path)
    with CaptionFile(path) as first:
        with pytest.raises(CaptionFileError, match=r"Another captioner is writing .*captions\.csv\. Wait until"):
            CaptionFile(path).__enter__()
        with CaptionFile(tmp_path / "other.csv"):
            pass
        first.add("a.jpg", PhotoError("The file is empty."))
    before = path.read_bytes()
    with pytest.raises(CaptionFileError, match="has just been written by another program"):
        late.__enter__()  # it has read the file before the first program wrote it
    assert path.read_bytes() == before
    with CaptionFile(path):
        pass
