"""From a photo to its caption."""

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from captioner.caption import Alternative, Caption, Word
from captioner.model import confidence
from captioner.model.beam_search import Hypothesis, beam_search
from captioner.model.preprocess import PreparedPhoto, encoder_input, prepare
from captioner.model.reranker import Consensus
from captioner.model.runtime import Model, check_fit, physical_cores
from captioner.model.text import content, sentence
from captioner.model.vocabulary import Vocabulary
from captioner.model.weights import open_weights
from captioner.photos import reader
from captioner.photos.load import Loadable

# At most: nobody listens to more.
MAX_ALTERNATIVES = 3


class Captioner:
    """Describes photos. Several threads may call one captioner.

    Args:
        weights: the weights folder; None for the one that comes with the program.
        threads: how many threads run the model; None for one a physical core.
        beam_width: how many captions the search follows at a time; None for what the weights were tuned for.

    Raises:
        WeightsError: the weights are missing or damaged.
        ValueError: threads or beam_width is below 1.

    Example:
        >>> from captioner import Captioner
        >>> Captioner().caption("dog.jpg").text
        'A brown dog is running through the grass.'
    """

    def __init__(
        self, weights: str | Path | None = None, *, threads: int | None = None, beam_width: int | None = None
    ) -> None:
        reader.start()  # meanwhile
        self._weights = open_weights(weights)
        self._threads = physical_cores() if threads is None else threads
        if self._threads < 1:
            raise ValueError("threads must be at least 1")
        self._weights.check()
        self._vocabulary = self._weights.vocabulary()
        self._consensus = Consensus(self._weights.consensus)
        self._encoder = Model(self._weights.encoder, threads=self._threads)
        self._lock = threading.Lock()
        self.set_beam_width(beam_width)
        self._decoder = Model(self._weights.decoder, threads=self._threads, batch=self._beam_width)
        check_fit(self._encoder, self._decoder, len(self._vocabulary), self._consensus.features)

    def set_beam_width(self, beam_width: int | None) -> None:
        """Follow so many captions at a time from now on; None: as many as the weights were tuned for.

        Quicker than another captioner, which would also hold up all other threads while it loads the encoder.

        Raises:
            ValueError: beam_width is below 1.
        """
        beam_width = self._weights.beam_width if beam_width is None else beam_width
        if beam_width < 1:
            raise ValueError("beam_width must be at least 1")
        with self._lock:
            self._beam_width = beam_width

    def prepare(self, source: Loadable) -> PreparedPhoto:
        """Load a photo and shrink it, to caption it later or in another thread.

        Args:
            source: as `caption` takes it.

        Raises:
            PhotoError: the photo cannot be read.
        """
        return prepare(source)

    def caption(self, source: Loadable | PreparedPhoto) -> Caption:
        """Describe a photo. The same photo gets the same caption every time.

        Args:
            source: a file's path, a file's content (bytes, bytearray or memoryview), a binary file object, a PIL image,
                an array (uint8 [height, width, 3] for RGB, [height, width, 4] for RGBA or [height, width] for grey), or
                what `prepare` returned.

        Raises:
            PhotoError: the photo cannot be read.
        """
        photo = source if isinstance(source, PreparedPhoto) else prepare(source)
        seconds = dict(photo.seconds)
        with _timed(seconds, "resize"):
            image = encoder_input(photo.pixels, self._encoder.inputs["photo"][1])
        with self._lock:
            with _timed(seconds, "encoder"):
                encoded = self._encoder(photo=image[None])
            with _timed(seconds, "search"):
                hypotheses = search(
                    encoded,
                    self._decoder,
                    self._consensus,
                    beam_width=self._beam_width,
                    max_length=self._weights.max_length,
                    length_normalisation=self._weights.length_normalisation,
                    seconds=seconds,
                )
        seconds["search"] -= seconds["decoder"]

        different: dict[frozenset[str], Hypothesis] = {}
        for hypothesis in hypotheses:
            different.setdefault(content(self._vocabulary.decode(hypothesis.words)), hypothesis)
        best, *others = different.values()
        grid = (math.isqrt(encoded["regions"].shape[1]),) * 2
        # Copied: a row of the search's arrays would keep all of them in memory as long as the caption.
        attention = np.stack(best.attention_weights).reshape(-1, *grid)
        words = zip(self._vocabulary.decode(best.words), best.log_probabilities, attention, strict=True)
        return Caption(
            self._sentence(best),
            tuple(Word(word, log_probability, weights) for word, log_probability, weights in words),
            best.log_probability,
            confidence.confidence(
                confidence.evidence(hypotheses, image, encoded["regions"], encoded["state"]), self._weights.confidence
            ),
            tuple(Alternative(self._sentence(other), other.log_probability) for other in others[:MAX_ALTERNATIVES]),
            seconds,
            photo.note,
        )

    def _sentence(self, hypothesis: Hypothesis) -> str:
        return sentence(self._vocabulary.decode(hypothesis.words))


def search(
    encoded: Mapping[str, np.ndarray],
    decoder: Callable[..., dict[str, np.ndarray]],
    consensus: Consensus,
    *,
    beam_width: int,
    max_length: int,
    length_normalisation: float,
    seconds: dict[str, float],
) -> list[Hypothesis]:
    """Find the best captions of an encoded photo, the one first that agrees best with what people would say.

    Args:
        encoded: the encoder's outputs: regions float32 [1, R, D], state float32 [1, S], features float32 [1, F].
        decoder: the model decoder.tflite with beam_width as its batch.
        beam_width, max_length, length_normalisation: as `beam_search` takes them.
        seconds: seconds["decoder"] grows by the time that the decoder took.
    """

    def step(words: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        with _timed(seconds, "decoder"):
            decoded = decoder(
                # The rows are repeated up to the beam width: LiteRT would plan its memory anew for another shape.
                word=np.resize(words, beam_width),
                state=np.resize(state, (beam_width, state.shape[1])),
                regions=encoded["regions"],
            )
        outputs = decoded["log_probabilities"], decoded["attention_weights"], decoded["next_state"]
        log_probabilities, attention_weights, next_state = (output[: len(words)] for output in outputs)
        return log_probabilities, attention_weights, next_state

    hypotheses = beam_search(
        step,
        encoded["state"],
        start=Vocabulary.start,
        end=Vocabulary.end,
        beam_width=beam_width,
        max_length=max_length,
        length_normalisation=length_normalisation,
        forbidden=(Vocabulary.pad, Vocabulary.start, Vocabulary.unknown),
    )
    return consensus.rank(hypotheses, encoded["features"])


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    """Add the time that the block takes to seconds[stage]."""
    begun = time.perf_counter()
    yield
    seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - begun
