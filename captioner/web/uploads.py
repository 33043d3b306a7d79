"""Takes photos out of requests. Nothing is written to the disk, and nothing is fetched."""

import base64
import binascii
import io
import json
import re
from typing import IO, Any, NamedTuple

from flask import Request
from werkzeug.exceptions import BadRequest

from captioner.web.connections import MAX_BODY

MAX_PHOTOS = 20  # in one request

NO_PHOTO = "There is no photo in this request. Captioner only describes photos."
NOT_FETCHED = "Captioner never goes online, so it can't fetch a photo from an address. Send the photo in the request."
NOT_BASE64 = "The photo in this request is damaged. It must be in Base64."


class Photo(NamedTuple):
    """A photo's file.

    name: as the client calls it; "-" if it has no name, as for `captioner -`.
    """

    name: str
    content: bytes


class MemoryRequest(Request):
    """A request whose uploaded files stay in memory."""

    max_content_length = MAX_BODY
    max_form_memory_size = 100_000
    max_form_parts = 100

    def _get_file_stream(self, *arguments: Any, **options: Any) -> IO[bytes]:
        return io.BytesIO()


def uploaded(request: Request) -> list[Photo]:
    """The photos of a multipart request, or the request's body if it is something else.

    Raises:
        BadRequest: there is none, or there are too many.
    """
    if request.mimetype == "multipart/form-data":
        files = [file for files in request.files.listvalues() for file in files]
        photos = [Photo(file.filename or "-", file.read()) for file in files]
    else:
        photos = [Photo("-", request.get_data(cache=False))]
    photos = [photo for photo in photos if photo.content]  # a form without a file has an empty one
    return checked(photos)


def checked(photos: list[Photo]) -> list[Photo]:
    """These photos.

    Raises:
        BadRequest: there is none, or there are too many.
    """
    if not photos:
        raise BadRequest(NO_PHOTO)
    if len(photos) > MAX_PHOTOS:
        raise BadRequest(f"These are {len(photos)} photos. Send at most {MAX_PHOTOS} at a time.")
    return photos


def parsed(request: Request) -> dict[str, Any]:
    """The JSON object in a request's body, whatever its Content-Type: clients are careless about it.

    Raises:
        BadRequest: it is not a JSON object.
    """
    try:
        content = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError) as error:
        raise BadRequest("The request is not valid JSON.") from error
    if not isinstance(content, dict):
        raise BadRequest("The request must be a JSON object.")
    return content


def from_base64(text: object) -> Photo:
    """The photo in a Base64 text or a data: address.

    Raises:
        BadRequest: it is another address, or not Base64.
    """
    if not isinstance(text, str):
        raise BadRequest(NOT_BASE64)
    if match := re.match(r"data:[^,]{0,200};base64,", text):
        text = text[match.end() :]
    elif re.match(r"[a-z][a-z0-9+.-]{1,20}:", text, re.IGNORECASE):
        raise BadRequest(NOT_FETCHED)
    try:
        return Photo("-", base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError) as error:
        raise BadRequest(NOT_BASE64) from error
