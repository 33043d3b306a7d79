#!/usr/bin/env python3
"""Fit the confidence of a model to what readers said of its captions, and show what it is worth on held-out folds."""

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


def main() -> None:
    options = parser().parse_args()
    from captioner.model.pipeline import Pipeline
    from captioner.model.weights import open_weights
    from captioner.training.confidence import calibrate
    from captioner.training.dataset import load_datasets
    from captioner.training.evaluation.encoded import encode_splits, search_split
    from captioner.training.evaluation.report import confidence_section
    from captioner.training.verdicts import read_verdicts

    verdicts = read_verdicts(options.verdicts)
    development = {name: splits["dev"] for name, splits in load_datasets(options.data).items()}
    judged = {photo for photo, _ in verdicts}
    development = {name: [e for e in examples if e.photo.name in judged] for name, examples in development.items()}
    pipeline = Pipeline(open_weights(options.weights))
    with tempfile.TemporaryDirectory() as folder:
        splits = encode_splits(pipeline, development, Path(folder))
        found = {name: search_split(pipeline, split) for name, split in splits.items()}
        calibrations = calibrate(options.weights, splits, found, verdicts)
    for name, calibration in calibrations.items():
        (options.out / name).mkdir(parents=True, exist_ok=True)
        print(*confidence_section(calibration, options.out, name), sep="\n\n", end="\n\n")


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, action="append", required=True, metavar="FOLDER", help="as for train.py, one or more times"
    )
    parser.add_argument(
        "--verdicts",
        type=Path,
        default=ROOT / "weights" / "report" / "verdicts.csv",
        metavar="FILE",
        help="CSV with the columns photo, caption, verdict and wrong (default: %(default)s)",
    )
    parser.add_argument(
        "--weights", type=Path, default=ROOT / "weights", metavar="FOLDER", help="its model.json gets the confidence"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="gets the plots of the reliability")
    return parser


if __name__ == "__main__":
    from captioner import CaptionerError

    try:
        main()
    except CaptionerError as error:
        sys.exit(f"calibrate.py: {error}")
