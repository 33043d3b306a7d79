#!/usr/bin/env python3
"""Reads many damaged photos of every format, as the program would for a user, and counts the outcomes.

    scripts/measure/fuzz.py --minutes 10

Each file that makes its decoder crash or hang, or raises anything but a PhotoError, is kept in --keep. The exit status
is 1 if a file harmed the program; losing a decoder's process does not count.
"""

import argparse
import io
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

sys.path.insert(0, str(Path(__file__).parents[2]))

from captioner.photos.decode import load_plugins  # noqa: E402
from scripts.measure.corpus import FAULTS, outcome, print_table  # noqa: E402
from tests.support.tiff import DEFLATE, PACKERS, tiff_file  # noqa: E402

# Files at a time.
THREADS = 2
MODES = ("RGB", "RGBA", "L", "LA", "P", "1", "I;16", "I", "F", "CMYK", "YCbCr")
# Further ways to save a format.
WAYS: dict[str, list[dict[str, object]]] = {
    "JPEG": [{"progressive": True}, {"quality": 10, "subsampling": 2}],
    "PNG": [{"save_all": True}],
    "GIF": [{"save_all": True}],
    "TIFF": [{"compression": name} for name in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "group4")],
    "WEBP": [{"lossless": True}, {"save_all": True}],
    "AVIF": [{"save_all": True}],
    "TGA": [{"compression": "tga_rle"}],
    "JPEG2000": [{"irreversible": True}, {"tile_size": (32, 32)}],
    "DDS": [{"pixel_format": name} for name in ("DXT1", "DXT5", "BC5")],
}
NUMBERS = [value.to_bytes(4, "big") for value in (0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x1000000)]


def photos() -> dict[str, list[bytes]]:
    """Small photos in every format that is read and that Pillow can write."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo = Image.effect_noise((64, 64), 60).convert("RGB")
    photo.paste("red", (10, 10, 40, 30))
    files: dict[str, list[bytes]] = {}
    for format in load_plugins():
        for mode in MODES if format in Image.SAVE else ():
            image = photo.convert("I").convert(mode) if mode == "I;16" else photo.convert(mode)
            for way in [{}, *WAYS.get(format, [])]:
                several = {"append_images": [image.rotate(90)]} if "save_all" in way else {}
                for more in ({}, {"exif": exif, "icc_profile": profile}):
                    file = io.BytesIO()
                    try:
                        image.save(file, format, **way, **several, **more)
                    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # not this mode in this way
                        continue
                    files.setdefault(format, []).append(file.getvalue())
    samples = np.asarray(photo).astype(np.uint16) * 257
    for compression in PACKERS:
        for how in ({}, {"tile": (16, 16)}, {"planar": True, "rows": 9}, {"order": ">", "predictor": 2}):
            files["TIFF"].append(tiff_file(samples, 2, compression=compression, **how))
    files["TIFF"].append(tiff_file(np.asarray(photo) / np.float32(255), 2, predictor=3, compression=DEFLATE))
    return files


def mutated(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """The content with one to eight changes such as faults and attackers make."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        at = chance.randrange(len(data) + 1) if chance.random() < 0.5 else chance.randrange(min(len(data), 200) + 1)
        length = chance.choice((1, 2, 4, 16, 100))
        change = chance.randrange(7)
        if change == 0 and at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        elif change == 1:
            data[at : at + length] = chance.randbytes(length)
        elif change == 2:
            data[at : at + 4] = chance.choice(NUMBERS)
        elif change == 3:
            del data[at : at + length]
        elif change == 4:
            data[at:at] = data[at : at + length] * chance.choice((1, 2, 50))
        elif change == 5:
            del data[at:]
        else:
            other = chance.choice(others)
            data[at:] = other[chance.randrange(len(other)) :]
    return bytes(data)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers; the same finds the same")
    parser.add_argument("--keep", type=Path, default=Path("fuzz"), metavar="FOLDER", help="default: %(default)s")
    options = parser.parse_args()
    files = photos()
    chance = random.Random(options.seed)
    counts = {format: Counter[str]() for format in files}
    end = time.monotonic() + 60 * options.minutes

    def damaged() -> Iterator[tuple[str, bytes]]:
        while time.monotonic() < end:
            for format, contents in files.items():
                yield format, mutated(chance.choice(contents), contents, chance)

    def count(file: tuple[str, bytes]) -> None:
        format, content = file
        result = outcome(content)
        counts[format][result] += 1
        if result in FAULTS:
            options.keep.mkdir(exist_ok=True)
            (options.keep / f"{result}-{format}-{time.time_ns()}").write_bytes(content)

    todo = damaged()
    with ThreadPoolExecutor(THREADS) as pool:
        while some := [file for _, file in zip(range(1000), todo)]:
            list(pool.map(count, some))
    total = print_table(counts)
    return 1 if total["HARMED"] else 0


if __name__ == "__main__":
    sys.exit(main())
