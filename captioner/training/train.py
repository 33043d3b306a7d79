"""Training in stages: the decoder and the encoder's head on features computed once, more layers or all of them, and the
decoder on its own captions."""

import hashlib
import json
import math
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import keras
import numpy as np
from keras import ops
from tqdm import tqdm

from captioner.errors import CaptionerError
from captioner.model.text import sentence
from captioner.model.tokenizer import tokenize
from captioner.model.vocabulary import Vocabulary
from captioner.training import checkpoint
from captioner.training.dataset import Example, build_vocabulary, encode_captions
from captioner.training.decoder import DECODERS, Tensor
from captioner.training.encoder import FIRST_LAYER_OF_HEAD, FIRST_UPPER_LAYER, build_encoder, split
from captioner.training.features import Features, Photos
from captioner.training.metrics import cider
from captioner.training.self_critical import CiderD, advantages, sample_captions, weighted_loss

SPLITS = ("train", "dev")


@dataclass(frozen=True)
class Settings:
    """Everything that a training depends on besides the data.

    Stage "decoder" trains the decoder and the encoder's head, on the output of the frozen trunk; "upper-layers" and
    "all-layers" train more of the encoder, on the photos; "self-critical" trains the decoder to captions that score
    well, on the output of the frozen encoder. An epoch is a pass over the training photos, each with all of its
    captions.
    """

    encoder: str = "xception"
    encoder_weights: str | None = "imagenet"
    decoder: str = "attention"
    start_from: str | None = None  # a weights folder: its checkpoint.npz and vocabulary, instead of encoder_weights
    schedule: tuple[tuple[str, int], ...] = (("decoder", 4), ("all-layers", 1), ("self-critical", 4))  # stage, epochs
    batch_size: int = 32
    fine_tune_batch_size: int = 16
    learning_rate: float = 1.5e-3
    fine_tune_learning_rate: float = 4e-4
    self_critical_learning_rate: float = 2e-4
    samples: int = 5  # captions that the decoder makes of each photo while it is trained on them
    people_weight: float = 0.1  # of people's captions beside them, so that the sentences stay whole
    encoder_factor: float = 0.15  # the encoder's share of the learning rate while it trains on photos
    weight_decay: float = 0.01
    label_smoothing: float = 0.1
    patience: int = 3  # epochs of a stage without a better development CIDEr before the stage ends
    min_word_count: int | None = None  # None: it follows the size of the data
    max_length: int = 20
    captions_per_photo: int = 5
    seed: int = 0


class LayerwiseAdamW(keras.optimizers.AdamW):
    """AdamW (I. Loshchilov and F. Hutter, ICLR 2019, arXiv 1711.05101) with a factor on each variable's learning rate.

    Args:
        factors: one for each trainable variable, in their order.
    """

    def __init__(self, factors: list[float], **arguments: float) -> None:
        super().__init__(**arguments)
        self.factors = factors

    def update_step(self, gradient: Tensor, variable: Tensor, learning_rate: Tensor) -> None:
        super().update_step(gradient, variable, learning_rate * self.factors[self._get_variable_index(variable)])


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


def greedy_captions(
    head: keras.Model, decoder: keras.Model, data: Photos | Features, vocabulary: Vocabulary, max_length: int
) -> list[str]:
    """Caption a split with the likeliest word each time: quick, and good enough to compare epochs."""
    captions = []
    for start in range(0, len(data), 50):
        grid = head.predict_on_batch(data.batch(np.arange(start, min(start + 50, len(data)))))
        regions, state = decoder.begin(ops.convert_to_tensor(grid))
        words = np.full(len(grid), vocabulary.start, np.int32)
        chosen = []
        for _ in range(max_length):
            log_probabilities, _, state = decoder.step(ops.convert_to_tensor(words), state, regions)
            log_probabilities = np.array(ops.convert_to_numpy(log_probabilities))
            log_probabilities[:, [vocabulary.pad, vocabulary.start, vocabulary.unknown]] = -np.inf
            words = log_probabilities.argmax(-1).astype(np.int32)
            chosen.append(words)
        for ids in np.stack(chosen, 1):
            length = next((n for n, id in enumerate(ids) if id == vocabulary.end), len(ids))
            captions.append(sentence(vocabulary.decode(ids[:length])))
    return captions


