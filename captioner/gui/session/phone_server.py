"""The server for phones, in a process of its own (`captioner.web`)."""

import importlib.util
import json
import threading
from collections.abc import Callable
from typing import Any

from captioner.system import processes

# What the process needs, and not everybody has.
PACKAGES = ("flask", "waitress", "segno")

MISSING = "This needs the packages Flask, waitress and segno. Install them with \"pip install 'captioner[web]'\"."
NOT_STARTED = "The server can't be started. Close other programs and try again."


class PhoneServer:
    """Starts the server.

    Args:
        report: called in a thread, once, with {"root": the server's address, "token": what the address needs} or
            {"error": sentence}.
    """

    def __init__(self, report: Callable[[dict[str, Any]], object]) -> None:
        self._process = None
        if not all(map(importlib.util.find_spec, PACKAGES)):
            report({"error": MISSING})
            return
        try:
            self._process = processes.start("captioner.web")
        except OSError:
            report({"error": NOT_STARTED})
            return
        threading.Thread(target=self._listen, args=(report,), name="phone-server", daemon=True).start()

    def stop(self) -> None:
        """End the process, if there is one. Those that it has started end with it."""
        if self._process:
            self._process.kill()

    def _listen(self, report: Callable[[dict[str, Any]], object]) -> None:
        assert self._process
        assert self._process.stdout
        try:
            report(json.loads(self._process.stdout.readline()))
        except ValueError:  # it has ended
            report({"error": NOT_STARTED})
        self._process.wait()
