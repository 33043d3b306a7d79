"""A split as the encoder sees it, computed once for the search settings, the confidence and the scores."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from tqdm import tqdm

from captioner.model.beam_search import Hypothesis
from captioner.model.pipeline import EncodedPhoto, Pipeline
from captioner.model.preprocess import prepare
from captioner.training.dataset import Example


class EncodedSplit:
    """The encoder's input and output for each photo of a split, on disk: all together would fill the memory.

    Args:
        pipeline: has the encoder.
        examples: the photos.
        folder: gets a `.npy` file for each part of an `EncodedPhoto`; made if it is missing.

    Raises:
        PhotoError: a photo cannot be read.
    """

    def __init__(self, pipeline: Pipeline, examples: list[Example], folder: Path) -> None:
        self.examples = examples
        self._arrays: list[np.ndarray] = []
        folder.mkdir(parents=True, exist_ok=True)
        for number, example in enumerate(tqdm(examples, f"encoding {folder.name}", unit="photo")):
            photo = pipeline.encode(pipeline.encoder_input(prepare(example.photo)))
            if not self._arrays:
                self._arrays = [
                    np.lib.format.open_memmap(
                        folder / f"{name}.npy", "w+", dtype=array.dtype, shape=(len(examples), *array.shape)
                    )
                    for name, array in photo._asdict().items()
                ]
            for array, part in zip(self._arrays, photo):
                array[number] = part

    def __len__(self) -> int:
        return len(self.examples)

    def __iter__(self) -> Iterator[EncodedPhoto]:
        for number in range(len(self)):
            yield EncodedPhoto(*(np.array(array[number]) for array in self._arrays))


def encode_splits(pipeline: Pipeline, splits: Mapping[str, list[Example]], folder: Path) -> dict[str, EncodedSplit]:
    """Encode several splits, each into a folder of its name."""
    return {name: EncodedSplit(pipeline, examples, folder / name) for name, examples in splits.items()}


def search_split(pipeline: Pipeline, split: EncodedSplit) -> list[list[Hypothesis]]:
    """The captions of each photo, best first, as the program finds them."""
    return [pipeline.search(photo) for photo in tqdm(split, "captions", unit="photo")]
