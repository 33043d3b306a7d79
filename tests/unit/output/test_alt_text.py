"""What photos say of themselves, and captions saved in them."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from PIL import Image, PngImagePlugin

from captioner import PhotoError
from captioner.output import alt_text, exiftool
from captioner.output.alt_text import AltText, AltTextError, AltTextExistsError, read_alt_text, write_alt_text
from tests.support import metadata
from tests.support.program import wait_for
from tests.support.system import descendants, process_file

ROOT = Path(__file__).parents[3]
TEXT = "Rex, a brown dog, on the “beach” at 100 % speed & <b>."
# Other metadata, which must stay.
KEPT = ("-Artist=Ann", "-XMP-dc:Subject=dogs", "-XMP-xmp:Rating=4")

pillow_heif.register_heif_opener()
pytestmark = metadata.needs_exiftool


@pytest.fixture(scope="module", autouse=True)
def end_exiftool() -> Iterator[None]:
    yield
    exiftool.end()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make(tmp_path / "dog.jpg")


def make(path: Path, *tags: str) -> Path:
    """A photo in the format of its suffix, with metadata."""
    options: dict[str, Any] = {"quality": 90} if path.suffix in (".heic", ".avif", ".webp") else {}
    Image.radial_gradient("L").convert("RGB").save(path, **options)
    return metadata.set_tags(path, *tags) if tags else path


def pixels(path: Path) -> bytes:
    with Image.open(path) as image:
        return image.convert("RGB").tobytes()


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp", "heic", "avif", "gif"])
def test_the_text_is_saved_in_the_photo_and_nothing_else_changes(tmp_path: Path, suffix: str) -> None:
    path = make(tmp_path / f"100% dögs.{suffix}", *KEPT)
    os.chmod(path, 0o640)
    os.utime(path, (1_000_000_000, 1_100_000_000))
    before, state, tags = pixels(path), path.stat(), tags_of(path)
    assert write_alt_text(path, TEXT) == path
    assert (metadata.alt_text(path), pixels(path)) == (TEXT, before)
    assert metadata.exiftool(path, "-s3", "-XMP-iptcCore:AltTextAccessibility-en") == TEXT
    assert tags_of(path) == tags
    now = path.stat()
    assert (now.st_mode, now.st_mtime_ns, now.st_uid, now.st_gid) == (
        state.st_mode,
        state.st_mtime_ns,
        state.st_uid,
        state.st_gid,
    )
    assert os.listdir(tmp_path) == [path.name]
    assert read_alt_text(path) == AltText(TEXT, "alternative text")


def tags_of(path: Path) -> list[str]:
    """All metadata but what must change: the text, its toolkit, and how large and where things in the file are."""
    lines = metadata.exiftool(path, "-G1", "-s", "-a", "-ee", "--System:all", "--ExifTool:all").splitlines()
    changed = ("AltTextAccessibility", "XMPToolkit", "StripOffsets", "FileType", "MediaData", "CompressorID")
    return sorted(line for line in lines if not any(name in line for name in changed))


def test_a_dng_file_is_changed_itself(tmp_path: Path) -> None:
    path = make(tmp_path / "dog.tif", *KEPT, "-DNGVersion=1 4 0 0", "-Make=Leica").replace(tmp_path / "dog.dng")
    before, tags = pixels(path), tags_of(path)
    assert "DNGVersion" in "".join(tags)
    assert write_alt_text(path, TEXT) == path
    assert (metadata.alt_text(path), pixels(path), tags_of(path)) == (TEXT, before, tags)
    assert read_alt_text(path) == AltText(TEXT, "alternative text")


def test_the_rest_of_a_jpeg_stays_byte_for_byte(photo: Path) -> None:
    before = photo.read_bytes()
    write_alt_text(photo, TEXT)
    after = photo.read_bytes()
    tables = before.index(b"\xff\xdb")  # what follows the metadata
    assert after.endswith(before[tables:])
    write_alt_text(photo, "A dog.", overwrite=True)
    assert photo.read_bytes().endswith(before[tables:])


@pytest.mark.skipif(not shutil.which("exiv2"), reason="no exiv2 (Debian package exiv2)")
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_another_program_reads_the_text(tmp_path: Path, suffix: str) -> None:
    path = make(tmp_path / f"dog.{suffix}")
    write_alt_text(path, "Rex & Anna.", description=True)
    printed = subprocess.run(["exiv2", "-K", "Xmp.dc.description", "-Pt", path], capture_output=True, text=True).stdout
    assert 'lang="x-default" Rex & Anna.' in printed
    packet = subprocess.run(["exiv2", "-pX", path], capture_output=True, text=True).stdout
    assert "AltTextAccessibility" in packet
    assert "Rex &amp; Anna." in packet


def test_the_description_stays_unless_it_is_chosen(photo: Path) -> None:
    write_alt_text(photo, "A dog.")
    assert metadata.exiftool(photo, "-s3", "-XMP-dc:Description") == ""
    write_alt_text(photo, "A dog.", description=True)
    assert metadata.exiftool(photo, "-s3", "-XMP-dc:Description") == "A dog."


def test_a_description_is_not_replaced_unasked_either(tmp_path: Path) -> None:
    path = make(tmp_path / "dog.jpg", "-XMP-dc:Description=Rex at home.")
    write_alt_text(path, "A dog.", overwrite=True)  # which leaves the description
    for text, existing in (("A dog.", "Rex at home."), ("A cat.", "A dog.\nRex at home.")):
        with pytest.raises(AltTextExistsError) as caught:
            write_alt_text(path, text, description=True)
        assert caught.value.existing.text == existing
    assert metadata.exiftool(path, "-s3", "-XMP-dc:Description") == "Rex at home."
    write_alt_text(path, "A cat.", description=True, overwrite=True)
    assert metadata.exiftool(path, "-s3", "-XMP-dc:Description") == "A cat."


@pytest.mark.parametrize("name", ["dog.bmp", "dog.nef"])
def test_a_photo_that_cannot_be_changed_gets_a_sidecar(tmp_path: Path, name: str) -> None:
    path = make(tmp_path / "dog.bmp").replace(tmp_path / name)
    before = path.read_bytes()
    for text in "A dog.", TEXT:  # made, then changed
        assert write_alt_text(path, text, overwrite=True) == tmp_path / f"{name}.xmp"
    assert metadata.alt_text(tmp_path / f"{name}.xmp") == TEXT
    assert path.read_bytes() == before
    assert read_alt_text(path) == AltText(TEXT, "alternative text")


def test_a_sidecar_of_another_program_is_kept_and_used(tmp_path: Path) -> None:
    path = tmp_path / "dog.cr2"
    make(tmp_path / "dog.bmp").replace(path)
    sidecar = tmp_path / "dog.xmp"
    metadata.set_tags(sidecar, "-XMP-xmp:Rating=4", "-XMP-dc:Description=Rex")
    assert read_alt_text(path) == AltText("Rex", "XMP")
    assert write_alt_text(path, "A dog.", overwrite=True) == sidecar
    assert metadata.exiftool(sidecar, "-s3", "-Rating", "-AltTextAccessibility") == "4\nA dog."


def test_a_damaged_photo_stays_as_it_is(photo: Path) -> None:
    photo.write_bytes(photo.read_bytes()[:1000])
    before = photo.read_bytes()
    write_alt_text(photo, TEXT)
    assert read_alt_text(photo) == AltText(TEXT, "alternative text")
    if (photo.parent / "dog.jpg.xmp").exists():
        assert photo.read_bytes() == before


@pytest.mark.parametrize(
    ("tag", "place"),
    [
        ("-XMP-iptcCore:AltTextAccessibility=Rex é", "alternative text"),
        ("-XMP-dc:Description=Rex é", "XMP"),
        ("-EXIF:ImageDescription=Rex é", "EXIF"),
        ("-IPTC:Caption-Abstract=Rex é", "IPTC"),
    ],
)
def test_what_the_author_says_is_read_and_not_replaced_unasked(tmp_path: Path, tag: str, place: str) -> None:
    path = make(tmp_path / "dog.jpg", tag)
    assert read_alt_text(path) == read_alt_text(path.read_bytes()) == AltText("Rex é", place)
    before = path.read_bytes()
    with pytest.raises(AltTextExistsError) as caught:
        write_alt_text(path, "A dog.")
    assert caught.value.existing.statement == "Its author says: Rex é"
    assert path.read_bytes() == before
    write_alt_text(path, "A dog.", overwrite=True)
    assert read_alt_text(path) == AltText("A dog.", "alternative text")


def test_the_best_of_several_texts_is_read(tmp_path: Path) -> None:
    tags = ["-IPTC:Caption-Abstract=4", "-EXIF:ImageDescription=3", "-XMP-dc:Description=2"]
    tags += ["-XMP-iptcCore:AltTextAccessibility=0", "-XMP-iptcCore:AltTextAccessibility-en-GB=1 in English"]
    assert read_alt_text(make(tmp_path / "dog.jpg", *tags)) == AltText("1 in English", "alternative text")
    assert read_alt_text(make(tmp_path / "cat.jpg", *tags[:3])) == AltText("2", "XMP")


def test_a_caption_of_the_program_is_known_again_until_somebody_changes_it(photo: Path) -> None:
    write_alt_text(photo, "A dog.", automatic=True)
    assert read_alt_text(photo) == AltText("A dog.", "alternative text", automatic=True)
    write_alt_text(photo, "A cat.", automatic=True, overwrite=True)
    assert read_alt_text(photo) == AltText("A cat.", "alternative text", automatic=True)
    metadata.set_tags(photo, "-XMP-iptcCore:AltTextAccessibility-en=Rex.")
    assert read_alt_text(photo) == AltText("Rex.", "alternative text")
    write_alt_text(photo, "Anna.", overwrite=True)
    assert metadata.exiftool(photo, "-XMP-photoshop:all") == ""
    metadata.set_tags(photo, "-XMP-photoshop:CaptionWriter=Ann")
    write_alt_text(photo, "A dog.", automatic=True, overwrite=True)
    assert metadata.exiftool(photo, "-s3", "-XMP-photoshop:CaptionWriter") == "Ann"


@pytest.mark.parametrize("text", ["OLYMPUS DIGITAL CAMERA", "SONY DSC", " ", "---", "DCIM\\100"])
def test_what_cameras_write_into_each_photo_is_not_a_description(tmp_path: Path, text: str) -> None:
    assert read_alt_text(make(tmp_path / "dog.jpg", f"-EXIF:ImageDescription={text}")) is None


def test_a_text_file_beside_the_photo_is_read_last(photo: Path) -> None:
    photo.with_suffix(".txt").write_text("Rex\non the beach. ")
    assert read_alt_text(photo) == AltText("Rex on the beach.", "text file")
    make(photo.with_suffix(".png"))  # then it may be the other one's
    assert read_alt_text(photo) is None
    photo.with_name("dog.jpg.txt").write_text("Anna")
    assert read_alt_text(photo) == AltText("Anna", "text file")
    write_alt_text(photo, "A dog.")
    assert read_alt_text(photo) == AltText("A dog.", "alternative text")


def test_malicious_xml_is_not_expanded(tmp_path: Path) -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    xmp = f"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{lol}]><x:xmpmeta xmlns:x="adobe:ns:meta/"
        xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:RDF><rdf:Description><dc:description>&l8;</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"""
    information = PngImagePlugin.PngInfo()
    information.add_itxt("XML:com.adobe.xmp", xmp)
    path = tmp_path / "dog.png"
    Image.new("RGB", (9, 9)).save(path, pnginfo=information)
    assert read_alt_text(path) is None
    path.with_name("dog.png.xmp").write_text(xmp)
    assert read_alt_text(path) is None


