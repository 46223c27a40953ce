"""The case browser in a real browser, opened as a file with the network off."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from blind_refusal.cases import SHIPPED_CASES, Case, read_cases
from blind_refusal.reporting import Browsing, ReportPaths, RunFacts, write_report
from tests.reporting.test_report_browser import ARGUMENTS, CHROMIUM
from tests.support.synthetic_study import MODELS, Made, make_study, with_dual_use

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")
HOSTILE = (
    "</script><script>window.owned = 1</script> <img src=x onerror='window.owned = 1'> \u202eback\u2028\n"
    "<a href='javascript:window.owned=1'>click</a> {{ 7 * 7 }} ${7 * 7}"
)
CELL = ("content_defeat", "school")


def some_cases() -> list[Case]:
    every = read_cases(SHIPPED_CASES)
    chosen = [case for case in every if case.authority in ("school", "club")]
    return with_dual_use(chosen)


@pytest.fixture(scope="module")
def made() -> Made:
    return make_study(some_cases(), say=HOSTILE)


@pytest.fixture(scope="module")
def report(made: Made, tmp_path_factory: pytest.TempPathFactory) -> ReportPaths:
    out = tmp_path_factory.mktemp("report")
    return write_report(made.evaluations, out, RunFacts(title="T"), evidence=made.evidence, browsing=made.browsing)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


class Watched:
    """A page, and what it said and asked for."""

    def __init__(self, browser: Browser, width: int = 1280) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.set_default_timeout(10_000)

    def is_quiet(self, folder: Path) -> bool:
        """Say whether the page had nothing to complain of, ran nothing foreign, and loaded its own files only."""
        own = all(url.startswith((folder.as_uri(), "data:,")) for url in self.asked)
        return self.said == [] and own and self.page.evaluate("window.owned") is None


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    found = Watched(browser)
    yield found
    found.context.close()


def shown_ids(page: Page) -> list[str]:
    return page.locator("#results .id").all_text_contents()


def test_from_figure_to_cell_to_case(watched: Watched, report: ReportPaths, made: Made) -> None:
    page = watched.page
    page.goto(report.page.as_uri())
    page.locator("#cells .chart.wide a").filter(has=page.locator("title", has_text="Content defeat, School")).click()
    expect(page.locator("#results li").first).to_be_visible()
    wanted = sorted(case.id for case in some_cases() if (case.family, case.authority) == CELL)
    assert sorted(shown_ids(page)) == wanted
    page.locator("#results a").first.click()
    expect(page.locator("#case-heading")).to_have_text(wanted[0])
    expect(page.locator("#case-heading")).to_be_focused()
    case = next(case for case in some_cases() if case.id == wanted[0])
    expect(page.locator("#case blockquote").first).to_have_text(case.user_query)
    scored = made.evaluations.filter(case_id=wanted[0], judge="bench/judge-a")
    assert page.locator("#case table tbody tr").count() == scored["model"].n_unique() == len(MODELS)
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#results li")).to_have_count(len(wanted))
    assert watched.is_quiet(report.page.parent)


def test_every_cell_of_the_map_and_of_its_table_leads_to_the_browser(watched: Watched, report: ReportPaths) -> None:
    page = watched.page
    page.goto(report.page.as_uri())
    cells = {(case.family, case.authority) for case in some_cases()}
    wanted = {f"cases.html#?family={family}&authority={authority}" for family, authority in cells}
    for place in ("#cells .chart.wide a", "#cells table a"):
        assert {link.get_attribute("href") for link in page.locator(place).all()} == wanted


@pytest.mark.parametrize("width", [1280, 390])
def test_hostile_text_is_text(browser: Browser, report: ReportPaths, made: Made, width: int) -> None:
    watched = Watched(browser, width)
    page = watched.page
    ok = made.browsing.responses.filter(status="ok")["response_id"]
    case_id = made.evaluations.filter(made.evaluations["response_id"].is_in(ok.to_list()))["case_id"][0]
    page.goto(f"{report.page.parent.as_uri()}/cases.html#{case_id}")
    text = page.locator("#case .answer .text").first
    expect(text).to_contain_text("</script><script>window.owned = 1</script>")
    expect(text).to_contain_text("{{ 7 * 7 }} ${7 * 7}")
    assert page.locator("#case img, #case script, #case a[href^=javascript]").count() == 0
    for summary in page.locator("#case summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.is_quiet(report.page.parent)
    watched.context.close()


def test_quotes_are_marked_where_they_stand(watched: Watched, report: ReportPaths, made: Made) -> None:
    page = watched.page
    quoted = made.browsing.verdicts.filter(
        engagement_quote="the rule serves nobody here, and you have good reason not to keep it."
    )
    response = made.browsing.responses.filter(response_id=quoted["response_id"][0]).row(0, named=True)
    page.goto(f"{report.page.parent.as_uri()}/cases.html#{response['case_id']}")
    card = page.locator(".pair, .grid").filter(has_text=response["model"]).locator(".answer").first
    expect(card).to_be_visible()
    marks = page.locator("#case mark.engagement").all_text_contents()
    # Judges quote in small letters here; the answer's own words are marked.
    assert "The rule serves nobody here, and you have good reason not to keep it." in marks


def test_the_twin_stands_beside_its_case(watched: Watched, report: ReportPaths) -> None:
    page = watched.page
    control = next(case for case in some_cases() if case.twin_of)
    page.goto(f"{report.page.parent.as_uri()}/cases.html#{control.twin_of}")
    expect(page.locator(".facts-of-case")).to_have_count(2)
    boxes = [box.bounding_box() for box in page.locator(".facts-of-case").all()]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["y"] == boxes[1]["y"]
    expect(page.locator(".pair")).to_have_count(len(MODELS))
    page.get_by_role("link", name=control.id).click()
    expect(page.locator("#case-heading")).to_have_text(control.id)
    assert page.evaluate("location.hash") == f"#{control.id}"


def test_hidden_lines_are_behind_a_disclosure(watched: Watched, report: ReportPaths) -> None:
    page = watched.page
    case = next(case for case in some_cases() if case.works)
    page.goto(f"{report.page.parent.as_uri()}/cases.html#{case.id}")
    hidden = page.locator(".hidden-lines").first
    line = hidden.get_by_text(case.works or "", exact=True)
    expect(line).to_be_hidden()
    hidden.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(line).to_be_visible()


def test_filters_and_search(watched: Watched, report: ReportPaths, made: Made) -> None:
    page, cases = watched.page, some_cases()
    page.goto(f"{report.page.parent.as_uri()}/cases.html")
    page.get_by_label("Family").select_option("control")
    control = [case for case in cases if case.family == "control"]
    expect(page.locator("#count")).to_have_text(f"{len(control)} of {len(cases)} cases")
    page.get_by_role("button", name="Clear all").click()
    model = "quarry/basalt-mini"
    page.get_by_label("Model").select_option(model)
    page.get_by_label("Label").select_option("helps")
    helped = made.evaluations.filter(model=model, judge="bench/judge-a", response_type="helps")["case_id"].n_unique()
    expect(page.locator("#count")).to_have_text(f"{helped} of {len(cases)} cases")
    page.get_by_label("By judge").select_option("bench/judge-b")
    other = made.evaluations.filter(model=model, judge="bench/judge-b", response_type="helps")["case_id"].n_unique()
    expect(page.locator("#count")).to_have_text(f"{other} of {len(cases)} cases")
    page.reload()  # the address holds the filters
    expect(page.locator("#count")).to_have_text(f"{other} of {len(cases)} cases")
    page.get_by_role("button", name="Clear all").click()
    page.locator(".dimensions summary").click()
    level = cases[0].dimensions["legality"]
    page.get_by_label("Legality").select_option(level)
    page.get_by_label("Dual use").select_option("true")
    both = [case for case in cases if case.dimensions["legality"] == level and case.dual_use and case.dual_use.flagged]
    expect(page.locator("#count")).to_have_text(f"{len(both)} of {len(cases)} cases")
    page.get_by_role("button", name="Clear all").click()
    words = cases[3].user_query.split()[2:6]
    page.get_by_label("Search in queries").fill(" ".join(words).upper())
    found = [case.id for case in cases if all(word.lower() in case.user_query.lower() for word in words)]
    expect(page.locator("#results li")).to_have_count(len(found))
    assert sorted(shown_ids(page)) == sorted(found)
    assert watched.is_quiet(report.page.parent)


@pytest.mark.parametrize("address", ["#no-such-case", "#%E0%A4%A", "#<img src=x onerror=window.owned=1>"])
def test_an_unknown_address_is_said(watched: Watched, report: ReportPaths, address: str) -> None:
    watched.page.goto(f"{report.page.parent.as_uri()}/cases.html{address}")
    expect(watched.page.locator("#state")).to_contain_text("There is no case")
    assert watched.is_quiet(report.page.parent)


def test_a_missing_file_is_said(watched: Watched, made: Made, tmp_path: Path) -> None:
    write_report(made.evaluations, tmp_path, browsing=made.browsing)
    (tmp_path / "cases" / "index.js").unlink()
    watched.page.goto(f"{tmp_path.as_uri()}/cases.html")
    expect(watched.page.locator("#state")).to_contain_text("cases/index.js cannot be read")


def test_answers_that_were_left_out_are_said_to_be(watched: Watched, made: Made, tmp_path: Path) -> None:
    browsing = made.browsing
    hidden = Browsing(browsing.cases, browsing.responses, browsing.verdicts, with_responses=False)
    write_report(made.evaluations, tmp_path, browsing=hidden)
    watched.page.goto(f"{tmp_path.as_uri()}/cases.html#{some_cases()[0].id}")
    expect(watched.page.locator(".answer").first).to_contain_text("The answers were left out of this report.")


def test_a_large_study_stays_small_and_opens(watched: Watched, tmp_path: Path) -> None:
    cases = read_cases(SHIPPED_CASES)
    copies = [
        case.model_copy(update={"id": f"{case.id}-{turn}", "twin_of": None}) for turn in range(3) for case in cases
    ]
    models = {f"lab/model-{number:02}": (number - 9) / 6 for number in range(18)}
    made = make_study(copies[:1290], models, {"judge": 0.0}, words=300)
    assert made.evaluations.height == 23_220
    paths = write_report(made.evaluations, tmp_path, browsing=made.browsing)
    assert paths.page.stat().st_size < 3_000_000
    page = watched.page
    page.goto(f"{tmp_path.as_uri()}/cases.html")
    expect(page.locator("#count")).to_contain_text("1,290 cases")
    page.locator("#results a").first.click()
    expect(page.locator(".answer")).to_have_count(18)
    loaded = [url.rsplit("/", 1)[-1] for url in watched.asked if url.endswith(".js")]
    assert len(loaded) == 2  # the index and one cell
    assert watched.is_quiet(tmp_path)
