"""What is shown and spoken of the text in a picture."""

from captioner.ocr.picture_text import PictureText, TextLine, Word, spoken_with_text, with_text

CAPTION = "A cup of coffee on a table."
BOX = 0.1, 0.2, 0.5, 0.3


def line(text: str, paragraph: int = 0, confidence: float = 0.99) -> TextLine:
    return TextLine(tuple(Word(word, confidence) for word in text.split()), BOX, paragraph)


def test_text_in_a_photo_comes_after_its_caption():
    text = PictureText((line("Fresh coffee"), line("and cakes")))
    assert with_text(CAPTION, text) == "A cup of coffee on a table. It says: Fresh coffee and cakes"


def test_of_a_photo_without_text_only_the_caption_is_said():
    assert with_text(CAPTION, PictureText()) == CAPTION
    assert with_text(CAPTION, None) == CAPTION
    assert spoken_with_text(CAPTION, PictureText()) == CAPTION


def test_a_page_is_its_text_in_paragraphs_and_no_caption():
    page = PictureText((line("Dear Mrs Lee,"), line("please bring your", 1), line("glasses.", 1)), is_page=True)
    assert with_text(CAPTION, page) == "This is mostly text:\nDear Mrs Lee,\nplease bring your glasses."
    assert page.text == "Dear Mrs Lee,\nplease bring your glasses."


def test_a_turned_page_says_so():
    page = PictureText((line("Invoice"),), is_page=True, rotation=90)
    assert page.statement == "This is mostly text, turned by 90 degrees:\nInvoice"


def test_doubtful_words_are_marked_where_people_read_them_but_not_in_the_text_itself():
    doubtful = PictureText((TextLine((Word("Dr", 0.99), Word("Bexxett", 0.5)), BOX, 0),))
    assert doubtful.statement == "It says: Dr Bexxett (unclear)"
    assert doubtful.spoken() == "It says: Dr Bexxett (unclear)"
    assert doubtful.text == "Dr Bexxett"


def test_at_most_the_first_lines_are_spoken_when_asked():
    page = PictureText(tuple(line(text, index) for index, text in enumerate(["One", "Two", "Three"])), is_page=True)
    assert page.spoken(2) == "This is mostly text: One Two"
    assert page.spoken() == "This is mostly text: One Two Three"


def test_a_text_that_was_not_read_to_its_end_says_so():
    page = PictureText((line("One"),), is_page=True, complete=False)
    assert page.statement.splitlines()[-1] == "There is more text, which took too long to read."


def test_a_word_that_is_divided_between_two_lines_is_joined():
    assert PictureText((line("a long appoint-"), line("ment on Tuesday"))).text == "a long appointment on Tuesday"
    assert PictureText((line("6 free-range eggs -"), line("and milk"))).text == "6 free-range eggs - and milk"


def test_json_has_the_lines_with_their_boxes_and_confidences():
    text = PictureText((line("Fresh coffee"),), rotation=180)
    assert text.to_dict() == {
        "text": [{"text": "Fresh coffee", "confidence": 0.99, "box": [0.1, 0.2, 0.5, 0.3], "paragraph": 0}],
        "mostly_text": False,
        "text_rotation": 180,
        "text_complete": True,
    }
