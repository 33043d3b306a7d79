"""What self-voicing says about the parts of the main window, and where keys go no further in them."""

from collections.abc import Callable

from captioner.gui.accessibility.self_voicing import SelfVoicing, describe
from captioner.gui.accessibility.widget_inspector import Description, descriptions
from captioner.gui.commands import BY_NAME
from captioner.gui.window import TITLE, Window

# What is said when a key changes nothing that could be said, by the event of the caption or of the other captions.
REPLIES = {
    "<<FirstWord>>": "First word.",
    "<<LastWord>>": "Last word.",
    "<<WordsLeft>>": "Back to the caption.",
    "<<NoOthers>>": "No other captions.",
    "<<FirstCaption>>": "First of the other captions.",
    "<<LastCaption>>": "Last of the other captions.",
}

# The same for the lists of all windows.
IN_LISTS = {"<<FirstLine>>": "First line.", "<<LastLine>>": "Last line.", "<<NoMatch>>": "No match."}


def narrate(window: Window, self_voicing: SelfVoicing, photo: Callable[[], str]) -> None:
    """Describe the window's parts.

    Args:
        photo: returns the shown photo in words.
    """
    descriptions[window.root] = Description(TITLE)  # without the photo's name, which the photo view says
    for name, button in window.controls.buttons.items():
        describe(button, shortcut=BY_NAME[name].shortcut)
    if invitation := window.invitation:
        describe(invitation.open_button, name="Open", shortcut=BY_NAME["open"].shortcut)
        for button in invitation.sample_buttons.values():
            describe(button, name=f"Sample photo {button['text']}")
    statement, alternatives = window.caption_view.statement, window.caption_view.alternatives
    describe(window.photo_view, name="Photo", role="picture", value=photo)
    describe(statement, name="Caption", value=lambda: statement.text or "none yet")
    describe(window.caption_view.editor, name="Edit the caption, Return keeps the change, Escape discards it")
    picture_text = window.caption_view.picture_text
    describe(picture_text, name="Text in the picture", value=picture_text.spoken_size)
    describe(alternatives, name="Other captions", role="list", value=alternatives.spoken_value)
    for event, sentence in REPLIES.items():
        for text in statement, picture_text, alternatives:
            text.bind(event, lambda event, sentence=sentence: self_voicing.end(sentence))  # type: ignore[misc]
    for event, sentence in IN_LISTS.items():
        window.root.bind_all(event, lambda event, sentence=sentence: self_voicing.end(sentence))  # type: ignore[misc]
