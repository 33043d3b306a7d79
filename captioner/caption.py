"""The caption of a photo: a sentence, where it came from, and how far to trust it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

# How a caption begins, by the least confidence for it. Below all of them it is a guess.
HEDGES = ((0.75, ""), (0.65, "Probably: "), (0.5, "Possibly: "))
# And the least exactness of a caption that is said plainly: a third of the captions of everyday photos have it.
EXACT = 0.535
# The least confidence of a caption that is more than a guess.
RELIABLE = HEDGES[-1][0]
GUESS = "I can't describe this picture reliably. My best guess: "

# Where Xception's regions are, as shares of the photo's width or height: the centre of the first row or column, and the
# step to the next. Its strides put the outer ones nearer to the edges than ten equal parts would be.
FIRST_REGION, REGION_STEP = 7.5 / 299, 32 / 299


@dataclass(frozen=True, eq=False)
class Word:
    """A word of a caption.

    log_probability: given the photo and the words before.
    attention_weights: float32 [10, 10], how much each region of the photo counted for it; they add up to 1. The centre
        of row or column i is at FIRST_REGION + i * REGION_STEP.
    """

    text: str
    log_probability: float
    attention_weights: "np.ndarray"


@dataclass(frozen=True)
class Alternative:
    """Another caption for the same photo."""

    text: str
    log_probability: float


@dataclass(frozen=True, eq=False)
class Caption:
    """What a photo shows.

    text: a sentence, with a capital and a full stop.
    words: those of the sentence.
    log_probability: of the whole sentence, its end included. If it is a shorter version of another one that the search
        found, each word counts as it does there.
    confidence: the probability that it describes the photo, in [0, 1].
    alternatives: the next best captions, best first. No two of them, nor the caption itself, say the same.
    seconds: how long each stage took: decode, resize, encoder, decoder, search.
    note: what the user should know about the photo's file ("The photo is damaged: ..."), or "".
    exactness: the probability that nothing in it is wrong, not even a colour or a number, in [0, 1].
    """

    text: str
    words: tuple[Word, ...]
    log_probability: float
    confidence: float
    alternatives: tuple[Alternative, ...]
    seconds: dict[str, float]
    note: str = ""
    exactness: float = 1.0

    @property
    def statement(self) -> str:
        """The caption as it is shown and spoken: hedged where it is doubtful, followed by the note."""
        return f"{hedge(self.text, self.confidence, self.exactness)} {self.note}".rstrip()

    @property
    def trust(self) -> str:
        """How far to trust it, in words."""
        explained = hedge(self.text, self.confidence) == hedge(self.text, self.confidence, self.exactness)
        # It would seem odd that a caption of such confidence is not said plainly.
        return confidence_sentence(self.confidence) + ("" if explained else " A detail may be wrong.")

    @property
    def is_guess(self) -> bool:
        """Whether the caption is too doubtful to be more than a guess."""
        return self.confidence < RELIABLE

    def to_dict(self) -> dict[str, Any]:
        """The caption as JSON takes it, without the attention weights."""
        return {
            "caption": self.text,
            "confidence": self.confidence,
            "exactness": self.exactness,
            "statement": self.statement,
            "log_probability": self.log_probability,
            "alternatives": [
                {"caption": alternative.text, "log_probability": alternative.log_probability}
                for alternative in self.alternatives
            ],
            "seconds": self.seconds,
        }


def hedge(text: str, confidence: float, exactness: float = 1.0) -> str:
    """Say in words how doubtful a caption is: "Probably: a dog runs through grass."."""
    hedges = HEDGES if exactness >= EXACT else HEDGES[1:]
    prefix = next((words for least, words in hedges if confidence >= least), GUESS)
    return prefix + text[:1].lower() + text[1:] if prefix else text


def confidence_sentence(confidence: float) -> str:
    """Say how many captions like this one are right, given the probability of that in [0, 1]."""
    tenths = round(confidence * 10)
    share = {0: "less than 1 in 20", 10: "more than 19 in 20"}.get(tenths, f"about {tenths} in 10")
    return f"Confidence: {share}."
