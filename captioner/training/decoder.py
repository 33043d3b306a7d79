"""The decoders: from regions and the words so far to the logits of the next word.

Each decoder is used in two ways. Training calls it with whole captions, all words at once. Captioning calls `begin`
once a photo and `step` once a word; the exported flatbuffers hold these two.
"""

from typing import Any

import keras
from keras import layers, ops

Tensor = Any  # of whatever backend Keras runs on


class AttentionDecoder(keras.Model):  # type: ignore[misc]  # Keras has no types
    """An LSTM language model whose every output attends over the regions of the photo.

    Attention is multi-head scaled dot-product (Vaswani et al., NeurIPS 2017, arXiv 1706.03762) from the LSTM's outputs,
    as in the adaptive attention of Lu et al. (CVPR 2017, arXiv 1612.01887): nothing that was attended flows back into
    the LSTM, so training computes all words of a caption in a few matrix products. The output layer shares the
    embedding's weights (Press and Wolf, EACL 2017, arXiv 1608.05859).

    Args:
        vocabulary_size: number of words V, the special ones included.
        units: size D of the LSTM, the queries and the projected regions.
        embedding: size of a word's vector.
        heads: number of attention heads; the attention weights that are returned are their mean.
        dropout: rate on regions, word vectors, LSTM outputs and before the output layer.
    """

    def __init__(
        self, vocabulary_size: int, units: int = 512, embedding: int = 300, heads: int = 4, dropout: float = 0.3
    ) -> None:
        super().__init__(name="decoder")
        self.units, self.heads = units, heads
        small = keras.initializers.RandomNormal(stddev=embedding**-0.5)
        self.embed = layers.Embedding(vocabulary_size, embedding, embeddings_initializer=small, name="embed")
        self.region = layers.Dense(units, activation="relu", name="region")
        self.first_state = layers.Dense(2 * units, activation="tanh", name="first_state")
        self.cell = layers.LSTMCell(units, name="cell")
        self.lstm = layers.RNN(self.cell, return_sequences=True, name="lstm")
        self.query = layers.Dense(units, use_bias=False, name="query")
        self.key = layers.Dense(units, use_bias=False, name="key")
        self.mix = layers.Dense(embedding, activation="tanh", name="mix")
        self.dropout = layers.Dropout(dropout)
        self.bias = self.add_weight((vocabulary_size,), initializer="zeros", name="bias")

    def call(self, inputs: tuple[Tensor, Tensor], training: bool = False) -> Tensor:
        """Logits of every next word of whole captions.

        Args:
            inputs: grid, float32 [batch, 10, 10, channels], and words, int32 [batch, captions, length], start first.

        Returns:
            float32 [batch, captions, length, V].
        """
        grid, words = inputs
        batch, captions, length = ops.shape(words)
        regions, state = self.begin(grid, training=training)  # [batch, 100, D], [batch, 2 D]
        state = ops.repeat(state, captions, axis=0)
        vectors = self.dropout(
            self.vectors(ops.reshape(words, (-1, length))), training=training
        )  # [batch captions, length, E]
        outputs = self.lstm(vectors, initial_state=ops.split(state, 2, axis=-1), training=training)
        outputs = ops.reshape(outputs, (-1, captions * length, self.units))
        logits, _ = self.attend(self.dropout(outputs, training=training), regions, training=training)
        return ops.reshape(logits, (-1, captions, length, logits.shape[-1]))

    def begin(self, grid: Tensor, training: bool = False) -> tuple[Tensor, Tensor]:
        """The regions and the first state from which a photo's captions are decoded.

        Args:
            grid: float32 [batch, 10, 10, channels].

        Returns:
            regions, float32 [batch, 100, 2 D] (keys and values), and the first state, float32 [batch, 2 D] (h and c).
        """
        grid = ops.reshape(grid, (-1, grid.shape[1] * grid.shape[2], grid.shape[3]))
        values = self.region(self.dropout(grid, training=training))
        state = self.first_state(ops.mean(values, axis=1))
        return ops.concatenate([self.key(values), values], axis=-1), state

    def step(self, words: Tensor, state: Tensor, regions: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """One word for each hypothesis of each photo's beam.

        Args:
            words: int32 [photos beam], the words just chosen.
            state: float32 [photos beam, 2 D].
            regions: float32 [photos, 100, 2 D].

        Returns:
            log-probabilities, float32 [photos beam, V]; attention weights, float32 [photos beam, 100]; the next state.
        """
        _, state = self.cell(self.vectors(words), ops.split(state, 2, axis=-1))
        logits, attention = self.attend(ops.reshape(state[0], (regions.shape[0], -1, self.units)), regions)
        logits, attention = (ops.reshape(x, (-1, x.shape[-1])) for x in (logits, attention))
        return ops.log_softmax(logits), attention, ops.concatenate(state, axis=-1)

    def vectors(self, words: Tensor) -> Tensor:
        """The words' embeddings, as large for the LSTM as they are small for the output layer that shares them."""
        return self.embed(words) * self.embed.output_dim**0.5

    def attend(self, outputs: Tensor, regions: Tensor, training: bool = False) -> tuple[Tensor, Tensor]:
        """Logits [batch, T, V] and attention weights [batch, T, 100] of LSTM outputs [batch, T, D] over regions."""

        def by_head(x: Tensor) -> Tensor:  # [batch, n, D] -> [batch, heads, n, D / heads]
            return ops.transpose(
                ops.reshape(x, (ops.shape(x)[0], -1, self.heads, self.units // self.heads)), (0, 2, 1, 3)
            )

        keys, values = (by_head(x) for x in ops.split(regions, 2, axis=-1))
        scores = ops.matmul(by_head(self.query(outputs)), ops.transpose(keys, (0, 1, 3, 2)))
        attention = ops.softmax(scores * (self.units // self.heads) ** -0.5)  # [batch, heads, T, 100]
        context = ops.transpose(ops.matmul(attention, values), (0, 2, 1, 3))
        context = ops.reshape(context, ops.shape(outputs))
        mixed = self.dropout(self.mix(ops.concatenate([outputs, context], axis=-1)), training=training)
        logits = ops.matmul(mixed, ops.transpose(self.embed.embeddings)) + self.bias
        return logits, ops.mean(attention, axis=1)


class MergeDecoder(keras.Model):  # type: ignore[misc]
    """The merge model of many tutorials (Tanti et al., INLG 2017, arXiv 1708.02043), the baseline.

    The photo is one pooled vector that meets the LSTM's output only before the output layer; no attention.
    """

    def __init__(self, vocabulary_size: int, units: int = 256, dropout: float = 0.5) -> None:
        super().__init__(name="decoder")
        self.units = units
        self.photo = layers.Dense(units, activation="relu", name="photo")
        self.embed = layers.Embedding(vocabulary_size, units, name="embed")
        self.cell = layers.LSTMCell(units, name="cell")
        self.lstm = layers.RNN(self.cell, return_sequences=True, name="lstm")
        self.hidden = layers.Dense(units, activation="relu", name="hidden")
        self.output_layer = layers.Dense(vocabulary_size, name="output")
        self.dropout = layers.Dropout(dropout)

    def call(self, inputs: tuple[Tensor, Tensor], training: bool = False) -> Tensor:
        """As `AttentionDecoder.call`."""
        grid, words = inputs
        batch, captions, length = ops.shape(words)
        regions, _ = self.begin(grid, training=training)
        vectors = self.dropout(self.embed(ops.reshape(words, (-1, length))), training=training)
        outputs = ops.reshape(self.lstm(vectors, training=training), (-1, captions * length, self.units))
        logits = self.merge(outputs, regions)
        return ops.reshape(logits, (-1, captions, length, logits.shape[-1]))

    def begin(self, grid: Tensor, training: bool = False) -> tuple[Tensor, Tensor]:
        """As `AttentionDecoder.begin`; every region is the same photo vector."""
        photo = self.photo(self.dropout(ops.mean(grid, axis=(1, 2)), training=training))
        regions = ops.repeat(photo[:, None], grid.shape[1] * grid.shape[2], axis=1)
        return regions, ops.concatenate([ops.zeros_like(photo)] * 2, axis=-1)

    def step(self, words: Tensor, state: Tensor, regions: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """As `AttentionDecoder.step`, with the same attention weight for every region."""
        _, state = self.cell(self.embed(words), ops.split(state, 2, axis=-1))
        logits = self.merge(ops.reshape(state[0], (regions.shape[0], -1, self.units)), regions)
        logits = ops.reshape(logits, (-1, logits.shape[-1]))
        attention = ops.ones_like(state[0][:, :1]) * ops.full((1, regions.shape[1]), 1 / regions.shape[1])
        return ops.log_softmax(logits), attention, ops.concatenate(state, axis=-1)

    def merge(self, outputs: Tensor, regions: Tensor) -> Tensor:
        return self.output_layer(self.hidden(outputs + regions[:, :1]))


DECODERS = {"attention": AttentionDecoder, "merge": MergeDecoder}
