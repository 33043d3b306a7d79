"""Photos as arrays, for tests that look at pixels."""

import numpy as np

from captioner.model.preprocess import LOADED_SIDE
from captioner.photos.load import Loadable, load


def read_photo(source: Loadable, *, side: int = LOADED_SIDE) -> np.ndarray:
    """The photo as it is loaded to be captioned: RGB, uint8 [height, width, 3]."""
    return np.asarray(load(source, (side,)).images[0])
