"""Puts lines that were found in a picture into reading order: columns, then rows, then paragraphs."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

# In heights of a line: the gap between two columns, and the one at which a page is cut into upper and lower parts.
COLUMN_GAP, PART_GAP = 1.0, 0.9
# A column is prose if it has this many lines, with this many characters on average. Tables are read by rows.
MIN_COLUMN_LINES, MIN_COLUMN_CHARACTERS = 2, 10
# A paragraph ends where the next line is this much further down than lines usually are, or differs this much in height.
PARAGRAPH_STEP, PARAGRAPH_HEIGHT = 1.3, 1.4

ITEM = re.compile(r"[•·●▪◦*–—-]\s?\S|\(?\d{1,2}[.)]\s")


class Placed(NamedTuple):
    """A line and where it is, in pixels, in a picture whose lines are level."""

    number: int
    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def reading_order(texts: Sequence[str], corners: Sequence[np.ndarray]) -> list[list[int]]:
    """The indices of lines in the order in which they are read, in paragraphs.

    Args:
        corners: of the lines, float [4, 2], x and y in pixels, clockwise from where the line begins.
    """
    if not texts:
        return []
    lines = _levelled(texts, corners)
    return [[line.number for line in paragraph] for block in _blocks(lines) for paragraph in _paragraphs(block)]


def _levelled(texts: Sequence[str], corners: Sequence[np.ndarray]) -> list[Placed]:
    """The lines in a picture that is turned so that they are level."""
    ends = np.array([box[1] - box[0] for box in corners])
    longest = ends[np.argsort(-np.hypot(ends[:, 0], ends[:, 1]))][:20]
    angle = float(np.median(np.arctan2(longest[:, 1], longest[:, 0])))
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    boxes = [box @ turn for box in corners]
    return [
        Placed(index, text, *(float(side) for side in (*box.min(axis=0), *box.max(axis=0))))
        for index, (text, box) in enumerate(zip(texts, boxes, strict=True))
    ]


def _blocks(lines: list[Placed]) -> list[list[Placed]]:
    """Cut a page into columns and parts, again and again, until nothing can be cut."""
    height = float(np.median([line.height for line in lines]))
    columns = _cut(lines, [(line.left, line.right) for line in lines], COLUMN_GAP * height)
    if len(columns) > 1 and all(_is_column(column) for column in columns):
        return [block for column in columns for block in _blocks(column)]
    parts = _cut(lines, [(line.top, line.bottom) for line in lines], PART_GAP * height)
    if len(parts) > 1:
        return [block for part in parts for block in _blocks(part)]
    return [lines]


def _is_column(lines: list[Placed]) -> bool:
    characters = sum(len(line.text) for line in lines) / len(lines)
    return len(lines) >= MIN_COLUMN_LINES and characters >= MIN_COLUMN_CHARACTERS


def _cut(lines: list[Placed], spans: list[tuple[float, float]], gap: float) -> list[list[Placed]]:
    """Divide lines where their spans, on one axis, leave a gap."""
    parts: list[list[Placed]] = []
    end = float("-inf")
    for index in np.argsort([span[0] for span in spans]):
        begin = spans[index][0]
        if not parts or begin - end > gap:
            parts.append([])
        parts[-1].append(lines[index])
        end = max(end, spans[index][1]) if len(parts[-1]) > 1 else spans[index][1]
    return parts


def _paragraphs(block: list[Placed]) -> list[list[Placed]]:
    rows = _rows(block)
    steps = [_middle(below) - _middle(above) for above, below in zip(rows, rows[1:], strict=False)]
    usual = float(np.percentile(steps, 25)) if steps else 0.0
    right = max(line.right for line in block)
    paragraphs = [list(rows[0])]
    for above, below, step in zip(rows, rows[1:], steps, strict=False):
        if step > PARAGRAPH_STEP * usual or _begins_paragraph(above, below, right):
            paragraphs.append([])
        paragraphs[-1] += below
    return paragraphs


def _rows(block: list[Placed]) -> list[list[Placed]]:
    """Lines side by side, from left to right, in rows from top to bottom."""
    rows: list[list[Placed]] = []
    for line in sorted(block, key=lambda line: line.middle):
        if rows and line.middle - _middle(rows[-1]) < 0.5 * min(line.height, rows[-1][0].height):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _begins_paragraph(above: list[Placed], below: list[Placed], right: float) -> bool:
    """Whether a row begins a paragraph: a list's item, other type, or a word for which the row above had room."""
    if ITEM.match(below[0].text):
        return True
    ratio = below[0].height / above[0].height
    if not 1 / PARAGRAPH_HEIGHT < ratio < PARAGRAPH_HEIGHT:
        return True
    first = below[0]
    word = first.text.split()[0] if first.text.split() else ""
    character = (first.right - first.left) / max(1, len(first.text))
    return above[-1].right + (len(word) + 2) * character < right


def _middle(row: list[Placed]) -> float:
    return sum(line.middle for line in row) / len(row)
