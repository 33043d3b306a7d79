"""The trained model, put together: from a photo to the captions that the search finds, best first."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from captioner.model import claims, confidence
from captioner.model.beam_search import Hypothesis, beam_search
from captioner.model.preprocess import PreparedPhoto, encoder_input
from captioner.model.reranker import Reranker
from captioner.model.runtime import Model, check_fit, physical_cores
from captioner.model.text import REPEATABLE_WORDS
from captioner.model.vocabulary import Vocabulary
from captioner.model.weights import Weights

# A decoder as `Pipeline.search` calls it: decoder(word=..., state=..., regions=...) to its outputs by name.
Decoder = Callable[..., dict[str, np.ndarray]]


class EncodedPhoto(NamedTuple):
    """What the encoder makes of a photo.

    image: uint8 [side, side, 3], its input.
    regions: float32 [1, R, D].
    state: float32 [1, S], the decoder's first state.
    features: float32 [1, F], of the whole photo, for the reranker.
    """

    image: np.ndarray
    regions: np.ndarray
    state: np.ndarray
    features: np.ndarray


class Pipeline:
    """Encoder, decoder and reranker of a weights folder. One thread at a time may encode, and one may search.

    Args:
        weights: the weights folder, whose files are checked before they are used.
        threads: how many threads run the encoder; None for one per physical core. The decoder's steps are too small to
            be divided.

    Attributes:
        beam_width: how many captions the search follows in parallel.

    Raises:
        WeightsError: a file is missing or damaged, or the files do not belong together.
        ValueError: threads is below 1.
    """

    def __init__(self, weights: Weights, *, threads: int | None = None, beam_width: int | None = None) -> None:
        threads = physical_cores() if threads is None else threads
        if threads < 1:
            raise ValueError("threads must be at least 1")
        weights.check()
        self._weights = weights
        self.set_beam_width(beam_width)
        self.vocabulary = weights.vocabulary()
        self._once = frozenset(id for id, word in enumerate(self.vocabulary.words) if word not in REPEATABLE_WORDS)
        self._reranker = Reranker(weights.reranker)
        self._encoder = Model(weights.encoder, threads=threads)
        self._decoder = self.load_decoder(self.beam_width)
        check_fit(self._encoder, self._decoder, len(self.vocabulary), self._reranker.features)

    def set_beam_width(self, beam_width: int | None) -> None:
        """Follow this many captions from now on; None for the number that the weights were tuned for.

        Raises:
            ValueError: beam_width is below 1.
        """
        beam_width = self._weights.beam_width if beam_width is None else beam_width
        if beam_width < 1:
            raise ValueError("beam_width must be at least 1")
        self.beam_width = beam_width

    def load_decoder(self, beam_width: int) -> Model:
        """Another decoder for `search`, as changing the beam width of a decoder is slow."""
        return Model(self._weights.decoder, threads=1, batch=beam_width)

    def encoder_input(self, photo: PreparedPhoto | np.ndarray) -> np.ndarray:
        """The encoder's input, uint8 [side, side, 3], from a prepared photo or an array of any size."""
        pixels = photo.pixels if isinstance(photo, PreparedPhoto) else photo
        return encoder_input(pixels, self._encoder.inputs["photo"][1])

    def encode(self, image: np.ndarray) -> EncodedPhoto:
        """Run the encoder on its input, uint8 [side, side, 3]."""
        outputs = self._encoder(photo=image[None])
        return EncodedPhoto(image, outputs["regions"], outputs["state"], outputs["features"])

    def search(
        self,
        photo: EncodedPhoto,
        *,
        decoder: Decoder | None = None,
        beam_width: int | None = None,
        length_normalisation: float | None = None,
        seconds: dict[str, float] | None = None,
    ) -> list[Hypothesis]:
        """Find captions, the one to print first: see `captioner.model.reranker` and `captioner.model.claims`.

        Args:
            decoder: to run in place of the pipeline's own, for instance one for another beam width.
            beam_width, length_normalisation: as `beam_search` takes them; None for what the pipeline uses.
            seconds: seconds["decoder"] grows by the time that the decoder takes.
        """
        run_decoder = decoder or self._decoder
        width = beam_width or self.beam_width
        seconds = {} if seconds is None else seconds

        def step(words: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            with timed(seconds, "decoder"):
                decoded = run_decoder(
                    # The rows are repeated up to the beam width: for another shape LiteRT would plan its memory again.
                    word=np.resize(words, width),
                    state=np.resize(state, (width, state.shape[1])),
                    regions=photo.regions,
                )
            outputs = decoded["log_probabilities"], decoded["attention_weights"], decoded["next_state"]
            log_probabilities, attention_weights, next_state = (output[: len(words)] for output in outputs)
            return log_probabilities, attention_weights, next_state

        if length_normalisation is None:
            length_normalisation = self._weights.length_normalisation
        expected = self._reranker.expect(photo.features)
        hypotheses = beam_search(
            step,
            photo.state,
            start=Vocabulary.start,
            end=Vocabulary.end,
            beam_width=width,
            max_length=self._weights.max_length,
            length_normalisation=length_normalisation,
            forbidden=(Vocabulary.pad, Vocabulary.start, Vocabulary.unknown),
            once=self._once,
            bonus=self._reranker.bonus(expected),
        )
        ranked = self._reranker.rerank(hypotheses, expected)
        return claims.choose(ranked, self.vocabulary, self._reranker, expected, self._weights.confidence)

    def evidence(self, photo: EncodedPhoto, hypotheses: Sequence[Hypothesis]) -> dict[str, float]:
        """What the trust in the best caption is computed from."""
        return confidence.evidence(hypotheses, photo.image, photo.regions, photo.state)

    def trust(self, photo: EncodedPhoto, hypotheses: Sequence[Hypothesis]) -> tuple[float, float]:
        """The probabilities that the best caption describes the photo, and that nothing in it is wrong."""
        evidence, coefficients = self.evidence(photo, hypotheses), self._weights.confidence
        return confidence.confidence(evidence, coefficients), confidence.exactness(evidence, coefficients)


@contextmanager
def timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    """Add the time that the block takes to seconds[stage]."""
    start = time.perf_counter()
    yield
    seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - start
