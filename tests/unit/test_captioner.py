import json
import math
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from captioner import Captioner, PhotoError
from captioner.caption import GUESS
from captioner.model.runtime import physical_cores
from captioner.model.text import content, sentence
from captioner.model.tokenizer import tokenize
from captioner.model.vocabulary import SPECIAL_WORDS
from captioner.training.out_of_distribution.synthetic_images import synthetic_images
from tests.support.system import mapped_memory

ROOT = Path(__file__).parents[2]


def python(code: str, *arguments: object) -> subprocess.CompletedProcess:
    """Run code in another process, outside the checkout."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd="/")


@pytest.mark.parametrize("name", ["astronaut", "cat", "coffee", "photographer"])
def test_captions_the_samples(shipped, samples, name):
    caption = shipped.caption(samples[name])
    words = [word.text for word in caption.words]
    assert caption.text == sentence(words)
    assert caption.text[0].isupper()
    assert caption.text.endswith(".")
    assert 3 <= len(words) <= 20
    assert not set(words) & set(SPECIAL_WORDS)


def test_the_numbers_of_a_caption_fit_together(shipped, samples):
    caption = shipped.caption(samples["cat"])
    for word in caption.words:
        assert word.attention_weights.shape == (10, 10)
        assert word.attention_weights.dtype == np.float32
        assert word.attention_weights.min() >= 0
        assert word.attention_weights.sum() == pytest.approx(1, abs=1e-3)
        assert word.log_probability <= 0
    # What the words leave is the probability of the end.
    assert caption.log_probability <= sum(word.log_probability for word in caption.words) <= 0
    assert math.exp(caption.log_probability) > 0


def test_the_alternatives_say_something_else(shipped, samples):
    captions = [shipped.caption(path) for path in samples.values()]
    assert any(caption.alternatives for caption in captions)
    for caption in captions:
        texts = [caption.text, *(alternative.text for alternative in caption.alternatives)]
        assert len({content(tokenize(text)) for text in texts}) == len(texts)
        assert all(alternative.log_probability < 0 for alternative in caption.alternatives)


def test_the_caption_is_not_simply_the_most_probable_one(shipped, samples):
    """It is the one that is expected to agree best with people's."""

    def mean(text: str, log_probability: float) -> float:
        return log_probability / (len(text.split()) + 1)

    captions = [shipped.caption(path) for path in samples.values()]
    assert any(
        mean(alternative.text, alternative.log_probability) > mean(caption.text, caption.log_probability)
        for caption in captions
        for alternative in caption.alternatives
    )


@pytest.mark.slow
def test_pictures_unlike_the_training_photos_get_a_guess(shipped):
    """Of ten pictures, none of which the confidence was fitted to, one may be missed."""
    held_out = [picture for _, _, picture in islice(synthetic_images(), 1, None, 2)][::3][:9]
    captions = [shipped.caption(picture) for picture in (*held_out, ROOT / "tests" / "odd" / "galaxies.jpg")]
    assert sum(caption.statement.startswith(GUESS) for caption in captions) >= 9


def test_different_photos_get_different_captions(shipped, samples):
    assert len({shipped.caption(path).text for path in samples.values()}) >= 3


def test_every_stage_is_timed(shipped, samples):
    seconds = shipped.caption(samples["cat"]).seconds
    assert set(seconds) == {"decode", "resize", "encoder", "decoder", "search"}
    assert min(seconds.values()) > 0


def test_path_bytes_file_image_and_array_get_the_same_caption(shipped, samples):
    path = samples["coffee"]
    content = path.read_bytes()
    with Image.open(path) as image, path.open("rb") as file:
        sources = [path, str(path), content, bytearray(content), memoryview(content), file, image, np.asarray(image)]
        captions = [shipped.caption(source) for source in sources]
    assert len({(caption.text, caption.log_probability) for caption in captions}) == 1


def test_the_previous_photo_makes_no_difference(shipped, samples):
    first = shipped.caption(samples["cat"])
    shipped.caption(samples["coffee"])
    again = shipped.caption(samples["cat"])
    assert (again.text, again.log_probability) == (first.text, first.log_probability)


def test_a_photo_that_fails_does_not_affect_the_next(shipped, samples):
    expected = shipped.caption(samples["cat"]).text
    with pytest.raises(PhotoError):
        shipped.caption(b"not a photo")
    assert shipped.caption(samples["cat"]).text == expected


@pytest.mark.slow
def test_several_threads_may_call_one_captioner(shipped, samples):
    def caption(path):
        caption = shipped.caption(path)
        return caption.text, caption.log_probability

    expected = {path: caption(path) for path in samples.values()}
    paths = [*samples.values()] * 5
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads get in each other's way as often as they can
    try:
        with ThreadPoolExecutor(8) as pool:
            captions = list(pool.map(caption, paths))
    finally:
        sys.setswitchinterval(interval)
    assert captions == [expected[path] for path in paths]


