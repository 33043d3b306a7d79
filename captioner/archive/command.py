"""The command `captioner archive SOURCE OUT`."""

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence

from captioner.archive.progress import ArchiveProgress
from captioner.archive.storage import Place
from captioner.batch.progress import duration
from captioner.errors import CaptionerError, user_message
from captioner.output.printable import printable
from captioner.system import crash_log


def main(arguments: Sequence[str]) -> int:
    """Caption an archive, and return the exit status."""
    options = _parser().parse_args(arguments)
    crash_log.watch()
    try:
        return _caption(options)
    except CaptionerError as error:
        print(f"captioner: {printable(user_message(error))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="captioner archive",
        description="Describe all photos of an archive, on all cores of this computer or of a Ray cluster.",
        epilog="If it is interrupted, run the same command again to continue. Exit status: 0 if OUT is complete, 1 if "
        "it is not, 2 if an option was wrong. A photo that can't be read gets a row with its error.",
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="a folder, a pattern such as 'photos/*.jpg', a .txt file with a path on each line, a .tar or .parquet "
        "file; or one of these at s3://BUCKET/... or gs://BUCKET/...",
    )
    parser.add_argument("out", metavar="OUT", help="the folder of the captions, which may also be in a bucket")
    parser.add_argument(
        "--format",
        choices=("parquet", "jsonl", "csv"),
        default="parquet",
        help="the format of the captions (default: %(default)s)",
    )
    parser.add_argument(
        "--address",
        metavar="HOST",
        help='use the Ray cluster at HOST, or "auto" for the one of this computer; default: this computer alone',
    )
    parser.add_argument(
        "--workers", type=_count, metavar="N", help="how many photos are captioned at a time; default: one per core"
    )
    parser.add_argument("--threads", type=_count, default=1, metavar="N", help="per worker (default: %(default)s)")
    parser.add_argument("--text", action="store_true", help="also read the text in each photo")
    parser.add_argument("--beam-width", type=_count, metavar="N", help="how many captions the search follows")
    return parser


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 100_000:
        raise argparse.ArgumentTypeError("must be from 1 to 100000")
    return count


def _caption(options: argparse.Namespace) -> int:
    from captioner.archive import cluster, journal
    from captioner.archive.sources import find
    from captioner.archive.worker import Job
    from captioner.model.weights import open_weights

    cluster.check()  # before the photos are listed, which may take long
    source, out = Place.of(options.source), Place.of(options.out)
    weights = open_weights()
    settings = journal.Settings(
        source.name,
        options.format,
        f"{weights.name} {weights.version}",
        options.beam_width or weights.beam_width,
        options.text,
    )
    units, done = journal.waiting(out, settings, find(options.source, out))
    progress = ArchiveProgress(len(units) + done, done, sys.stderr)
    if units:
        job = Job(out, settings, source.options, options.threads)
        # Ray reports each retry on standard output, which this command does not use.
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            try:
                with cluster.connected(options.address, options.threads) as workers:
                    for report in cluster.caption(job, units, options.workers or workers):
                        progress.add(report)
            except (CaptionerError, KeyboardInterrupt) as error:
                progress.clear()
                said = [printable(user_message(error))] if isinstance(error, CaptionerError) else []
                if progress.photos or not said:
                    said.append(f"{progress.photos:,} photos were captioned. Run the same command again to continue.")
                print(f"captioner: {' '.join(said)}", file=sys.stderr)
                return 1 if isinstance(error, CaptionerError) else 130
            finally:
                progress.clear()
    _finish(out, progress)
    return 0


def _finish(out: Place, progress: ArchiveProgress) -> None:
    if not progress.units:
        print(f"captioner: {printable(out.name)} was already complete.", file=sys.stderr)
        return
    done = f"{progress.photos:,} photos done in {duration(progress.seconds)}, {progress.rate}."
    errors = f" {progress.errors:,} of them failed; the column error says why." if progress.errors else ""
    print(f"captioner: {printable(out.name)} is complete. {done}{errors}", file=sys.stderr)
