"""Puts the server together: it listens, and loads the model meanwhile."""

from captioner.system.memory import return_freed_memory
from captioner.web.access import Access
from captioner.web.addresses import lan_address, names
from captioner.web.app import create_app
from captioner.web.connections import Server
from captioner.web.describer import MAX_WAITING, Describer
from captioner.web.speech import Speech

SPARE_THREADS = 4  # for requests that are not about photos while all other threads wait for their turns


class RunningServer:
    """A server that listens from its creation on.

    Args:
        lan: whether other computers may use it.
        port: 0 for any that is free.

    address: of its page, with the token if one is needed.

    Raises:
        OSError: the port is in use, or may not be used.
    """

    def __init__(self, *, lan: bool, port: int) -> None:
        return_freed_memory()
        access = Access(names() if lan else (), lan=lan)
        self._speech = Speech()
        describer = Describer()
        self._server = Server(
            create_app(describer, self._speech, access),
            access.refusal,
            host="0.0.0.0" if lan else "127.0.0.1",
            port=port,
            threads=describer.at_once + MAX_WAITING + SPARE_THREADS,
        )
        describer.load()  # now that the server listens
        self.token = access.token
        self.root = f"http://{lan_address() if lan else '127.0.0.1'}:{self._server.effective_port}/"
        self.address = f"{self.root}?token={access.token}" if access.token else self.root

    def run(self) -> None:
        """Answer requests until Ctrl+C, or SystemExit in the main thread."""
        self._server.run()
        self._server.close()
        self._speech.close()
