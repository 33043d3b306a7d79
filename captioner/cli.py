"""The command `captioner PHOTO...`."""

import argparse
import contextlib
import glob
import io
import json
import os
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from captioner import CaptionerError, __version__
from captioner.errors import user_message
from captioner.output.printable import printable

if TYPE_CHECKING:
    from captioner.batch.alt_text import AltTextWriter
    from captioner.batch.run import Outcome
    from captioner.caption import Caption
    from captioner.ocr.picture_text import PictureText

# At the end at most this many of the photos that failed are named.
MAX_NAMES = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Caption the photos that the command line names, or serve, or caption an archive, and return the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["serve"]:
        from captioner.web.command import main as serve

        return serve(arguments[1:])
    if arguments[:1] == ["archive"]:
        from captioner.archive.command import main as archive

        _prepare_streams()
        return archive(arguments[1:])
    parser = _parser()
    options = parser.parse_args(arguments)
    if sys.platform == "win32":  # where no shell does it
        options.photos = expand_patterns(options.photos)
    from captioner.system import crash_log

    crash_log.watch()
    _check(options, parser)
    _prepare_streams()
    try:
        if options.read_alt_text:
            return _read_alt_text(options)
        if options.output is not None:
            return _caption_into_file(options)
        with contextlib.ExitStack() as at_the_end:
            return _caption_all(options, _voice(options, at_the_end))
    except CaptionerError as error:
        print(f"captioner: {user_message(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


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
    if options.read_alt_text and (options.output is not None or options.write_alt_text or _speaks(options)):
        parser.error("argument --read-alt-text: only allowed with --json and --recursive")
    if options.text:
        if options.output is not None or options.read_alt_text:
            parser.error("argument --text: not allowed with --output or --read-alt-text")
        from captioner.ocr.reader import MISSING, is_installed

        if not is_installed():
            print(f"captioner: {MISSING}", file=sys.stderr)
            options.text = False
    if options.output is None:
        return
    if options.json or _speaks(options):
        parser.error("argument --output: not allowed with --json, --speak or --save-speech")
    elif "-" in options.photos:
        parser.error("argument --output: does not take a photo from standard input")


def _speaks(options: argparse.Namespace) -> bool:
    return options.speak or options.save_speech is not None


def _prepare_streams() -> None:
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # Pillow's, about unusual photos that it can read
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file name is not always valid text


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
    parser.add_argument("--recursive", action="store_true", help="caption the photos of the folders in a folder too")
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
        "--min-confidence",
        type=_confidence,
        metavar="N",
        help="from 0 to 1; FILE and photos get no caption with less confidence",
    )
    parser.add_argument(
        "--write-alt-text",
        action="store_true",
        help="save each caption as alternative text in its photo, unless the photo has a text; needs ExifTool",
    )
    parser.add_argument("--overwrite", action="store_true", help="with --write-alt-text: replace the text of a photo")
    parser.add_argument(
        "--read-alt-text", action="store_true", help="print what each photo says of itself, and caption none"
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
        help="read the text in each photo as well; default: only in one that can't be described reliably",
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


def _confidence(text: str) -> float:
    confidence = float(text)
    if not 0 <= confidence <= 1:
        raise argparse.ArgumentTypeError("must be from 0 to 1")
    return confidence


def _voice(options: argparse.Namespace, at_the_end: contextlib.ExitStack) -> "_Voice | None":
    if not _speaks(options):
        return None
    voice = _Voice()  # starts while the model is loading
    at_the_end.callback(voice.speaker.close)
    return voice


class _Voice:
    """Speech, with a way to wait for its end."""

    def __init__(self) -> None:
        from queue import SimpleQueue

        from captioner.speech.speaker import Event, Speaker

        self.events: SimpleQueue[Event] = SimpleQueue()
        self.speaker = Speaker(self.events.put)

    def await_end(self, number: int) -> str:
        """Wait until a request is done; return what to tell the user if it failed, or ""."""
        from queue import Empty

        while True:
            with contextlib.suppress(Empty):
                event = self.events.get(timeout=0.1)  # without a timeout, Ctrl+C would have to wait on Windows
                if event.number == number and event.kind in ("finished", "failed"):
                    return event.sentence


def _caption_all(options: argparse.Namespace, voice: "_Voice | None") -> int:
    from captioner import Captioner
    from captioner.batch.job import STANDARD_INPUT, find_photos
    from captioner.batch.run import caption_all
    from captioner.ocr.picture_text import spoken_with_text, with_text

    writer = _writer(options)
    captioner = Captioner(threads=options.threads, beam_width=options.beam_width)
    found = find_photos(options.photos, recursive=options.recursive)
    for folder, problem in found.unreadable:
        _complain(folder, problem)
    status = 1 if found.unreadable else 0
    named = found.has_folder or len(options.photos) > 1
    failed = []
    contents: list[bytes] = []

    def standard_input() -> bytes:
        contents.append(_standard_input())
        return contents[-1]

    for outcome in caption_all(captioner, found.photos, standard_input):
        path, caption = outcome.photo, outcome.caption
        if caption is None:
            assert outcome.error
            status = 1
            failed.append(path)
            _complain(path, outcome.error)
            if options.json:
                _print(json.dumps({"path": path, "error": user_message(outcome.error)}))
            continue
        if writer and not _save(writer, path, caption):
            status = 1
        text = _read_text(contents[-1] if path == STANDARD_INPUT else path, caption, options)
        if options.json:
            _print(json.dumps({"path": path, **caption.to_dict(), **(text.to_dict() if text else {})}))
        else:
            statement = with_text(caption.statement, text)
            _print(f"{printable(path)}: {' '.join(statement.splitlines())}" if named else statement)
        if voice and (sentence := _speak(voice, spoken_with_text(caption.statement, text), options)):
            status = 1
            voice = None  # it would fail for the other photos as well
            print(f"captioner: {sentence}", file=sys.stderr)
    if writer:
        _tell(writer.summary())
    if found.has_folder and failed:
        _tell(summary(len(found.photos), failed))
    return status


def _writer(options: argparse.Namespace) -> "AltTextWriter | None":
    if not options.write_alt_text:
        return None
    from captioner.batch.alt_text import AltTextWriter

    return AltTextWriter(least=_least(options), overwrite=options.overwrite)


def _least(options: argparse.Namespace) -> float:
    """The least confidence with which a caption is written anywhere."""
    from captioner.caption import RELIABLE

    return RELIABLE if options.min_confidence is None else float(options.min_confidence)


def _save(writer: "AltTextWriter", photo: str, caption: "Caption") -> bool:
    """Save a caption in its photo; return whether that went well."""
    try:
        writer.save(photo, caption)
    except (CaptionerError, OSError) as error:
        print(f"captioner: {printable(photo)}: The caption can't be saved. {user_message(error)}", file=sys.stderr)
        return False
    return True


def _read_alt_text(options: argparse.Namespace) -> int:
    from captioner.batch.job import STANDARD_INPUT, find_photos
    from captioner.output.alt_text import read_alt_text

    found = find_photos(options.photos, recursive=options.recursive)
    for folder, problem in found.unreadable:
        _complain(folder, problem)
    status = 1 if found.unreadable else 0
    named = found.has_folder or len(options.photos) > 1
    for path in found.photos:
        try:
            text = read_alt_text(_standard_input() if path == STANDARD_INPUT else path)
        except CaptionerError as error:
            status = 1
            _complain(path, error)
            if options.json:
                _print(json.dumps({"path": path, "error": user_message(error)}))
            continue
        if options.json:
            _print(json.dumps({"path": path, "text": text and text.text, "place": text and text.place}))
        elif text:
            _print(f"{printable(path)}: {text.text}" if named else text.text)
        else:
            print(f"captioner: {printable(path)}: The photo has no text.", file=sys.stderr)
    return status


def _read_text(source: str | bytes, caption: "Caption", options: argparse.Namespace) -> "PictureText | None":
    """The text in a picture, or None if it can't be read or is not wanted."""
    from captioner.ocr import reader

    wanted = options.text
    if wanted is None:
        wanted = caption.is_guess and reader.is_installed()
    if not wanted:
        return None
    try:
        return reader.read(source)
    except CaptionerError as error:
        print(f"captioner: {user_message(error)}", file=sys.stderr)
        return None


def _caption_into_file(options: argparse.Namespace) -> int:
    from captioner.batch.caption_file import CaptionFile
    from captioner.batch.job import find_photos
    from captioner.batch.progress import Progress

    least = _least(options)
    writer = _writer(options)
    file = CaptionFile(options.output, least=least)
    found = find_photos(options.photos, recursive=options.recursive)
    for folder, problem in found.unreadable:
        _complain(folder, problem)
    waiting = file.waiting(found.photos)
    failed: list[str] = []
    left_out = done = unsaved = 0
    with file:
        progress = Progress(len(waiting), sys.stderr)
        try:
            for outcome in _outcomes(options, waiting):
                if outcome.error:
                    failed.append(outcome.photo)
                    progress.clear()
                    _complain(outcome.photo, outcome.error)
                elif writer and outcome.caption:
                    unsaved += not _save(writer, outcome.photo, outcome.caption)
                    file.photo_changed(outcome.photo)
                left_out += file.add(outcome.photo, outcome.result)
                done += 1
                progress.show(done)
        except KeyboardInterrupt:
            progress.clear()
            kept = file.total - len(waiting) + done
            _tell(f"Stopped after {kept} of {file.total} photos. Run it again to continue.")
            raise
        finally:
            progress.clear()
    if left_out:
        captions = "1 caption was" if left_out == 1 else f"{left_out} captions were"
        _tell(f"{captions} left out because the confidence is below {least:g}.")
    if writer:
        _tell(writer.summary())
    if failed or sys.stderr.isatty():
        _tell(summary(file.total, failed))
    return 1 if failed or unsaved or found.unreadable else 0


def _outcomes(options: argparse.Namespace, photos: Sequence[str]) -> "Iterable[Outcome]":
    if not photos:  # no need to load the model
        return []
    from captioner import Captioner
    from captioner.batch.run import caption_all

    return caption_all(Captioner(threads=options.threads, beam_width=options.beam_width), photos)


def _tell(sentence: str) -> None:
    if sentence:
        print(f"captioner: {sentence}", file=sys.stderr)


def _complain(path: str, error: Exception) -> None:
    print(f"captioner: {printable(path)}: {user_message(error)}", file=sys.stderr)


def summary(total: int, failed: Sequence[str]) -> str:
    """How many photos were captioned, and which could not be."""
    names = ", ".join(printable(os.path.basename(path)) for path in failed[:MAX_NAMES])
    others = f" and {len(failed) - MAX_NAMES} more" if len(failed) > MAX_NAMES else ""
    which = f", {len(failed)} could not be: {names}{others}" if failed else ""
    return f"{total - len(failed)} of {total} photos captioned{which}."


def _speak(voice: _Voice, text: str, options: argparse.Namespace) -> str:
    if options.save_speech is not None:
        sentence = voice.await_end(voice.speaker.save(text, options.save_speech))
        if sentence or not options.speak:
            return sentence
    return voice.await_end(voice.speaker.say(text))


def _standard_input() -> bytes:
    from captioner.photos.reader import MAX_CONTENT

    return sys.stdin.buffer.read(MAX_CONTENT + 1) if sys.stdin else b""  # one byte more than the limit is refused


def _print(line: str) -> None:
    try:
        print(line, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would complain again when it exits
        if isinstance(error, BrokenPipeError):  # `captioner *.jpg | head -1`
            sys.exit(1)
        sys.exit(f"captioner: The captions can't be written. {user_message(error)}")
