import pytest
from pyarrow.fs import GcsFileSystem, S3FileSystem

from captioner.archive.storage import ArchiveError, Place

SERVER = {"endpoint_override": "localhost:9000", "scheme": "http"}
IN_ADDRESS = "endpoint_override=localhost:9000&scheme=http"


@pytest.mark.parametrize("options", [f"?anonymous=true&{IN_ADDRESS}", f"?{IN_ADDRESS}&anonymous=true"])
@pytest.mark.parametrize(("scheme", "kind"), [("s3", S3FileSystem), ("gs", GcsFileSystem)])
def test_a_public_bucket_needs_no_account(scheme, kind, options):
    place = Place.of(f"{scheme}://archive/photos{options}")
    assert (place.name, place.path) == (f"{scheme}://archive/photos", "archive/photos")
    assert place.filesystem.equals(kind(anonymous=True, **SERVER))


def test_an_unknown_option_is_named_in_one_sentence():
    for options in ("?anonymous=true&colour=red", "?colour=red"):
        with pytest.raises(ArchiveError, match="can't be reached .*colour"):
            _ = Place.of(f"s3://archive/photos{options}").filesystem
