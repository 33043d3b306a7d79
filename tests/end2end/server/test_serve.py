"""`captioner serve` with real clients: curl's way, Ollama's client, OpenAI's client."""

import base64
import io
import json
import signal
import subprocess
import sys

import pytest

from captioner import __version__
from tests.support.pages import write
from tests.support.program import WITH_OCR
from tests.support.server import ROOT, Server, serving

ollama = pytest.importorskip("ollama")
openai = pytest.importorskip("openai")


@pytest.fixture(scope="module")
def server():
    with serving(**WITH_OCR) as server:
        yield server


@pytest.fixture(scope="module")
def cat():
    return (ROOT / "assets" / "cat.jpg").read_bytes()


@pytest.fixture(scope="module")
def expected(shipped, cat):
    """What the library says about the cat, without the times."""
    return comparable(shipped.caption(cat).to_dict())


def comparable(described: dict) -> dict:
    return {name: value for name, value in described.items() if name != "seconds"}


def address(photo: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(photo).decode()}"


def question(prompt: str, url: str) -> list:
    parts = [{"type": "text", "text": prompt}, {"type": "image_url", "image_url": {"url": url}}]
    return [{"role": "user", "content": parts}]


@pytest.mark.slow
def test_it_answers_while_the_model_is_loading_and_ends_cleanly_in_the_middle_of_a_caption(cat):
    server = Server()
    health = json.loads(server.ask("/api/health").content)
    assert health["version"] == __version__
    assert health["status"] in ("loading", "ready")  # on a busy computer it may be ready before the first request
    server.await_model()
    with server.connect() as client:
        head = f"POST /api/caption HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(cat)}\r\n\r\n"
        client.sendall(head.encode() + cat)
        server.ask("/api/health")  # when this is answered, the photo has arrived, too
        assert server.stop(signal.SIGTERM) == (0, "")


