"""The regression that ranks captions: fitted to made photos, and what comes with the program."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from captioner.errors import WeightsError
from captioner.model.beam_search import Hypothesis
from captioner.model.pipeline import Pipeline
from captioner.model.preprocess import prepare
from captioner.model.reranker import SHAPES, Reranker
from captioner.model.vocabulary import SPECIAL_WORDS, Vocabulary
from captioner.model.weights import open_weights
from captioner.training.batches import augment
from captioner.training.reranker import MIN_PHOTOS, adapt, fit

SCENES = {
    "dog": ["a dog runs on grass", "the brown dog plays on grass", "a dog plays"],
    "boat": ["a boat on the water", "a boat sails on water", "two men sail a boat"],
    "snow": ["a man skis down a hill", "a man skis on snow", "a skier on snow"],
}
VOCABULARY = Vocabulary(
    [*SPECIAL_WORDS, *sorted({word for texts in SCENES.values() for text in texts for word in text.split()})]
)


def features(scene: str, random: np.random.Generator) -> np.ndarray:
    """What an encoder might tell of a photo: noise, and what the scenes differ in."""
    values = random.normal(size=20)
    values[list(SCENES).index(scene)] += 5
    return values.astype(np.float32)


def hypothesis(text: str, log_probability: float) -> Hypothesis:
    words = tuple(VOCABULARY.ids[word] for word in text.split())
    return Hypothesis(words=words, log_probability=log_probability, total=log_probability)


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    scenes = [scene for scene in SCENES for _ in range(20)]
    captions = [[[*text.split(), "<end>"] for text in SCENES[scene]] for scene in scenes]
    return fit(np.array([features(scene, random) for scene in scenes]), captions, VOCABULARY)


def save(folder: Path, arrays: dict[str, np.ndarray]) -> Path:
    path = folder / "consensus.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("scene", SCENES)
def test_what_people_would_say_of_such_a_photo_comes_first(
    tmp_path: Path, arrays: dict[str, np.ndarray], scene: str
) -> None:
    reranker, random = Reranker(save(tmp_path, arrays)), np.random.default_rng(1)
    found = [hypothesis(texts[0], -5.0 if other == scene else -4.0) for other, texts in SCENES.items()]
    for _ in range(10):
        best, *others = reranker.rerank(found, reranker.expect(features(scene, random)[None]))
        assert VOCABULARY.decode(best.words) == SCENES[scene][0].split()
        assert best.predicted_cider > 0.3 > max(other.predicted_cider for other in others)


@pytest.mark.parametrize("scene", SCENES)
def test_the_search_favours_what_is_expected_of_such_a_photo(
    tmp_path: Path, arrays: dict[str, np.ndarray], scene: str
) -> None:
    """Of words alone, and of a word after another: "on" is followed by grass, water or snow."""
    reranker, random = Reranker(save(tmp_path, arrays)), np.random.default_rng(3)
    views = np.array([features(scene, random) for _ in range(10)])
    scores = np.zeros((2, len(VOCABULARY)))
    words = np.array([VOCABULARY.ids["on"], VOCABULARY.ids["<end>"]], np.int32)
    reranker.bonus(reranker.expect(views.mean(0, keepdims=True)))(words, scores)
    after_on, after_nothing = (
        {word: row[VOCABULARY.ids[word]] for word in ("grass", "water", "snow")} for row in scores
    )
    expected = {"dog": "grass", "boat": "water", "snow": "snow"}[scene]
    assert max(after_on, key=after_on.__getitem__) == max(after_nothing, key=after_nothing.__getitem__) == expected
    assert after_on[expected] > after_nothing[expected] > 0
    assert min(after_nothing.values()) < 0
    assert (scores[:, : VOCABULARY.end] == 0).all()


def test_of_equally_good_captions_the_more_probable_comes_first(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    reranker = Reranker(save(tmp_path, arrays))
    found = [hypothesis("a dog plays", -9.0), hypothesis("a dog plays", -2.0)]
    ranked = reranker.rerank(found, reranker.expect(features("dog", np.random.default_rng(2))[None]))
    assert [h.log_probability for h in ranked] == [-2.0, -9.0]


def test_predicts_the_mean_cosine_with_what_people_said(tmp_path: Path) -> None:
    """Of photos without noise the prediction is exact; half of the photos have one caption, half another."""
    texts = ["dog boat"] * MIN_PHOTOS + ["dog snow"] * MIN_PHOTOS
    vocabulary = Vocabulary([*SPECIAL_WORDS, "dog", "boat", "snow"])
    features = np.repeat(np.eye(2, dtype=np.float32), MIN_PHOTOS, axis=0)
    arrays = fit(features, [[[*text.split(), "<end>"]] for text in texts], vocabulary)
    reranker = Reranker(save(tmp_path, arrays))
    dog, boat, snow = 4, 5, 6
    expected = reranker.expect(np.array([[1, 0]], np.float32))
    predicted = [
        reranker.rerank([Hypothesis(words=words)], expected)[0].predicted_cider
        for words in ((dog, boat), (dog, snow), (boat, dog))
    ]
    # "dog" and the end are in all captions and so count nothing: the same, nothing but those, a word of three n-grams.
    assert predicted == pytest.approx([1, 0, 1 / 3], abs=0.1)


def test_a_few_photos_adapt_the_reranker_without_changing_it_for_others(
    tmp_path: Path, samples: dict[str, Path]
) -> None:
    """Twelve views of a cup, whose caption has a new word: it expects the caption in other views, and only there."""
    weights = open_weights()
    pipeline, random = Pipeline(weights), np.random.default_rng(0)
    vocabulary = Vocabulary([*pipeline.vocabulary.words, "cappuccino"])
    text = "a cup of cappuccino on a table"
    cup = Image.fromarray(prepare(samples["coffee"]).pixels)
    views = [pipeline.encode(pipeline.encoder_input(np.asarray(augment(cup, random)))) for _ in range(16)]
    features = np.concatenate([view.features for view in views])
    with np.load(weights.reranker) as file:
        arrays = adapt(dict(file), features[:12], [[[*text.split(), "<end>"]]] * 12, vocabulary)
        assert {name: array.dtype for name, array in arrays.items()} == {name: file[name].dtype for name in file}
    reranker = Reranker(save(tmp_path, arrays))
    new = Hypothesis(words=tuple(map(vocabulary.ids.__getitem__, text.split())), total=-9.0)

    here = [reranker.rerank([new], reranker.expect(view[None]))[0].predicted_cider for view in features[12:]]
    assert min(here) > 0.5
    for name in ("astronaut", "photographer"):
        photo = pipeline.encode(pipeline.encoder_input(prepare(samples[name])))
        found = pipeline.search(photo)
        ranked = reranker.rerank([*found, new], reranker.expect(photo.features))
        assert ranked[0].words != new.words
        adapted = {h.words: h.predicted_cider for h in ranked}
        assert [adapted[h.words] for h in found] == pytest.approx([h.predicted_cider for h in found], abs=0.05)


def test_the_same_photos_give_the_same_file(arrays: dict[str, np.ndarray]) -> None:
    """Python goes through sets in another order in each process: that of the n-grams must not depend on it."""
    ngrams = [VOCABULARY.decode(filter(None, ids)) for ids in arrays["ngrams"].tolist()]
    assert ngrams == sorted(ngrams)
    assert len(ngrams) > 20


def test_few_photos_are_not_an_error(tmp_path: Path) -> None:
    arrays = fit(np.ones((1, 8), np.float32), [[["a", "dog", "<end>"]]], VOCABULARY)
    reranker = Reranker(save(tmp_path, arrays))
    ranked = reranker.rerank([hypothesis("a dog", -1.0)], reranker.expect(np.ones((1, 8), np.float32)))
    assert ranked[0].predicted_cider == 0


def test_photos_that_share_one_caption_are_not_an_error(tmp_path: Path) -> None:
    arrays = fit(np.eye(6, dtype=np.float32), [[["a", "dog", "<end>"]]] * 6, VOCABULARY)
    reranker = Reranker(save(tmp_path, arrays))
    ranked = reranker.rerank([hypothesis("a dog", -1.0)], reranker.expect(np.ones((1, 6), np.float32)))
    assert ranked[0].predicted_cider == 0


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("damage", ["missing", "longer", "deeper", "objects"])
def test_a_damaged_file_is_refused(tmp_path: Path, arrays: dict[str, np.ndarray], name: str, damage: str) -> None:
    changed = {
        "missing": lambda array: None,
        "longer": lambda array: np.resize(array, [size + 1 for size in array.shape] or [2]),
        "deeper": lambda array: array[None],
        "objects": lambda array: np.array(array, object),
    }[damage](arrays[name])
    damaged = {**arrays, name: changed}
    if changed is None:
        del damaged[name]
    path = save(tmp_path, damaged)
    with pytest.raises(WeightsError, match=f"^The model file {path} is damaged"):
        Reranker(path)


def test_values_that_are_not_finite_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    path = save(tmp_path, {**arrays, "bias": np.full_like(arrays["bias"], np.nan)})
    with pytest.raises(WeightsError, match="is damaged"):
        Reranker(path)
