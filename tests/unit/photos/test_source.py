import io
import os
from pathlib import Path

import pytest

from captioner import PhotoError
from captioner.photos import source
from captioner.photos.source import PhotoSource, path_of_file_url


def test_wraps_whatever_a_photo_may_come_as(tmp_path: Path) -> None:
    path = tmp_path / "dog.jpg"
    path.write_bytes(b"content")
    for name in (path, str(path)):
        assert PhotoSource.of(name) == PhotoSource(path=path)
    with path.open("rb") as buffered, path.open("rb", buffering=0) as raw:
        for photo in (b"content", bytearray(b"content"), memoryview(b"content"), io.BytesIO(b"content"), buffered, raw):
            assert PhotoSource.of(photo) == PhotoSource(content=b"content")
    assert PhotoSource.of(PhotoSource(path=path)) == PhotoSource(path=path)


def test_a_file_object_that_returns_a_little_at_a_time_is_read_to_its_end() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(3)

    assert PhotoSource.of(Slow(b"content")).content == b"content"


def test_an_endless_file_object_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_CONTENT", 5_000_000)
    with open("/dev/zero" if os.path.exists("/dev/zero") else __file__, "rb") as file:
        content = PhotoSource.of(file).content
    assert content is not None
    assert len(content) <= 6_000_000


def test_refuses_what_is_not_a_photo_and_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="int"):
        PhotoSource.of(5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="binary mode"):
        PhotoSource.of(io.StringIO("text"))  # type: ignore[arg-type]

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(PhotoError, match=r"The file can't be read \(Input/output error\)\."):
        PhotoSource.of(Broken())


def test_has_a_name_to_show() -> None:
    assert PhotoSource.of("/photos/dog.jpg").name == "dog.jpg"
    assert PhotoSource.of(b"content").name == "Pasted photo"
    if os.name == "posix":
        assert PhotoSource.of(os.fsdecode(b"/caf\xe9.jpg")).name == "caf\N{REPLACEMENT CHARACTER}.jpg"


def test_its_key_changes_when_the_photo_does(tmp_path: Path) -> None:
    path = tmp_path / "dog.jpg"
    photo = PhotoSource.of(path)
    keys = [photo.key()]
    for content in (b"dog", b"a brown dog"):
        path.write_bytes(content)
        keys.append(photo.key())
        assert photo.key() == keys[-1]
    keys += [PhotoSource.of(content).key() for content in (b"dog", b"cat")]
    assert len(set(keys)) == 5


@pytest.mark.skipif(os.name != "posix", reason="Windows has other paths")
@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///a%20b/%25.jpg", "/a b/%.jpg"),
        ("file:/cat.jpg", "/cat.jpg"),
        ("FILE://localhost/cat.jpg", "/cat.jpg"),
        ("file:///caf%E9.jpg", os.fsdecode(b"/caf\xe9.jpg")),
        ("file:///x/photo #1?.jpg", "/x/photo #1?.jpg"),
        ("file://elsewhere/cat.jpg", None),
        ("file://elsewhere", None),
        ("file:///a%00b", None),
        ("https://a.org/cat.jpg", None),
        ("/cat.jpg", None),
    ],
)
def test_understands_file_urls(url: str, path: str | None) -> None:
    assert path_of_file_url(url) == (Path(path) if path else None)
    assert PhotoSource.of(url).path == Path(path or url)
