import hashlib
import json
import os
import shutil

import pytest

from captioner import Captioner, WeightsError, resources
from captioner.model.confidence import COEFFICIENTS
from captioner.model.weights import FILES, open_weights


def coefficients(value: float) -> dict[str, dict[str, float]]:
    return {part: dict.fromkeys(names, value) for part, names in COEFFICIENTS.items()}


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped weights to damage."""
    return shutil.copytree(
        resources.folder("weights"), tmp_path / "weights", ignore=shutil.ignore_patterns("checkpoint.npz")
    )


def replace(path, content: bytes, *, with_checksum: bool) -> None:
    path.write_bytes(content)
    if with_checksum:
        model = json.loads((path.parent / "model.json").read_text())
        model["sha256"][path.name] = hashlib.sha256(content).hexdigest()
        (path.parent / "model.json").write_text(json.dumps(model))


def assert_refused(folder, *mentioned: str) -> None:
    with pytest.raises(WeightsError) as error:
        Captioner(folder)
    for part in mentioned:
        assert part in str(error.value)
    assert "\n" not in str(error.value)


def test_the_shipped_weights_are_intact_and_small():
    weights = open_weights()
    weights.check()
    assert weights.encoder.stat().st_size + weights.decoder.stat().st_size <= 60e6
    assert weights.beam_width >= 1


@pytest.mark.parametrize("name", [*FILES, "model.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    assert_refused(folder, str(folder / name), "No such file", "Install the program again.")


@pytest.mark.parametrize("name", FILES)
def test_a_truncated_or_changed_file_is_named(folder, name):
    content = (folder / name).read_bytes()
    changed = bytearray(content)
    changed[len(changed) // 2] ^= 1
    for damaged in (b"", content[:-1], content[: len(content) // 2], bytes(changed)):
        replace(folder / name, damaged, with_checksum=False)
        assert_refused(folder, str(folder / name), "damaged", "Install the program again.")


@pytest.mark.parametrize(
    "change",
    [
        {"format": 1},
        {"beam_width": 0},
        {"beam_width": 10**400},
        {"beam_width": float("inf")},
        {"beam_width": "wide"},
        {"max_length": None},
        {"max_length": 10**9},
        {"length_normalisation": float("nan")},
        {"length_normalisation": 1e308},
        {"confidence": {}},
        {"confidence": coefficients(float("nan"))},
        {"confidence": coefficients(10**400)},
        {"confidence": coefficients(0.0)},  # no deviation is 0
        {"sha256": {}},
        {"sha256": None},
    ],
    ids=lambda change: str(change)[:60],
)
def test_a_model_json_with_impossible_values_is_refused(folder, change):
    model = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**model, **change}))
    assert_refused(folder, str(folder / "model.json"), "damaged")


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{", b"null", b"\xff\xfe", b"[" * 50_000, b'{"format": ' + b"1" * 5000 + b"}", b" " * 2**26 + b"{}"],
    ids=["empty", "list", "cut off", "null", "no text", "deep", "number", "long"],
)
def test_a_file_that_is_not_a_model_json_is_refused(folder, content):
    (folder / "model.json").write_bytes(content)
    assert_refused(folder, str(folder / "model.json"), "damaged")


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no endless file here")
@pytest.mark.parametrize("name", [*FILES, "model.json"])
def test_an_endless_file_is_not_read_for_ever(folder, name):
    (folder / name).unlink()
    (folder / name).symlink_to("/dev/zero")
    assert_refused(folder, str(folder / name), "damaged")


def test_files_with_good_checksums_and_bad_content_are_refused(folder):
    for name in ("encoder.tflite", "vocabulary.json"):
        content = (folder / name).read_bytes()
        replace(folder / name, b"neither a model nor words", with_checksum=True)
        assert_refused(folder, str(folder / name))
        replace(folder / name, content, with_checksum=True)
    Captioner(folder)


def change_words(folder, change) -> None:
    path = folder / "vocabulary.json"
    words = change(json.loads(path.read_text())["words"])
    replace(path, json.dumps({"words": words}).encode(), with_checksum=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda words: [*words, words[-1]],
        lambda words: [*words[:-1], 7],
        lambda words: [*words[:-1], ["dog"]],
        lambda words: [*words[:-1], "<break>"],
        lambda words: [*words[:-1], "two words"],
        lambda words: [*words[:-1], "\ud800"],
        lambda words: [*words[:-1], "a" * 10_000],
        lambda words: words[:4],
        lambda words: words[4:],
        lambda words: dict.fromkeys(words),
        lambda words: "".join(words),
    ],
)
def test_a_vocabulary_with_entries_that_are_not_words_is_refused(folder, change):
    change_words(folder, change)
    assert_refused(folder, str(folder / "vocabulary.json"))


def test_files_that_do_not_belong_together_are_refused(folder):
    """Or each word would be mistaken for its neighbour."""
    change_words(folder, lambda words: words[:-1])
    assert_refused(folder, "don't belong together")


def test_swapped_models_are_refused(folder):
    encoder, decoder = folder / "encoder.tflite", folder / "decoder.tflite"
    contents = encoder.read_bytes(), decoder.read_bytes()
    replace(decoder, contents[0], with_checksum=True)
    replace(encoder, contents[1], with_checksum=True)
    assert_refused(folder, "don't belong together")


@pytest.mark.parametrize("name", ["encoder.tflite", "decoder.tflite"])
def test_a_model_that_returns_nan_is_reported_as_damaged(folder, samples, name):
    content = bytearray((folder / name).read_bytes())
    middle = len(content) // 2  # among the weights: the file is still a model
    content[middle : middle + 20_000] = b"\x00\x7e" * 10_000  # in half precision, not a number
    replace(folder / name, bytes(content), with_checksum=True)
    captioner = Captioner(folder)
    with pytest.raises(WeightsError, match="not finite"):
        captioner.caption(samples["cat"])
