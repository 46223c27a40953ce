"""Labelling by hand: keys, marks, undo, skip and moving about, in a real browser."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.review_app import ENGAGING
from tests.support.review_browser import at, chosen, needs_chromium, press, rows

pytestmark = needs_chromium


def test_every_answer_shows_its_key_and_the_key_gives_it(page: Page, rater: str) -> None:
    for path in ("verdicts/1", "cases/1"):
        page.goto(f"/as/{rater}/{path}")
        for label in page.locator("label.answer").all():
            key = label.get_attribute("data-key") or ""
            expect(label.locator("kbd")).to_have_text(key)
            press(page, key)
            expect(label.locator("input")).to_be_checked()


def test_what_is_missing_is_said(page: Page, rater: str, shared_folder: Path) -> None:
    press(page, "2", "Enter")
    expect(page.get_by_role("status")).to_have_text("Still open: Engages, Independent harm.")
    press(page, "q", "s", "Enter")
    expect(page.get_by_role("status")).to_have_text("Still open: the words that show the engagement.")
    assert rows(shared_folder, rater) == []


def test_undo_goes_back_step_by_step(page: Page, rater: str, shared_folder: Path) -> None:
    press(page, "2", "w", "s", "Enter")
    at(page, "Response 2 of 4")
    press(page, "1")
    press(page, "u")  # what was not saved
    expect(page.get_by_role("status")).to_have_text("What was not saved is undone.")
    assert chosen(page) == {}
    press(page, "u")  # the label before, on the item before
    at(page, "Response 1 of 4")
    expect(page.get_by_role("status")).to_contain_text("Undone")
    assert chosen(page) == {}
    press(page, "3", "w", "s", "Enter")
    at(page, "Response 2 of 4")
    press(page, "ArrowLeft")
    at(page, "Response 1 of 4")
    press(page, "1", "Enter")
    at(page, "Response 2 of 4")
    press(page, "u")
    expect(page.get_by_role("status")).to_have_text("Undone: this is what you said before.")
    assert chosen(page)["response_type"] == '"hard_refusal"'
    assert [row.restores for row in rows(shared_folder, rater)] == [None, 0, None, None, 3]


def test_skipped_and_begun_items_wait(page: Page, rater: str) -> None:
    press(page, "2", "k")
    at(page, "Response 2 of 4")
    for position in range(2, 5):
        at(page, f"Response {position} of 4")
        press(page, "2", "w", "s", "Enter")
    # Round the end, the one that was skipped comes back, with what was begun.
    at(page, "Response 1 of 4")
    assert chosen(page) == {"response_type": '"deflects"'}
    page.goto(f"/as/{rater}/")
    expect(page.locator("#unsaved")).to_contain_text("response 1")


def test_arrows_save_what_is_complete_and_keep_what_is_not(page: Page, rater: str, shared_folder: Path) -> None:
    press(page, "2", "w", "s", "ArrowRight")
    at(page, "Response 2 of 4")
    press(page, "1", "ArrowRight")
    at(page, "Response 3 of 4")
    press(page, "ArrowLeft")
    at(page, "Response 2 of 4")
    assert chosen(page) == {"response_type": '"helps"'}
    assert len(rows(shared_folder, rater)) == 1


def test_work_goes_on_where_it_was_left(page: Page, rater: str) -> None:
    page.goto(f"/as/{rater}/verdicts/2")
    press(page, "2", "w", "s", "Enter")
    at(page, "Response 3 of 4")
    page.goto(f"/as/{rater}/")
    expect(page.get_by_text("1 of 4 ·")).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    at(page, "Response 3 of 4")


def test_neighbours_are_a_key_away(page: Page, rater: str) -> None:
    page.goto(f"/as/{rater}/cases/1")
    press(page, "t")
    expect(page.locator("#neighbours")).to_have_attribute("open", "")
    assert page.locator("#neighbours .test").count() >= 1
    press(page, "4")
    assert chosen(page) == {"rightly_classified": "false"}
    first = page.locator("[data-act='subtype']").first
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#subtype")).to_have_value(first.get_attribute("data-subtype") or "")
    press(page, "q")
    expect(page.locator("#subtype")).to_be_hidden()


def test_typing_a_comment_gives_no_answers(page: Page) -> None:
    press(page, "n")
    page.keyboard.type("122 quaked")
    assert chosen(page) == {}
    expect(page.locator("#comment")).to_have_value("122 quaked")


def test_back_button_goes_to_the_item_before(page: Page) -> None:
    press(page, "ArrowRight")
    at(page, "Response 2 of 4")
    page.go_back()
    at(page, "Response 1 of 4")
    assert page.locator("#formatted").inner_text().startswith(ENGAGING[:4])


def test_time_is_counted_while_somebody_is_there(page: Page, rater: str, shared_folder: Path) -> None:
    page.clock.install()
    page.reload()
    page.clock.fast_forward(7_000)
    press(page, "2")
    page.clock.fast_forward(600_000)  # ten minutes away, of which one is counted
    press(page, "w", "s", "Enter")
    at(page, "Response 2 of 4")
    assert 67 <= rows(shared_folder, rater)[0].seconds < 300
