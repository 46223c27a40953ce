"""How the pages fit, follow the colour scheme, and serve keyboard and screen reader."""

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.review_app import RunningReview
from tests.support.review_browser import at, chosen, enter, needs_chromium, press

pytestmark = needs_chromium


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_fit_and_follow_the_scheme(
    page: Page, rater: str, browser: Browser, lead_cookies: list[Any], width: int, scheme: str, shared: RunningReview
) -> None:
    press(page, "2", "w", "s", "Enter")
    at(page, "Response 2 of 4")
    other = browser.new_context(
        viewport={"width": width, "height": 844},
        base_url=shared.base,
        color_scheme="dark" if scheme == "dark" else "light",
        storage_state=page.context.storage_state(),
    )
    other.add_cookies(lead_cookies)
    seen = other.new_page()
    said: list[str] = []
    seen.on("console", lambda message: said.append(message.text))
    paths = ["", "cases/1", "verdicts/1", "verdicts/done", "agreement/verdicts", "adjudicate/verdicts/all"]
    for path in paths:
        name = "lead" if path.startswith("a") else rater
        seen.goto(f"/as/{name}/{path}")
        assert seen.evaluate("document.documentElement.scrollWidth") <= width, path
    seen.goto(f"/as/{rater}/verdicts/1")
    dark = "rgb(16, 21, 26)"
    background = "getComputedStyle(document.body).backgroundColor"
    assert (seen.evaluate(background) == dark) is (scheme == "dark")
    seen.get_by_role("button", name="Light or dark").click()
    assert (seen.evaluate(background) == dark) is (scheme == "light")
    seen.reload()
    assert (seen.evaluate(background) == dark) is (scheme == "light")
    assert said == []
    save = seen.get_by_role("button", name="Save and go on")
    expect(save).to_be_in_viewport()
    other.close()


def test_the_form_can_be_used_with_the_tab_key_and_a_screen_reader(page: Page) -> None:
    press(page, "Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the questions"
    press(page, "Enter", "Tab")
    assert page.evaluate("document.activeElement.name") == "response_type"
    press(page, "Space")
    assert chosen(page) == {"response_type": '"helps"'}
    press(page, "ArrowDown")
    assert chosen(page) == {"response_type": '"deflects"'}
    face = page.locator("input:checked + .face")
    assert face.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    group = page.get_by_role("group", name="Does the response weigh whether the rule deserves to be kept here?")
    expect(group.get_by_role("radio", name="cannot tell")).to_be_visible()
    press(page, "ArrowRight")
    at(page, "Response 2 of 4")
    press(page, "?")
    expect(page.get_by_role("dialog", name="Keys and definitions")).to_be_visible()
    press(page, "1")
    assert chosen(page) == {}
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_browser_asks_nothing_of_anybody_else(context: BrowserContext, running: RunningReview) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    ana = enter(context, running, "ana")
    for path in ("cases/1", "verdicts/1"):
        ana.goto(f"/as/ana/{path}")
    assert asked
    assert [url for url in asked if not url.startswith(running.base)] == []
