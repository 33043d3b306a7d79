"""The web application: the page and the interfaces, with the rules that hold for all of them."""

from typing import Any

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from captioner.errors import CaptionerError, PhotoError, user_message
from captioner.system import crash_log
from captioner.web.access import Access
from captioner.web.describer import Busy, Describer
from captioner.web.ollama_interface import ollama_interface
from captioner.web.openai_interface import error_object, openai_interface
from captioner.web.own_interface import own_interface
from captioner.web.page import page
from captioner.web.speech import Speech
from captioner.web.uploads import MemoryRequest

HEADERS = {
    # Only what this server sends itself, and the photos and sounds that the page makes.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
HTML_PATHS = ("/", "/token")


def create_app(describer: Describer, speech: Speech, access: Access) -> Flask:
    """The WSGI application."""
    app = Flask(__name__, static_folder=None, template_folder="files")
    app.request_class = MemoryRequest
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the order of `captioner --json`

    @app.before_request
    def check() -> Response | None:
        refusal = access.refusal(request.method, request.path, lambda name: request.headers.get(name, ""))
        # The page's address with the token leads to the page.
        if refusal is None or (refusal.status == 401 and request.path == "/" and "token" in request.args):
            return None
        return _error(*refusal)

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    @app.errorhandler(Exception)
    def report(error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return _error(error.code or 500, error.description or error.name)
        if isinstance(error, Busy):
            response = _error(429, str(error))
            response.headers["Retry-After"] = "2"
            return response
        if isinstance(error, PhotoError):
            return _error(422, error.sentence)
        if not isinstance(error, CaptionerError | MemoryError):
            crash_log.record(error)
        return _error(503 if isinstance(error, CaptionerError) else 500, user_message(error))

    app.register_blueprint(own_interface(describer, speech))
    app.register_blueprint(ollama_interface(describer))
    app.register_blueprint(openai_interface(describer))
    app.register_blueprint(page(describer, access))
    return app


def _error(status: int, sentence: str) -> Response:
    """An error in the form that the client expects."""
    if request.path in HTML_PATHS:
        return make_response(render_template("error.html", sentence=sentence, ask_token=status == 401), status)
    content: dict[str, Any] = error_object(status, sentence) if request.path.startswith("/v1/") else {"error": sentence}
    return make_response(content, status)
