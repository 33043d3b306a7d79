"""Everything that a training depends on apart from the data."""

from dataclasses import dataclass

# A trained model that continues on fewer photos than this keeps its encoder, learns at half the rate, and adapts its
# reranker instead of replacing it. Training on forty photos of a user's own then lowers the CIDEr of other photos by
# 0.02 to 0.04; at the full rate and with block 14 it was 0.12 to 0.24.
FEW_PHOTOS = 2000


@dataclass(frozen=True)
class Settings:
    """The options of a training.

    Stage "decoder" trains the decoder and the encoder's head, on the output of the frozen backbone; "upper-layers" and
    "all-layers" train more of the encoder, on the photos; "self-critical" trains the decoder towards captions that
    score well, on the output of the frozen encoder. An epoch is a pass over the training photos, each with all of its
    captions.
    """

    encoder: str = "xception"
    encoder_weights: str | None = "imagenet"
    decoder: str = "attention"
    start_from: str | None = None  # a weights folder: its checkpoint.npz and vocabulary, instead of encoder_weights
    schedule: tuple[tuple[str, int], ...] = (("decoder", 4), ("all-layers", 1), ("self-critical", 4))  # stage, epochs
    mix: tuple[float, ...] | None = None  # how often an epoch shows each data folder's photos; None: each photo once
    batch_size: int = 32
    fine_tune_batch_size: int = 16
    learning_rate: float = 1.5e-3
    fine_tune_learning_rate: float = 4e-4  # of the encoder on photos, and of a decoder that was trained before
    self_critical_learning_rate: float = 2e-4
    samples: int = 5  # captions that the decoder samples for each photo in self-critical training
    people_weight: float = 0.1  # of people's captions in self-critical training; they keep the sentences whole
    encoder_factor: float = 0.15  # the encoder's share of the learning rate while it trains on photos
    weight_decay: float = 0.01
    label_smoothing: float = 0.1
    patience: int = 3  # epochs of a stage without a better development CIDEr before the stage ends
    min_word_count: int | None = None  # None: it follows the size of the data
    max_length: int = 20
    captions_per_photo: int = 5
    seed: int = 0
