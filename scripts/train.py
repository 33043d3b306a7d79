#!/usr/bin/env python3
"""Train a captioner on captioned photos. Started again with the same options, it continues where it was stopped."""

import argparse
import errno
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

STAGES = ("decoder", "upper-layers", "all-layers", "self-critical")


def main() -> None:
    options = parser().parse_args()
    from captioner.training.recipe import run
    from captioner.training.settings import Settings

    given = {name: value for name, value in vars(options).items() if value is not None}
    data, out, others = given.pop("data"), given.pop("out"), given.pop("beside")
    if options.encoder_weights == "none":
        given["encoder_weights"] = None
    for name in ("schedule", "mix"):
        if name in given:
            given[name] = tuple(given[name])
    report = run(data, Settings(**given), out, others)
    print(f"The report is {report}. To use the new weights, copy {out / 'weights'} over weights/.")


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        action="append",
        required=True,
        metavar="FOLDER",
        help="Flickr8k in either of its layouts, photos with a captions.txt of lines image,caption, or a folder with "
        "two such folders, train/ and development/; may be given several times",
    )
    parser.add_argument(
        "--mix",
        type=share,
        nargs="+",
        metavar="TIMES",
        help="how often an epoch shows the photos of each --data folder, such as 1 0.5; default: each photo once",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="checkpoints, weights, and the report"
    )
    parser.add_argument("--encoder", choices=("xception", "resnet50"), help="default: xception")
    parser.add_argument(
        "--encoder-weights",
        metavar="WEIGHTS",
        help='"imagenet" (downloaded by Keras, the default), an .npz file, or "none" for an untrained encoder',
    )
    parser.add_argument("--decoder", choices=("attention", "merge"), help="default: attention; merge is the baseline")
    parser.add_argument(
        "--start-from",
        metavar="FOLDER",
        help="start from a weights folder, such as weights/; words that it does not know are added to its vocabulary",
    )
    parser.add_argument(
        "--schedule",
        type=stage,
        nargs="+",
        metavar="STAGE:EPOCHS",
        help="stages in turn, each decoder (and the encoder's head), upper-layers, all-layers, or self-critical (the "
        "decoder on captions of its own); default: decoder:4 all-layers:1 self-critical:4",
    )
    parser.add_argument(
        "--min-word-count",
        type=positive,
        metavar="N",
        help="how often a word must occur to be learnt; default: 1 to 5, by the size of the data",
    )
    parser.add_argument("--seed", type=int, metavar="N", help="default: 0")
    parser.add_argument(
        "--beside",
        type=Path,
        nargs="*",
        default=(),
        metavar="FOLDER",
        help="other trainings to put into the report's table",
    )
    return parser


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 on")
    return int(text)


def share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 100:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0, and 100 at most")
    return value


def stage(text: str) -> tuple[str, int]:
    name, _, epochs = text.partition(":")
    if name not in STAGES or not epochs.isdecimal() or int(epochs) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not one of {', '.join(STAGES)}, a colon and a number of epochs")
    return name, int(epochs)


if __name__ == "__main__":
    from captioner import CaptionerError

    try:
        main()
    except CaptionerError as error:
        sys.exit(f"train.py: {error}")
    except ModuleNotFoundError as error:
        sys.exit(f"train.py: {error.name} is missing. Install it with pip install --editable '.[train]'.")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        sys.exit("train.py: The disk is full. Free some space and start again: no finished epoch is lost.")
    except KeyboardInterrupt:
        sys.exit("train.py: Stopped. The same command continues after the last finished epoch.")
