"""The command `captioner PHOTO...`."""

import argparse
import io
import json
import os
import sys
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

from captioner import CaptionerError, PhotoError, __version__

if TYPE_CHECKING:
    from captioner import Caption


def main(arguments: Sequence[str] | None = None) -> int:
    """Caption the photos that the command line names, and return the exit status."""
    try:
        return _caption_all(_parser().parse_args(arguments))
    except CaptionerError as error:
        print(f"captioner: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="captioner",
        description="Print a caption for each photo.",
        epilog="Exit status: 0 if all went well, 1 if a photo failed, 2 for wrong usage.",
    )
    parser.add_argument("photos", nargs="+", metavar="PHOTO", help="a file name, or - for standard input")
    parser.add_argument("--json", action="store_true", help="print a JSON object a line, with alternatives and times")
    parser.add_argument(
        "--beam-width", type=_count, metavar="N", help="captions followed at a time: more are slower, not always better"
    )
    parser.add_argument("--threads", type=_count, metavar="N", help="default: the number of physical cores")
    parser.add_argument("--version", action="version", version=f"captioner {__version__}")
    return parser


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 1000:
        raise argparse.ArgumentTypeError("must be from 1 to 1000")
    return count


def _caption_all(options: argparse.Namespace) -> int:
    from captioner import Captioner

    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # Pillow's, about oddities of a photo that it reads all the same
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file name need not be valid text
    captioner = Captioner(threads=options.threads, beam_width=options.beam_width)
    status = 0
    for path in options.photos:
        try:
            caption = captioner.caption(_standard_input() if path == "-" else path)
        except PhotoError as error:
            status = 1
            print(f"captioner: {path}: {error.sentence}", file=sys.stderr)
            if options.json:
                _print(json.dumps({"path": path, "error": error.sentence}))
            continue
        if options.json:
            _print(json.dumps(_record(path, caption)))
        else:
            _print(f"{path}: {caption.text}" if len(options.photos) > 1 else caption.text)
    return status


def _standard_input() -> bytes:
    return sys.stdin.buffer.read() if sys.stdin else b""


def _print(line: str) -> None:
    try:
        print(line, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains once more at its end
        if isinstance(error, BrokenPipeError):  # `captioner *.jpg | head -1`
            sys.exit(1)
        sys.exit(f"captioner: The captions cannot be written ({error.strerror}).")


def _record(path: str, caption: "Caption") -> dict[str, object]:
    return {
        "path": path,
        "caption": caption.text,
        "log_probability": caption.log_probability,
        "alternatives": [
            {"caption": alternative.text, "log_probability": alternative.log_probability}
            for alternative in caption.alternatives
        ],
        "seconds": caption.seconds,
    }
