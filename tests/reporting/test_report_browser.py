"""The page in a real browser: it loads nothing, complains of nothing, and fits narrow and wide screens."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from blind_refusal.reporting import write_report
from tests.support.evaluations_by_rule import HOSTILE, evaluations

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def page_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(evaluations(HOSTILE), tmp_path_factory.mktemp("report")).page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_the_page_loads_nothing_and_fits(browser: Browser, page_path: Path, width: int, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        offline=True,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("getComputedStyle(document.body).fontSize") != ""
    # The style sheet is in force: the policy's hash matches it.
    assert page.locator(".cards").evaluate("node => getComputedStyle(node).display") == "grid"
    visible = [chart for chart in page.locator(".chart").all() if chart.is_visible()]
    assert len(visible) == 8
    assert all("wide" in (chart.get_attribute("class") or "") for chart in visible) is (width == 1280)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") is (scheme == "light")
    assert page.title() == "Blind refusal report"
    assert said == []
    assert asked == [page_path.as_uri()]
    context.close()


def test_the_page_can_be_used_from_the_keyboard(browser: Browser, page_path: Path) -> None:
    page = browser.new_page(offline=True)
    page.goto(page_path.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the answer"
    summary = page.locator("details summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details").first.get_attribute("open") is not None
    page.close()


def test_labels_of_the_plane_do_not_overlap(browser: Browser, tmp_path: Path) -> None:
    models = tuple(f"lab/model-{number}" for number in range(20))
    page = browser.new_page(offline=True)
    page.goto(write_report(evaluations(models), tmp_path).page.as_uri())
    texts = page.locator("#discrimination .chart.wide text").all()
    boxes = [text.bounding_box() for text in texts if (text.text_content() or "").startswith("model-")]
    tops = sorted((box["y"], box["height"]) for box in boxes if box)
    assert len(tops) == 20
    for (first, height), (second, _) in pairwise(tops):
        assert second - first >= 0.9 * height
    page.close()
