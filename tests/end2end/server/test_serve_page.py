"""The page of `captioner serve` in a real browser, with real photos."""

import base64
import re
import shutil
from pathlib import Path

import pytest

from captioner.caption import Caption
from captioner.ocr.picture_text import PictureText, TextLine, Word
from captioner.web.describer import Description
from tests.support.server import ROOT, serving

pytest.importorskip("playwright")
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

CAT, COFFEE = ROOT / "assets" / "cat.jpg", ROOT / "assets" / "coffee.jpg"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CAPTION = Caption("A dog.", (), -1.0, 0.02, (), {})
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this computer"),
]


@pytest.fixture(scope="module")
def server():
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        # Without a sandbox, which the system's administrator does not get.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, server):
    """The page, freshly opened. The test fails if it asks another computer for something or breaks its own rules."""
    context = browser.new_context(
        viewport={"width": 700, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    asked: list[str] = []
    problems: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: problems.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(server.root)
    yield page
    assert not problems
    assert all(address.startswith((server.root, "blob:", "data:")) for address in asked)
    context.close()


def describe(page: Page, *photos: Path) -> None:
    before = page.locator("article").count()
    page.set_input_files("#files", photos)
    expect(page.locator("article")).to_have_count(before + len(photos))


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]


def focused(page: Page) -> str:
    """The label of what has the focus."""
    label: str = page.evaluate(
        "const e = document.activeElement; e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText"
    )
    return label.strip()


def press_tab_until(page: Page, label: str) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        if focused(page) == label:
            return
    raise AssertionError(f"Tab does not reach {label}")


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    fits: bool = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    return fits


def test_photos_are_described_and_announced(page, statement):
    describe(page, CAT, COFFEE)
    latest, first = page.locator("article").all()
    expect(first.locator("h3")).to_have_text("cat.jpg")
    expect(first.locator(".statement")).to_have_text(statement(CAT))
    expect(latest.locator(".statement")).to_have_text(statement(COFFEE))
    expect(latest.locator(".confidence")).to_have_text(re.compile(r"^Confidence: .*\.$"))
    assert latest.locator(".others li").count() == 3
    expect(page.get_by_role("status")).to_have_text(f"coffee.jpg: {statement(COFFEE)}")


def test_every_task_can_be_done_with_the_keyboard(page, shipped, tmp_path):
    press_tab_until(page, "Choose photos")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(CAT)
    article = page.locator("article")
    caption = shipped.caption(CAT)
    expect(article.locator(".statement")).to_have_text(caption.statement)

    # Where each word came from.
    places = article.locator(".words button").evaluate_all("all => all.map((one) => one.ariaLabel)")
    assert [place.partition(": ")[0] for place in places] == [word.text for word in caption.words]
    assert article.locator(".attention").is_hidden()
    press_tab_until(page, places[0])
    first = article.locator(".attention").get_attribute("src")
    assert article.locator(".attention").is_visible()
    page.keyboard.press("ArrowRight")
    assert focused(page) == places[1]
    assert article.locator(".attention").get_attribute("src") != first
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert focused(page) == places[-1]
    page.keyboard.press("Home")
    assert focused(page) == places[0]

    # The caption is edited, heard, copied and saved.
    page.keyboard.press("Tab")
    assert focused(page).startswith("Caption, to edit")
    assert article.locator(".attention").is_hidden()
    page.keyboard.press("Control+a")
    page.keyboard.type("My cat & <me>.")
    page.keyboard.press("Tab")
    assert focused(page) == "Listen"
    with page.expect_request("**/api/speech?text=My*") as request:
        page.keyboard.press("Enter")
    assert request.value.response().status in (200, 206, 503)  # 503: this computer has no voice
    page.keyboard.press("Tab")
    assert focused(page) == "Copy caption"
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == "My cat & <me>."
    page.keyboard.press("Tab")
    assert focused(page) == "Download as HTML"
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "cat.html"
    download.value.save_as(tmp_path / "cat.html")
    saved = (tmp_path / "cat.html").read_text(encoding="utf-8")
    assert 'alt="My cat &amp; &lt;me&gt;."' in saved
    assert "data:image/jpeg;base64," in saved

    # Another caption takes its place.
    other = caption.alternatives[0].text
    press_tab_until(page, f"Use: {other}")
    page.keyboard.press("Enter")
    assert article.locator("textarea").input_value() == other


def test_photos_can_be_dropped_and_pasted(page, statement):
    give = """([kind, content]) => {
        const data = new DataTransfer();
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], `${kind}.jpg`, { type: "image/jpeg" }));
        const event = kind === "drop" ? new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true })
            : new ClipboardEvent(kind, { clipboardData: data, bubbles: true, cancelable: true });
        document.body.dispatchEvent(event);
    }"""
    content = base64.b64encode(CAT.read_bytes()).decode()
    for number, kind in enumerate(("drop", "paste")):
        page.evaluate(give, [kind, content])
        expect(page.locator("article")).to_have_count(number + 1)
        expect(page.locator("article h3").first).to_have_text(f"{kind}.jpg")
        expect(page.locator("article .statement").first).to_have_text(statement(CAT))


def test_a_picture_that_is_mostly_text_shows_its_text_in_place_of_a_caption(page):
    lines = [TextLine((Word(text, 0.99),), (0.1, 0.1, 0.9, 0.2), index) for index, text in enumerate(("Dear", "Lee"))]
    described = Description(CAPTION, PictureText(tuple(lines), is_page=True)).for_page()
    page.route("**/api/caption?page&text", lambda route: route.fulfill(json={"path": "note.png", **described}))
    page.get_by_label("Always read the text in the picture").check()
    describe(page, CAT)
    article = page.locator("article")
    assert article.locator(".statement").inner_text() == "This is mostly text:\nDear\nLee"
    assert article.locator("textarea").input_value() == "Dear\nLee"
    for part_of_caption in (".confidence", ".words", ".others"):
        assert article.locator(part_of_caption).is_hidden()
    assert violations(page) == []


def test_captions_are_spoken_as_they_arrive_if_the_user_wants_that(page):
    page.get_by_label("Speak each caption").check()
    with page.expect_request("**/api/speech?text=*"):
        describe(page, CAT)


def test_a_damaged_photo_costs_a_sentence_and_nothing_else(page, statement, tmp_path):
    damaged = tmp_path / "damaged.jpg"
    damaged.write_bytes(b"no photo")
    describe(page, damaged, CAT)
    latest, first = page.locator("article").all()
    expect(first.locator(".error")).to_have_text("This is text, not a photo. Open a photo.")
    expect(latest.locator(".statement")).to_have_text(statement(CAT))
    assert violations(page) == []


def test_the_page_waits_while_the_server_is_busy_and_says_when_it_is_gone(page, statement):
    answers = [429, 429]

    def answer(route):
        if answers:
            route.fulfill(status=answers.pop(), headers={"Retry-After": "0.1"}, json={"error": "Busy."})
        else:
            route.continue_()

    page.route("**/api/caption?page", answer)
    describe(page, CAT)
    expect(page.locator(".statement").first).to_have_text(statement(CAT))
    page.unroute("**/api/caption?page")
    page.route("**/api/caption?page", lambda route: route.abort())
    describe(page, CAT)
    expect(page.get_by_role("status")).to_contain_text("Captioner can't be reached.")


def test_nothing_keeps_people_out_whatever_colours_and_sizes_they_need(page):
    assert violations(page) == []
    describe(page, CAT)
    page.locator(".words button").nth(1).focus()
    for scheme, background in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(22, 22, 22)")):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == background
        assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 600})  # also what remains of 640 pixels at 200 %
    assert fits(page)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert fits(page)
    expect(page.get_by_role("button", name="Download as HTML")).to_be_visible()
    assert violations(page) == []


