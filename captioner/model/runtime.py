"""Runs model files by LiteRT."""

import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from captioner.errors import REINSTALL, WeightsError, reason
from captioner.system.memory import drop_mapped

_stderr_lock = threading.Lock()


class Model:
    """The signature "serving_default" of a flatbuffer, for one thread at a time.

    Args:
        path: the file, whose checksum has been checked: LiteRT may crash on a damaged one.
        threads: how many threads LiteRT starts.
        batch: the size of the dimension that the file leaves open. A call with another size works but is slow at first.

    Attributes:
        inputs, outputs: the shape of each, by name; -1 for the open dimension.

    Raises:
        WeightsError: LiteRT can't run the file.
    """

    def __init__(self, path: Path, *, threads: int, batch: int = 1):
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ModuleNotFoundError:  # on Macs with Intel processors; TensorFlow has the same class
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
            from tensorflow.lite.python.interpreter import Interpreter
        try:
            interpreter = Interpreter(os.fspath(path), num_threads=threads)
            for tensor in interpreter.get_input_details():
                shape = [batch if size == -1 else int(size) for size in tensor["shape_signature"]]
                interpreter.resize_tensor_input(tensor["index"], shape)
            with without_stderr():  # "INFO: Created TensorFlow Lite XNNPACK delegate for CPU." No setting prevents it.
                interpreter.allocate_tensors()
            drop_mapped(path)  # LiteRT has copied the weights
            self._run = interpreter.get_signature_runner("serving_default")
        except (ValueError, RuntimeError) as error:
            raise WeightsError(f"LiteRT can't run the model file {path} ({reason(error)}). {REINSTALL}") from error
        self._path = path
        self.inputs = _shapes(self._run.get_input_details())
        self.outputs = _shapes(self._run.get_output_details())

    def __call__(self, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """Run the model: input arrays by name to output arrays by name.

        Raises:
            WeightsError: the file does not take these, or returns values that are not finite.
        """
        try:
            outputs: dict[str, np.ndarray] = self._run(**inputs)
        except (ValueError, RuntimeError) as error:
            sentence = f"LiteRT can't run the model file {self._path} ({reason(error)}). {REINSTALL}"
            raise WeightsError(sentence) from error
        if not all(np.isfinite(output).all() for output in outputs.values()):
            raise WeightsError(
                f"The model file {self._path} is damaged (it returns values that are not finite). {REINSTALL}"
            )
        return outputs


def check_fit(encoder: Model, decoder: Model, words: int, features: int) -> None:
    """Check by their shapes that an encoder, a decoder, a vocabulary and a reranker belong together.

    Args:
        words: how many the vocabulary has.
        features: how many the reranker takes.

    Raises:
        WeightsError: they do not.
    """
    try:
        photo, regions, state = encoder.inputs["photo"], encoder.outputs["regions"], encoder.outputs["state"]
        fit = (
            (photo[1], math.isqrt(regions[1]) ** 2, photo[3:]) == (photo[2], regions[1], (3,))
            and encoder.outputs["features"] == (1, features)
            and decoder.inputs == {"word": (-1,), "state": (-1, *state[1:]), "regions": regions}
            and decoder.outputs
            == {"log_probabilities": (-1, words), "attention_weights": (-1, regions[1]), "next_state": (-1, *state[1:])}
        )
    except (KeyError, IndexError, ValueError):
        fit = False
    if not fit:
        raise WeightsError(f"The model files don't belong together. {REINSTALL}")


def _shapes(details: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(map(int, tensor["shape_signature"])) for name, tensor in details.items()}


def physical_cores() -> int:
    """How many physical cores this process may use."""
    try:
        cpus = os.sched_getaffinity(0)
        siblings = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
        return len({Path(siblings.format(cpu)).read_text() for cpu in cpus})
    except (AttributeError, OSError):  # not Linux; mostly two threads per core, or as many slow cores as fast ones
        return max(1, (os.cpu_count() or 1) // 2)


@contextmanager
def without_stderr() -> Iterator[None]:
    """Drop what is written to standard error in the block, also by code that is not Python."""
    with _stderr_lock:
        try:
            stderr = os.dup(2)
        except OSError:  # there is none, as in windowed programs on Windows
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            os.close(nowhere)
