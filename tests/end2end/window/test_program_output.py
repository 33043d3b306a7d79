"""What the program shows and gives away: attention, and captions as text, HTML and sound."""

import base64
import re
import wave
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops

from captioner import Captioner
from tests.support.desktop import clipboard
from tests.support.program import Program, User
from tests.support.soundcard import loudness

Start = Callable[..., Program]
Statement = Callable[[Path], str]


def has_text(path: Path, text: str) -> bool:
    return path.read_text() == text


def brightness(image: Image.Image, photo: Image.Image) -> np.ndarray:
    """The brightness of each of 10 x 10 regions of a photo that was fitted into an image."""
    scale = min(image.width / photo.width, image.height / photo.height)
    width, height = round(photo.width * scale), round(photo.height * scale)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    regions = image.convert("L").crop((left, top, left + width, top + height)).resize((10, 10), Image.Resampling.BOX)
    return np.asarray(regions).astype(float)


def test_the_photo_shows_where_a_word_came_from(program: Start, user: User, shipped: Captioner) -> None:
    path = user.album()[3]
    caption, photo = shipped.caption(path), Image.open(path)
    user.choose(self_voicing=True)
    one = program(path)
    one.await_photo(path, caption.statement)
    one.wait_until_idle()
    plain = one.view()

    one.go_to("captiontext")
    one.keys("End")
    one.wait_for(lambda: one.utterances()[-1].startswith(f"{caption.words[-1].text}: "))  # and its place
    attention = caption.words[-1].attention_weights.ravel()

    def is_lit() -> bool:
        light = (brightness(one.view(), photo) / brightness(plain, photo)).ravel()
        return bool(light[attention.argmax()] > 1.2 * light[attention.argmin()])

    one.wait_for(is_lit)
    last = one.view()
    one.keys("Left", "Left")
    one.wait_for(lambda: ImageChops.difference(one.view(), last).getbbox())  # another word comes from another place
    one.keys("ctrl+l")
    one.await_utterance("Attention off")
    one.wait_for(lambda: one.view() == plain)
    one.keys("End")
    one.await_utterance(caption.words[-1].text)
    assert one.view() == plain
    one.keys("ctrl+l")
    one.wait_for(lambda: one.view() == last)
    one.keys("Escape")
    one.wait_for(lambda: one.view() == plain)

    # Move the mouse to the middle of the caption's last letter.
    left, top, _, _ = one.sight.box("captiontext")
    place = "[lsearch -inline [sight_collect list] *!captiontext]"
    x, y, width, height = map(int, one.sight.list_of(f"{place} bbox end-3c"))
    one.xdotool("mousemove", left + x + width // 2, top + y + height // 2)
    one.wait_for(lambda: one.view() == last)
    one.xdotool("mousemove", left, top - 10)
    one.wait_for(lambda: one.view() == plain)
    one.close()


def test_the_caption_is_copied(program: Start, user: User, shipped: Captioner) -> None:
    photo = user.album()[1]
    caption = shipped.caption(photo)
    one = program(photo)
    one.await_photo(photo, caption.statement)
    one.keys("ctrl+c")
    one.await_text("Copied.")
    assert clipboard(one) == caption.text

    one.go_to("captiontext")
    one.keys("ctrl+a", "ctrl+c")
    one.wait_for(lambda: clipboard(one) == caption.statement)

    one.keys("ctrl+shift+c")
    one.await_text("Photo and caption copied as HTML.")
    html = clipboard(one, "text/html")
    assert re.findall('alt="(.*?)"', html) == re.findall("<figcaption>(.*?)</figcaption>", html) == [caption.text]
    content = base64.b64decode(re.findall('src="data:image/jpeg;base64,(.*?)"', html)[0])
    difference = ImageChops.difference(Image.open(BytesIO(content)), Image.open(photo).convert("RGB"))
    assert np.asarray(difference).mean() < 5
    assert clipboard(one) == caption.text  # for programs that cannot paste HTML
    one.keys("ctrl+v")  # the photo in the HTML
    one.wait_for(lambda: one.title() == "Pasted photo – Captioner")
    one.close()
    assert clipboard(one) == caption.text
    assert clipboard(one, "text/html") == html


def test_the_caption_is_saved_next_to_the_photo(program: Start, user: User, shipped: Captioner) -> None:
    photo = user.album()[1]
    text, content = photo.with_suffix(".txt"), f"{shipped.caption(photo).text}\n"
    one = program(photo)
    one.await_photo(photo, shipped.caption(photo).statement)
    one.keys("ctrl+s")
    one.await_text("Saved as cat.txt.")
    assert text.read_text() == content

    text.write_text("mine")
    for keys, expected in (("Return",), "mine"), (("shift+Tab", "Return"), content):
        one.keys("ctrl+s")
        one.await_title("Save Caption", focus=".no")
        one.await_text("cat.txt already exists. Replace it?")
        one.keys(*keys)
        one.await_photo(photo, shipped.caption(photo).statement)
        one.wait_for(partial(has_text, text, expected))
    one.close()


def test_the_speech_is_saved(program: Start, user: User, statement: Statement) -> None:
    photo = user.album()[1]
    user.choose(self_voicing=False)
    one = program(photo)
    one.await_photo(photo, statement(photo))
    one.keys("ctrl+shift+s")
    one.await_title("Save Speech", focus=".ent")
    one.await_text("cat.wav")
    one.keys("Return")
    one.await_text("Speech saved as cat.wav.")
    with wave.open(str(photo.with_suffix(".wav"))) as file:
        seconds = file.getnframes() / file.getframerate()
        sound = file.readframes(file.getnframes())
    assert 1 < seconds < 20
    assert loudness(sound) > 300
    assert one.utterances() == [statement(photo)]
    one.wait_for(lambda: abs(user.card.seconds() - seconds) < 0.1)  # it sounds as long as the spoken caption
    one.close()
