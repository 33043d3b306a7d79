"""From a photo to its caption."""

import math
import threading
from pathlib import Path

import numpy as np

from captioner.caption import Alternative, Caption, Word
from captioner.model.beam_search import Hypothesis
from captioner.model.pipeline import EncodedPhoto, Pipeline, timed
from captioner.model.preprocess import PreparedPhoto, prepare
from captioner.model.text import content, sentence
from captioner.model.weights import open_weights
from captioner.photos import reader
from captioner.photos.load import Loadable

# At most: nobody listens to more.
MAX_ALTERNATIVES = 3


class Captioner:
    """Describes photos. Several threads may use one: a photo is encoded while the caption of another is searched.

    Args:
        weights: the weights folder; None for the one that comes with the program.
        threads: how many threads run the model; None for one per physical core.
        beam_width: how many captions the search follows in parallel; None for the number that the weights were tuned
            for.

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
        reader.start()  # while the model is loading
        self._pipeline = Pipeline(open_weights(weights), threads=threads, beam_width=beam_width)
        self._encoding, self._searching = threading.Lock(), threading.Lock()

    def set_beam_width(self, beam_width: int | None) -> None:
        """Follow this many captions from now on; None for the number that the weights were tuned for.

        Faster than a new captioner, which would also hold up all other threads while it loads the encoder.

        Raises:
            ValueError: beam_width is below 1.
        """
        with self._searching:
            self._pipeline.set_beam_width(beam_width)

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
            source: a file's path or file: URL, a file's content (bytes, bytearray or memoryview), a binary file object,
                a PIL image, an array (uint8 [height, width, 3] for RGB, [height, width, 4] for RGBA or [height, width]
                for grey), or what `prepare` returned.

        Raises:
            PhotoError: the photo cannot be read.
        """
        prepared = source if isinstance(source, PreparedPhoto) else prepare(source)
        seconds = dict(prepared.seconds)
        with timed(seconds, "resize"):
            image = self._pipeline.encoder_input(prepared)
        with self._encoding, timed(seconds, "encoder"):
            photo = self._pipeline.encode(image)
        with self._searching, timed(seconds, "search"):
            hypotheses = self._pipeline.search(photo, seconds=seconds)
        seconds["search"] -= seconds["decoder"]
        return self._caption(photo, hypotheses, seconds, prepared.note)

    def _caption(
        self, photo: EncodedPhoto, hypotheses: list[Hypothesis], seconds: dict[str, float], note: str
    ) -> Caption:
        different: dict[frozenset[str], Hypothesis] = {}
        for hypothesis in hypotheses:
            different.setdefault(content(self._words(hypothesis)), hypothesis)
        best, *others = different.values()
        confidence, exactness = self._pipeline.trust(photo, hypotheses)
        side = math.isqrt(photo.regions.shape[1])
        # Copied: a row of the search's arrays would keep all of them in memory as long as the caption.
        attention = np.stack(best.attention_weights).reshape(-1, side, side)
        words = zip(self._words(best), best.log_probabilities, attention, strict=True)
        return Caption(
            sentence(self._words(best)),
            tuple(Word(word, log_probability, weights) for word, log_probability, weights in words),
            best.log_probability,
            confidence,
            tuple(
                Alternative(sentence(self._words(other)), other.log_probability) for other in others[:MAX_ALTERNATIVES]
            ),
            seconds,
            note,
            exactness,
        )

    def _words(self, hypothesis: Hypothesis) -> list[str]:
        return self._pipeline.vocabulary.decode(hypothesis.words)
