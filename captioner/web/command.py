"""The command `captioner serve`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from captioner.errors import reason

PORT = 8765

MISSING = "The server needs Flask, waitress and segno. Install them with \"pip install 'captioner[web]'\"."
WARNING = (
    "Anyone with this address can have photos described while Captioner runs. The connection is not encrypted. "
    "Use it only in a network whose users you trust."
)


def main(arguments: Sequence[str]) -> int:
    """Serve until Ctrl+C, and return the exit status."""
    options = _parser().parse_args(arguments)
    from captioner.system import crash_log

    crash_log.watch()
    try:
        from captioner.web.server import RunningServer
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("flask", "waitress", "werkzeug"):
            raise
        return _fail(MISSING)
    try:
        server = RunningServer(lan=options.lan, port=options.port)
    except OSError as error:
        return _fail(port_problem(options.port, error))
    print(f"Captioner is at {server.address}", flush=True)
    if options.lan:
        print(WARNING, flush=True)
    print("Press Ctrl+C to stop.", flush=True)
    signal.signal(signal.SIGTERM, _stop)
    server.run()
    return 0


def port_problem(port: int, error: OSError) -> str:
    """What to tell the user when the server can't listen."""
    return f"Port {port} can't be used ({reason(error)}). Choose another with --port."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="captioner serve",
        description="Describe photos for browsers, and for programs that know Ollama's or OpenAI's interface.",
    )
    parser.add_argument("--lan", action="store_true", help="let other computers and phones in the network use it")
    parser.add_argument("--port", type=_port, default=PORT, metavar="N", help="default: %(default)s")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("must be from 0 to 65535")
    return port


def _stop(number: int, frame: object) -> NoReturn:
    raise SystemExit(0)


def _fail(sentence: str) -> int:
    print(f"captioner: {sentence}", file=sys.stderr)
    return 1