def test_it_works_without_javascript(browser, server, statement):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.root)
    page.set_input_files("#files", [ROOT / "setup.cfg", CAT])
    page.get_by_role("button", name="Describe").click()
    first, second = page.locator("article").all()
    expect(first).to_contain_text("This is text, not a photo.")
    expect(second).to_contain_text(statement(CAT))
    expect(second).to_contain_text("Confidence: ")
    expect(second).to_contain_text("cat: ")
    content = page.content()
    context.close()
    context = browser.new_context()
    page = context.new_page()  # axe-core needs JavaScript
    page.route("**/page.js", lambda route: route.abort())
    page.goto(server.root)
    page.set_content(content)
    assert violations(page) == []
    context.close()


def test_a_phone_gets_in_with_the_address_or_the_token(browser, statement):
    with serving("--lan") as lan:
        context = browser.new_context(viewport={"width": 390, "height": 800})
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(lan.root)
        assert violations(page) == []
        page.get_by_label("Token").fill("wrong")
        page.get_by_role("button", name="Continue").click()
        expect(page.locator("main")).to_contain_text("This is not the token.")
        page.get_by_label("Token").fill(lan.token.upper())
        page.keyboard.press("Enter")
        page.wait_for_selector("#files")
        page.context.clear_cookies()
        page.goto(lan.address)  # the address of this computer in the network, where copying works in another way
        assert "token" not in page.url
        describe(page, CAT)
        expect(page.locator(".statement")).to_have_text(statement(CAT))
        page.get_by_role("button", name="Copy caption").click()
        expect(page.get_by_role("status")).to_have_text("Copied.")
        page.locator("textarea").fill("")
        page.locator("textarea").press("Control+v")
        assert page.locator("textarea").input_value() != ""
        context.close()
