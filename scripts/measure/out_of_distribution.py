#!/usr/bin/env python3
"""Show what the program says of pictures that are unlike the photos that it was trained on."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

# The pictures that are files, by kind; LICENCES.md in their folder has their licences.
FILES = {
    "scan": ("tests/odd/text.jpg",),
    "drawing": ("tests/odd/horse.jpg",),
    "food": ("assets/coffee.jpg",),
    "landscape": ("tests/odd/rocket.jpg",),
    "texture": tuple(f"tests/odd/{name}.jpg" for name in ("brick", "grass", "gravel")),
    "science": tuple(f"tests/odd/{name}.jpg" for name in ("cell", "tissue", "galaxies", "retina", "microaneurysms")),
    "object": ("tests/odd/coins.jpg", "tests/odd/clock.jpg"),
}
SAMPLES = ("astronaut", "cat", "coffee", "photographer")


def main() -> None:
    options = parser().parse_args()
    from captioner import Captioner
    from captioner.caption import HEDGES
    from captioner.training.evaluation.table import table

    captioner, floor = Captioner(options.weights), HEDGES[-1][0]
    options.folder.mkdir(parents=True, exist_ok=True)
    rows = []
    below: dict[str, list[bool]] = {"fitted": [], "held out": []}
    for half, kind, name, picture in pictures():
        path = options.folder / f"{name}.png"
        picture.save(path)
        caption = captioner.caption(path)
        rows.append([name, kind, half, caption.statement, f"{caption.confidence:.2f}"])
        below[half].append(caption.confidence < floor)
    print(table(["picture", "kind", "half", "said", "confidence"], rows), end="\n\n")
    for half, each in below.items():
        print(f"Below {floor}, {half}: {sum(each)} of {len(each)}.")
    print(f"All: {sum(map(sum, below.values()))} of {len(rows)}.")


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="gets the pictures")
    parser.add_argument("--weights", type=Path, metavar="FOLDER", help="default: the shipped weights")
    return parser


def pictures() -> Iterator[tuple[str, str, str, Image.Image]]:
    """Every such picture: the half that it belongs to, its kind, its name and itself.

    The confidence was fitted to every other synthetic image. All others are held out.
    """
    from captioner.training.out_of_distribution.degraded import degraded
    from captioner.training.out_of_distribution.synthetic_images import synthetic_images

    for number, (kind, name, picture) in enumerate(synthetic_images()):
        yield ("held out" if number % 2 else "fitted"), kind, name, picture
    for kind, files in FILES.items():
        for file in files:
            yield "held out", kind, Path(file).stem, opened(ROOT / file)
    for sample in SAMPLES:
        for kind, picture in degraded(opened(ROOT / "assets" / f"{sample}.jpg")):
            yield "held out", kind, f"{sample}_{kind.split()[0]}", picture


def opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


if __name__ == "__main__":
    from captioner import CaptionerError

    try:
        main()
    except (CaptionerError, OSError) as error:
        sys.exit(f"out_of_distribution.py: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
