"""What the user sees of a caption and can do with it, in a real window with real keys."""

import tkinter as tk
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import ImageGrab

from captioner.caption import Alternative, Caption, Word, confidence_sentence
from captioner.gui.session.photo_text import photo_text
from captioner.gui.style.fonts import FONTS
from captioner.gui.style.palettes import PALETTES
from captioner.gui.style.ttk_theme import apply_theme
from captioner.gui.widgets.caption_text import marks
from captioner.gui.widgets.caption_view import PROGRESS_DELAY, CaptionView
from captioner.gui.widgets.read_only_text import ReadOnlyText
from captioner.ocr.picture_text import PictureText, TextLine
from captioner.ocr.picture_text import Word as TextWord
from tests.support.program import wait_for

OTHERS = (
    "A brown dog is running through a field of tall grass.",
    "A dog is running through the grass with a large stick in its mouth and another one behind it.",
    "A dog plays.",
)


def caption(words: str = "a man 's dog runs through tall grass", confidence: float = 0.7) -> Caption:
    text = words.replace(" '", "'").capitalize() + "."
    weights = np.full((10, 10), 0.01, np.float32)
    return Caption(
        text=text,
        words=tuple(Word(word, -1.0, weights) for word in words.split()),
        log_probability=-9.0,
        confidence=confidence,
        alternatives=tuple(Alternative(other, -10.0) for other in OTHERS),
        seconds={},
    )


def box(widget: tk.Text, index: str) -> tuple[int, int, int, int]:
    """Left, top, width and height of a visible character."""
    found = widget.bbox(index)
    assert found
    return found


