import pytest

from captioner.model.shortening import versions


def shorter(caption: str) -> set[str]:
    return {" ".join(version.words) for version in versions(caption.split())}


@pytest.mark.parametrize(
    ("caption", "among"),
    [
        ("a baseball player swinging a bat at a ball", {"a baseball player", "a baseball player swinging a bat"}),
        ("a plate of food with broccoli on a table", {"a plate of food on a table", "a plate of food with broccoli"}),
        ("a cat sitting on top of a desk", {"a cat on top of a desk", "a cat sitting"}),
        ("a cat is sitting on a bed", {"a cat is on a bed"}),
        ("a black and white cat on a wooden table", {"a cat on a wooden table", "a black and white cat on a table"}),
        ("two dogs running on a beach", {"dogs running on a beach"}),
        ("a woman riding a bike", {"a person riding a bike"}),
        ("a boy with a ball in his hand", {"a child with a ball in their hand"}),
        ("a blue umbrella on a beach", {"an umbrella on a beach"}),
        ("an orange cat on a bed", {"a cat on a bed"}),
        ("a bowl of fruit and a cup", {"a bowl of fruit"}),
    ],
)
def test_a_caption_can_be_shortened(caption: str, among: set[str]) -> None:
    assert among <= shorter(caption)


@pytest.mark.parametrize(
    ("caption", "never"),
    [
        ("a dog with a stick in its mouth", "a dog in its mouth"),
        ("a man holding a red ball", "a man holding"),
        ("a baseball player swinging a bat at a ball", "a baseball player at a ball"),
        ("a black and white photo of a man on a bench", "a photo of a man on a bench"),
        ("a room with a couch a chair and a table", "a room with a couch a chair"),
        ("a plate filled with food", "a plate filled"),
        ("a large building under an umbrella", "a building under a umbrella"),
        ("an orange on a table", "an on a table"),
        ("a man and a woman on a bench", "a person and a person on a bench"),
        ("a close up of a dog", "a close up"),
        ("a dog in the snow", "a dog"),  # too little
    ],
)
def test_what_remains_is_a_caption(caption: str, never: str) -> None:
    assert never not in shorter(caption)


def test_each_word_comes_from_one_of_the_caption() -> None:
    words = ["a", "woman", "in", "a", "red", "coat", "with", "two", "dogs"]
    found = list(versions(words))
    assert len(found) > 10
    for version in found:
        assert len(version.words) == len(version.origins)
        assert list(version.origins) == sorted(set(version.origins))
        changed = {(words[k], new) for k, new in zip(version.origins, version.words) if words[k] != new}
        assert changed <= {("woman", "person")}
    assert tuple(words) not in {version.words for version in found}
