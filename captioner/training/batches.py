"""The inputs of a training step: photos, varied at random, or the output of frozen layers for them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
from PIL import Image, ImageEnhance
from tqdm import tqdm

from captioner.model.preprocess import LOADED_SIDE, encoder_input
from captioner.model.tokenizer import tokenize
from captioner.photos.load import load
from captioner.training.dataset import Example
from captioner.training.encoder import SIDE


def may_mirror(example: Example) -> bool:
    """Whether a mirrored photo is still described by its captions: none of them says left or right."""
    return not {"left", "right"} & {word for caption in example.captions for word in tokenize(caption)}


def augment(photo: Image.Image, random: np.random.Generator) -> Image.Image:
    """A random view of a photo: up to a fifth of each side cut away, its light and colours shifted.

    Args:
        photo: RGB.
    """
    width, height = photo.size
    h, w = (round(side * random.uniform(0.8, 1)) for side in (height, width))
    top, left = int(random.integers(height - h + 1)), int(random.integers(width - w + 1))
    image = photo.crop((left, top, left + w, top + h))
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = enhance(image).enhance(random.uniform(0.8, 1.2))
    return image


class PhotoBatches:
    """Batches of a split's photos as the encoder takes them, read from their files each time."""

    def __init__(self, examples: list[Example]) -> None:
        self.examples = examples
        self.pool = ThreadPoolExecutor(4)

    def __len__(self) -> int:
        return len(self.examples)

    def batch(self, indices: np.ndarray, random: np.random.Generator | None = None) -> np.ndarray:
        """uint8 [len(indices), 299, 299, 3]; varied at random where a generator is given."""
        generators = random.spawn(len(indices)) if random else [None] * len(indices)
        return np.stack(list(self.pool.map(self.view, indices, generators)))

    def view(self, index: int, random: np.random.Generator | None) -> np.ndarray:
        example = self.examples[index]
        photo = load(example.photo, (LOADED_SIDE,)).images[0]
        if random is None:
            return encoder_input(photo, SIDE)
        view = encoder_input(augment(photo, random), SIDE)
        return view[:, ::-1] if may_mirror(example) and random.random() < 0.5 else view


class CachedFeatures:
    """Batches of the output of frozen layers for a split, computed once and kept on disk.

    Args:
        layers: take the batches of data.
        data: the split's photos, or the output of other layers for them.
        path: the `.npy` file.
    """

    def __init__(self, layers: keras.Model, data: "PhotoBatches | CachedFeatures", path: Path) -> None:
        self.examples: list[Example] = data.examples
        if not path.exists():
            compute_features(layers, data, path)
        self.features = np.load(path, mmap_mode="r")
        self.may_mirror = np.array([may_mirror(example) for example in self.examples])

    def __len__(self) -> int:
        return len(self.features)

    def batch(self, indices: np.ndarray, random: np.random.Generator | None = None) -> np.ndarray:
        """float32 [len(indices), …]; half of them mirrored where a generator is given.

        An encoder that saw every ImageNet photo mirrored too gives nearly the mirrored features for a mirrored photo.
        """
        features: np.ndarray = self.features[indices].astype(np.float32)
        if random:
            mirrored = self.may_mirror[indices] & (random.random(len(indices)) < 0.5)
            features[mirrored] = features[mirrored, :, ::-1]
        return features


def compute_features(layers: keras.Model, data: PhotoBatches | CachedFeatures, path: Path) -> None:
    """Write the layers' output, float16 [photos, …], as a `.npy` file that is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        shape = (len(data), *layers.output.shape[1:])
        np.lib.format.write_array_header_1_0(file, {"descr": "<f2", "fortran_order": False, "shape": shape})
        for start in tqdm(range(0, len(data), 32), f"features of {path.stem}"):
            batch = data.batch(np.arange(start, min(start + 32, len(data))))
            file.write(np.ascontiguousarray(layers.predict_on_batch(batch), "<f2").data)
    partial.replace(path)
