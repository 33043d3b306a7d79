"""The page: its files, how a browser gets in, and what works without JavaScript."""

from html import escape
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, send_file
from werkzeug.exceptions import BadRequest

from captioner import resources
from captioner.errors import PhotoError
from captioner.ocr import reader
from captioner.output.html import figure
from captioner.photos.source import PhotoSource
from captioner.web.access import COOKIE, NO_TOKEN, Access
from captioner.web.describer import Describer
from captioner.web.speech import MAX_TEXT
from captioner.web.uploads import Photo, uploaded

FILES = Path(__file__).parent / "files"
WRONG_TOKEN = "This is not the token. It is the last part of the address that Captioner shows."


def page(describer: Describer, access: Access) -> Blueprint:
    """The page and its files."""
    routes = Blueprint("page", __name__)

    @routes.get("/")
    def show() -> Response | str:
        if "token" in request.args:  # which does not stay in the address
            return enter(request.args["token"])
        return _page([])

    @routes.post("/token")
    def enter_token() -> Response:
        return enter(request.form.get("token", ""))

    def enter(token: str) -> Response:
        """Give a browser the cookie for the token."""
        if access.token is not None and not access.is_token(token):
            sentence = WRONG_TOKEN if token else NO_TOKEN
            return Response(render_template("error.html", sentence=sentence, ask_token=True), 401)
        response = redirect("/", 303)
        assert isinstance(response, Response)
        response.set_cookie(COOKIE, access.cookie, httponly=True, samesite="Strict")
        return response

    @routes.post("/")
    def describe() -> str:
        """Describe photos for a browser that runs no JavaScript."""
        with describer.turn():
            results = [_result(describer, photo) for photo in uploaded(request)]
        return _page(results)

    @routes.get("/page.css")
    def style() -> Response:
        return send_file(FILES / "page.css")

    @routes.get("/page.js")
    def script() -> Response:
        return send_file(FILES / "page.js", mimetype="text/javascript")

    @routes.get("/icon.png")
    def icon() -> Response:
        return send_file(resources.folder("assets") / "icons" / "icon-48.png")

    @routes.post("/api/html")
    def html() -> Response:
        """A page with a photo and its caption as alternative text, to save."""
        with describer.turn():
            photo = uploaded(request)[0]
            caption = request.form.get("caption", "").strip()
            if not caption:
                raise BadRequest("The caption is empty. Write one first.")
            content = figure(PhotoSource.of(photo.content), caption)
        head = f'<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{escape(caption)}</title>\n'
        return Response(
            head + content + "\n</html>\n", mimetype="text/html", headers={"Content-Disposition": "attachment"}
        )

    return routes


def _page(results: list[dict[str, Any]]) -> str:
    return render_template("page.html", results=results, reads_text=reader.is_installed(), max_spoken=MAX_TEXT)


def _result(describer: Describer, photo: Photo) -> dict[str, Any]:
    try:
        description = describer.describe(photo.content, wants_text="text" in request.form)
        return {"name": photo.name, **description.for_page()}
    except PhotoError as error:
        return {"name": photo.name, "error": error.sentence}
