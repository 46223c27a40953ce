"""Hostile responses in a real browser: nothing runs, nothing is loaded, and the page stays usable."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from blind_refusal.review import LabelStore, Phase
from blind_refusal.review.app.rendering import RENDERED_LIMIT, render
from tests.review.hostile_responses import RESPONSES
from tests.support.review_app import RunningReview, make_study
from tests.support.review_browser import enter, needs_chromium, opened_context

pytestmark = needs_chromium

_USABLE = """() => {
  const button = document.querySelector("[data-act='save']");
  const box = button.getBoundingClientRect();
  const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const shown = [...document.querySelectorAll("#formatted *")];
  return {
    wide: document.documentElement.scrollWidth,
    pressable: button.contains(hit),
    forms: document.querySelectorAll("#questions").length,
    owned: "owned" in window,
    elements: [...new Set(shown.map((node) => node.tagName.toLowerCase()))],
    attributes: [...new Set(shown.flatMap((node) => node.getAttributeNames()))],
  };
}"""
_ELEMENTS = set(
    "p div ul ol li blockquote pre hr br table thead tbody tr th td em strong s code span".split()  # noqa: SIM905
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_study(tmp_path_factory.mktemp("hostile") / "study", RESPONSES).folder


@pytest.fixture(scope="module")
def visited(browser: Browser, folder: Path) -> Iterator[Page]:
    """A page on which somebody is signed in."""
    with (
        RunningReview(folder, "--phase", "verdicts", "--strata", "none") as review,
        opened_context(browser, review) as context,
    ):
        yield enter(context, review, "rater-1")


def test_there_are_a_hundred_of_them() -> None:
    assert len(set(RESPONSES)) == len(RESPONSES) >= 100


def test_nothing_runs_or_loads_and_every_response_can_be_labelled(visited: Page, folder: Path) -> None:
    page = visited
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    page.goto("/as/rater-1/verdicts/1")
    total = len(RESPONSES) + 1
    for position in range(1, total + 1):
        expect(page).to_have_title(f"Response {position} of {total} · study")
        for key in ("v", "v"):
            page.keyboard.press(key)
        state = page.evaluate(_USABLE)
        assert set(state.pop("elements")) <= _ELEMENTS
        assert set(state.pop("attributes")) <= {"class", "start"}
        item = page.locator("main").get_attribute("data-item")
        assert (item, state) == (item, {"wide": 1280, "pressable": True, "forms": 1, "owned": False})
        for key in ("2", "w", "s", "Enter"):
            page.keyboard.press(key)
    page.wait_for_url("**/done")
    assert [url for url in asked if not url.startswith(page.url.split("/as/")[0])] == []
    assert said == []
    with LabelStore.of_study(folder) as store:
        assert len(store.labels("rater-1", Phase.VERDICTS)) == total


def _positions(folder: Path, texts: Callable[[str], bool]) -> list[int]:
    """Return where in the rater's order the responses stand whose text is such a one."""
    with LabelStore.of_study(folder) as store:
        order = [int(one.item_id.split("-")[1]) for one in store.assignments("rater-1", Phase.VERDICTS)]
    return [place for place, number in enumerate(order, 1) if number < len(RESPONSES) and texts(RESPONSES[number])]


def test_hovering_and_pressing_what_looks_like_a_link_does_nothing(visited: Page, folder: Path) -> None:
    page = visited
    positions = _positions(folder, lambda text: 'class="link"' in render(text).formatted)
    assert len(positions) > 3
    for position in positions:
        page.goto(f"/as/rater-1/verdicts/{position}")
        address = page.url
        found = page.locator("#formatted .link")
        for number in range(found.count()):
            found.nth(number).hover(force=True)
            found.nth(number).click(force=True)
        assert page.url == address
        assert page.evaluate("'owned' in window") is False


def test_megabyte_line_is_cut_with_a_link_to_the_whole(visited: Page, folder: Path) -> None:
    page = visited
    positions = _positions(folder, lambda text: len(text) > RENDERED_LIMIT)
    assert len(positions) == 2
    for position in positions:
        page.goto(f"/as/rater-1/verdicts/{position}")
        assert page.locator("#formatted").evaluate("node => node.textContent.length") <= RENDERED_LIMIT + 10
        answer = page.request.get(page.locator(".caution a").get_attribute("href") or "")
        assert answer.headers["content-type"].startswith("text/plain")
        assert len(answer.text()) >= 900_000
