"""Ollama's interface, as far as programs that want photos described use it.

https://github.com/ollama/ollama/blob/main/docs/api.md
"""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, NotFound

from captioner import __version__
from captioner.model.weights import FILES, Weights, open_weights
from captioner.web import prompts
from captioner.web.describer import Describer
from captioner.web.uploads import NO_PHOTO, Photo, checked, from_base64, parsed

NAME = "captioner"
DETAILS = {
    "parent_model": "",
    "format": "tflite",
    "family": "captioner",
    "families": ["captioner"],
    "parameter_size": "25M",
    "quantization_level": "F16",
}


def ollama_interface(describer: Describer) -> Blueprint:
    """`/api/version`, `/api/tags`, `/api/show`, `/api/chat` and `/api/generate`."""
    routes = Blueprint("ollama", __name__)

    @routes.get("/api/version")
    def version() -> dict[str, str]:
        return {"version": __version__}

    @routes.get("/api/tags")
    def tags() -> dict[str, Any]:
        return {"models": [_model(open_weights())]}

    @routes.get("/api/ps")
    def running() -> dict[str, Any]:
        return {"models": [{**_model(open_weights()), "expires_at": _now(), "size_vram": 0}]}

    @routes.post("/api/show")
    def show() -> dict[str, Any]:
        asked = parsed(request)
        check_name(asked.get("model") or asked.get("name"))
        return {
            "modelfile": "",
            "parameters": "",
            "template": "",
            "details": DETAILS,
            "model_info": {"general.architecture": "captioner", "general.version": open_weights().version},
            "capabilities": ["completion", "vision"],
            "modified_at": _now(),
        }

    @routes.post("/api/generate")
    def generate() -> Response:
        begun = time.perf_counter_ns()
        with describer.turn():
            asked = parsed(request)
            check_name(asked.get("model"))
            images = asked.get("images") or []
            if not images and not asked.get("prompt"):  # how a client asks to load the model
                return _reply(asked, begun, lambda text: {"response": text}, "", reason="load")
            answer = _describe(describer, images, str(asked.get("prompt", "")))
        return _reply(asked, begun, lambda text: {"response": text}, answer)

    @routes.post("/api/chat")
    def chat() -> Response:
        begun = time.perf_counter_ns()
        with describer.turn():
            asked = parsed(request)
            check_name(asked.get("model"))
            messages = asked.get("messages")
            if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
                raise BadRequest("The messages must be a list of objects.")
            if not messages:
                return _reply(asked, begun, _message, "", reason="load")
            with_images = [message for message in messages if message.get("images")]
            if not with_images:
                raise BadRequest(NO_PHOTO)
            # A later question is about the last photo; its own words count.
            answer = _describe(describer, with_images[-1]["images"], str(messages[-1].get("content", "")))
        return _reply(asked, begun, _message, answer)

    return routes


def check_name(name: object) -> None:
    """Check that a request names the one model that there is.

    Raises:
        NotFound: it names another.
    """
    if str(name).partition(":")[0] != NAME:
        raise NotFound(f'There is no model "{str(name)[:100]}" here. The only one is "{NAME}".')


def describe(describer: Describer, photos: list[Photo], prompt: str) -> str:
    """The answer to a prompt about photos, in a turn; a line for each."""
    wants_text = prompts.wants_text(prompt)
    descriptions = (describer.describe(photo.content, wants_text=wants_text) for photo in checked(photos))
    return "\n".join(prompts.answer(prompt, description) for description in descriptions)


def pieces(text: str) -> list[str]:
    """A text in the pieces in which it is streamed: its words, with the spaces before them."""
    return [part if index == 0 else f" {part}" for index, part in enumerate(text.split(" "))]


def _describe(describer: Describer, images: object, prompt: str) -> str:
    if not isinstance(images, list):
        raise BadRequest("The images must be a list.")
    return describe(describer, [from_base64(image) for image in images], prompt)


def _message(text: str) -> dict[str, Any]:
    return {"message": {"role": "assistant", "content": text}}


def _reply(asked: Mapping[str, Any], begun: int, form: Any, answer: str, *, reason: str = "stop") -> Response:
    """The answer in one object, or, unless the client does not want that, in a line for each word and a last one."""
    base = {"model": asked.get("model"), "created_at": _now()}
    duration = time.perf_counter_ns() - begun
    words = pieces(answer) if answer else []
    end = {
        "done": True,
        "done_reason": reason,
        "total_duration": duration,
        "load_duration": 0,
        "prompt_eval_count": 0,
        "prompt_eval_duration": 0,
        "eval_count": len(words),
        "eval_duration": duration,
    }
    if asked.get("stream") is False:
        return Response(json.dumps({**base, **form(answer), **end}), mimetype="application/json")

    def lines() -> Iterator[str]:
        for word in words:
            yield json.dumps({**base, **form(word), "done": False}) + "\n"
        yield json.dumps({**base, **form(""), **end}) + "\n"

    return Response(lines(), mimetype="application/x-ndjson")


def _model(weights: Weights) -> dict[str, Any]:
    return {
        "name": f"{NAME}:latest",
        "model": f"{NAME}:latest",
        "modified_at": _now(weights.encoder.stat().st_mtime),
        "size": sum((weights.folder / name).stat().st_size for name in FILES),
        "digest": weights.sha256["encoder.tflite"],
        "details": DETAILS,
    }


def _now(seconds: float | None = None) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
