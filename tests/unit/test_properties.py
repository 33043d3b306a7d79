"""What holds for any input of the small parts that take what others wrote."""

import json
import os
import unicodedata
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from captioner.caption import hedge
from captioner.gui.settings import THEMES, Settings, load, save
from captioner.gui.tk.addresses import from_text
from captioner.gui.tk.incoming import from_drop
from captioner.model.beam_search import beam_search
from captioner.model.confidence import probability
from captioner.model.text import words_of
from captioner.model.tokenizer import tokenize
from captioner.model.vocabulary import Vocabulary
from captioner.photos import unsupported
from captioner.photos.source import PhotoSource
from captioner.speech.worker import spoken

# The same inputs in every run, however slow the machine.
settings.register_profile(
    "same",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=100,
    database=None,
)
settings.load_profile("same")

ANYTHING = st.text(st.characters(exclude_categories=()))  # halves of characters, too, which names of files may hold
COMMANDS = st.lists(st.sampled_from("[]<>/\\ \x1b\x00aé語\ud800\ue000")).map("".join)
NAMES = st.binary(min_size=1, max_size=20).filter(lambda name: not {0, 47} & set(name) and name not in (b".", b".."))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(lambda names: Path(os.fsdecode(b"/" + b"/".join(names))))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANYTHING,
    lambda values: st.lists(values) | st.dictionaries(ANYTHING, values),
)
STORED = st.fixed_dictionaries({}, optional=dict.fromkeys(asdict(Settings()), JSON))
CHOSEN = st.builds(
    Settings,
    voice=st.none() | ANYTHING,
    rate=st.none() | st.integers(80, 600),
    volume=st.none() | st.floats(0, 1),
    speak_captions=st.booleans(),
    self_voicing=st.none() | st.booleans(),
    text_size=st.integers(75, 300),
    theme=st.sampled_from(THEMES),
    beam_width=st.none() | st.integers(1, 20),
    show_attention=st.booleans(),
    last_folder=ANYTHING,
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("properties") / "file.json"


@given(ANYTHING | COMMANDS)
def test_what_is_spoken_holds_no_command(text: str) -> None:
    said = spoken(text)
    assert not any(command in said for command in ("[[", "]]", "<", ">"))
    assert not {unicodedata.category(character) for character in said} & {"Cc", "Co", "Cs"}
    words = text.replace("<", "less than").replace(">", "greater than")
    assert list(filter(str.isalnum, said)) == list(filter(str.isalnum, words))


@given(ANYTHING)
def test_any_caption_gives_words_in_lower_case(text: str) -> None:
    for word in words_of(text):
        assert word == word.lower()
        assert word.split() == [word]
        assert word.isprintable()


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyzäé0123456789", min_size=1)))
def test_words_of_a_caption_survive_being_written(words: list[str]) -> None:
    assert tokenize(" ".join(words)) == words


@given(st.lists(ANYTHING | st.text("abc'-& ", max_size=30)))
def test_a_vocabulary_survives_being_saved(path: Path, captions: list[str]) -> None:
    vocabulary = Vocabulary.build([*captions, "a dog"], min_count=1)
    vocabulary.save(path)
    loaded = Vocabulary.load(path)
    assert loaded.words == vocabulary.words
    for caption in captions:
        assert loaded.decode(loaded.encode(caption)) == words_of(caption)


@given(CHOSEN)
def test_settings_survive_being_saved(path: Path, chosen: Settings) -> None:
    save(chosen, path)
    assert load(path) == (chosen, "")


@pytest.mark.slow
@given(st.binary() | (JSON | STORED).map(lambda value: json.dumps(value).encode()))
def test_any_settings_file_gives_settings_that_make_sense(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    found, _ = load(path)
    assert found.theme in THEMES
    assert 75 <= found.text_size <= 300
    assert found.rate is None or 80 <= found.rate <= 600
    assert found.volume is None or 0 <= found.volume <= 1
    assert found.beam_width is None or 1 <= found.beam_width <= 20
    assert isinstance(found.last_folder, str)


@given(PATHS, st.sampled_from(["{}", "'{}'", '"{}"', "  {}\r\n"]))
def test_a_photo_is_found_by_its_address(photo: Path, written: str) -> None:
    assert from_text(written.format(photo.as_uri())) == [PhotoSource.of(photo)]


@given(
    st.sampled_from(["text/uri-list", "text/html", "text/plain", "CF_HDROP"]),
    ANYTHING | st.lists(st.sampled_from(["<img src='", "file:", "data:,", "//", "a", *"[]{}%~!"])).map("".join),
)
def test_any_drop_gives_photos_or_a_sentence(kind: str, data: str) -> None:
    found = from_drop(kind, data.split() if kind in ("text/uri-list", "CF_HDROP") else data)
    if isinstance(found, str):
        assert found.endswith(".")
    else:
        assert found
        assert all(source.path is None or source.path.is_absolute() for source in found)


@pytest.mark.slow
@given(st.binary(max_size=1000) | st.text(max_size=1000).map(str.encode))
def test_any_file_that_is_not_a_photo_is_refused_in_one_sentence(head: bytes) -> None:
    refusal = unsupported.refusal(head)
    assert refusal.endswith(".")
    assert "\n" not in refusal


@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(4, 9),
    beam_width=st.integers(1, 6),
    max_length=st.integers(1, 9),
    length_normalisation=st.floats(0, 2),
)
def test_captions_are_different_and_do_not_stutter(
    seed: int, size: int, beam_width: int, max_length: int, length_normalisation: float
) -> None:
    start, end, unknown = range(3)
    chance = np.random.default_rng(seed)

    def step(words: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        logits = chance.normal(size=(len(words), size)) * 5
        log_probabilities = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        return log_probabilities.astype(np.float32), np.zeros((len(words), 1), np.float32), state

    found = beam_search(
        step,
        np.zeros((1, 1)),
        start=start,
        end=end,
        beam_width=beam_width,
        max_length=max_length,
        length_normalisation=length_normalisation,
        forbidden=(start, unknown),
    )
    assert 0 < len(found) <= beam_width
    assert len({hypothesis.words for hypothesis in found}) == len(found)
    scores = [hypothesis.log_probability / (len(hypothesis.words) + 1) ** length_normalisation for hypothesis in found]
    assert np.isfinite(scores).all()
    assert scores == sorted(scores, reverse=True)
    for words in (hypothesis.words for hypothesis in found):
        assert 0 < len(words) <= max_length
        assert not {start, end, unknown} & set(words)
        assert all(word != following for word, following in zip(words, words[1:]))
        trigrams = list(zip(words, words[1:], words[2:]))
        assert len(set(trigrams)) == len(trigrams)


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_confidence_is_a_probability_and_the_hedge_keeps_the_caption(one: float, other: float) -> None:
    low, high = sorted([one, other])
    assert 0 <= probability(low) <= probability(high) <= 1
    text = "A dog runs."
    assert hedge(text, probability(low)).lower().endswith(text.lower())
