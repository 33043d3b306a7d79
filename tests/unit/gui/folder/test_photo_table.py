from pathlib import Path

import pytest

from captioner.batch.caption_cache import KnownPhoto
from captioner.caption import HEDGES, Caption
from captioner.gui.folder.photo_table import Outcome, PhotoTable

# The least confidence of a caption that begins with "Probably", and with "Possibly".
PROBABLY, POSSIBLY = HEDGES[1][0], HEDGES[2][0]
CONFIDENCES = {"photo1.jpg": 0.95, "photo2.jpg": 0.1, "photo3.jpg": PROBABLY, "photo4.jpg": POSSIBLY}


def outcome(text: str, confidence: float, *, edited: str | None = None, author: str = "", saved: str = "") -> Outcome:
    return Outcome(KnownPhoto(text, "", author, saved), Caption(text, (), -1.0, confidence, (), {}), edited)


@pytest.fixture
def table() -> PhotoTable:
    """Six photos: four captions, one that failed, and one that waits."""
    names = [*CONFIDENCES, "photo5.jpg", "photo10.jpg"]
    table = PhotoTable([Path("/photos", name) for name in names])
    for index, (name, confidence) in enumerate(CONFIDENCES.items()):
        table.rows[index].take(outcome(f"A dog in {name}.", confidence))
    table.rows[4].take(Outcome(error="The file is empty."))
    return table


def names(table: PhotoTable) -> list[str]:
    return [table.rows[index].name for index in table.shown()]


def states(table: PhotoTable) -> list[str]:
    return [row.state for row in table.rows]


def test_every_row_says_what_became_of_its_photo(table):
    assert states(table) == ["Captioned", "Unsure", "Captioned", "Unsure", "Failed", "Waiting"]
    doubted, failed = table.rows[1], table.rows[4]
    guess = "I can't describe this picture reliably. My best guess: a dog in photo2.jpg."
    assert doubted.cells == ("photo2.jpg", guess, "about 1 in 10", "Unsure")
    assert failed.cells == ("photo5.jpg", "The file is empty.", "", "Failed")


def test_the_least_certain_come_first_and_the_users_own_after_them(table):
    table.rows[1].edit("My dog.")
    table.sort("Confidence")
    assert names(table)[:4] == ["photo4.jpg", "photo3.jpg", "photo1.jpg", "photo2.jpg"]
    assert set(names(table)[4:]) == {"photo5.jpg", "photo10.jpg"}
    table.sort("Confidence")
    assert names(table)[2] == "photo2.jpg"


def test_names_are_in_the_order_of_the_folder(table):
    table.sort("Name")
    assert names(table) == [row.name for row in table.rows]
    table.sort("Name")
    assert names(table) == [row.name for row in reversed(table.rows)]


def test_states_and_captions_sort_as_well(table):
    table.sort("State")
    assert names(table)[:2] == ["photo2.jpg", "photo4.jpg"]
    assert names(table)[-2:] == ["photo5.jpg", "photo10.jpg"]
    table.sort("Caption")
    assert names(table)[:4] == list(CONFIDENCES)


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("All", 6),
        ("Unsure", 2),
        ("Edited", 1),
        ("Saved", 1),
        ("Not saved", 3),
        ("Failed", 1),
        ("Waiting", 1),
        ("Has text", 0),
    ],
)
def test_a_filter_shows_photos_in_a_state(table, state, shown):
    table.rows[0].edit("My dog.")
    table.rows[2].saved = table.rows[2].text
    table.state = state
    assert len(table.shown()) == shown


def test_words_are_found_in_names_and_captions(table):
    table.words = "DOG o3"
    assert names(table) == ["photo3.jpg"]
    table.words = "empty"
    assert names(table) == ["photo5.jpg"]


def test_an_edited_caption_loses_its_doubt_and_a_later_edit_makes_a_saved_one_unsaved(table):
    table.rows[1].edit("My dog.")
    row = table.rows[1]
    assert row.cells == ("photo2.jpg", "My dog.", "yours", "Edited")
    assert row.is_reliable
    row.saved = row.text
    assert row.state == "Saved"
    table.rows[1].edit("My dogs.")
    assert row.state == "Edited"
    table.rows[1].edit(None)
    assert row.state == "Unsure"
    assert not row.is_reliable


def test_a_caption_of_an_earlier_session_is_still_edited_and_saved():
    table = PhotoTable([Path("/photos/a.jpg"), Path("/photos/b.jpg")])
    table.rows[0].take(outcome("A dog.", 0.1, edited="My dog."))
    table.rows[1].take(outcome("A cat.", 0.9, saved="A cat."))
    assert states(table) == ["Edited", "Saved"]


def test_what_a_photo_says_of_itself_comes_before_the_caption_and_needs_no_saving():
    table = PhotoTable([Path("/photos/a.jpg"), Path("/photos/b.jpg")])
    table.rows[0].take(outcome("A dog.", 0.1, author="Rex in the garden."))
    table.rows[1].take(outcome("A cat.", 0.9, author="A cat."))  # a caption that was saved, here or by the command
    row = table.rows[0]
    assert row.cells == ("a.jpg", "Its author says: Rex in the garden.", "its author's", "Has text")
    assert not row.is_unsaved
    assert table.rows[1].state == "Saved"
    table.rows[0].edit("Rex.")
    assert (row.statement, row.state, row.is_unsaved) == ("Rex.", "Edited", True)
    table.rows[0].edit(None)
    assert row.text == "Rex in the garden."


def test_photos_of_folders_below_have_their_folders_in_their_names():
    table = PhotoTable([Path("/photos/a.jpg"), Path("/photos/below/b.jpg")])
    assert [row.name for row in table.rows] == ["a.jpg", str(Path("below/b.jpg"))]