@pytest.mark.slow
def test_a_photo_is_encoded_while_the_caption_of_another_is_searched(monkeypatch, shipped, samples):
    pipeline = shipped._pipeline
    encode, search = pipeline.encode, pipeline.search
    is_second_encoded = threading.Event()
    photos = iter([False, True])

    def encode_and_say(image):
        photo = encode(image)
        if next(photos):
            is_second_encoded.set()
        return photo

    def search_after_that(*arguments, **options):
        assert is_second_encoded.wait(20)
        return search(*arguments, **options)

    monkeypatch.setattr(pipeline, "encode", encode_and_say)
    monkeypatch.setattr(pipeline, "search", search_after_that)
    with ThreadPoolExecutor(2) as threads:
        assert len({caption.text for caption in threads.map(shipped.caption, [samples["cat"], samples["coffee"]])}) == 2


def test_no_thread_keeps_a_core_busy_after_a_caption(shipped, samples):
    """Those of NumPy's library for linear algebra did, and slowed down the next photo."""
    shipped.caption(samples["cat"])
    used = time.process_time()
    time.sleep(0.1)
    assert time.process_time() - used < 0.01


def test_every_process_and_every_number_of_threads_gives_the_same_captions(samples):
    code = """if True:
        import json, sys
        from captioner import Captioner
        captioner = Captioner(threads=int(sys.argv[1]))
        captions = [captioner.caption(path) for path in sys.argv[2:]]
        print(json.dumps([[caption.text, caption.log_probability] for caption in captions]))
    """
    runs = [json.loads(python(code, threads, *samples.values()).stdout) for threads in (1, 1, 3)]
    assert runs[0] == runs[1]
    assert [text for text, _ in runs[2]] == [text for text, _ in runs[0]]


def test_a_beam_of_one_has_no_alternatives(samples):
    caption = Captioner(beam_width=1).caption(samples["cat"])
    assert caption.text
    assert caption.alternatives == ()


def test_a_wider_beam_has_more_alternatives_up_to_a_limit(samples):
    # Of two captions found the printed one is a shorter version here, so both are alternatives.
    assert [len(Captioner(beam_width=width).caption(samples["cat"]).alternatives) for width in (2, 8)] == [2, 3]


@pytest.mark.slow
def test_changing_the_beam_width_equals_a_new_captioner(samples, shipped):
    captioner = Captioner(beam_width=5)
    for beam_width, new in ((1, Captioner(beam_width=1)), (None, shipped)):
        captioner.set_beam_width(beam_width)
        caption, expected = captioner.caption(samples["cat"]), new.caption(samples["cat"])
        assert (caption.text, caption.alternatives) == (expected.text, expected.alternatives)
    with pytest.raises(ValueError, match="at least 1"):
        captioner.set_beam_width(0)
    assert captioner.caption(samples["cat"]).alternatives == expected.alternatives


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_weights_are_in_memory_only_once(shipped, samples):
    """Not in the files, too: LiteRT has them in its own order."""
    shipped.caption(samples["cat"])
    assert mapped_memory(os.getpid(), ROOT / "weights" / "encoder.tflite") < 1_000_000


@pytest.mark.parametrize("options", [{"threads": 0}, {"beam_width": 0}, {"threads": -1}])
def test_refuses_less_than_one_thread_or_caption(options):
    with pytest.raises(ValueError, match="at least 1"):
        Captioner(**options)


def test_counts_the_physical_cores_that_the_process_may_use():
    assert 1 <= physical_cores() <= (os.cpu_count() or 1)
    if hasattr(os, "sched_setaffinity"):
        code = """if True:
            import os
            from captioner.model.runtime import physical_cores
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
            print(physical_cores())
        """
        assert python(code).stdout == "1\n"


@pytest.mark.slow
def test_loading_prints_nothing_and_restores_standard_error():
    code = """if True:
        import os, threading
        from captioner import Captioner
        threads = [threading.Thread(target=Captioner) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        os.write(2, b"still here")
    """
    run = python(code)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "still here")


@pytest.mark.skipif(sys.platform == "win32", reason="closing standard error is different on Windows")
def test_works_without_standard_error(samples):
    code = """if True:
        import os, sys
        os.close(2)
        from captioner import Captioner
        print(Captioner().caption(sys.argv[1]).text)
    """
    run = python(code, samples["cat"])
    assert run.returncode == 0
    assert run.stdout.endswith(".\n")


def test_says_that_a_photo_is_damaged(shipped, samples):
    content = samples["cat"].read_bytes()
    caption = shipped.caption(content[: len(content) * 3 // 4])
    assert caption.statement.endswith(". The photo is damaged: part of it is missing.")
    assert shipped.caption(content).note == ""
