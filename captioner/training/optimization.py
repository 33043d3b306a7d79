"""The losses, the learning rate and the optimizer."""

import math
from collections.abc import Callable

import keras
from keras import ops

from captioner.model.vocabulary import Vocabulary
from captioner.training.decoder import Tensor

MAX_GRADIENT_NORM = 5.0
WARM_UP = 0.05  # of a stage


class LayerwiseAdamW(keras.optimizers.AdamW):  # type: ignore[misc]  # Keras has no types
    """AdamW (I. Loshchilov and F. Hutter, ICLR 2019, arXiv 1711.05101) with a factor on each variable's learning rate.

    Args:
        factors: one for each trainable variable, in their order.
        weight_decay: as AdamW takes it.
    """

    def __init__(self, factors: list[float], weight_decay: float) -> None:
        super().__init__(weight_decay=weight_decay, global_clipnorm=MAX_GRADIENT_NORM)
        self.factors = factors

    def update_step(self, gradient: Tensor, variable: Tensor, learning_rate: Tensor) -> None:
        super().update_step(gradient, variable, learning_rate * self.factors[self._get_variable_index(variable)])


def learning_rate_at(progress: float, peak: float) -> float:
    """Linear warm-up over the first twentieth of a stage, then a cosine to zero; progress in [0, 1]."""
    return peak * min(progress / WARM_UP, 0.5 * (1 + math.cos(math.pi * progress)))


def smoothed_loss(label_smoothing: float) -> Callable[[Tensor, Tensor], Tensor]:
    """Cross-entropy with label smoothing, the mean over all words that are not padding."""

    def loss(words: Tensor, logits: Tensor) -> Tensor:  # [batch, captions, length], [batch, captions, length, V]
        log_probabilities = ops.log_softmax(logits)
        words = ops.cast(words, "int32")
        chosen = ops.take_along_axis(log_probabilities, words[..., None], axis=-1)[..., 0]
        each = (1 - label_smoothing) * chosen + label_smoothing * ops.mean(log_probabilities, axis=-1)
        real = ops.cast(words != Vocabulary.pad, logits.dtype)
        return -ops.sum(each * real) / ops.sum(real)

    return loss


def weighted_loss(targets: Tensor, logits: Tensor) -> Tensor:
    """Cross-entropy with a weight for each word, the mean over all words that are not padding.

    Args:
        targets: float32 [batch, captions, length, 2]: each word's id, and its weight.
        logits: float32 [batch, captions, length, V].
    """
    words, weights = ops.cast(targets[..., 0], "int32"), targets[..., 1]
    chosen = ops.take_along_axis(ops.log_softmax(logits), words[..., None], axis=-1)[..., 0]
    real = ops.cast(words != Vocabulary.pad, logits.dtype)
    return -ops.sum(weights * chosen * real) / ops.sum(real)
