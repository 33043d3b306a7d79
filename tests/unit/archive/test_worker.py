import contextlib
import os
import shutil

import pytest
from PIL import Image, ImageDraw, ImageFont

from captioner.archive import worker
from captioner.archive.worker import Worker
from tests.support.archives import paths, rows, write_parquet, write_tar


@pytest.fixture
def photos(tmp_path, samples):
    """A folder with a photo, to which a test adds what it needs."""
    folder = tmp_path / "photos"
    folder.mkdir()
    shutil.copy(samples["cat"], folder)
    return folder


@pytest.mark.slow
def test_files_and_photos_in_tar_and_parquet_files_get_the_captions_of_the_library(archive, photos, samples, shipped):
    cat, coffee = samples["cat"].read_bytes(), samples["coffee"].read_bytes()
    (photos / "2020").mkdir()
    shutil.copy(samples["coffee"], photos / "2020" / "coffee.JPG")
    write_tar(photos / "shard.tar", {"0001.jpg": cat, "0001.json": b"{}", "0002.jpg": coffee})
    write_tar(photos / "shard.tar.gz", {"1.jpg": cat}, compressed=True)
    write_parquet(photos / "table.parquet", id=[7, 8], image=[coffee, None])
    write_parquet(photos / "hugging.parquet", photo=[{"bytes": cat, "path": None}], label=["x"])
    (photos / "notes.md").write_text("not a photo")
    (photos / ".hidden.jpg").write_bytes(cat)

    archive = archive(photos)
    archive.caption()
    found = {row.pop("path").removeprefix(f"{photos}{os.sep}"): row for row in rows(photos.parent / "out")}
    assert found.keys() == {
        *("cat.jpg", os.path.join("2020", "coffee.JPG"), "shard.tar#0001.jpg", "shard.tar#0002.jpg"),
        *("shard.tar.gz#1.jpg", "table.parquet#0", "table.parquet#1", "hugging.parquet#0"),
    }
    shipped.set_beam_width(2)
    expected = {"cat": shipped.caption(cat), "coffee": shipped.caption(coffee)}
    shipped.set_beam_width(None)
    for name, sample in (("cat.jpg", "cat"), ("shard.tar#0002.jpg", "coffee"), ("table.parquet#0", "coffee")):
        row, caption = found[name], expected[sample]
        assert row["caption"] == caption.text
        assert row["statement"] == caption.statement
        assert row["confidence"] == pytest.approx(caption.confidence, abs=1e-6)
        assert row["alternatives"] == [other.text for other in caption.alternatives]
        assert (row["error"], row["model"]) == (None, "captioner 1")
        assert row["seconds"] > 0
    assert found["table.parquet#1"]["error"] == "There is no photo in this row."
    assert found["table.parquet#1"]["caption"] is None


@pytest.mark.parametrize("output", ["jsonl", "csv"])
def test_other_formats_contain_the_same(archive, photos, tmp_path, output):
    (photos / 'broken, "one".jpg').write_bytes(b"broken")
    archive(photos, output=output).caption()
    broken, cat = rows(tmp_path / "out")
    expected = Worker(archive(photos).job)
    shutil.rmtree(tmp_path / "out")
    assert sum(report["errors"] for unit in archive(photos).waiting() for report in expected.caption(unit)) == 1
    broken_before, cat_before = rows(tmp_path / "out")
    assert broken["path"] == broken_before["path"] == str(photos / 'broken, "one".jpg')
    assert broken["error"] == broken_before["error"] != ""
    assert not broken["caption"]
    assert cat["caption"] == cat_before["caption"]
    assert float(cat["confidence"]) == cat_before["confidence"]
    alternatives = cat["alternatives"].split(" | ") if output == "csv" else cat["alternatives"]
    assert alternatives == cat_before["alternatives"]


@pytest.mark.slow
def test_a_shard_goes_on_after_its_last_part_and_each_photo_comes_once(archive, photos, samples, monkeypatch):
    monkeypatch.setattr(worker, "PART_SIZE", 2)
    cat = samples["cat"].read_bytes()
    names = [f"{number}.jpg" for number in range(5)]
    shard = write_tar(photos / "shard.tar", dict.fromkeys(names, cat))
    archive = archive(shard)
    (unit,) = archive.waiting()

    interrupted = Worker(archive.job).caption(unit)
    assert next(interrupted) == {"photos": 2, "errors": 0, "units": 0, "problem": ""}
    interrupted.close()
    out = photos.parent / "out"
    assert paths(out) == [f"{shard}#0.jpg", f"{shard}#1.jpg"]

    assert [report["photos"] for report in archive.caption()] == [2, 1]
    assert paths(out) == [f"{shard}#{name}" for name in names]
    assert archive.waiting() == []


