"""The process in which text is found and read. `captioner.ocr.reader` starts, uses and ends it.

It gets pixels only, but they may come from anybody, so it has the limits of the photo worker: see
`captioner.system.limits`. What comes in and goes out for each picture:

    in: {"width": ..., "height": ..., "seconds": ..., "timeout": ...} on one line, then the RGB pixels
    out: {"lines": [{"words": [[text, confidence], ...], "box": [left, top, right, bottom], "paragraph": ...}, ...],
        "is_page": ..., "rotation": ..., "complete": ...} on one line; see `PictureText` for what they mean

"seconds" is what `Recognizer.read` takes. After "timeout" seconds the system ends the worker, in case the program has
died and can't. Before the first picture it writes {"ready": true}.
"""

import json
import os
import sys
from typing import IO, Any

from captioner.system import limits

# In bytes. The program takes at most 300 MB and the photo worker, which is idle by then, less than 100 MB.
MAX_MEMORY = 1_050_000_000
# More would take more memory, and other programs want some, too.
MAX_THREADS = 4


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints
    threads = max(1, min(MAX_THREADS, os.cpu_count() or 1))
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    limits.limit(MAX_MEMORY)
    from captioner.ocr.recognizer import Recognizer

    recognizer = Recognizer(threads)
    _send_line(answers, {"ready": True})
    for line in sys.stdin.buffer:
        order = json.loads(line)
        limits.alarm(order["timeout"])
        content = sys.stdin.buffer.read(order["width"] * order["height"] * 3)
        _send_line(answers, _answer(recognizer, order, content))
        limits.alarm(0)


def _answer(recognizer: Any, order: dict[str, Any], content: bytes) -> dict[str, Any]:
    import numpy as np

    from captioner.ocr import layout, legibility

    picture = np.frombuffer(content, np.uint8).reshape(order["height"], order["width"], 3)
    reading = recognizer.read(picture, order["seconds"])
    lines, is_page = legibility.select(reading.lines, np.rot90(picture, reading.rotation // 90))
    order_of_lines = layout.reading_order([line.text for line in lines], [line.corners for line in lines])
    answered = [
        {
            "words": words_of(lines[index].text, lines[index].confidences),
            "box": _turned(_box(lines[index].corners, order, reading.rotation), reading.rotation),
            "paragraph": number,
        }
        for number, paragraph in enumerate(order_of_lines)
        for index in paragraph
    ]
    return {"lines": answered, "is_page": is_page, "rotation": reading.rotation, "complete": reading.complete}


def words_of(text: str, confidences: list[float]) -> list[tuple[str, float]]:
    """Split a line into words, each with the mean confidence of its characters."""
    words: list[tuple[str, float]] = []
    begin = 0
    for word in text.split():
        begin = text.index(word, begin)
        part = confidences[begin : begin + len(word)]
        words.append((word, sum(part) / len(part)))
        begin += len(word)
    return words


def _box(corners: Any, order: dict[str, Any], rotation: int) -> tuple[float, float, float, float]:
    """The box around a line, as shares of the sides of the picture that has been turned upright."""
    width, height = order["width"], order["height"]
    if rotation in (90, 270):
        width, height = height, width
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    sides = left / width, top / height, right / width, bottom / height
    left, top, right, bottom = (float(min(1.0, max(0.0, side))) for side in sides)
    return left, top, right, bottom


def _turned(box: tuple[float, float, float, float], rotation: int) -> tuple[float, float, float, float]:
    """A box in the picture as it was, from the box in the picture that has been turned upright."""
    left, top, right, bottom = box
    match rotation:
        case 90:
            return 1 - bottom, left, 1 - top, right
        case 180:
            return 1 - right, 1 - bottom, 1 - left, 1 - top
        case 270:
            return top, 1 - right, bottom, 1 - left
    return box


def _send_line(answers: IO[bytes], answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()
