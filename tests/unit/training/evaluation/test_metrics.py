import math
import shutil

import pytest

from captioner import CaptionerError
from captioner.model.text import sentence
from captioner.model.tokenizer import tokenize
from captioner.training.evaluation.metrics import METRICS, cider, score

needs_java = pytest.mark.skipif(not shutil.which("java"), reason="Java is not installed")

DOG, BOY = "A brown dog runs through the grass.", "Two boys play football on a beach."


def captions(*texts: str) -> dict[str, str]:
    return {str(number): text for number, text in enumerate(texts)}


def references(*texts: str) -> dict[str, list[str]]:
    return {number: [text] for number, text in captions(*texts).items()}


@needs_java
def test_peoples_own_captions_score_highest_in_any_case_and_punctuation():
    truth = references("a brown dog , runs through the GRASS", "Two boys play football on a beach !")
    total, each, _ = score(captions(DOG, BOY), truth)
    expected = dict.fromkeys(METRICS, 1.0) | {"CIDEr": 10.0}
    assert total == pytest.approx(expected, abs=1e-6)
    assert each == {"0": pytest.approx(expected, abs=1e-6), "1": pytest.approx(expected, abs=1e-6)}


@needs_java
def test_captions_of_other_photos_score_nothing():
    total, *_ = score(captions("Red car.", DOG), references(DOG, BOY))
    assert total["BLEU-2"] == pytest.approx(0, abs=1e-3)
    assert total["CIDEr"] == pytest.approx(0, abs=1e-3)


@needs_java
def test_bleu_and_rouge_equal_values_computed_by_hand():
    total, each, _ = score(
        captions("A dog.", "A man sits on a chair."), references("A dog runs fast.", "A man sits on a bench.")
    )
    # The first is half as long as its reference: a brevity penalty of exp(1 - 4 / 2). The second misses a word of six.
    assert each["0"]["BLEU-1"] == pytest.approx(math.exp(-1))
    assert each["1"]["BLEU-1"] == pytest.approx(5 / 6)
    assert each["1"]["BLEU-2"] == pytest.approx(math.sqrt(5 / 6 * 4 / 5))
    # All eight words together; 7 of them are right, and the references have ten.
    assert total["BLEU-1"] == pytest.approx(7 / 8 * math.exp(1 - 10 / 8))
    # The longest common subsequence: precision 1, recall 1/2, with the recall weighing 1.2 squared.
    assert each["0"]["ROUGE-L"] == pytest.approx((1 + 1.2**2) * 0.5 / (0.5 + 1.2**2))


@needs_java
def test_an_interval_holds_the_score_and_narrows_with_more_photos():
    made = [DOG, BOY, "A man sits on a chair.", "A cat."] * 30
    truth = ["A dog runs fast through the grass.", "Boys play football.", "A man sits on a bench.", "A red car."] * 30
    few, many = (score(captions(*made[:n]), references(*truth[:n])) for n in (20, 120))
    for total, _, intervals in (few, many):
        for name in METRICS:
            low, high = intervals[name]
            assert low < total[name] < high
    # By the square root of six times as many photos; CIDEr depends on their number itself.
    widths = [[high - low for low, high in list(intervals.values())[:-1]] for _, _, intervals in (few, many)]
    assert [a / b for a, b in zip(*widths)] == pytest.approx([6**0.5] * 6, rel=0.2)


def test_quick_cider_prefers_the_words_that_few_photos_have():
    truth = references("a dog on the grass", "a boy on the beach", "a cat on the sofa")
    assert cider(captions("A dog on the grass.", "A boy on the beach.", "A cat on the sofa."), truth) == pytest.approx(
        10
    )
    assert cider(captions("A car on the road.", "A car on the road.", "A car on the road."), truth) < 0.5
    dog = cider(captions("A dog.", "A car.", "A car."), truth)
    assert dog > cider(captions("On the.", "A car.", "A car."), truth)


@needs_java
def test_quick_cider_is_cider():
    made = captions("A dog runs on the grass.", "A boy's ball is on the beach.", "A black-and-white cat.")
    truth = {
        "0": ["A brown dog runs, fast , through the grass .", "The dog is on the grass"],
        "1": ["A boy plays on the beach .", "The boy's ball doesn't float"],
        "2": ["A black-and-white cat sleeps on the sofa .", "The cat sleeps"],
    }
    assert cider(made, truth) == pytest.approx(score(made, truth)[0]["CIDEr"])


@needs_java
def test_printed_captions_tokenize_as_the_evaluation_tokenizes_them():
    from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

    written = [
        "A black dog and a spotted dog are fighting",
        "A man , wearing a red shirt , climbs .",
        "a man's dog doesn't run; it's asleep!",
        'Two girls hold a sign "Free hugs" in the rain .',
        "A black-and-white dog jumps -- high -- over a 3-foot bar",
        "The boys' team won , didn't they ?",
        "A t-shirt that says I'm #1 & costs $5",
        "They're , we've , she'll , he'd .",
        "A child ... smiling",
    ]
    tokenized = PTBTokenizer().tokenize({text: [{"caption": text}] for text in [*written, *map(say_again, written)]})
    assert {text: " ".join(tokenize(text)) for text in tokenized} == {
        text: words for text, (words,) in tokenized.items()
    }


def say_again(text: str) -> str:
    """The text as the captioner would print it."""
    return sentence(tokenize(text))


def test_without_java_scoring_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CaptionerError, match="Install default-jre-headless"):
        score(captions(DOG), references(DOG))
