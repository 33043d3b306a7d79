#!/usr/bin/env python3
"""Reads every file in some folders as a photo, and prints a table of the outcomes by format.

    scripts/measure/corpus.py [FOLDER...]

Without a FOLDER it downloads images that were made to test decoders: those in the tests of Pillow and pillow-heif, and
PngSuite (http://www.schaik.com/pngsuite/). The exit status is 1 if one of them harmed the program.
"""

import argparse
import hashlib
import io
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
import traceback
import urllib.request
from collections import Counter
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))

from captioner import PhotoError  # noqa: E402
from captioner.model.preprocess import LOADED_SIDE  # noqa: E402
from captioner.photos import reader  # noqa: E402
from captioner.photos.decode import load_plugins  # noqa: E402
from captioner.photos.load import load  # noqa: E402

# Faults of a decoder, which runs in a process of its own; only the last is a fault of the program.
FAULTS = ("crashed", "hung", "HARMED")
OUTCOMES = ("read", "damaged", "refused", *FAULTS)

PNG_SUITE = "https://deb.debian.org/debian/pool/main/libs/libspng/libspng_0.7.3.orig.tar.gz"
PNG_SUITE_SHA256 = "a50cadbe808ffda1a7fab17d145f52a23b163f34b3eb3696c7ecb5a52340fc1d"


def outcome(source: Path | bytes) -> str:
    """The outcome of reading a file: one of OUTCOMES."""
    try:
        return "damaged" if "damaged" in load(source, (LOADED_SIDE,)).note else "read"
    except PhotoError as error:
        return {reader.CRASHED: "crashed", reader.TOO_SLOW: "hung"}.get(error.sentence, "refused")
    except Exception:
        traceback.print_exc()
        return "HARMED"


def print_table(counts: dict[str, Counter[str]]) -> Counter[str]:
    """Print the outcomes by format, and return those of all."""
    total = sum(counts.values(), Counter[str]())
    print(f"{'':10}" + "".join(f"{name:>10}" for name in OUTCOMES))
    for format, row in [*sorted(counts.items()), ("all", total)]:
        print(f"{format:10}" + "".join(f"{row[name]:10}" for name in OUTCOMES))
    return total


def images_of(package: str, folder: Path) -> Path:
    """The images in a package's tests, downloaded into a folder with its source distribution.

    Raises:
        OSError: they cannot be.
    """
    command = [sys.executable, "-m", "pip", "download", "--retries=1", "--no-deps", f"--no-binary={package}", "--quiet"]
    if subprocess.run([*command, f"--dest={folder}", f"{package}=={version(package)}"], stdout=sys.stderr).returncode:
        raise OSError(f"the source distribution of {package} cannot be downloaded")
    (archive,) = folder.glob("*.tar.gz")
    unpack(archive.read_bytes(), folder)
    archive.unlink()
    return folder


def png_suite(folder: Path) -> Path:
    """PngSuite, downloaded into a folder with a library that is tested with it.

    Raises:
        OSError: it cannot be.
    """
    with urllib.request.urlopen(PNG_SUITE, timeout=30) as answer:
        archive = answer.read()
    if hashlib.sha256(archive).hexdigest() != PNG_SUITE_SHA256:
        raise OSError(f"{PNG_SUITE} is not what it was")
    unpack(archive, folder)
    return folder


def unpack(archive: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", None)  # Debian 12's Python 3.11 has none
        tar.extractall(
            folder, [member for member in tar if "/tests/images/" in member.name.lower() and member.isfile()]
        )


# By name, what downloads them into an empty folder.
CORPORA: dict[str, Callable[[Path], Path]] = {
    "pillow": partial(images_of, "pillow"),
    "pillow-heif": partial(images_of, "pillow-heif"),
    "PngSuite": png_suite,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    folders = parser.parse_args().folders
    with tempfile.TemporaryDirectory() as downloads:
        return caption_all(folders or [get(Path(tempfile.mkdtemp(dir=downloads))) for get in CORPORA.values()])


def caption_all(folders: list[Path]) -> int:
    load_plugins()
    formats = Image.registered_extensions()
    counts: dict[str, Counter[str]] = {}
    longest: tuple[float, Path] = (0.0, Path())
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        begin = time.monotonic()
        result = outcome(path)
        longest = max(longest, (time.monotonic() - begin, path))
        counts.setdefault(formats.get(path.suffix.lower(), "other"), Counter())[result] += 1
        if result in FAULTS:
            print(f"{result}: {path}", file=sys.stderr)
    total = print_table(counts)
    reader.end()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    print(f"\nThe longest took {longest[0]:.1f} s ({longest[1].name}); the largest process had {peak:.2f} GB.")
    return 1 if total["HARMED"] else 0


if __name__ == "__main__":
    sys.exit(main())
