"""What the program knows of unsaved captions, for its question at the end."""

from pathlib import Path

import pytest

from captioner.caption import Caption
from captioner.gui.folder.session import FolderSession
from captioner.gui.session.events import CaptionReady
from captioner.output.alt_text import AltText
from captioner.photos.source import PhotoSource

PHOTO = Path("/photos/cat.jpg")
SOURCE = PhotoSource(path=PHOTO)
CAPTION = Caption("A cat.", (), -1.0, 0.9, (), {})


@pytest.fixture
def session() -> FolderSession:
    """A session in which no folder has been opened."""
    return FolderSession(None, None, None, lambda sentence, is_end: None)  # type: ignore[arg-type]


def shown(author: str = "", edit: str | None = None, source: PhotoSource = SOURCE) -> CaptionReady:
    """A photo with its caption, what it says of itself, and the user's caption for it."""
    return CaptionReady(1, source, CAPTION, AltText(author, "XMP") if author else None, "1", edit)


def unsaved(session: FolderSession) -> list[str]:
    return [row.text for row in session.unsaved(only_edits=True)]


def test_an_edit_of_a_single_photo_is_unsaved_until_it_is_saved_as_it_is(session):
    session.edited(shown(), "My cat.")
    assert unsaved(session) == ["My cat."]
    session.saved({PHOTO: "My cat."})
    assert unsaved(session) == []
    session.edited(shown(author="My cat.", edit="My cat."), "My black cat.")
    assert unsaved(session) == ["My black cat."]
    assert session.unsaved(only_edits=True)[0].saved == "My cat."  # which it may replace


def test_an_edit_that_was_taken_back_is_not_unsaved(session):
    session.edited(shown(), "My cat.")
    session.edited(shown(edit="My cat."), None)
    assert unsaved(session) == []


def test_what_the_photo_says_already_is_not_unsaved(session):
    session.edited(shown(author="Tom."), "Tom.")
    assert unsaved(session) == []
    session.edited(shown(author="Tom.", edit="Tom."), "Tom, asleep.")
    assert unsaved(session) == ["Tom, asleep."]
    assert session.unsaved(only_edits=True)[0].author == "Tom."


def test_a_pasted_photo_cannot_be_saved(session):
    session.edited(shown(source=PhotoSource(content=b"photo")), "My cat.")
    assert unsaved(session) == []