def test_a_port_in_use_is_reported(server):
    command = [sys.executable, "-m", "captioner", "serve", "--port", str(server.port)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Port {server.port} can't be used (Address already in use). Choose another with --port.\n" in done.stderr


def test_a_raw_photo_gets_the_json_of_the_command(server, cat, expected):
    answer = server.ask("/api/caption", cat)
    described = json.loads(answer.content)
    assert answer.status == 200
    assert described.pop("path") == "-"
    assert set(described["seconds"]) == {"decode", "resize", "encoder", "decoder", "search"}
    assert comparable(described) == expected


def test_a_form_gets_the_photos_name_as_well(server, expected):
    photo = ROOT / "assets" / "cat.jpg"
    command = ["curl", "--silent", "--form", f"photo=@{photo}", f"{server.root}/api/caption"]
    described = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert described.pop("path") == "cat.jpg"
    assert comparable(described) == expected


def test_what_cannot_be_read_gets_a_sentence(server):
    answer = server.ask("/api/caption", b"no photo")
    assert answer.status == 422
    assert json.loads(answer.content) == {"error": "This is text, not a photo. Open a photo."}


def test_a_text_is_spoken(server):
    answer = server.ask("/api/speech?text=A%20cat.")
    if answer.status == 503:
        pytest.skip(json.loads(answer.content)["error"])
    assert answer.headers["Content-Type"] == "audio/wav"
    assert answer.content[:4] == b"RIFF"
    assert len(answer.content) > 10_000


@pytest.mark.slow
def test_the_text_in_a_picture_is_read_where_a_request_asks_for_it(server, ollama_client, openai_client):
    pytest.importorskip("rapidocr")
    content = io.BytesIO()
    write(["Platform 7"], (480, 160), pixels=60).save(content, "PNG")
    sign = content.getvalue()
    described = json.loads(server.ask("/api/caption?text", sign).content)
    assert [line["text"] for line in described["text"]] == ["Platform 7"]
    assert ollama_client.generate("captioner", "Read the text.", images=[sign]).response == "Platform 7"
    messages = question("Describe this. If there is text, include it.", address(sign))
    completion = openai_client.chat.completions.create(model="captioner", messages=messages)
    assert completion.choices[0].message.content.endswith("Platform 7")


@pytest.fixture
def ollama_client(server):
    return ollama.Client(server.root)


@pytest.fixture
def openai_client(server):
    return openai.OpenAI(base_url=f"{server.root}/v1", api_key="unused", max_retries=0)


def test_ollama_the_model_is_listed_and_takes_pictures(ollama_client):
    assert [model.model for model in ollama_client.list().models] == ["captioner:latest"]
    assert [model.model for model in ollama_client.ps().models] == ["captioner:latest"]
    assert "vision" in ollama_client.show("captioner").capabilities


def test_ollama_generate_describes_a_photo(ollama_client, cat, expected):
    response = ollama_client.generate("captioner", "Describe this.", images=[cat])
    assert (response.response, response.done) == (expected["statement"], True)


def test_ollama_generate_streams_the_words(ollama_client, cat, expected):
    parts = list(ollama_client.generate("captioner:latest", images=[cat], stream=True))
    assert len(parts) > 3
    assert "".join(part.response for part in parts) == expected["statement"]
    assert [part.done for part in parts] == [False] * (len(parts) - 1) + [True]


def test_ollama_chat_describes_a_photo(ollama_client, cat, expected):
    message = {"role": "user", "content": "What is this?", "images": [cat]}
    assert ollama_client.chat("captioner", [message]).message.content == expected["statement"]
    parts = list(ollama_client.chat("captioner", [message], stream=True))
    assert "".join(part.message.content for part in parts) == expected["statement"]


def test_ollama_a_later_question_is_about_the_last_photo(ollama_client, cat, expected):
    messages = [
        {"role": "user", "content": "What is this?", "images": [cat]},
        {"role": "assistant", "content": expected["statement"]},
        {"role": "user", "content": "Is it a photo?"},
    ]
    assert ollama_client.chat("captioner", messages).message.content == expected["statement"]


def test_ollama_loading_the_model_works(ollama_client):
    assert ollama_client.generate("captioner").done_reason == "load"


def test_ollama_another_model_and_a_message_without_photo_are_refused(ollama_client):
    with pytest.raises(ollama.ResponseError, match='no model "llava"') as refused:
        ollama_client.generate("llava", "Hello")
    assert refused.value.status_code == 404
    with pytest.raises(ollama.ResponseError, match="no photo in this request"):
        ollama_client.chat("captioner", [{"role": "user", "content": "Hello"}])


def test_openai_the_model_is_listed(openai_client):
    assert [model.id for model in openai_client.models.list()] == ["captioner"]
    assert openai_client.models.retrieve("captioner").id == "captioner"


def test_openai_a_photo_is_described(openai_client, cat, expected):
    completion = openai_client.chat.completions.create(model="captioner", messages=question("Describe.", address(cat)))
    assert completion.choices[0].message.content == expected["statement"]
    assert completion.choices[0].finish_reason == "stop"


def test_openai_the_words_are_streamed(openai_client, cat, expected):
    messages = question("Describe.", address(cat))
    chunks = list(openai_client.chat.completions.create(model="captioner", messages=messages, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == expected["statement"]
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_openai_an_address_on_the_web_is_refused_in_a_sentence(openai_client):
    with pytest.raises(openai.BadRequestError, match="Captioner never goes online"):
        openai_client.chat.completions.create(model="captioner", messages=question("", "https://example.org/cat.jpg"))


def test_openai_another_model_is_refused(openai_client, cat):
    with pytest.raises(openai.NotFoundError, match='no model "gpt-4o"'):
        openai_client.chat.completions.create(model="gpt-4o", messages=question("", address(cat)))


def test_openai_a_damaged_photo_is_refused_in_a_sentence(openai_client):
    with pytest.raises(openai.UnprocessableEntityError, match="This is text, not a photo"):
        openai_client.chat.completions.create(model="captioner", messages=question("", address(b"no photo")))
