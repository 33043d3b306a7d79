"""The order in which lines are read."""

import numpy as np

from captioner.ocr.layout import reading_order

HEIGHT = 20


def corners(left: float, top: float, width: float, angle: float = 0.0) -> np.ndarray:
    box = np.array([(left, top), (left + width, top), (left + width, top + HEIGHT), (left, top + HEIGHT)], float)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return box @ turn


def order(*lines: tuple[str, float, float, float], angle: float = 0.0) -> list[list[str]]:
    texts = [line[0] for line in lines]
    found = reading_order(texts, [corners(*line[1:], angle) for line in lines])
    return [[texts[index] for index in paragraph] for paragraph in found]


def test_columns_are_read_one_after_the_other():
    found = order(
        ("the first column has", 0, 0, 200),
        ("the second column has", 300, 0, 200),
        ("two lines of some text", 0, 28, 200),
        ("two other lines of text", 300, 28, 200),
    )
    assert found == [
        ["the first column has", "two lines of some text"],
        ["the second column has", "two other lines of text"],
    ]


def test_a_heading_over_two_columns_comes_first():
    found = order(
        ("left column, first line", 0, 60, 200),
        ("right column, first line", 300, 60, 200),
        ("left column, second line", 0, 88, 200),
        ("right column, second line", 300, 88, 200),
        ("A heading over the whole page", 0, 0, 500),
    )
    assert found[0] == ["A heading over the whole page"]
    assert found[1][0] == "left column, first line"


def test_a_table_is_read_row_by_row():
    found = order(("Milk", 0, 0, 50), ("1.20", 300, 0, 40), ("Bread", 0, 28, 60), ("2.50", 300, 28, 40))
    assert [text for paragraph in found for text in paragraph] == ["Milk", "1.20", "Bread", "2.50"]


def test_paragraphs_end_where_a_line_leaves_room_or_a_gap_follows():
    found = order(
        ("the first paragraph is full", 0, 0, 300),
        ("and ends here", 0, 28, 140),
        ("the second paragraph is full", 0, 56, 300),
        ("also in the second line of it", 0, 84, 300),
        ("the third one comes after a gap", 0, 126, 300),
    )
    assert [len(paragraph) for paragraph in found] == [2, 2, 1]


def test_items_of_a_list_are_kept_apart():
    assert order(("• eggs and some more", 0, 0, 200), ("• milk and some more", 0, 28, 200)) == [
        ["• eggs and some more"],
        ["• milk and some more"],
    ]


def test_lines_that_are_askew_are_read_from_top_to_bottom():
    lines = [(f"line {number} of a page askew", 0.0, 28.0 * number, 600.0) for number in range(5)]
    assert order(*reversed(lines), angle=0.1) == [[line[0] for line in lines]]


def test_without_lines_there_is_nothing_to_read():
    assert reading_order([], []) == []