def learning_rate_at(progress: float, peak: float) -> float:
    """Linear warm-up over the first twentieth of a stage, then a cosine to zero; progress in [0, 1]."""
    return peak * min(progress / 0.05, 0.5 * (1 + math.cos(math.pi * progress)))


def exchange(named: dict[str, keras.Variable], arrays: dict[str, np.ndarray]) -> None:
    """Swap the values of variables with those of the arrays of the same names, in place."""
    for name, array in arrays.items():
        value = np.array(ops.convert_to_numpy(named[name]))
        named[name].assign(array)
        array[...] = value


class Training:
    """One training in a run folder: the models, the data, and how far it is.

    Files in the folder: settings.json, vocabulary.json, log.jsonl (a line an epoch), latest.npz (all that the next
    epoch needs), best.npz (averaged weights with the stage's best development CIDEr), features/ (the frozen layers'
    output, while they stay as they are).
    """

    def __init__(self, dataset: dict[str, list[Example]], settings: Settings, run: Path) -> None:
        self.dataset, self.settings, self.run = dataset, settings, run
        keras.utils.set_random_seed(settings.seed)
        start = Path(settings.start_from) if settings.start_from else None
        captions = [caption for example in dataset["train"] for caption in example.captions]
        known = Vocabulary.load(start / "vocabulary.json") if start else None
        self.vocabulary = build_vocabulary(captions, settings.min_word_count, known)
        self.vocabulary.save(run / "vocabulary.json")
        self.words = encode_captions(
            dataset["train"], self.vocabulary, settings.captions_per_photo, settings.max_length
        )
        self.references = {str(n): example.captions for n, example in enumerate(dataset["dev"])}
        self.encoder = build_encoder(settings.encoder, None if start else settings.encoder_weights)
        self.decoder = DECODERS[settings.decoder](len(self.vocabulary))
        self.decoder((np.zeros((1, *self.encoder.output.shape[1:]), np.float32), self.words[:1, :, :-1]))
        self.named = checkpoint.model_variables(self.encoder, self.decoder)
        if start:
            path = start / "checkpoint.npz"
            arrays = checkpoint.with_new_words(checkpoint.load(path), self.named, len(known or ()))
            checkpoint.assign(self.named, arrays, path)
        self.progress: dict = {"stage": 0, "epoch": 0, "best": -1.0, "epochs_since_best": 0, "log": []}

    @property
    def stage(self) -> str:
        return self.settings.schedule[self.progress["stage"]][0]

    def start_stage(self) -> None:
        """Make the model, the data and the optimizer of a stage, from the weights that the encoder and decoder have."""
        settings = self.settings
        name, self.epochs = settings.schedule[self.progress["stage"]]
        trunk, head = split(self.encoder, FIRST_LAYER_OF_HEAD[settings.encoder])
        trained = {
            # The baseline is what student projects do: its encoder stays as it is.
            "decoder": head.layers if settings.decoder != "merge" else [],
            "upper-layers": split(self.encoder, FIRST_UPPER_LAYER[settings.encoder])[1].layers,
            "all-layers": self.encoder.layers,
            "self-critical": [],
        }[name]
        for layer in self.encoder.layers:
            # Statistics of small batches would only harm what ImageNet gave, and shift what the decoder has learnt.
            normalisation = isinstance(layer, keras.layers.BatchNormalization)
            if normalisation:
                layer.momentum = 0.9  # where a layer starts at random, Keras' 0.99 is too slow for a few hundred steps
            layer.trainable = layer in trained and not (normalisation and name != "decoder")
        photos = {part: Photos(self.dataset[part]) for part in SPLITS}
        self.data: Mapping[str, Photos | Features] = photos
        self.head, encoder_factor, loss = self.encoder, 1.0, smoothed_loss(settings.label_smoothing)
        self.batch_size = settings.batch_size
        if name == "decoder":
            self.head, self.data, self.peak = head, self.features(trunk, photos), settings.learning_rate
        elif name == "self-critical":
            grid = keras.Input(self.encoder.output.shape[1:])
            self.head, self.data = keras.Model(grid, grid), self.features(self.encoder, photos)
            self.peak, loss = settings.self_critical_learning_rate, weighted_loss
        else:
            self.batch_size = settings.fine_tune_batch_size
            self.peak, encoder_factor = settings.fine_tune_learning_rate, settings.encoder_factor
        captions = settings.captions_per_photo + (settings.samples if name == "self-critical" else 0)
        words = keras.Input((captions, settings.max_length + 1), dtype="int32")
        features = keras.Input(self.head.inputs[0].shape[1:])
        self.model = keras.Model([features, words], self.decoder([self.head(features), words]))
        of_encoder = {id(variable) for variable in self.encoder.trainable_variables}
        self.optimizer = LayerwiseAdamW(
            [encoder_factor if id(v) in of_encoder else 1.0 for v in self.model.trainable_variables],
            weight_decay=settings.weight_decay,
            global_clipnorm=5.0,
        )
        self.model.compile(self.optimizer, loss, jit_compile=False)
        self.optimizer.build(self.model.trainable_variables)
        variables = {id(variable) for variable in self.model.trainable_variables}
        self.average = {
            name: np.array(ops.convert_to_numpy(variable))
            for name, variable in self.named.items()
            if id(variable) in variables
        }

    def features(self, layers: keras.Model, photos: Mapping[str, Photos]) -> dict[str, Features]:
        """Both splits as frozen layers see them, in features/SPLIT.npy."""
        return {part: Features(layers, photos[part], self.run / "features" / f"{part}.npy") for part in SPLITS}

    def train_epoch(self) -> dict[str, float]:
        """One pass over the training photos; the epoch's line of the log."""
        begun, epoch = time.monotonic(), self.progress["epoch"]
        random = np.random.default_rng([self.settings.seed, self.progress["stage"], epoch])
        order = random.permutation(len(self.words))
        batches = np.array_split(order, max(1, len(order) // self.batch_size))
        losses = []
        bar = tqdm(self.prefetch(batches, random), f"{self.stage}, epoch {epoch + 1}", len(batches))
        train_step = self.self_critical_step if self.stage == "self-critical" else self.train_step
        for number, (indices, features) in enumerate(bar):
            step = epoch * len(batches) + number
            self.optimizer.learning_rate = learning_rate_at((step + 0.5) / (self.epochs * len(batches)), self.peak)
            losses.append(train_step(indices, features, random))
            # The average reaches over about half an epoch; at first over less, as the start is soon left behind.
            keep = min(1 - 1 / max(2, len(batches) / 2), (1 + step) / (10 + step))
            for name, average in self.average.items():
                average += (1 - keep) * (ops.convert_to_numpy(self.named[name]) - average)
            bar.set_postfix(loss=f"{np.mean(losses[-50:]):.3f}")
        return {"loss": float(np.mean(losses)), "learning_rate": self.peak, "seconds": time.monotonic() - begun}

    def train_step(self, indices: np.ndarray, features: np.ndarray, random: np.random.Generator) -> float:
        """One step towards the captions that people gave to a batch; its loss."""
        words = self.words[indices]
        return float(self.model.train_on_batch([features, words[..., :-1]], words[..., 1:]))

    def self_critical_step(self, indices: np.ndarray, grid: np.ndarray, random: np.random.Generator) -> float:
        """One step towards the better ones of a batch's captions as the decoder makes them; minus their mean reward."""
        settings = self.settings
        grid = ops.convert_to_tensor(grid)
        sampled = sample_captions(self.decoder, grid, settings.samples, settings.max_length, random)
        better, reward = advantages(self.reward, indices, sampled, self.vocabulary)
        people = self.words[indices]
        words = np.concatenate([sampled, people], axis=1)
        weights = np.concatenate([better, np.full(people.shape[:2], settings.people_weight, np.float32)], axis=1)
        targets = words[..., 1:].astype(np.float32)
        targets = np.stack([targets, np.broadcast_to(weights[..., None], targets.shape)], axis=-1)
        self.model.train_on_batch([grid, words[..., :-1]], targets)
        return -reward

    @cached_property
    def reward(self) -> CiderD:
        captions = ([[*tokenize(caption), "<end>"] for caption in e.captions] for e in self.dataset["train"])
        return CiderD(list(captions))

    def prefetch(
        self, batches: list[np.ndarray], random: np.random.Generator
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Each batch's indices with its features or photos, the next one made ready while one trains."""

        def make(indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return indices, self.data["train"].batch(indices, views)

        (views,) = random.spawn(1)  # its own, as it is used in another thread

        with ThreadPoolExecutor(1) as pool:
            ahead = pool.submit(make, batches[0])
            for following in batches[1:]:
                ready, ahead = ahead.result(), pool.submit(make, following)
                yield ready
            yield ahead.result()

    def development_cider(self) -> float:
        settings = self.settings
        captions = greedy_captions(self.head, self.decoder, self.data["dev"], self.vocabulary, settings.max_length)
        return cider(dict(zip(self.references, captions)), self.references)

    def run_epoch(self) -> None:
        """Train for an epoch, measure it, and write the checkpoints."""
        line = {"stage": self.stage, "epoch": self.progress["epoch"] + 1, **self.train_epoch()}
        exchange(self.named, self.average)
        line["cider"] = self.development_cider()
        self.progress["epochs_since_best"] += 1
        if line["cider"] >= self.progress["best"]:
            self.progress |= {"best": line["cider"], "epochs_since_best": 0}
            checkpoint.save(self.run / "best.npz", self.weights())
        exchange(self.named, self.average)
        self.progress["epoch"] += 1
        self.progress["log"].append(line)
        self.save()
        tqdm.write(
            f"{line['stage']}, epoch {line['epoch']}: loss {line['loss']:.3f}, development CIDEr {line['cider']:.3f}"
        )

    def weights(self) -> dict[str, np.ndarray]:
        return {name: ops.convert_to_numpy(variable) for name, variable in self.named.items()}

    def save(self) -> None:
        """Write latest.npz and log.jsonl."""
        arrays = self.weights() | {f"average {name}": array for name, array in self.average.items()}
        for number, variable in enumerate(self.optimizer.variables):
            arrays[f"optimizer {number}"] = ops.convert_to_numpy(variable)
        checkpoint.save(self.run / "latest.npz", arrays | {"progress": np.array(json.dumps(self.progress))})
        lines = "".join(json.dumps(line) + "\n" for line in self.progress["log"])
        (self.run / "log.jsonl").write_text(lines, encoding="utf-8")

    def resume(self) -> None:
        """Go on after the last epoch that latest.npz holds."""
        path = self.run / "latest.npz"
        arrays = checkpoint.load(path)
        self.progress = json.loads(str(arrays["progress"]))
        self.start_stage()
        checkpoint.assign(self.named, arrays, path)
        self.average = {name: arrays[f"average {name}"] for name in self.average}
        for number, variable in enumerate(self.optimizer.variables):
            variable.assign(arrays[f"optimizer {number}"])

    def finish_stage(self) -> None:
        """Go back to the stage's best weights, for the next stage to start from."""
        path = self.run / "best.npz"
        checkpoint.assign(self.named, checkpoint.load(path), path)
        self.progress |= {"stage": self.progress["stage"] + 1, "epoch": 0, "best": -1.0, "epochs_since_best": 0}
        shutil.rmtree(self.run / "features", ignore_errors=True)


def train(dataset: dict[str, list[Example]], settings: Settings, run: Path) -> Training:
    """Train, or go on with a training that was stopped; at the end the models have the best weights.

    Args:
        dataset: as `load_dataset` gives it; needs "train" and "dev".
        settings: what to train and how; a training goes on with the settings that it began with.
        run: the folder for checkpoints and logs, made if it is missing.

    Raises:
        CaptionerError: the run folder belongs to a training with other settings or data; a photo cannot be read; the
            weights do not fit.
    """
    run.mkdir(parents=True, exist_ok=True)
    contents = [(example.photo.name, example.captions) for split in SPLITS for example in dataset[split]]
    data = hashlib.sha256(repr(contents).encode()).hexdigest()
    path, text = run / "settings.json", json.dumps(asdict(settings) | {"data": data}, indent=2) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise CaptionerError(
            f"{run} holds a training with other settings or data: name another folder, or the same ones again."
        )
    path.write_text(text, encoding="utf-8")
    training = Training(dataset, settings, run)
    if (run / "latest.npz").exists():
        training.resume()
    else:
        training.start_stage()
    while training.progress["stage"] < len(settings.schedule):
        if training.progress["epoch"] < training.epochs and training.progress["epochs_since_best"] < settings.patience:
            training.run_epoch()
        else:
            training.finish_stage()
            if training.progress["stage"] < len(settings.schedule):
                training.start_stage()
    return training
