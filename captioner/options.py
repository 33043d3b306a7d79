"""The options of the command, and which of them go together."""

import argparse
import glob
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from captioner import __version__


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options on a command line. Where they are wrong, the program ends and says so."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if sys.platform == "win32":  # where no shell does it
        options.photos = expand_patterns(options.photos)
    _check(options, parser)
    return options


def speaks(options: argparse.Namespace) -> bool:
    """Whether captions are spoken, or saved as sound."""
    return options.speak or options.save_speech is not None


def _check(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Refuse options that do not go together."""
    if options.save_speech is not None and len(options.photos) > 1:
        parser.error("argument --save-speech: takes only one photo")
    if options.overwrite and not options.write_alt_text:
        parser.error("argument --overwrite: needs --write-alt-text")
    if options.min_confidence is not None and options.output is None and not options.write_alt_text:
        parser.error("argument --min-confidence: needs --output or --write-alt-text")
    if options.write_alt_text and "-" in options.photos:
        parser.error("argument --write-alt-text: does not take a photo from standard input")
    if options.read_alt_text and (options.output is not None or options.write_alt_text or speaks(options)):
        parser.error("argument --read-alt-text: only allowed with --json and --recursive")
    if options.text:
        if options.output is not None or options.read_alt_text:
            parser.error("argument --text: not allowed with --output or --read-alt-text")
        from captioner.ocr.reader import MISSING, is_installed

        if not is_installed():
            print(f"captioner: {MISSING}", file=sys.stderr)
            options.text = False
    if options.columns and (options.output is None or options.output.suffix.lower() != ".csv"):
        parser.error("argument --columns: needs --output with a FILE that ends in .csv")
    if options.output is None:
        return
    if options.json or speaks(options):
        parser.error("argument --output: not allowed with --json, --speak or --save-speech")
    elif "-" in options.photos:
        parser.error("argument --output: does not take a photo from standard input")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="captioner",
        description="Describe each photo in a sentence. A doubtful caption says so.",
        epilog="'captioner serve' starts a server for browsers and other programs, 'captioner archive' captions an "
        "archive on many computers; a photo named 'serve' is './serve'. "
        "Exit status: 0 if everything worked, 1 if a photo or speech failed, 2 if an option was wrong.",
    )
    parser.add_argument(
        "photos", nargs="+", metavar="PHOTO", help="a file name, a folder of photos, or - for standard input"
    )
    parser.add_argument("--recursive", action="store_true", help="also caption the photos in subfolders")
    parser.add_argument(
        "--json", action="store_true", help="print a JSON object per photo, with the confidence and more"
    )
    parser.add_argument(
        "--output",
        type=_caption_file,
        metavar="FILE",
        help="write the captions into FILE, which must end in .csv, .jsonl, .html or .md, or continue it",
    )
    parser.add_argument(
        "--columns",
        type=_columns,
        metavar="NAMES",
        help="what a .csv FILE has, for instance name,caption; a wrong name shows all that there are",
    )
    parser.add_argument(
        "--min-confidence",
        type=_confidence,
        metavar="N",
        help="from 0 to 1; FILE and photos get no caption with less confidence",
    )
    parser.add_argument(
        "--write-alt-text",
        action="store_true",
        help="save each caption as alternative text in its photo, unless the photo already has one; needs ExifTool",
    )
    parser.add_argument("--overwrite", action="store_true", help="with --write-alt-text: replace the text of a photo")
    parser.add_argument(
        "--read-alt-text", action="store_true", help="print the text that each photo already has, without captioning"
    )
    parser.add_argument(
        "--beam-width",
        type=_count,
        metavar="N",
        help="how many captions the search follows; more is slower, not always better",
    )
    parser.add_argument(
        "--threads",
        type=_count,
        metavar="N",
        help="default: the number of physical cores",
    )
    parser.add_argument(
        "--text",
        action=argparse.BooleanOptionalAction,
        help="also read the text in each photo; default: only in those that can't be described reliably",
    )
    parser.add_argument("--speak", action="store_true", help="speak each caption after printing it")
    parser.add_argument(
        "--save-speech", type=_wav, metavar="FILE", help="save the spoken caption as FILE, which must end in .wav"
    )
    parser.add_argument("--version", action="version", version=f"captioner {__version__}")
    return parser


def expand_patterns(names: Sequence[str]) -> list[str]:
    """Replace patterns such as *.jpg by the files that match them; one that matches none stays as it is."""
    from captioner.photos.folder import natural

    expanded: list[str] = []
    for name in names:
        matches = [] if os.path.exists(name) else sorted(glob.glob(name), key=natural)
        expanded += matches or [name]
    return expanded


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 1000:
        raise argparse.ArgumentTypeError("must be from 1 to 1000")
    return count


def _wav(name: str) -> str:
    if not name.lower().endswith(".wav"):
        # It may be a photo: "captioner --save-speech dog.jpg" would overwrite it.
        raise argparse.ArgumentTypeError("the name of FILE must end in .wav")
    return name


def _caption_file(name: str) -> Path:
    from captioner.output.tables import FORMATS

    path = Path(name)
    if path.suffix.lower() not in FORMATS:
        raise argparse.ArgumentTypeError("the name of FILE must end in .csv, .jsonl, .html or .md")
    return path


def _columns(names: str) -> tuple[str, ...]:
    from captioner.output.tables import parse_columns

    try:
        return parse_columns(names)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _confidence(text: str) -> float:
    confidence = float(text)
    if not 0 <= confidence <= 1:
        raise argparse.ArgumentTypeError("must be from 0 to 1")
    return confidence