def test_a_missing_photo_is_an_error(tmp_path: Path) -> None:
    for call in read_alt_text, lambda path: write_alt_text(path, "A dog."):
        with pytest.raises(PhotoError, match="There is no such file"):
            call(tmp_path / "dog.jpg")
    assert os.listdir(tmp_path) == []


def test_a_read_only_photo_stays_as_it_is(photo: Path) -> None:
    before = photo.read_bytes()
    photo.chmod(0o444)
    with pytest.raises(PermissionError):
        write_alt_text(photo, "A dog.")
    assert (photo.read_bytes(), os.listdir(photo.parent)) == (before, ["dog.jpg"])


def test_a_photo_that_changes_meanwhile_is_not_overwritten(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change = exiftool.change

    def slow_change(path: Path, tags: dict[str, str]) -> None:
        change(path, tags)
        photo.write_bytes(b"edited by another program")

    monkeypatch.setattr(exiftool, "change", slow_change)
    with pytest.raises(AltTextError, match="changed by another program"):
        write_alt_text(photo, "A dog.")
    assert (photo.read_bytes(), os.listdir(photo.parent)) == (b"edited by another program", ["dog.jpg"])


def test_a_full_disk_costs_nothing(small_disk: Path) -> None:
    photo = make(small_disk / "dog.jpg")
    before = photo.read_bytes()
    with (small_disk / "fill").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 1000)
    with pytest.raises((OSError, AltTextError)):
        write_alt_text(photo, "A dog.")
    assert (photo.read_bytes(), sorted(os.listdir(small_disk))) == (before, ["dog.jpg", "fill"])


