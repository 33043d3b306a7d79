"""Photos in requests."""

import base64
import io

import pytest
from werkzeug.exceptions import BadRequest
from werkzeug.test import EnvironBuilder

from captioner.web.uploads import (
    MAX_PHOTOS,
    NO_PHOTO,
    NOT_BASE64,
    NOT_FETCHED,
    MemoryRequest,
    from_base64,
    parsed,
    uploaded,
)

ENCODED = base64.b64encode(b"photo").decode()


def request(data: bytes | dict) -> MemoryRequest:
    return MemoryRequest(EnvironBuilder(method="POST", data=data).get_environ())


def test_base64_and_data_addresses_are_decoded():
    assert from_base64(ENCODED).content == b"photo"
    assert from_base64(f"data:image/jpeg;base64,{ENCODED}").content == b"photo"


@pytest.mark.parametrize(
    "address", ["https://a.example/cat.jpg", "http://127.0.0.1/", "file:///etc/passwd", "FTP://a/b"]
)
def test_an_address_is_never_fetched(address):
    with pytest.raises(BadRequest, match=NOT_FETCHED):
        from_base64(address)


@pytest.mark.parametrize("text", ["not base64!", None, 7, {"a": "b"}, "/etc/passwd.", "data:image/png;base64,?"])
def test_anything_else_is_called_damaged(text):
    with pytest.raises(BadRequest, match=NOT_BASE64):
        from_base64(text)


def test_a_form_gives_its_photos_in_their_order_without_empty_ones():
    files = [(io.BytesIO(b"1"), "a.jpg"), (io.BytesIO(), ""), (io.BytesIO(b"2"), "b.jpg")]
    photos = uploaded(request(data={"photos": files}))
    assert photos == [("a.jpg", b"1"), ("b.jpg", b"2")]


def test_a_request_needs_a_photo():
    with pytest.raises(BadRequest, match=NO_PHOTO):
        uploaded(request(data=b""))


def test_a_request_has_only_so_many_photos():
    files = [(io.BytesIO(b"x"), "x.jpg") for _ in range(MAX_PHOTOS + 1)]
    with pytest.raises(BadRequest, match="at most 20"):
        uploaded(request(data={"photos": files}))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[" * 100_000, b"\xff", b'"text"', b"null"])
def test_what_is_not_a_json_object_is_refused(body):
    with pytest.raises(BadRequest, match="JSON"):
        parsed(request(data=body))
