"""Training in stages: the decoder and the encoder's head on cached features, more layers or all of them on photos, and
the decoder on its own captions."""

import hashlib
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops
from tqdm import tqdm

from captioner.errors import CaptionerError
from captioner.model.text import sentence
from captioner.model.tokenizer import tokenize
from captioner.model.vocabulary import Vocabulary
from captioner.training import checkpoint
from captioner.training.batches import CachedFeatures, PhotoBatches
from captioner.training.dataset import Dataset, build_vocabulary, encode_captions
from captioner.training.decoder import DECODERS
from captioner.training.encoder import FIRST_LAYER_OF_HEAD, FIRST_UPPER_LAYER, build_encoder, split
from captioner.training.evaluation.metrics import cider
from captioner.training.optimization import LayerwiseAdamW, learning_rate_at, smoothed_loss, weighted_loss
from captioner.training.self_critical import CiderD, advantages, sample_captions
from captioner.training.settings import FEW_PHOTOS, Settings

MIN_STEPS = 4  # of an epoch, however few the photos are


def greedy_captions(
    head: keras.Model,
    decoder: keras.Model,
    data: PhotoBatches | CachedFeatures,
    vocabulary: Vocabulary,
    max_length: int,
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


def epoch_order(sizes: list[int], mix: tuple[float, ...] | None, random: np.random.Generator) -> np.ndarray:
    """The photos of an epoch in random order, as indices.

    Args:
        sizes: how many photos each folder has; those of the first folder come first.
        mix: how often each folder's photos are shown: 1 for once each, 0.5 for half of them, 2 for twice each.
    """
    parts, start = [], 0
    for size, times in zip(sizes, mix or (1.0,) * len(sizes), strict=True):
        count = max(1, round(size * times))
        passes = [random.permutation(size) for _ in range(-(-count // size))]
        parts.append(start + np.concatenate(passes)[:count])
        start += size
    return random.permutation(np.concatenate(parts))


def swap(named: dict[str, keras.Variable], arrays: dict[str, np.ndarray]) -> None:
    """Swap the values of variables with those of the arrays of the same names, in place."""
    for name, array in arrays.items():
        value = np.array(ops.convert_to_numpy(named[name]))
        named[name].assign(array)
        array[...] = value


class Training:
    """A training in a run folder: the models, the data, and the progress.

    Files in the folder: settings.json, vocabulary.json, log.jsonl (a line per epoch), latest.npz (everything that the
    next epoch needs), best.npz (the averaged weights with the stage's best development CIDEr), features/ (the output of
    frozen layers, as long as they stay frozen).

    Args:
        datasets: each folder's splits by its name, as `load_dataset` gives them.
    """

    def __init__(self, datasets: Mapping[str, Dataset], settings: Settings, run: Path) -> None:
        self.settings, self.run = settings, run
        self.sizes = [len(dataset["train"]) for dataset in datasets.values()]
        self.examples = [example for dataset in datasets.values() for example in dataset["train"]]
        self.development = {name: dataset["dev"] for name, dataset in datasets.items()}
        keras.utils.set_random_seed(settings.seed)
        start = Path(settings.start_from) if settings.start_from else None
        self.careful = start is not None and len(self.examples) < FEW_PHOTOS
        known = Vocabulary.load(start / "vocabulary.json") if start else None
        captions = [caption for example in self.examples for caption in example.captions]
        self.vocabulary = build_vocabulary(captions, settings.min_word_count, known)
        self.vocabulary.save(run / "vocabulary.json")
        self.words = encode_captions(self.examples, self.vocabulary, settings.captions_per_photo, settings.max_length)
        self.encoder = build_encoder(settings.encoder, None if start else settings.encoder_weights)
        self.decoder = DECODERS[settings.decoder](len(self.vocabulary))
        self.decoder((np.zeros((1, *self.encoder.output.shape[1:]), np.float32), self.words[:1, :, :-1]))
        self.named = checkpoint.model_variables(self.encoder, self.decoder)
        if start:
            path = start / "checkpoint.npz"
            arrays = checkpoint.with_new_words(checkpoint.load(path), self.named, len(known or ()))
            checkpoint.assign(self.named, arrays, path)
        self.progress: dict[str, Any] = {"stage": 0, "epoch": 0, "best": -1.0, "epochs_since_best": 0, "log": []}

    @property
    def stage(self) -> str:
        number: int = self.progress["stage"]
        return self.settings.schedule[number][0]

    def start_stage(self) -> None:
        """Make the model, the data and the optimizer of a stage, from the weights that the encoder and decoder have."""
        settings = self.settings
        name, self.epochs = settings.schedule[self.progress["stage"]]
        backbone, head = split(self.encoder, FIRST_LAYER_OF_HEAD[settings.encoder])
        self.set_trainable(name, head)
        photos = {"train": PhotoBatches(self.examples)} | {
            self.part(folder): PhotoBatches(examples) for folder, examples in self.development.items()
        }
        self.data: Mapping[str, PhotoBatches | CachedFeatures] = photos
        self.head, encoder_factor, loss = self.encoder, 1.0, smoothed_loss(settings.label_smoothing)
        self.batch_size = settings.batch_size
        if name == "decoder":
            self.head, self.data = head, self.features(backbone, photos)
            self.peak = settings.fine_tune_learning_rate if settings.start_from else settings.learning_rate
            self.peak /= 2 if self.careful else 1
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
        factors = [encoder_factor if id(v) in of_encoder else 1.0 for v in self.model.trainable_variables]
        self.optimizer = LayerwiseAdamW(factors, settings.weight_decay)
        self.model.compile(self.optimizer, loss, jit_compile=False)
        self.optimizer.build(self.model.trainable_variables)
        variables = {id(variable) for variable in self.model.trainable_variables}
        self.average = {
            name: np.array(ops.convert_to_numpy(variable))
            for name, variable in self.named.items()
            if id(variable) in variables
        }

    def set_trainable(self, stage: str, head: keras.Model) -> None:
        """Choose the encoder's layers that a stage trains."""
        settings = self.settings
        trained = {
            # The baseline does as Keras tutorials do: its encoder stays frozen.
            "decoder": head.layers if settings.decoder != "merge" and not self.careful else [],
            "upper-layers": split(self.encoder, FIRST_UPPER_LAYER[settings.encoder])[1].layers,
            "all-layers": self.encoder.layers,
            "self-critical": [],
        }[stage]
        for layer in self.encoder.layers:
            # Statistics of small batches would only harm what was learnt before; only a new head needs its own.
            normalisation = isinstance(layer, keras.layers.BatchNormalization)
            if normalisation:
                layer.momentum = 0.9  # where a layer starts at random, Keras' 0.99 is too slow for a few hundred steps
            new = stage == "decoder" and not settings.start_from
            layer.trainable = layer in trained and (new or not normalisation)

    def part(self, folder: str) -> str:
        """The name of a folder's development split among the data: "dev" where there is one folder."""
        return "dev" if len(self.development) == 1 else f"dev-{folder}"

    def features(self, layers: keras.Model, photos: Mapping[str, PhotoBatches]) -> dict[str, CachedFeatures]:
        """All splits as frozen layers see them, in features/SPLIT.npy."""
        return {
            part: CachedFeatures(layers, batches, self.run / "features" / f"{part}.npy")
            for part, batches in photos.items()
        }

    def train_epoch(self) -> dict[str, float]:
        """Pass over the training photos once; returns the epoch's line of the log."""
        start, epoch = time.monotonic(), self.progress["epoch"]
        random = np.random.default_rng([self.settings.seed, self.progress["stage"], epoch])
        order = epoch_order(self.sizes, self.settings.mix, random)
        batches = np.array_split(order, min(len(order), max(MIN_STEPS, len(order) // self.batch_size)))
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
        return {"loss": float(np.mean(losses)), "learning_rate": self.peak, "seconds": time.monotonic() - start}

    def train_step(self, indices: np.ndarray, features: np.ndarray, random: np.random.Generator) -> float:
        """One step towards the captions that people gave to a batch; its loss."""
        words = self.words[indices]
        return float(self.model.train_on_batch([features, words[..., :-1]], words[..., 1:]))

    def self_critical_step(self, indices: np.ndarray, grid: np.ndarray, random: np.random.Generator) -> float:
        """One step towards the better ones of the captions that the decoder samples; minus their mean reward."""
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
        return CiderD([[[*tokenize(caption), "<end>"] for caption in e.captions] for e in self.examples])

    def prefetch(
        self, batches: list[np.ndarray], random: np.random.Generator
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Each batch's indices with its features or photos, the next one prepared while one trains."""

        def make(indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return indices, self.data["train"].batch(indices, views)

        (views,) = random.spawn(1)  # for the other thread
        with ThreadPoolExecutor(1) as pool:
            ahead = pool.submit(make, batches[0])
            for following in batches[1:]:
                ready, ahead = ahead.result(), pool.submit(make, following)
                yield ready
            yield ahead.result()

    def development_cider(self) -> dict[str, float]:
        """CIDEr of each folder's development split."""
        scores = {}
        for folder, examples in self.development.items():
            data = self.data[self.part(folder)]
            captions = greedy_captions(self.head, self.decoder, data, self.vocabulary, self.settings.max_length)
            references = {str(n): example.captions for n, example in enumerate(examples)}
            scores[folder] = cider(dict(zip(references, captions)), references)
        return scores

    def run_epoch(self) -> None:
        """Train for an epoch, measure it, and write the checkpoints."""
        line = {"stage": self.stage, "epoch": self.progress["epoch"] + 1, **self.train_epoch()}
        swap(self.named, self.average)
        scores = self.development_cider()
        line["cider"] = float(np.mean(list(scores.values())))
        if len(scores) > 1:
            line["ciders"] = scores
        self.progress["epochs_since_best"] += 1
        if line["cider"] >= self.progress["best"]:
            self.progress |= {"best": line["cider"], "epochs_since_best": 0}
            checkpoint.save(self.run / "best.npz", self.weights())
        swap(self.named, self.average)
        self.progress["epoch"] += 1
        self.progress["log"].append(line)
        self.save()
        each = ", ".join(f"{name} {score:.3f}" for name, score in scores.items()) if len(scores) > 1 else ""
        tqdm.write(
            f"{line['stage']}, epoch {line['epoch']}: loss {line['loss']:.3f}, "
            f"development CIDEr {line['cider']:.3f}{f' ({each})' if each else ''}"
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
        """Continue after the last epoch that latest.npz holds."""
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


def train(datasets: Mapping[str, Dataset], settings: Settings, run: Path) -> Training:
    """Train, or continue a training that was stopped; at the end the models have the best weights.

    Args:
        datasets: each folder's splits by its name, as `load_dataset` gives them; needs "train" and "dev" of each.
        settings: what to train and how; a training continues with the settings that it began with.
        run: the folder for checkpoints and logs, made if it is missing.

    Raises:
        CaptionerError: the run folder belongs to a training with other settings or data; a photo cannot be read; the
            weights do not fit; almost all words of the captions are rare.
    """
    run.mkdir(parents=True, exist_ok=True)
    contents = [
        (example.photo.name, example.captions)
        for dataset in datasets.values()
        for part in ("train", "dev")
        for example in dataset[part]
    ]
    data = hashlib.sha256(repr(contents).encode()).hexdigest()
    path, text = run / "settings.json", json.dumps(asdict(settings) | {"data": data}, indent=2) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise CaptionerError(
            f"{run} contains a training with other settings or data. Name another folder, or use the same settings and "
            "data again."
        )
    training = Training(datasets, settings, run)
    path.write_text(text, encoding="utf-8")  # now that the data is good to train on
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
