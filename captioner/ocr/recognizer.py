"""Finds and reads text with RapidOCR. Only to be called in a worker (`captioner.ocr.worker`)."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidocr import RapidOCR
from rapidocr.ch_ppocr_rec import TextRecInput

# Pixels: text is searched for in a copy whose longer side has at most MAX_SEARCH_SIDE, and read in the picture itself.
# Pictures whose longer side has fewer than MIN_SEARCH_SIDE are enlarged.
MAX_SEARCH_SIDE, MIN_SEARCH_SIDE = 1280, 640

# Shares of a line's height: up to which the boxes of tightly set lines overlap, and by which the top of a level line's
# box rises or falls at most.
MAX_OVERLAP, MAX_SLOPE = 0.5, 0.25

# Lines that are read before the time is checked: at most MAX_BATCH, whose widths, in heights, add up to at most
# MAX_BATCH_WIDTH when all are padded to the widest. More would take more memory.
MAX_BATCH, MAX_BATCH_WIDTH = 6, 220

# A picture is on its side if more than this share of its text, by length, runs upwards or downwards.
SIDEWAYS_SHARE = 0.5
# Whether it is upside down is seen from its longest lines, which are read the other way round too if their confidence
# is below this.
TRIED_LINES, UPRIGHT_CONFIDENCE = 3, 0.9
# With fewer characters in these lines a picture counts as upright: something in a photo may look like letters.
MIN_TURNED_CHARACTERS = 10

# Reading may take this many times as long on a computer that is busy with other things.
BUSY = 3

Pixels = npt.NDArray[np.uint8]
Corners = npt.NDArray[np.float32]
ReadCrop = tuple[str, list[float]]  # the text of a line, and the confidence of each of its characters


@dataclass(frozen=True)
class RawLine:
    """A line as it was read.

    corners: float32 [4, 2], x and y in pixels, clockwise from where the line begins.
    confidences: of the characters of the text.
    """

    text: str
    confidences: list[float]
    corners: Corners


@dataclass(frozen=True)
class Reading:
    """What was read in a picture. The corners of the lines are those in the picture when it has been turned upright.

    rotation: by how many degrees the picture is turned clockwise: 0, 90, 180 or 270.
    complete: whether there was time for all lines.
    """

    lines: list[RawLine]
    rotation: int
    complete: bool


class Recognizer:
    """RapidOCR's models, loaded once.

    Args:
        threads: how many threads run the models.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._engine: Any = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.use_vertical_padding": False,
                "Det.limit_type": "max",
                "Det.limit_side_len": MAX_SEARCH_SIDE,
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, picture: Pixels, seconds: float) -> Reading:
        """Read the text in a picture, from the top, for as long as there is time.

        Args:
            picture: RGB, uint8 [height, width, 3].
            seconds: after which no further lines are read; more on a busy computer.
        """
        deadline, busy_deadline = time.process_time() + seconds * self._threads, time.monotonic() + BUSY * seconds
        picture = np.ascontiguousarray(picture[:, :, ::-1])  # RapidOCR takes BGR
        crops, corners = self._find(picture)
        rotation, known = self._rotation(crops, corners)
        if rotation:
            picture = np.ascontiguousarray(np.rot90(picture, rotation // 90))
            crops, corners = self._find(picture)
        for part in _batches([index for index in range(len(crops)) if index not in known], crops):
            known |= dict(zip(part, self._read_crops([crops[index] for index in part]), strict=True))
            if time.process_time() > deadline or time.monotonic() > busy_deadline:
                break
        lines = [RawLine(*known[index], corners[index]) for index in sorted(known)]
        return Reading([line for line in lines if line.text.strip()], rotation, len(known) == len(crops))

    def _find(self, picture: Pixels) -> tuple[list[Pixels], list[Corners]]:
        """Find lines: the upright picture of each, and its corners."""
        enlarged = max(1.0, MIN_SEARCH_SIDE / max(picture.shape[:2]))
        searched = picture
        if enlarged > 1:
            import cv2

            size = round(enlarged * picture.shape[1]), round(enlarged * picture.shape[0])
            searched = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8)
        found = self._engine._load_det_model()(searched).boxes
        if found is None:  # there are none
            return [], []
        boxes = np.asarray(found, np.float32)
        return self._engine.crop_text_regions(searched, _without_lines_above(boxes)), list(boxes / enlarged)

    def _rotation(self, crops: list[Pixels], corners: list[Corners]) -> tuple[int, dict[int, ReadCrop]]:
        """By how many degrees a picture is turned clockwise, and what has been read of it by index if that is 0."""
        sizes = [np.ptp(box, axis=0) for box in corners]
        lengths = np.array([size.max() for size in sizes])
        upwards = np.array([size[1] > 1.5 * size[0] for size in sizes], bool)
        is_sideways = bool(lengths[upwards].sum() > SIDEWAYS_SHARE * lengths.sum())
        chosen = np.flatnonzero(upwards == is_sideways)
        longest = [int(index) for index in chosen[np.argsort(-lengths[chosen])][:TRIED_LINES]]
        # Crops of lines that run upwards or downwards are turned to the left.
        longest = next(_batches(longest, crops), [])
        tried = [crops[index] for index in longest]
        upright = self._read_crops(tried)
        best, rotation = upright, 90 * is_sideways
        if _confidence(upright) < UPRIGHT_CONFIDENCE:
            flipped = self._read_crops([np.ascontiguousarray(crop[::-1, ::-1]) for crop in tried])
            if _confidence(flipped) > _confidence(upright):
                best, rotation = flipped, rotation + 180
        if sum(len(text) for text, _ in best) < MIN_TURNED_CHARACTERS:
            rotation = 0
        return rotation, {} if rotation else dict(zip(longest, upright, strict=True))

    def _read_crops(self, crops: list[Pixels]) -> list[ReadCrop]:
        if not crops:
            return []
        self._engine._load_rec_model()
        result = self._engine.text_rec(TextRecInput(img=crops, return_word_box=True))
        # A character of the model that is several of Python's would shift the confidences.
        return [
            (text, words.confs if len(words.confs) == len(text) else [score] * len(text))
            for text, score, words in zip(result.txts, result.scores, result.word_results, strict=True)
        ]


def _without_lines_above(boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The boxes of lines, less half of what they share with the line above if lines are set tightly.

    Otherwise underscores and tails of the line above are read as accents, or as characters in place of spaces. The
    bottom of a box stays, as the line's own underscores are there.

    Args:
        boxes: float32 [lines, 4, 2], x and y in pixels, clockwise from where each line begins.
    """
    tops, bottoms = boxes[:, :2, 1].mean(axis=1), boxes[:, 2:, 1].mean(axis=1)
    heights = bottoms - tops
    level = np.ptp(boxes[:, :2, 1], axis=1) <= MAX_SLOPE * heights
    trimmed = boxes.copy()
    for line in np.flatnonzero(level):
        shared = bottoms - tops[line]
        above = level & (tops < tops[line]) & (bottoms < bottoms[line])
        above &= (shared > 0) & (shared < MAX_OVERLAP * np.minimum(heights, heights[line]))
        above &= (boxes[:, 0, 0] < boxes[line, 1, 0]) & (boxes[:, 1, 0] > boxes[line, 0, 0])
        trimmed[line, :2, 1] += shared[above].max(initial=0) / 2
    return trimmed


def _batches(indices: list[int], crops: list[Pixels]) -> Iterator[list[int]]:
    """Divide the indices of crops into batches that are read at a time."""
    batch: list[int] = []
    widest = 0.0
    for index in indices:
        height, width = crops[index].shape[:2]
        widest = max(widest, width / height)
        if batch and (len(batch) == MAX_BATCH or (len(batch) + 1) * widest > MAX_BATCH_WIDTH):
            yield batch
            batch, widest = [], width / height
        batch.append(index)
    if batch:
        yield batch


def _confidence(lines: list[ReadCrop]) -> float:
    confidences = [confidence for _, line in lines for confidence in line]
    return float(np.mean(confidences)) if confidences else 1.0
