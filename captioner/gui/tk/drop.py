"""Takes the photos that are dropped on the window."""

import tkinter as tk
from collections.abc import Callable
from typing import Any

from captioner.gui.tk.addresses import Found
from captioner.gui.tk.incoming import from_drop
from captioner.gui.tk.main_thread import MainThreadQueue
from captioner.photos.formats import MIME_TYPES


def take_drops(widget: tk.Widget, queue: MainThreadQueue, take: Callable[[Found], object]) -> None:
    """Call `take` with the photos that are dropped on a widget, or with a sentence that says why there are none."""
    from tkinterdnd2 import COPY, DND_FILES, DND_TEXT, TkinterDnD

    def dropped(event: Any) -> str:
        kind, data = event.type, event.data
        if isinstance(data, str) and ("uri-list" in kind or "file" in kind.lower() or kind == "CF_HDROP"):
            data = widget.tk.splitlist(data)
        # In a thread, as the other program waits for the answer to its drop.
        queue.run(lambda: from_drop(kind, data), take)
        return str(COPY)

    try:
        TkinterDnD.require(widget)
    except RuntimeError:  # no build of tkdnd for this platform; photos can still be opened and pasted
        return
    # The first of these that a drop has is taken: the image itself rather than its address.
    widget.drop_target_register(*MIME_TYPES, DND_FILES, "text/html", DND_TEXT)  # type: ignore[attr-defined]
    widget.dnd_bind("<<Drop>>", dropped)  # type: ignore[attr-defined]
