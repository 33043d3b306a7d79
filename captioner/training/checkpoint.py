"""Checkpoints: arrays by name in a `.npz` file, which is written completely or not at all."""

import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
from keras import ops

from captioner.errors import WeightsError, reason


def encoder_variables(encoder: keras.Model) -> dict[str, keras.Variable]:
    """The encoder's variables by `LAYER/VARIABLE`.

    Keras goes on numbering unnamed layers (`conv2d_7`) within a process; here they are numbered from 1, in order.
    """
    counts: Counter[str] = Counter()
    named: dict[str, keras.Variable] = {}
    for layer in encoder.layers:
        name = layer.name
        if unnamed := re.fullmatch(r"(conv2d|batch_normalization)(_\d+)?", name):
            counts[unnamed[1]] += 1
            name = f"{unnamed[1]}_{counts[unnamed[1]]}"
        named |= {f"{name}/{variable.name}": variable for variable in layer.variables}
    return named


def model_variables(encoder: keras.Model, decoder: keras.Model) -> dict[str, keras.Variable]:
    """The variables of both by names that are the same in every process, without the dropout's random state."""
    named = encoder_variables(encoder) | {variable.path: variable for variable in decoder.variables}
    return {name: variable for name, variable in named.items() if "seed_generator" not in name}


def save(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write a temporary file and rename it, so that a kill at any moment leaves the old file or the new one."""
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # NumPy's own types know no array named as it likes
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def halved(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same arrays as float16, which suffices to continue a training and takes half the size."""
    return {name: array.astype(np.float16) for name, array in arrays.items()}


def load(path: Path) -> dict[str, np.ndarray]:
    """Read all arrays of a checkpoint.

    Raises:
        WeightsError: the file is missing or damaged.
    """
    try:
        with np.load(path) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise WeightsError(f"The weights file {path} can't be read ({reason(error)}).") from error


def with_new_words(
    arrays: Mapping[str, np.ndarray], named: Mapping[str, keras.Variable], words: int
) -> dict[str, np.ndarray]:
    """The arrays of a smaller vocabulary, enlarged to the model's.

    Known words keep their rows. New ones start like the rarest known word, which the vocabulary has last, and what is
    random in the model tells them apart.

    Args:
        arrays: of a checkpoint.
        named: the model's variables.
        words: how many words the checkpoint knows.
    """
    enlarged = dict(arrays)
    for name, variable in named.items():
        old, new = arrays.get(name), np.array(ops.convert_to_numpy(variable))
        if old is None or old.ndim != new.ndim or old.shape == new.shape:
            continue
        axes = [axis for axis, size in enumerate(old.shape) if size != new.shape[axis]]
        if len(axes) == 1 and old.shape[axes[0]] == words < new.shape[axes[0]]:
            old, new = np.moveaxis(old.astype(np.float32), axes[0], 0), np.moveaxis(new, axes[0], 0)
            enlarged[name] = np.moveaxis(np.concatenate([old, old[-1:] + new[words:]]), 0, axes[0])
    return enlarged


def assign(named: Mapping[str, keras.Variable], arrays: Mapping[str, np.ndarray], path: str | Path) -> None:
    """Fill variables from the arrays of the same names.

    Raises:
        WeightsError: an array is missing or has another shape.
    """
    for name, variable in named.items():
        if name not in arrays or arrays[name].shape != tuple(variable.shape):
            raise WeightsError(f"{path} does not fit this model. It has no {name} of shape {tuple(variable.shape)}.")
        variable.assign(arrays[name])
