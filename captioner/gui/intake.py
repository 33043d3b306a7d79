"""Photos from what a drop or the clipboard carries."""

from captioner.gui.background import Source


def from_drop(kind: str, data: str | bytes) -> list[Source] | str:
    """Take what was dropped on the window.

    Args:
        kind: the data's type as tkdnd names it: "DND_Files", "text/uri-list", "text/html", "text/plain", "image/png" ...
        data: as tkdnd gives it: a Tcl list of paths or addresses, text, or an image's content.

    Returns:
        The photos, at least one, or a sentence that says why there are none.
    """
    raise NotImplementedError


def from_text(text: str) -> list[Source] | str:
    """Take text that was pasted or dropped: absolute paths, one a line, quoted or not; file: and data: addresses.

    The disk is not touched.

    Returns:
        The photos, at least one, or a sentence that says why there are none.
    """
    raise NotImplementedError


def from_clipboard(text: str) -> list[Source] | str:
    """Take what is on the clipboard: paths, copied files, or an image. Takes a while: call it in a thread.

    Args:
        text: the clipboard's text as Tk's clipboard_get gives it, "" where it has none.

    Returns:
        The photos, at least one, or a sentence that says why there are none.
    """
    raise NotImplementedError


def clipboard_image() -> bytes | str | None:
    """The content of the image on the clipboard; None if there is none; a sentence if a package is missing for it."""
    raise NotImplementedError
