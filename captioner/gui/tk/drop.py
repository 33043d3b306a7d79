"""Takes what is dropped on the window."""

import tkinter as tk
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from captioner.gui.tk.incoming import from_drop
from captioner.photos.formats import MIME_TYPES

if TYPE_CHECKING:
    from captioner.photos.source import PhotoSource


def take_drops(widget: tk.Widget, take: "Callable[[list[PhotoSource] | str], None]") -> None:
    """Call `take` with the photos that are dropped on a widget, or with a sentence that says why there are none."""
    from tkinterdnd2 import COPY, DND_FILES, DND_TEXT, TkinterDnD

    def dropped(event: Any) -> str:
        # The other program waits for the answer.
        widget.after_idle(lambda: take(from_drop(event.type, event.data)))
        return str(COPY)

    try:
        TkinterDnD.require(widget)
    except RuntimeError:  # no build of tkdnd for this platform; photos come in by other ways
        return
    # The first of these that a drop has is taken: the image itself rather than its address.
    widget.drop_target_register(*MIME_TYPES, DND_FILES, "text/html", DND_TEXT)  # type: ignore[attr-defined]
    widget.dnd_bind("<<Drop>>", dropped)  # type: ignore[attr-defined]
