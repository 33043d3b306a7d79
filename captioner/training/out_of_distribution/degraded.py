"""Photos degraded so far that they cannot be described reliably: dark, blurred, overexposed, noisy."""

from collections.abc import Callable, Iterator

from PIL import Image, ImageEnhance, ImageFilter

from captioner.training.out_of_distribution.scenes import colour_noise

DEGRADATIONS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "dark photo": lambda photo: ImageEnhance.Brightness(photo).enhance(0.06),
    "blurred photo": lambda photo: photo.filter(ImageFilter.GaussianBlur(photo.width / 25)),
    "overexposed photo": lambda photo: photo.point(lambda value: min(255, 190 + value)),
    "noisy photo": lambda photo: Image.blend(photo, colour_noise().resize(photo.size), 0.75),
}


def degraded(photo: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """An RGB photo degraded in each of the ways: the kind, and the picture."""
    for kind, degrade in DEGRADATIONS.items():
        yield kind, degrade(photo)