class Desk:
    """A window with a caption view, and its user."""

    def __init__(self, root: tk.Tk, text_size: int = 100, width: int = 700, height: int = 600, palette: str = "light"):
        self.root = root
        root.geometry(f"{width}x{height}+50+50")
        self.view = CaptionView(root)
        self.view.pack(fill="both", expand=True)
        self.dress(text_size, palette)
        self.words: list[tuple[int | None, str]] = []  # in the order in which they were marked
        self.view.bind("<<Word>>", lambda event: self.words.append((self.view.word, self.view.marked_text)))
        self.above: list[str] = []  # keys that reached the window
        for key in "Left", "Right", "Up", "Down", "Home", "End", "Prior", "Next", "space", "Escape", "Control-c":
            root.bind(f"<{key}>", lambda event, key=key: self.above.append(key))  # type: ignore[misc]
        self.until(root.winfo_viewable)
        root.focus_force()
        self.view.statement.focus_set()
        self.until(lambda: root.focus_get() is self.view.statement)

    def dress(self, text_size: int, palette: str = "light") -> None:
        apply_theme(self.root, PALETTES[palette], text_size)
        self.view.apply_palette(PALETTES[palette], FONTS)

    def until(self, predicate: Callable[[], object]) -> None:
        def look() -> object:
            self.root.update()
            return predicate()

        wait_for(look)

    def settle(self, milliseconds: int = 100) -> None:
        """Run the window for a while."""
        over = tk.BooleanVar(self.root)
        self.root.after(milliseconds, over.set, True)
        self.until(over.get)

    def press(self, *keys: str) -> None:
        for key in keys:
            focus = self.root.focus_get()
            assert focus
            focus.event_generate(f"<{key}>")
            self.root.update()

    def point(self, index: str) -> None:
        """Move the mouse to a character of the statement."""
        x, y, width, height = box(self.view.statement, index)
        self.view.statement.event_generate("<Motion>", x=x + width // 2, y=y + height // 2)

    def in_sight(self, widget: ReadOnlyText, index: str) -> bool:
        """Whether a line is completely visible."""
        place = widget.dlineinfo(index)
        if not place:
            return False
        top, bottom = widget.winfo_rooty() + place[1], widget.winfo_rooty() + place[1] + place[3]
        above, below = self.view.winfo_rooty(), self.view.status.winfo_rooty()
        return above <= top and bottom <= below


@pytest.fixture
def desk(root: tk.Tk) -> Desk:
    return Desk(root)


def test_the_words_of_a_statement_are_found() -> None:
    def written(statement: str, words: str) -> list[tuple[str, int | None]]:
        return [(statement[mark.begin : mark.end], mark.word) for mark in marks(statement, words.split())]

    assert written("A man's dog.", "a man 's dog") == [("A", 0), ("man's", 1), ("dog", 3)]
    assert written("They don't run.", "they do n't run") == [("They", 0), ("don't", 1), ("run", 3)]
    assert written("Probably: a dog, a b.", "a dog a b") == [
        ("Probably", None),
        ("a", 0),
        ("dog", 1),
        ("a", 2),
        ("b", 3),
    ]
    assert written("A dog: a dog runs.", "a dog runs")[:3] == [("A", None), ("dog", None), ("a", 0)]
    assert written("A t-shirt & 1.5 $.", "a t-shirt & 1.5 $")[1:] == [("t-shirt", 1), ("&", 2), ("1.5", 3), ("$", 4)]
    assert written("Not what it says.", "a dog") == [(word, None) for word in ("Not", "what", "it", "says")]
    assert written("", "") == []


def test_arrow_keys_go_from_word_to_word(desk: Desk) -> None:
    desk.view.show(caption())
    desk.press("Right", "Right", "Right", "Right", "Left", "End", "Right", "Home", "Left", "Escape")
    assert desk.words == [
        (None, "Probably"),
        (0, "a"),
        (1, "man's"),
        (3, "dog"),
        (1, "man's"),
        (7, "grass"),
        (None, "Probably"),
        (None, ""),
    ]
    assert desk.above == []
    assert (desk.view.word, desk.view.marked_text) == (None, "")


def test_a_key_that_goes_no_further_says_so(desk: Desk) -> None:
    told: list[str] = []
    for text in desk.view.statement, desk.view.alternatives:
        for event in (
            "<<FirstWord>>",
            "<<LastWord>>",
            "<<WordsLeft>>",
            "<<NoOthers>>",
            "<<FirstCaption>>",
            "<<LastCaption>>",
        ):
            text.bind(event, lambda _, event=event: told.append(event.strip("<>")))
    desk.view.show(caption())
    desk.press("Home", "Left", "Home", "End", "End", "Right", "Escape")
    assert told == ["FirstWord", "FirstWord", "LastWord", "LastWord", "WordsLeft"]
    told.clear()
    desk.press("Down", "Home", "Down", "Down", "Down", "End")
    assert told == ["FirstCaption", "LastCaption", "LastCaption"]
    told.clear()
    desk.press("Home", "Up")
    desk.view.show(replace(caption(), alternatives=()))
    desk.press("Down")
    assert told == ["NoOthers"]


def test_the_windows_own_keys_reach_it(desk: Desk) -> None:
    desk.view.show(caption())
    desk.press("Prior", "Next", "space", "Escape")
    desk.press("Down", "Left", "Right")
    assert desk.above == ["Prior", "Next", "space", "Escape", "Left", "Right"]


def test_a_marked_word_does_not_differ_by_colour_alone(desk: Desk) -> None:
    desk.view.show(caption())
    desk.press("Right", "Right")
    statement = desk.view.statement
    begin, end = statement.tag_ranges("marked")
    assert statement.get(begin, end) == "a"
    assert statement.tag_cget("marked", "underline")


def test_the_word_under_the_mouse_is_marked(desk: Desk) -> None:
    desk.view.show(caption())
    desk.root.update()
    dog = desk.view.statement.text.index("dog")
    desk.point(f"1.{dog + 1}")
    assert desk.words == [(3, "dog")]
    desk.point(f"1.{dog + 3}")  # the gap to the next word
    desk.point(f"1.{dog + 5}")
    desk.point("1.0")
    assert desk.words[1:] == [(4, "runs"), (None, "Probably")]
    x, y, width, height = box(desk.view.statement, "end - 2 chars")
    desk.view.statement.event_generate("<Motion>", x=x + width + 50, y=y)  # to the right of the text
    assert desk.view.marked_text == ""

    desk.press("Home")
    desk.point(f"1.{dog + 1}")
    desk.view.statement.event_generate("<Leave>")
    assert desk.view.marked_text == "Probably"  # as before the mouse moved


def test_another_caption_or_focus_leaves_no_word_marked(desk: Desk) -> None:
    desk.view.show(caption())
    desk.press("End")
    desk.view.show(caption("two cats"))
    assert desk.words[-1] == (None, "")
    desk.press("End")
    assert desk.words[-1] == (1, "cats")
    desk.press("Down")
    assert desk.words[-1] == (None, "")
    desk.view.show(None)
    assert desk.view.statement.text == ""
    assert not desk.view.alternatives.winfo_ismapped()


def test_text_is_selected_with_the_keyboard_and_the_mouse(desk: Desk) -> None:
    desk.view.show(caption())
    desk.press("Right", "Right", "Right", *["Shift-Right"] * 5)
    assert desk.view.selection() == "man's"
    assert desk.view.word is None
    desk.press("Right")
    assert (desk.view.selection(), desk.view.marked_text) == ("", "dog")
    desk.press("Shift-End")
    assert desk.view.selection() == "dog runs through tall grass."
    desk.press("Control-a")
    assert desk.view.selection() == desk.view.statement.text == "Probably: a man's dog runs through tall grass."
    assert desk.above == []
    desk.press("Control-c")
    assert desk.root.clipboard_get() == desk.view.statement.text

    statement = desk.view.statement
    (x, y, *_), (right, *_) = box(statement, "1.10"), box(statement, "1.17")
    statement.event_generate("<Button-1>", x=x, y=y + 5)
    statement.event_generate("<B1-Motion>", x=right, y=y + 5)
    statement.event_generate("<ButtonRelease-1>", x=right, y=y + 5)
    assert desk.view.selection() == "a man's"


def test_text_cannot_be_changed(desk: Desk) -> None:
    desk.view.show(caption())
    before = desk.view.statement.text
    desk.press("x", "BackSpace", "Delete", "Return", "Control-v", "Control-k")
    assert desk.view.statement.get("1.0", "end - 1 chars") == before


def test_alternatives_can_be_chosen_and_copied(desk: Desk) -> None:
    desk.view.show(caption())
    alternatives = desk.view.alternatives
    heard = []
    for key in "Down", "Down", "Down", "Down", "Up", "Home", "End":
        desk.press(key)
        heard.append(alternatives.spoken_value())
    positions = [1, 2, 3, 3, 2, 1, 3]
    assert heard == [f"{OTHERS[position - 1].removesuffix('.')}, {position} of 3" for position in positions]
    begin, end = alternatives.tag_ranges("marked")
    assert alternatives.get(begin, end) == f"3. {OTHERS[2]}"
    assert (desk.view.selection(), desk.view.chosen()) == ("", OTHERS[2])

    desk.press("Up", "Shift-End")
    assert alternatives.selection() in desk.view.selection() != OTHERS[1]
    desk.press("Home", "Up")
    assert desk.root.focus_get() is desk.view.statement
    assert (desk.view.selection(), desk.view.chosen()) == ("", "")
    assert desk.above == []

    x, y, _, height = box(alternatives, "3.5")
    alternatives.event_generate("<Button-1>", x=x, y=y + height // 2)
    alternatives.event_generate("<ButtonRelease-1>", x=x, y=y + height // 2)
    assert alternatives.sentence == OTHERS[2]
    assert desk.root.focus_get() is alternatives


def test_the_users_caption_stands_above_the_text_of_a_page(desk: Desk) -> None:
    page = PictureText((TextLine((TextWord("Invoice", 0.9),), (0, 0, 1, 1), 0),), is_page=True)
    desk.view.show(caption())
    desk.view.show_text(page)
    assert desk.view.statement.text == page.heading
    desk.view.show(caption(), photo_text(caption(), None, "My invoice."))
    desk.view.show_text(page)
    assert (desk.view.statement.text, desk.view.picture_text.text) == ("My invoice.", "Invoice")


def test_tab_leaves_the_texts(desk: Desk) -> None:
    desk.view.show(caption())
    other = tk.Button(desk.root)
    other.pack()
    desk.root.update()
    visited = []
    for key in "Tab", "Tab", "Tab", "Shift-Tab", "Shift-Tab", "Shift-Tab":
        desk.press(key)
        visited.append(desk.root.focus_get())
    view = desk.view
    assert visited == [view.confidence, view.alternatives, other, view.alternatives, view.confidence, view.statement]
    view.show(None)
    desk.press("Tab")
    assert desk.root.focus_get() is not view.confidence  # there is nothing to hear


@pytest.mark.parametrize("text_size", [100, 200, 300])
@pytest.mark.parametrize("width", [300, 900])
def test_text_of_any_size_is_complete(root: tk.Tk, text_size: int, width: int) -> None:
    desk = Desk(root, width=width, height=900)
    desk.view.show(caption(confidence=0.1))
    desk.view.message("A long message that says what is wrong and then what can be done about it by the user.")
    desk.dress(text_size)
    desk.settle()
    for prose in desk.view.statement, desk.view.alternatives:
        last = prose.dlineinfo("end - 1 chars")
        assert last
        assert last[1] + last[3] <= prose.winfo_height()
        assert prose.index("@0,0") == "1.0"
        assert prose.winfo_height() >= prose.winfo_reqheight()
        assert prose.winfo_width() <= width
    for label in desk.view.confidence, desk.view.status:
        assert label.winfo_height() >= label.winfo_reqheight()
        assert label.winfo_reqwidth() <= width
    assert desk.view.status.winfo_rooty() + desk.view.status.winfo_height() <= root.winfo_rooty() + root.winfo_height()


def test_text_that_is_too_large_for_the_window_scrolls_to_where_the_user_is(root: tk.Tk) -> None:
    desk = Desk(root, text_size=300, width=500, height=400)
    desk.view.show(caption())
    desk.settle()
    assert not desk.in_sight(desk.view.alternatives, "3.0")
    assert desk.in_sight(desk.view.statement, "1.0")
    desk.press("End")
    assert desk.in_sight(desk.view.statement, "end - 2 chars")
    desk.press("Down", "End")
    desk.until(lambda: desk.in_sight(desk.view.alternatives, "3.0"))
    desk.press("Home", "Up", "Home")
    desk.until(lambda: desk.in_sight(desk.view.statement, "1.0"))
    for _ in range(50):
        desk.view.statement.event_generate("<Button-5>")
    desk.until(lambda: desk.in_sight(desk.view.alternatives, "3.0"))
    desk.view.show(caption("two cats"))
    desk.until(lambda: desk.in_sight(desk.view.statement, "1.0"))


def test_a_scrollbar_takes_room_only_while_it_is_needed(root: tk.Tk) -> None:
    desk = Desk(root, text_size=200, width=700, height=300)
    desk.view.show(caption())
    desk.until(lambda: desk.view.statement.winfo_width() < 680)
    root.geometry("700x900")
    desk.until(lambda: desk.view.statement.winfo_width() == 700)


def test_nothing_moves_until_the_next_caption_comes(root: tk.Tk) -> None:
    desk = Desk(root)
    desk.view.pack(fill="x", expand=False)
    desk.settle()
    empty = desk.view.winfo_height()
    desk.view.show(caption())
    desk.until(lambda: desk.view.winfo_height() > empty + 50)
    desk.settle()
    full = desk.view.winfo_height()
    desk.view.show(None)
    desk.settle()
    assert desk.view.winfo_height() == full
    desk.view.show(replace(caption("two cats"), alternatives=()))
    desk.until(lambda: desk.view.winfo_height() < full - 50)


@pytest.mark.parametrize("palette", ["light", "dark", "high contrast"])
def test_a_ring_shows_where_the_focus_is(root: tk.Tk, display: str, palette: str) -> None:
    desk = Desk(root, palette=palette)
    desk.view.show(caption())
    desk.settle()

    def ring(widget: tk.Widget) -> str:
        x, y = widget.winfo_rootx() + widget.winfo_width() // 2, widget.winfo_rooty() + 1
        pixel = ImageGrab.grab((x, y, x + 1, y + 1), xdisplay=display).convert("RGB").getpixel((0, 0))
        return "#" + bytes(pixel).hex()  # type: ignore[arg-type]

    focus = PALETTES[palette].focus
    desk.until(lambda: ring(desk.view.statement) == focus)
    for widget in desk.view.confidence, desk.view.alternatives:
        assert ring(widget) != focus
        desk.press("Tab")
        desk.until(lambda widget=widget: ring(widget) == focus)  # type: ignore[misc]
        assert ring(desk.view.statement) != focus


def bar_of(desk: Desk) -> SimpleNamespace:
    """Watches the progress bar: how often it came and went, and whether it is shown."""
    (bar,) = (child for child in desk.view.winfo_children() if child.winfo_class() == "TProgressbar")
    seen = SimpleNamespace(shown=bar.winfo_ismapped, came=[], went=[])
    bar.bind("<Map>", lambda event: seen.came.append(event.time))
    bar.bind("<Unmap>", lambda event: seen.went.append(event.time))
    return seen


@pytest.mark.slow
def test_a_progress_bar_shows_that_something_takes_long(desk: Desk) -> None:
    bar = bar_of(desk)
    desk.view.show(caption())
    desk.settle()
    place = desk.view.status.winfo_rooty()
    desk.view.message("Captioning…", busy=True)
    assert desk.view.status["text"] == "Captioning…"
    assert not bar.shown()
    desk.view.message("Still captioning…", busy=True)
    desk.until(bar.shown)
    assert desk.view.status.winfo_rooty() == place
    desk.view.message("Done.")
    desk.until(lambda: not bar.shown())
    desk.settle(PROGRESS_DELAY)
    assert (len(bar.came), len(bar.went)) == (1, 1)
    assert desk.view.status["text"] == "Done."
    assert desk.view.status.winfo_rooty() == place


@pytest.mark.slow
def test_the_bar_does_not_flash(desk: Desk) -> None:
    bar = bar_of(desk)
    for _ in range(3):
        desk.view.message("Captioning…", busy=True)
        desk.settle(10)
        desk.view.message("Done.")
        desk.settle(10)
    desk.settle(2 * PROGRESS_DELAY)
    assert bar.came == []

    desk.view.message("Captioning…", busy=True)
    desk.until(bar.shown)
    desk.view.message("Done.")
    desk.settle(PROGRESS_DELAY // 5)
    desk.view.message("Captioning…", busy=True)
    desk.settle(2 * PROGRESS_DELAY)
    assert bar.shown()
    assert bar.went == []


def test_confidence_is_a_sentence() -> None:
    assert confidence_sentence(0.62) == "Confidence: about 6 in 10."
    assert confidence_sentence(0.01) == "Confidence: less than 1 in 20."
    assert confidence_sentence(0.99) == "Confidence: more than 19 in 20."


def test_a_view_that_is_closed_while_it_is_busy_leaves_nothing_behind(desk: Desk) -> None:
    failures: list[str] = []
    remember = desk.root.register(lambda message, options: failures.append(message))
    desk.root.tk.call("interp", "bgerror", "", remember)
    desk.view.message("Captioning…", busy=True)
    desk.view.show(caption())
    desk.view.destroy()
    desk.settle(2 * PROGRESS_DELAY)
    assert failures == []
