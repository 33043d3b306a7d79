"""The server as the window starts it, in a process of its own.

It writes a JSON object to standard output, {"root": its address, "token": what the address needs} or
{"error": sentence}. It ends when its standard input does.
"""

import json
import os
import sys
import threading

from captioner.errors import reason
from captioner.system import crash_log
from captioner.web.command import PORT
from captioner.web.server import RunningServer


def main() -> None:
    crash_log.watch()
    try:
        server = _server()
    except OSError as error:
        _send({"error": f"The server can't be started ({reason(error)})."})
        return
    threading.Thread(target=_wait_for_end, daemon=True).start()
    _send({"root": server.root, "token": server.token})
    server.run()


def _server() -> RunningServer:
    """At the usual port, which a phone may remember, or else at any that is free."""
    try:
        return RunningServer(lan=True, port=PORT)
    except OSError:
        return RunningServer(lan=True, port=0)


def _send(message: dict[str, str | None]) -> None:
    print(json.dumps(message), flush=True)


def _wait_for_end() -> None:
    sys.stdin.buffer.read()
    os._exit(0)  # at once. Nothing is left: other processes of the program end when their standard input does


if __name__ == "__main__":
    main()
