#!/usr/bin/env python3
"""Train a captioner on captioned photos; started again with the same options, it goes on where it was stopped."""

import argparse
import errno
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


STAGES = ("decoder", "upper-layers", "all-layers", "self-critical")


def main() -> None:
    options = parser().parse_args()
    from captioner.training import checkpoint
    from captioner.training.confidence import calibrate
    from captioner.training.dataset import load_dataset
    from captioner.training.evaluate import choose_search, evaluate
    from captioner.training.export import export
    from captioner.training.metrics import check_java
    from captioner.training.report import write_report
    from captioner.training.reranker import fit_consensus
    from captioner.training.train import Settings, train

    given = {name: value for name, value in vars(options).items() if value is not None}
    data, out, beside = given.pop("data"), given.pop("out"), given.pop("beside")
    if options.encoder_weights == "none":
        given["encoder_weights"] = None
    check_java()  # before the training, not when it is time for the scores
    dataset = load_dataset(data)
    if options.schedule:
        given["schedule"] = tuple(options.schedule)
    training = train(dataset, Settings(**given), out)
    weights = out / "weights"
    export(
        training.encoder,
        training.decoder,
        training.vocabulary,
        weights,
        name=out.name,
        max_length=training.settings.max_length,
    )
    checkpoint.save(weights / "checkpoint.npz", checkpoint.halved(training.weights()))
    fit_consensus(weights, dataset["train"])
    grid = choose_search(weights, dataset["dev"])
    calibration = calibrate(weights, dataset["dev"])
    evaluate(weights, dataset["dev"], out / "report", out.name)
    others = [folder / "report" / "scores.json" for folder in beside]
    report = write_report(out, grid, calibration, others)
    print(f"The report is {report}. To use the new weights, copy {weights} over weights/.")


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="Flickr8k in either of its layouts, or photos with a captions.txt of lines image,caption",
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
        "--start-from", metavar="FOLDER", help="go on from a weights folder, such as weights/, and its words"
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


def stage(text: str) -> tuple[str, int]:
    name, _, epochs = text.partition(":")
    if name not in STAGES or not epochs.isdecimal() or int(epochs) < 1:
        raise argparse.ArgumentTypeError(f"{text} is none of {', '.join(STAGES)} with a colon and a number of epochs")
    return name, int(epochs)


if __name__ == "__main__":
    from captioner import CaptionerError

    try:
        main()
    except CaptionerError as error:
        sys.exit(f"train.py: {error}")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        sys.exit("train.py: The disk is full. Free some space and start again: no finished epoch is lost.")
    except KeyboardInterrupt:
        sys.exit("train.py: Stopped. The same command goes on after the last finished epoch.")
