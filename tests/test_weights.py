import hashlib
import json
import shutil

import pytest

from captioner import Captioner, WeightsError
from captioner.doubt import EVIDENCE
from captioner.weights import FILES, open_weights, shipped_weights


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped weights to damage."""
    return shutil.copytree(shipped_weights(), tmp_path / "weights", ignore=shutil.ignore_patterns("*.npz"))


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


def test_the_shipped_weights_are_whole_and_small():
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
        {"format": 2},
        {"beam_width": 0},
        {"beam_width": "wide"},
        {"max_length": None},
        {"confidence": {}},
        {"confidence": dict.fromkeys(("intercept", *EVIDENCE), float("nan"))},
        {"sha256": {}},
        {"sha256": None},
    ],
    ids=str,
)
def test_a_model_json_that_says_nonsense_is_refused(folder, change):
    model = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**model, **change}))
    assert_refused(folder, str(folder / "model.json"), "damaged")


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"null", b"\xff\xfe"])
def test_a_model_json_that_is_none_is_refused(folder, content):
    (folder / "model.json").write_bytes(content)
    assert_refused(folder, str(folder / "model.json"), "damaged")


def test_files_with_good_checksums_and_bad_content_are_refused(folder):
    for name in ("encoder.tflite", "vocabulary.json"):
        content = (folder / name).read_bytes()
        replace(folder / name, b"neither a model nor words", with_checksum=True)
        assert_refused(folder, str(folder / name))
        replace(folder / name, content, with_checksum=True)
    Captioner(folder)
