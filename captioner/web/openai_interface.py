"""OpenAI's interface for chat completions, as far as programs that want photos described use it.

https://platform.openai.com/docs/api-reference/chat
"""

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from captioner.web.describer import Describer
from captioner.web.ollama_interface import NAME, check_name, describe, pieces
from captioner.web.uploads import NO_PHOTO, Photo, from_base64, parsed


def openai_interface(describer: Describer) -> Blueprint:
    """`/v1/models` and `/v1/chat/completions`."""
    routes = Blueprint("openai", __name__)
    model = {"id": NAME, "object": "model", "created": int(time.time()), "owned_by": "captioner"}

    @routes.get("/v1/models")
    def models() -> dict[str, Any]:
        return {"object": "list", "data": [model]}

    @routes.get("/v1/models/<name>")
    def one_model(name: str) -> dict[str, Any]:
        check_name(name)
        return model

    @routes.post("/v1/chat/completions")
    def completions() -> Response:
        with describer.turn():
            asked = parsed(request)
            check_name(asked.get("model"))
            photos, prompt = _photos_and_prompt(asked.get("messages"))
            answer = describe(describer, photos, prompt)
        return _reply(asked, answer)

    return routes


def error_object(status: int, sentence: str) -> dict[str, Any]:
    """An error as OpenAI's clients expect it."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": sentence, "type": kind, "param": None, "code": None}}


def _photos_and_prompt(messages: object) -> tuple[list[Photo], str]:
    """The photos of the last message that has any, and the text of the last message."""
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise BadRequest("The messages must be a list of objects.")
    photos: list[Photo] = []
    prompt = ""
    for message in messages:
        content = message.get("content")
        parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
        parts = [part for part in parts if isinstance(part, dict)]
        prompt = " ".join(str(part.get("text")) for part in parts if part.get("type") == "text")
        addresses = [part.get("image_url") for part in parts if part.get("type") == "image_url"]
        if addresses:
            # Some clients leave out the object around the address.
            photos = [from_base64(_url(address)) for address in addresses]
    if not photos:
        raise BadRequest(NO_PHOTO)
    return photos, prompt


def _url(address: object) -> object:
    return address.get("url") if isinstance(address, Mapping) else address


def _reply(asked: Mapping[str, Any], answer: str) -> Response:
    base = {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "created": int(time.time()),
        "model": NAME,
    }
    if not asked.get("stream"):
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": answer, "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
        usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
        reply = {**base, "object": "chat.completion", "choices": [choice], "usage": usage}
        return Response(json.dumps(reply), mimetype="application/json")

    def events() -> Iterator[str]:
        yield event({"role": "assistant", "content": ""}, None)
        for piece in pieces(answer):
            yield event({"content": piece}, None)
        yield event({}, "stop")
        yield "data: [DONE]\n\n"

    def event(delta: dict[str, str], reason: str | None) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return f"data: {json.dumps({**base, 'object': 'chat.completion.chunk', 'choices': [choice]})}\n\n"

    return Response(events(), mimetype="text/event-stream")
