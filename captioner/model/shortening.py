"""Shorter versions of a caption: without a phrase, an adjective, a number, or whether a person is a man or a woman.

They claim less, and so are wrong less often. The grammar that they follow is that of captions, which are simple: a
noun, what it does, and phrases that begin with a preposition.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from captioner.model.text import COLOURS

PREPOSITIONS = frozenset(
    """
    on in at with next near down over under behind through by along while inside outside beside above around across
    between from into onto off up out against during beneath towards toward for to as
    """.split()  # noqa: SIM905
)
# After these a preposition goes on with their phrase: "next to", "on top of", "down on", "a close up of".
CONTINUED = frozenset({"next", "close", "top", "down", "up", "out", "off"})
# Words of that ending that are no verbs.
NOUNS = frozenset(
    """
    building living something parking railing during clothing dining ceiling painting ring wing wedding string evening
    awning frosting morning siding sling spring outcropping bowling ping
    """.split()  # noqa: SIM905
)
# Verbs that need no object, so a sentence can end with them, and of these the ones that a place can do without.
COMPLETE = frozenset(
    """
    standing sitting lying laying walking running sleeping playing swimming skiing surfing smiling grazing posing
    jumping eating flying waiting talking working skateboarding snowboarding dancing resting climbing
    """.split()  # noqa: SIM905
)
STANCES = frozenset({"standing", "sitting", "lying", "laying"})
ADJECTIVES = COLOURS | frozenset(
    """
    dark large small young little old wooden big metal brick stone striped city dirt grassy snowy tall long colorful
    glass empty busy cloudy sandy rocky clear round white wet
    """.split()  # noqa: SIM905
)
NUMBERS = frozenset({"two", "three", "four", "five", "several"})
NEUTRAL = {
    "man": "person",
    "woman": "person",
    "boy": "child",
    "girl": "child",
    "men": "people",
    "women": "people",
    "boys": "children",
    "girls": "children",
}
BE = frozenset({"is", "are"})
ARTICLES = frozenset({"a", "an"})
# Words whose vowel is not heard.
A_BEFORE = frozenset({"one", "uniform", "uniformed", "unicycle", "used"})
POSSESSIVES = frozenset({"its", "his", "her", "their"})
# No sentence ends with one of these, or with another participle than those in COMPLETE.
OPEN = (
    PREPOSITIONS | ADJECTIVES | NUMBERS | BE | ARTICLES | POSSESSIVES | {"the", "some", "of", "and", "another", "that"}
)
LEAST_WORDS = 3


class Version(NamedTuple):
    """A version of a caption.

    words: its words.
    origins: for each, the position of the word in the caption that it comes from.
    """

    words: tuple[str, ...]
    origins: tuple[int, ...]


def versions(words: Sequence[str]) -> Iterator[Version]:
    """The caption's shorter versions, without the caption itself; some may come twice."""
    for kept in phrases_left_out(words):
        for without in adjectives_left_out(words, kept):
            for unnumbered in (without, tuple(k for k in without if words[k] not in NUMBERS)):
                for neutral in (False, True):
                    version = Version(tuple(spelt(words, unnumbered, neutral=neutral)), unnumbered)
                    if version.words != tuple(words) and len(version.words) >= LEAST_WORDS:
                        yield version


def phrases_left_out(words: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """The positions that stay: all, without the end, without a phrase in the middle, or without "sitting"."""
    everything = tuple(range(len(words)))
    yield everything
    starts = [k for k in range(2, len(words)) if begins_phrase(words, k)]
    for start, after in zip(starts, [*starts[1:], len(words)]):
        head = everything[:start]
        if can_end(words, start):
            yield head
        # A phrase in the middle, unless the next one is about what it names: "with a ball in its mouth".
        rest = everything[after:]
        if (
            rest
            and words[start] in PREPOSITIONS
            and can_end(words, start)
            and words[after] in PREPOSITIONS
            and not POSSESSIVES & set(words[after:])
        ):
            yield head + rest
        if words[start] in STANCES and after == start + 1 and rest:
            yield head + rest
    for k in range(2, len(words) - 2):
        if words[k] == "and" and words[k - 1] not in ADJECTIVES and not is_list(words, k) and can_end(words, k):
            yield everything[:k]
        if words[k] in BE and words[k + 1] in STANCES:
            yield everything[: k + 1] + everything[k + 2 :]


def begins_phrase(words: Sequence[str], k: int) -> bool:
    """Whether the word at position k begins a phrase that a caption can do without, or its verb."""
    word, before = words[k], words[k - 1]
    if word in PREPOSITIONS:
        return before not in CONTINUED
    return word in BE or (is_participle(word) and before not in OPEN)


def is_participle(word: str) -> bool:
    return word.endswith("ing") and word not in NOUNS


def can_end(words: Sequence[str], k: int) -> bool:
    """Whether a sentence can end before position k."""
    last = words[k - 1]
    if last in OPEN or (last.endswith("ed") and len(last) > 4):
        return False
    return last in COMPLETE or not is_participle(last)


def is_list(words: Sequence[str], k: int) -> bool:
    """Whether the "and" at position k ends a list, which has no commas: "a couch a chair and a table"."""
    return any(
        words[j] in ARTICLES and words[j - 1] not in OPEN and not is_participle(words[j - 1]) for j in range(1, k)
    )


def adjectives_left_out(words: Sequence[str], kept: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """The positions that stay: all, without one of the adjectives, or without any."""
    yield kept
    adjectives = [group for group in adjective_groups(words) if set(group) <= set(kept)]
    for group in adjectives:
        yield tuple(k for k in kept if k not in group)
    if len(adjectives) > 1:
        yield tuple(k for k in kept if not any(k in group for group in adjectives))


def adjective_groups(words: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """The positions of each adjective before a noun; "black and white" is one."""
    k = 0
    while k < len(words) - 1:
        end = k + 1
        if words[k] in COLOURS and words[k + 1] == "and" and words[k + 2 : k + 3] and words[k + 2] in COLOURS:
            end = k + 3
        if (
            words[k] in ADJECTIVES
            and end < len(words)
            and words[end] not in OPEN - ADJECTIVES
            and words[end] not in {"photo", "picture"}
        ):
            yield tuple(range(k, end))
        k = end


def spelt(words: Sequence[str], kept: Sequence[int], *, neutral: bool) -> list[str]:
    """The words that are kept, with articles that fit them; with neutral, of a single person as "person" or "child"."""
    chosen = [words[k] for k in kept]
    if neutral and sum(word in NEUTRAL for word in chosen) == 1:
        chosen = ["their" if word in {"his", "her"} else NEUTRAL.get(word, word) for word in chosen]
    for place, following in enumerate(chosen[1:]):
        if chosen[place] in ARTICLES and following != words[kept[place] + 1]:
            chosen[place] = "an" if following[0] in "aeiou" and following not in A_BEFORE else "a"
    return chosen
