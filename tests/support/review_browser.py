"""What a person does with the review app in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from blind_refusal.review import Label, LabelStore
from tests.support.review_app import CHROMIUM, RunningReview

needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")


@contextmanager
def opened_context(browser: Browser, running: RunningReview) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=running.base)
    opened.set_default_timeout(20_000)
    yield opened
    opened.close()


def rows(folder: Path, rater: str) -> list[Label]:
    """Return everything that a rater has ever saved, oldest first."""
    with LabelStore.of_study(folder) as store:
        return [row for row in store.all_rows() if row.rater == rater]


def enter(context: BrowserContext, running: RunningReview, name: str) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    page.goto(running.links[name])
    page.wait_for_url(f"**/as/{name}/")
    return page


def at(page: Page, title: str) -> None:
    """Wait until an item is there and can be answered."""
    expect(page).to_have_title(f"{title} · study")
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def chosen(page: Page) -> dict[str, str]:
    """Return the answers that are chosen on the page."""
    return {
        radio.get_attribute("name") or "": radio.get_attribute("value") or ""
        for radio in page.locator("#questions input[type='radio']:checked").all()
    }


def select(page: Page, words: str) -> None:
    """Select words of the response, as with a mouse."""
    page.evaluate(
        """(words) => {
          const root = document.querySelector(".text:not([hidden])");
          const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
          let text = "", places = [];
          while (walker.nextNode()) for (let i = 0; i < walker.currentNode.data.length; i++) {
            text += walker.currentNode.data[i]; places.push([walker.currentNode, i]);
          }
          const at = text.indexOf(words);
          const [last, offset] = places[at + words.length - 1];
          getSelection().setBaseAndExtent(...places[at], last, offset + 1);
        }""",
        words,
    )
