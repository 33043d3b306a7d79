"""The command `captioner PHOTO...`."""

import argparse
import contextlib
import io
import json
import os
import sys
import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from captioner import CaptionerError
from captioner.errors import user_message
from captioner.options import parse, speaks
from captioner.output.printable import listed, printable

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
    options = parse(arguments)
    from captioner.system import crash_log

    crash_log.watch()
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


def _prepare_streams() -> None:
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # Pillow's, about unusual photos that it can read
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file name is not always valid text


def _voice(options: argparse.Namespace, at_the_end: contextlib.ExitStack) -> "_Voice | None":
    if not speaks(options):
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
    file = CaptionFile(options.output, least=least, columns=options.columns)
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
    names = listed([printable(os.path.basename(path)) for path in failed], MAX_NAMES)
    which = f", {len(failed)} could not be: {names}" if failed else ""
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
