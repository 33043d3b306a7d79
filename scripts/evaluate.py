#!/usr/bin/env python3
"""Caption the photos of a split with the program as it is shipped, and score the captions."""

import argparse
import sys
import tempfile
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def main() -> None:
    options = parser().parse_args()
    if options.photos and len(options.data) > 1:
        parser().error("--photos needs a single --data")
    from captioner import resources
    from captioner.training.captions_file import DatasetError
    from captioner.training.dataset import load_datasets
    from captioner.training.evaluation.evaluate import evaluate, score_table

    sets = {}
    for (name, splits), folder in zip(load_datasets(options.data).items(), options.data):
        if options.split not in splits:
            raise DatasetError(f"{folder} has no {options.split} split. It has {', '.join(splits)}.")
        sets[name] = splits[options.split]
    if options.photos:
        (examples,) = sets.values()
        pairs = [(example, replace(example, photo=options.photos / example.photo.name)) for example in examples]
        pairs = [(example, other) for example, other in pairs if other.photo.is_file()]
        if not pairs:
            raise DatasetError(f"{options.photos} has no photo with the name of one of the {options.split} split.")
        sets = {"data": [example for example, _ in pairs], "photos": [other for _, other in pairs]}

    rows = {}
    # Without --out nothing stays.
    with nullcontext(options.out) if options.out else tempfile.TemporaryDirectory() as out:
        for name, examples in sets.items():
            several = len(options.data) > 1
            row = f"{name if several else examples[0].photo.parent.name}, {len(examples)} photos"
            folder = Path(out, name) if len(sets) > 1 else Path(out)
            rows[row] = evaluate(options.weights or resources.folder("weights"), examples, folder, row)
    print(score_table(rows))


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Scoring needs Java and takes a minute or two.")
    parser.add_argument(
        "--data",
        type=Path,
        action="append",
        required=True,
        metavar="FOLDER",
        help="captioned photos, as for train.py; may be given several times, for a row of scores each",
    )
    parser.add_argument("--split", default="dev", help="train, dev or test (default: %(default)s)")
    parser.add_argument("--weights", type=Path, metavar="FOLDER", help="default: the shipped weights")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="keep the scores and captions as JSON and a sheet of photos there"
    )
    parser.add_argument(
        "--photos",
        type=Path,
        metavar="FOLDER",
        help="other copies of the photos with the same names: score them, and those of the data for comparison",
    )
    return parser


if __name__ == "__main__":
    from captioner import CaptionerError

    try:
        main()
    except (CaptionerError, OSError) as error:
        sys.exit(f"evaluate.py: {error}")
    except ModuleNotFoundError as error:
        sys.exit(f"evaluate.py: {error.name} is missing. Install it with pip install --editable '.[train]'.")
    except KeyboardInterrupt:
        sys.exit(130)
