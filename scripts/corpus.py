#!/usr/bin/env python3
"""Has every file of folders read as a photo and prints, by format, what becomes of them.

    scripts/corpus.py [FOLDER...]

Without a FOLDER it downloads Pillow's source distribution, whose tests have a thousand odd files. The exit status is 1
if one harmed the program.
"""

import argparse
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import PIL
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from captioner import PhotoError, photo_reader  # noqa: E402
from captioner.decoding import readable_formats  # noqa: E402
from captioner.images import read  # noqa: E402

# Of a decoder in its own process; only the last is a fault of the program.
FAULTS = ("crashed", "hung", "HARMED")
OUTCOMES = ("read", "damaged", "refused", *FAULTS)


def outcome(source: Path | bytes) -> str:
    """What becomes of a file: one of OUTCOMES."""
    try:
        return "damaged" if "damaged" in read(source).note else "read"
    except PhotoError as error:
        return {photo_reader.CRASHED: "crashed", photo_reader.TOO_LONG: "hung"}.get(error.sentence, "refused")
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


def pillow_images(folder: Path) -> Path:
    """Pillow's test images, downloaded into a folder.

    Raises:
        OSError: they cannot be.
    """
    command = [sys.executable, "-m", "pip", "download", "--retries=1", "--no-deps", "--no-binary=pillow", "--quiet"]
    if subprocess.run([*command, f"--dest={folder}", f"pillow=={PIL.__version__}"], stdout=sys.stderr).returncode:
        raise OSError("Pillow's source distribution cannot be downloaded")
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", None)  # Debian 12's Python 3.11 has none
        tar.extractall(folder, [member for member in tar if "/Tests/images/" in member.name and member.isfile()])
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    folders = parser.parse_args().folders
    with tempfile.TemporaryDirectory() as downloads:
        return caption_all(folders or [pillow_images(Path(downloads))])


def caption_all(folders: list[Path]) -> int:
    readable_formats()
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
    photo_reader.end()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    print(f"\nThe longest took {longest[0]:.1f} s ({longest[1].name}); the largest process had {peak:.2f} GB.")
    return 1 if total["HARMED"] else 0


if __name__ == "__main__":
    sys.exit(main())
