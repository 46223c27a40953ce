"""Saving that fails: the answer stays, and can be sent again; in a real browser."""

import resource
import sqlite3
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from blind_refusal.review import VerdictValues
from tests.support.review_app import RunningReview
from tests.support.review_browser import at, chosen, needs_chromium, press, rows

pytestmark = needs_chromium

# The next request of the page arrives and is answered, and the answer is lost on its way back.
LOSE_ONE_ANSWER = """() => {
  const really = window.fetch;
  window.fetch = async (...request) => {
    window.fetch = really;
    await really(...request);
    throw new TypeError("network error");
  };
}"""


def test_locked_store_keeps_the_answer_in_the_page_and_after_a_reload(anas: Page, folder: Path) -> None:
    page = anas
    blocker = sqlite3.connect(folder / "labels.sqlite", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    press(page, "2", "w", "s", "n")
    page.keyboard.type("a thought")
    press(page, "Escape", "Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("is locked by another program", timeout=20_000)
    expect(alert).to_contain_text("Not saved.")
    expect(alert).to_contain_text("kept in this browser")
    assert len(chosen(page)) == 3
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Not saved.")
    assert len(chosen(page)) == 3
    expect(page.locator("#comment")).to_have_value("a thought")
    blocker.execute("ROLLBACK")
    blocker.close()
    page.get_by_role("button", name="Send again").click()
    at(page, "Response 2 of 4")
    assert [row.comment for row in rows(folder, "ana")] == ["a thought"]


def test_server_that_is_gone_and_comes_back(anas: Page, folder: Path, running: RunningReview) -> None:
    page = anas
    press(page, "2", "w", "s")
    running.kill()
    press(page, "Enter")
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached")
    press(page, "ArrowRight")
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    with RunningReview(folder, port=running.port):
        page.get_by_role("button", name="Send again").click()
        at(page, "Response 2 of 4")
    assert len(rows(folder, "ana")) == 1


def test_answer_that_was_saved_but_never_acknowledged_counts_once(page: Page, rater: str, shared_folder: Path) -> None:
    page.evaluate(LOSE_ONE_ANSWER)
    press(page, "2", "w", "s", "Enter")
    expect(page.get_by_role("alert")).to_contain_text("Not saved.")
    assert len(rows(shared_folder, rater)) == 1, "the server had saved it"
    page.get_by_role("button", name="Send again").click()
    at(page, "Response 2 of 4")
    assert len(rows(shared_folder, rater)) == 1


def test_what_is_changed_while_an_answer_is_on_its_way_is_not_lost(page: Page, rater: str, shared_folder: Path) -> None:
    held: list[Route] = []
    page.route("**/label", lambda route: held.append(route), times=1)  # noqa: PLW0108 - a built-in cannot be marked
    press(page, "2", "w", "s", "Enter")
    expect(page.get_by_role("status")).to_have_text("Saving …")
    press(page, "1")
    held[0].continue_()
    expect(page.get_by_role("alert")).to_contain_text("What you changed since is not saved yet")
    at(page, "Response 1 of 4")
    assert chosen(page)["response_type"] == '"helps"'
    press(page, "Enter")
    at(page, "Response 2 of 4")
    said = [row.values for row in rows(shared_folder, rater)]
    assert [one.response_type for one in said if isinstance(one, VerdictValues)] == ["deflects", "helps"]


def test_full_disk_keeps_the_answer_in_the_page(anas: Page, folder: Path, running: RunningReview) -> None:
    page = anas
    limits = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (0, limits[1]))  # no file of the server may grow
    press(page, "2", "w", "s", "Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("full", timeout=20_000)
    expect(alert).to_contain_text("Not saved.")
    assert len(chosen(page)) == 3
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, limits)
    page.get_by_role("button", name="Send again").click()
    at(page, "Response 2 of 4")
    assert len(rows(folder, "ana")) == 1
