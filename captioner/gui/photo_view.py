"""The photo, fitted into the window, and the light on where the captioner looked."""

import tkinter as tk
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image


class PhotoView(tk.Canvas):
    """Shows a photo as large as it fits. It is drawn in a thread; what was shown stays until the new picture is ready.

    It takes no focus. What is dropped or clicked on it is the window's to bind.
    """

    def __init__(self, master: tk.Misc, **options: Any) -> None:
        super().__init__(master, highlightthickness=0, borderwidth=0, takefocus=False, **options)

    def show(self, image: "Image.Image | None") -> None:
        """Show a photo (PIL, RGB) without any light, or nothing."""

    def light(self, attention: "np.ndarray | None") -> None:
        """Light up where the captioner looked, or show the plain photo again.

        Args:
            attention: float [rows, columns], how much it looked at each region of the photo.
        """

    def apply(self, palette: Any) -> None:
        """Take the colours of a `theme.Palette`."""
