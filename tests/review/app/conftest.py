"""The review app running, and a real browser in front of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.review_app import CHROMIUM, CHROMIUM_ARGUMENTS, RunningReview, make_study
from tests.support.review_browser import enter, opened_context

RATERS = [f"rater-{number}" for number in range(1, 41)]
_FRESH = iter(RATERS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_study(tmp_path_factory.mktemp("shared") / "study").folder


@pytest.fixture(scope="module")
def shared(shared_folder: Path) -> Iterator[RunningReview]:
    """One app for all tests that can each be another rater of the same study."""
    with RunningReview(shared_folder, "--raters", ",".join(RATERS)) as review:
        yield review


@pytest.fixture(scope="module")
def lead_cookies(browser: Browser, shared: RunningReview) -> list[Any]:
    """What makes a browser the lead's."""
    with opened_context(browser, shared) as context:
        enter(context, shared, "lead")
        return list(context.cookies())


@pytest.fixture
def rater(shared: RunningReview) -> str:
    """Somebody who has not labelled anything yet."""
    return next(_FRESH)


@pytest.fixture
def page(browser: Browser, shared: RunningReview, rater: str) -> Iterator[Page]:
    """A rater of the shared app on the first response."""
    with opened_context(browser, shared) as context:
        page = enter(context, shared, rater)
        page.goto(f"/as/{rater}/verdicts/1")
        yield page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_study(tmp_path / "study").folder


@pytest.fixture
def running(folder: Path) -> Iterator[RunningReview]:
    """An app of the test's own."""
    with RunningReview(folder, "--raters", "ana,ben") as review:
        yield review


@pytest.fixture
def context(browser: Browser, running: RunningReview) -> Iterator[BrowserContext]:
    with opened_context(browser, running) as opened:
        yield opened


@pytest.fixture
def anas(context: BrowserContext, running: RunningReview) -> Page:
    """Ana on the first response of the test's own app."""
    page = enter(context, running, "ana")
    page.goto("/as/ana/verdicts/1")
    return page