@pytest.mark.parametrize("output", ["parquet", "jsonl", "csv"])
def test_a_worker_reports_what_another_one_wrote_before_it_died(archive, photos, monkeypatch, output):
    monkeypatch.setattr(worker, "PART_SIZE", 2)
    write_tar(photos / "shard.tar", dict.fromkeys((f"{number}.jpg" for number in range(5)), b"broken"))
    archive = archive(photos, output=output)
    shard, files = archive.waiting()
    any_worker = Worker(archive.job)  # loading a model for each would take long
    reports = [*any_worker.caption(shard), *any_worker.caption(files)]
    assert [(one["photos"], one["errors"], one["units"]) for one in reports] == [
        (2, 2, 0),
        (2, 2, 0),
        (1, 1, 1),
        (1, 0, 1),
    ]

    assert [*any_worker.caption(shard), *any_worker.caption(files)] == reports
    last = photos.parent / "out" / f"{shard.part}.{output}"
    last.unlink()
    assert list(any_worker.caption(shard)) == reports[:3]
    last.unlink()
    (rest,) = archive.waiting()
    assert list(any_worker.caption(rest)) == reports[2:3], "the parts of an earlier run were counted"


def test_a_unit_that_two_workers_caption_comes_once(archive, photos):
    archive = archive(photos)
    (unit,) = archive.waiting()
    slow = Worker(archive.job).caption(unit)
    archive.caption()
    before = rows(photos.parent / "out")
    list(slow)
    assert rows(photos.parent / "out") == before
    assert len(before) == 1


def test_a_damaged_shard_gives_a_row_for_each_photo_that_can_be_read_and_one_for_itself(archive, photos, samples):
    cat = samples["cat"].read_bytes()
    for name in ("cut.tar", "cut.tgz"):
        members = dict.fromkeys(("1.jpg", "2.jpg", "3.jpg"), cat)
        whole = write_tar(photos / name, members, compressed=name.endswith("gz"))
        whole.write_bytes(whole.read_bytes()[: -len(cat) - 11_000])
    (photos / "not a table.parquet").write_bytes(b"PAR1" * 20)
    damaged = write_parquet(photos / "damaged.parquet", image=[cat, cat])
    content = bytearray(damaged.read_bytes())
    content[200:2000] = bytes(1800)
    damaged.write_bytes(content)

    reports = archive(photos).caption()
    assert not [report["problem"] for report in reports if report["problem"]]
    found = {os.path.relpath(row["path"], photos): row for row in rows(photos.parent / "out")}
    for name in ("cut.tar", "cut.tgz"):
        assert found[f"{name}#1.jpg"]["caption"]
        assert "damaged or incomplete" in found[name]["error"]
    assert "damaged or incomplete" in found["not a table.parquet"]["error"]
    assert found["cat.jpg"]["caption"]
    assert any(name.startswith("damaged.parquet") and row["error"] for name, row in found.items())


def test_a_table_with_several_columns_of_bytes_is_refused_with_advice(archive, photos):
    write_parquet(photos / "table.parquet", thumbnail=[b"1"], photo=[b"2"])
    (report, _) = archive(photos).caption()
    assert report["problem"].endswith(
        "table.parquet can't be read (more than one column could contain the photos). "
        "Rename the column of the photos' bytes to image."
    )


def test_a_photo_that_disappears_is_a_row_but_a_source_that_disappears_is_a_problem(archive, photos, samples, tmp_path):
    shutil.copy(samples["coffee"], photos)
    archive = archive(photos)
    units = archive.waiting()
    os.remove(photos / "coffee.jpg")
    assert [report["errors"] for unit in units for report in Worker(archive.job).caption(unit)] == [1]
    assert rows(tmp_path / "out")[1]["error"] == "There is no such file."

    shutil.rmtree(tmp_path / "out")
    units = archive.waiting()
    os.remove(photos / "cat.jpg")  # as if a disk had been unmounted
    (report,) = (report for unit in units for report in Worker(archive.job).caption(unit))
    assert "is missing, and so is its folder" in report["problem"]
    assert rows(tmp_path / "out") == []


def test_a_full_disk_is_a_problem_and_leaves_only_whole_parts(archive, photos, small_disk, tmp_path):
    archive = type(archive(photos))(photos, small_disk / "out")
    units = archive.waiting()
    with contextlib.suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
        while filler.write(bytes(1024)):
            pass
    (report,) = (report for unit in units for report in Worker(archive.job).caption(unit))
    assert report["problem"] == (f"The captions can't be written into {small_disk / 'out'} (No space left on device).")
    assert os.listdir(small_disk / "out") == ["_archive.jsonl"]
    os.remove(small_disk / "filler")
    assert [report["photos"] for report in archive.caption()] == [1]


def test_a_name_that_is_not_valid_text_gets_its_row(archive, photos, tmp_path):
    os.rename(photos / "cat.jpg", os.fsencode(photos) + b"/caf\xe9.jpg")
    archive(photos).caption()
    (row,) = rows(tmp_path / "out")
    assert row["path"] == f"{photos}/caf\\udce9.jpg"
    assert row["caption"]


@pytest.mark.slow
def test_the_text_in_a_photo_gets_a_column_and_is_said(archive, photos, tmp_path):
    pytest.importorskip("rapidocr")
    sign = Image.new("RGB", (900, 300), "white")
    ImageDraw.Draw(sign).text((40, 100), "The library opens at nine.", "black", ImageFont.load_default(60))
    sign.save(photos / "sign.png")
    archive(photos, text=True).caption()
    cat, sign = rows(tmp_path / "out")
    assert not cat["text"]
    assert sign["text"] == "The library opens at nine."
    assert "The library opens at nine." in sign["statement"]