def wait_until_ended(started: list[int]) -> None:
    assert started
    wait_for(lambda: not any(process_file(process, "cmdline") for process in started))


@pytest.mark.slow
def test_a_program_that_is_killed_at_any_moment_leaves_the_old_or_the_new_photo(photo: Path) -> None:
    program = f"""
import pathlib, sys
from captioner.output.alt_text import write_alt_text
path = pathlib.Path({str(photo)!r})
for number in range(1000):
    write_alt_text(path, f"Text {{number}}.", overwrite=True)
    print(number, flush=True)
"""
    before = pixels(photo)
    for delay in range(4):
        process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout
        process.stdout.readline()
        time.sleep(delay * 0.01)
        started = descendants(process.pid)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        wait_until_ended(started)
        assert pixels(photo) == before
        assert metadata.alt_text(photo).startswith("Text ")
    assert [name for name in os.listdir(photo.parent) if not name.startswith(".")] == ["dog.jpg"]


def test_without_exiftool_a_sentence_says_how_to_get_it(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exiftool.end()
    monkeypatch.setenv("PATH", str(photo.parent))
    before = photo.read_bytes()
    with pytest.raises(exiftool.ExifToolError, match="sudo apt install libimage-exiftool-perl"):
        write_alt_text(photo, "A dog.")
    assert photo.read_bytes() == before


def test_exiftool_that_ends_or_hangs_costs_one_error(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_alt_text(photo, "A dog.")
    assert exiftool._process
    (child,) = descendants(exiftool._process.pid)
    os.kill(child, signal.SIGSTOP)
    monkeypatch.setattr(exiftool, "EXIFTOOL_TIMEOUT", 0.2)
    before = photo.read_bytes()
    with pytest.raises(exiftool.ExifToolError, match="took over"):
        write_alt_text(photo, "A cat.", overwrite=True)
    assert (photo.read_bytes(), os.listdir(photo.parent)) == (before, ["dog.jpg"])
    wait_until_ended([child])
    monkeypatch.undo()
    write_alt_text(photo, "A cat.", overwrite=True)
    assert metadata.alt_text(photo) == "A cat."


def test_a_link_stays_a_link(photo: Path) -> None:
    link = photo.with_name("link.jpg")
    link.symlink_to(photo.name)
    assert write_alt_text(link, "A dog.") == photo
    assert link.is_symlink()
    assert metadata.alt_text(photo) == "A dog."


def test_an_empty_text_is_refused(photo: Path) -> None:
    with pytest.raises(AltTextError):
        write_alt_text(photo, " \n ")


def test_names_with_line_ends_and_options_are_only_names(tmp_path: Path) -> None:
    folder = tmp_path / "-execute\n-all= %d"
    folder.mkdir()
    path = make(folder / "-dog \\n x.jpg", "-Artist=Ann")
    write_alt_text(path, "-execute\n-Artist=")
    assert metadata.exiftool(path, "-s3", "-Artist", "-XMP-iptcCore:AltTextAccessibility") == "Ann\n-execute -Artist="
    assert alt_text.read_alt_text(path) == AltText("-execute -Artist=", "alternative text")
