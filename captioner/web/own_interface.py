"""Captioner's own interface: a photo in, the JSON object of `captioner --json` out."""

from typing import Any

from flask import Blueprint, Response, request

from captioner import __version__
from captioner.web.describer import Describer
from captioner.web.speech import MAX_TEXT, Speech
from captioner.web.uploads import uploaded


def own_interface(describer: Describer, speech: Speech) -> Blueprint:
    """`/api/caption`, `/api/health`, and what the page uses."""
    routes = Blueprint("own", __name__)

    @routes.post("/api/caption")
    def caption() -> dict[str, Any]:
        with describer.turn():
            photo = uploaded(request)[0]
            description = describer.describe(photo.content, wants_text="text" in request.args)
            described = description.for_page() if "page" in request.args else description.to_dict()
        return {"path": photo.name, **described}

    @routes.get("/api/health")
    def health() -> tuple[dict[str, str], int]:
        status = describer.status
        return {"status": status, "version": __version__}, 200 if status in ("ready", "loading") else 503

    @routes.get("/api/speech")
    def spoken() -> Response:
        """A text as a WAV file."""
        return Response(speech.wav(request.args.get("text", "")[:MAX_TEXT]), mimetype="audio/wav")

    return routes
