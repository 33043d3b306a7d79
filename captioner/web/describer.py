"""Describes the photos of all clients: one model, as many photos at a time as it can use, and a queue with a limit."""

import base64
import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from captioner.errors import CaptionerError, TextUnavailable, user_message
from captioner.ocr import reader
from captioner.ocr.picture_text import with_text
from captioner.photos.reader import MAX_IDLE_WORKERS

if TYPE_CHECKING:
    import numpy as np

    from captioner.caption import Caption
    from captioner.captioner import Captioner
    from captioner.ocr.picture_text import PictureText

MAX_WAITING = 32  # requests

# The pictures of attention: pixels a side, which a browser enlarges, and how opaque the darkest may be, of 255.
MASK_SIDE = 48
DARKEST = 200


class Busy(CaptionerError):
    """Too many requests are waiting."""

    def __init__(self) -> None:
        super().__init__("Captioner is busy with other photos. Try again in a few seconds.")


class Describer:
    """Loads the model in a thread once `load` is called, and describes photos in the threads of the callers.

    One photo is decoded while another is captioned, which takes all cores. More at a time would not be faster, and need
    more photo workers than are kept.

    at_once: how many photos are described at a time.
    """

    def __init__(self) -> None:
        self.at_once = max(1, min(_cores(), MAX_IDLE_WORKERS))
        self._turns = threading.Semaphore(self.at_once)
        self._lock = threading.Lock()
        self._present = 0
        self._captioner: Captioner | None = None
        self._problem: Exception | None = None
        self._loaded = threading.Event()

    def load(self) -> None:
        """Start to load the model. Requests wait for it."""
        threading.Thread(target=self._load, name="load-model", daemon=True).start()

    @property
    def status(self) -> str:
        """ "loading" or "ready", or a sentence that says why there is no model."""
        if not self._loaded.is_set():
            return "loading"
        return user_message(self._problem) if self._problem else "ready"

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, which lasts for the block. Do there what takes much memory or time.

        Raises:
            Busy: too many wait already.
        """
        with self._lock:
            if self._present >= self.at_once + MAX_WAITING:
                raise Busy
            self._present += 1
        try:
            with self._turns:
                yield
        finally:
            with self._lock:
                self._present -= 1

    def describe(self, photo: bytes, *, wants_text: bool = False) -> "Description":
        """Describe a photo, in a turn, once the model is loaded.

        Args:
            photo: the content of its file.
            wants_text: whether to read the text in it in any case, not only where the caption is a guess.

        Raises:
            PhotoError: the photo can't be read.
            WeightsError: there is no model.
        """
        self._loaded.wait()
        if self._captioner is None:
            assert self._problem
            raise self._problem
        caption = self._captioner.caption(photo)
        if not wants_text and not (caption.is_guess and reader.is_installed()):
            return Description(caption)
        try:
            return Description(caption, reader.read(photo))
        except TextUnavailable as error:
            return Description(caption, problem=str(error) if wants_text else "")

    def _load(self) -> None:
        try:
            # Imported here, so that the server answers before that.
            from captioner.captioner import Captioner

            self._captioner = Captioner()
        except Exception as error:  # whatever it is, requests report it
            self._problem = error
        self._loaded.set()


class Description(NamedTuple):
    """What a photo shows, and what it says.

    text: None if it was not read; problem: then why, if it should have been.
    """

    caption: "Caption"
    text: "PictureText | None" = None
    problem: str = ""

    @property
    def statement(self) -> str:
        """What is shown: the caption with its doubt, and the text."""
        return with_text(self.caption.statement, self.text)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of `captioner --json`, without the path."""
        text = self.text.to_dict() if self.text else {"text_error": self.problem} if self.problem else {}
        return {**self.caption.to_dict(), **text}

    def for_page(self) -> dict[str, Any]:
        """The same, with the confidence and the text in sentences, and where in the photo each word came from.

        "place" is that in words. "attention" is the data: address of a picture to lay over the photo: black, and the
        more transparent, the more a region counted. Of a picture that is mostly text, the text takes the place of the
        caption and all that belongs to it.
        """
        if self.text and self.text.is_page:
            nothing = {"alternatives": [], "words": [], "confidence_sentence": "", "text_statement": ""}
            return {**self.to_dict(), "caption": self.text.text, "statement": self.statement, **nothing}
        # Imported here, as they come with the model.
        from captioner.output.attention_map import place, smooth

        words = [
            {
                "text": word.text,
                "log_probability": word.log_probability,
                "place": place(word.attention_weights),
                "attention": _shadow(smooth(word.attention_weights, MASK_SIDE, MASK_SIDE)),
            }
            for word in self.caption.words
        ]
        return {
            **self.to_dict(),
            "confidence_sentence": self.caption.trust,
            "text_statement": self.text.statement if self.text else self.problem,
            "words": words,
        }


def _shadow(levels: "np.ndarray") -> str:
    from PIL import Image

    alpha = Image.fromarray((DARKEST * (1 - levels)).astype("uint8"))
    picture = Image.merge("LA", (Image.new("L", alpha.size), alpha))
    content = io.BytesIO()
    picture.save(content, "PNG")
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"


def _cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
