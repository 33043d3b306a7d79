"""The encoders: ImageNet classifiers without their classifying layers, from photo to a grid of regions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from captioner.errors import WeightsError, reason
from captioner.training import checkpoint

SIDE = 299

# Where each encoder is cut into a frozen backbone, whose output is cached, and a head that trains with the decoder.
FIRST_LAYER_OF_HEAD = {"xception": "block14_sepconv1", "resnet50": "conv5_block1_1_conv"}

# Below, layers see edges and textures, cost as much time as all others together, and have the least to learn.
FIRST_UPPER_LAYER = {"xception": "block5_sepconv1_act", "resnet50": "conv3_block1_1_conv"}


# Of each: Keras' classifier, and the scaling of 0…255 that it was trained with.
APPLICATIONS: dict[str, tuple[Callable[..., keras.Model], Callable[[Any], Any]]] = {
    "xception": (keras.applications.Xception, lambda photo: photo / 127.5 - 1.0),
    "resnet50": (
        keras.applications.ResNet50,
        lambda photo: photo[..., ::-1] - np.array([103.939, 116.779, 123.68], "float32"),
    ),
}


def build_encoder(name: str = "xception", weights: str | Path | None = "imagenet") -> keras.Model:
    """Build the encoder.

    Args:
        name: "xception" (F. Chollet, CVPR 2017, arXiv 1610.02357) or "resnet50" (K. He et al., CVPR 2016, arXiv
            1512.03385).
        weights: "imagenet" (Keras downloads them), the path of a `.npz` file with one array a variable
            (`LAYER/VARIABLE`; what is not in the file starts at random), or None for an untrained encoder.

    Returns:
        A model from RGB photos in 0…255, [batch, 299, 299, 3], to a grid of regions, float32 [batch, 10, 10, 2048].

    Raises:
        WeightsError: the weights cannot be downloaded or read, or do not fit.
    """
    photo = keras.Input((SIDE, SIDE, 3), name="photo")
    application, scaled = APPLICATIONS[name]
    download = "imagenet" if weights == "imagenet" else None
    try:
        encoder = application(include_top=False, weights=download, input_tensor=scaled(photo))
    except Exception as error:  # Keras raises a bare Exception where the download fails
        raise WeightsError(
            f"The ImageNet weights of {name} can't be downloaded ({reason(error)}). Connect to the network, or name a "
            "file."
        ) from error
    if weights is not None and not download:
        arrays, named = checkpoint.load(Path(weights)), checkpoint.encoder_variables(encoder)
        if not named.keys() & arrays.keys():
            raise WeightsError(f"{weights} holds no weights of {name}.")
        # A normalisation is of no use behind a convolution that starts at random, so it keeps its first values, too.
        fresh = {f"{key.split('/')[0]}_bn" for key in named.keys() - arrays.keys()}
        wanted = {key: variable for key, variable in named.items() if key in arrays and key.split("/")[0] not in fresh}
        checkpoint.assign(wanted, arrays, weights)
    return encoder


def split(encoder: keras.Model, first_layer: str) -> tuple[keras.Model, keras.Model]:
    """Cut an encoder before a layer in two that share its weights: photo to features, and features to regions."""
    features = encoder.get_layer(first_layer).input
    return keras.Model(encoder.inputs[0], features), keras.Model(features, encoder.outputs[0])
