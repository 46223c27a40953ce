"""Marking the words that show the engagement, in a real browser."""

from playwright.sync_api import Page, expect

from tests.support.review_browser import at, chosen, needs_chromium, press, select

pytestmark = needs_chromium


def test_marked_words_are_highlighted_in_both_views_and_after_coming_back(page: Page) -> None:
    select(page, "chairman who sells suits should")
    press(page, "m")
    expect(page.locator(".quote")).to_have_text("chairman who sells suits should")
    assert "".join(page.locator("#formatted mark").all_text_contents()) == "chairman who sells suits should"
    assert chosen(page)["engages_with_defeat"] == "true"
    press(page, "v")
    assert "".join(page.locator("#plain mark").all_text_contents()) == "chairman who *sells suits* should"
    press(page, "2", "s", "Enter")
    at(page, "Response 2 of 4")
    assert page.locator("mark").count() == 0
    press(page, "ArrowLeft")
    at(page, "Response 1 of 4")
    assert page.locator("#formatted mark").count() > 0
    page.get_by_role("button", name="Remove the mark").click()
    assert page.locator("mark").count() == 0
    assert page.locator("#formatted").inner_text().startswith("I am [assistant], and I see")


def test_marking_over_list_items_is_accepted(page: Page) -> None:
    page.evaluate(
        "getSelection().selectAllChildren(document.querySelector('#formatted ol'))",
    )
    expect(page.locator("#mark")).to_be_visible()
    page.locator("#mark").click()
    expect(page.locator(".quote")).to_have_text("Ask the committee. Swim elsewhere.")
    press(page, "2", "s", "Enter")
    at(page, "Response 2 of 4")


def test_key_without_a_selection_says_what_to_do(page: Page) -> None:
    press(page, "m")
    expect(page.get_by_role("status")).to_have_text("Select words of the response first, then press m.")
