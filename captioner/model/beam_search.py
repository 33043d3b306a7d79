"""Beam search: finds the most probable captions, word by word."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

import numpy as np

# (words int32 [B], state float32 [B, S]) to
# (log_probabilities float32 [B, V], attention_weights float32 [B, R], next_state float32 [B, S])
Step = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]
# (words int32 [B], scores float64 [B, V]): adds to the scores of the next words.
Bonus = Callable[[np.ndarray, np.ndarray], None]


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A caption of T words.

    words: their ids, without start and end.
    log_probabilities: one per word.
    attention_weights: one float32 [R] per word, how much each region counted for it.
    log_probability: of the whole caption, its end included.
    unknown_log_probabilities: one per word and one for the end, of the forbidden words, such as the unknown one, in its
        place.
    total: the log-probability with all bonuses.
    predicted_cider: set by `captioner.model.reranker`.
    claims: set by `captioner.model.claims`: of each word the inputs of the regression, and how much it counts, float64
        [T, 9].
    words_right: set there, too: the log-probability that no word is wrong.
    """

    words: tuple[int, ...] = ()
    log_probabilities: tuple[float, ...] = ()
    attention_weights: tuple[np.ndarray, ...] = ()
    log_probability: float = 0.0
    unknown_log_probabilities: tuple[float, ...] = ()
    total: float = 0.0
    predicted_cider: float = 0.0
    claims: np.ndarray = field(default_factory=lambda: np.empty((0, 9)))
    words_right: float = 0.0

    @property
    def mean_log_probability(self) -> float:
        """Per word, the end included."""
        return self.log_probability / (len(self.words) + 1)

    def repeats(self, once: Collection[int]) -> list[int]:
        """The words that may not come next.

        These are the last one again, those of `once` that are there already, and any that would make a trigram occur
        twice.
        """
        words = self.words
        trigrams = (c for a, b, c in zip(words, words[1:], words[2:]) if (a, b) == words[-2:])
        return [*words[-1:], *(word for word in words if word in once), *trigrams]


def beam_search(
    step: Step,
    state: np.ndarray,
    *,
    start: int,
    end: int,
    beam_width: int,
    max_length: int,
    length_normalisation: float,
    forbidden: Collection[int] = (),
    once: Collection[int] = (),
    bonus: Bonus | None = None,
) -> list[Hypothesis]:
    """Find the best captions of 1 to max_length words.

    A caption's score is its log-probability, plus the bonuses of its words, divided by
    (number of words + 1) ** length_normalisation, where the 1 stands for its end. Without the divisor short captions
    would always win (Wu et al. 2016, arXiv 1609.08144, have a more complicated one). No word follows itself and no
    trigram occurs twice. Ties go to the lower word id, so the result is always the same.

    Args:
        step: one step of the decoder, for the last words and the states of up to beam_width captions.
        state: float32 [1, S], the first state.
        start: id that a caption starts with.
        end: id that a caption ends with.
        beam_width: how many captions are followed in parallel, and the most that are returned.
        max_length: most words in a caption.
        length_normalisation: 0 favours short captions, 1 compares the mean log-probability of a word, more favours long
            ones.
        forbidden: ids that never occur.
        once: ids that occur once at most.
        bonus: what else speaks for a word than the decoder.

    Returns:
        At most beam_width different captions, best first.
    """

    def score(hypothesis: Hypothesis) -> float:
        divisor: float = (len(hypothesis.words) + 1) ** length_normalisation
        return hypothesis.total / divisor

    live = [Hypothesis()]
    finished: list[Hypothesis] = []
    words = np.array([start], np.int32)
    space: np.ndarray | None = None
    for length in range(max_length + 1):
        log_probabilities, attention_weights, next_state = step(words, state)
        if space is None:  # for all steps: the system would set new memory of this size to zero, page by page
            space = np.empty((2, beam_width, log_probabilities.shape[1]))
        totals, unordered = space[:, : len(live)]
        np.add(log_probabilities, [[hypothesis.total] for hypothesis in live], out=totals)
        if bonus:
            bonus(words, totals)
        totals[:, list(forbidden)] = -np.inf
        unknown = np.logaddexp.reduce(log_probabilities[:, list(forbidden)], axis=1).tolist()
        for row, hypothesis in enumerate(live):
            totals[row, hypothesis.repeats(once)] = -np.inf

        if length > 0:
            finished += [
                replace(
                    h,
                    log_probability=h.log_probability + float(log_probabilities[row, end]),
                    total=float(totals[row, end]),
                    unknown_log_probabilities=(*h.unknown_log_probabilities, unknown[row]),
                )
                for row, h in enumerate(live)
                if totals[row, end] > -np.inf
            ]
            finished = sorted(finished, key=score, reverse=True)[:beam_width]
        totals[:, end] = -np.inf

        rows, ids = _best(totals, beam_width, unordered)
        live = [
            Hypothesis(
                (*live[row].words, int(id)),
                (*live[row].log_probabilities, float(log_probabilities[row, id])),
                (*live[row].attention_weights, attention_weights[row]),
                live[row].log_probability + float(log_probabilities[row, id]),
                (*live[row].unknown_log_probabilities, unknown[row]),
                float(totals[row, id]),
            )
            for row, id in zip(rows, ids)
        ]
        # A caption's score hardly ever rises with its length: stop when even a free end would make none of them better.
        full = len(finished) == beam_width
        if not live or (full and score(finished[-1]) >= max(map(score, live))):
            break
        words, state = ids.astype(np.int32), next_state[rows]
    return finished


def _best(totals: np.ndarray, count: int, unordered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the highest totals, highest first, ties in their order; -inf is left out.

    Args:
        unordered: space for a copy of the totals.
    """
    flat, copy = totals.ravel(), unordered.ravel()
    count = min(count, flat.size)
    copy[:] = flat
    copy.partition(-count)
    threshold = max(copy[-count], np.finfo(flat.dtype).min)
    candidates = np.flatnonzero(flat >= threshold)
    best = candidates[np.argsort(-flat[candidates], kind="stable")][:count]
    return np.unravel_index(best, totals.shape)  # type: ignore[return-value]
