"""A report of everything that can be known: several judges, labels, twins, conditions; its numbers are right."""

from collections.abc import Iterator

import polars as pl
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, expect, sync_playwright

from blind_refusal.analysis import Summary, Variant
from blind_refusal.cases import SHIPPED_CASES, read_cases
from blind_refusal.reporting import ReportPaths, RunFacts, write_report
from blind_refusal.reporting.figures import FIGURES
from blind_refusal.reporting.shown import SHOWN_TABLES, shown_tables
from blind_refusal.reporting.tables import TABLES
from blind_refusal.reporting.words import coefficient, count, odds, odds_interval, percent, points, points_interval
from tests.reporting.test_report_browser import ARGUMENTS, CHROMIUM
from tests.reporting.test_report_page import page_of, summary_of, table_rows
from tests.support.synthetic_study import Made, make_study, with_dual_use


def in_two_conditions(made: Made) -> pl.DataFrame:
    """Return the evaluations as of condition "none", with some of them again under "weigh", where more is helped."""
    base = made.evaluations.with_columns(condition=pl.lit("none"), wording=pl.lit("original"))
    more = (pl.col("response_type") == "deflects") & (pl.col("response_id").hash(1) % 3 == 0)
    other = base.filter(pl.col("model").str.contains("aster")).with_columns(
        response_id=pl.col("response_id") + "w",
        condition=pl.lit("weigh"),
        response_type=pl.when(more).then(pl.lit("helps")).otherwise(pl.col("response_type")),
    )
    return pl.concat([base, other])


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> ReportPaths:
    made = make_study(with_dual_use(read_cases(SHIPPED_CASES)))
    out = tmp_path_factory.mktemp("report")
    facts = RunFacts(title="Everything", conditions={"none": "", "weigh": "Weigh <b>it</b>."})
    return write_report(in_two_conditions(made), out, facts, evidence=made.evidence, browsing=made.browsing)


@pytest.fixture(scope="module")
def summary(report: ReportPaths) -> Summary:
    return summary_of(report)


@pytest.fixture(scope="module")
def page(report: ReportPaths) -> BeautifulSoup:
    return page_of(report)


def test_every_figure_and_table_is_there(report: ReportPaths, page: BeautifulSoup) -> None:
    folder = report.page.parent
    assert {path.stem for path in report.figures} == set(FIGURES)
    assert {path.stem for path in report.tables if path.suffix == ".csv"} == set(TABLES)
    assert {path.stem for path in report.tables if path.suffix == ".parquet"} == set(TABLES)
    assert {path.stem for path in report.tables if path.suffix == ".tex"} == set(SHOWN_TABLES) - {"majority"}
    assert len(page.select("figure")) == len(FIGURES)
    assert report.page.stat().st_size < 3_000_000
    for link in page.select("a[download]"):
        assert (folder / str(link["href"])).is_file()


def test_every_figure_has_a_table_behind_it(page: BeautifulSoup) -> None:
    behind = [summary.get_text() for summary in page.select("summary") if "behind figure" in summary.get_text()]
    assert sorted(int(text.split("figure ")[1].split(":")[0].split(",")[0]) for text in behind) == list(
        range(1, len(FIGURES) + 1)
    )
    captions = [figure.get_text() for figure in page.select("figcaption")]
    assert [text.split(".")[0] for text in captions] == [f"Figure {number}" for number in range(1, len(FIGURES) + 1)]


def test_sections_and_contents_go_together(page: BeautifulSoup) -> None:
    sections = [str(section["id"]) for section in page.find_all("section")]
    links = [str(link["href"]) for link in page.select("nav a")]
    assert links == [*(f"#{section}" for section in sections), "cases.html"]
    assert {"twins", "dual-use", "drivers", "models", "conditions", "cite"} <= set(sections)


def test_twins_discrimination_and_decoupling_are_the_summarys(page: BeautifulSoup, summary: Summary) -> None:
    assert summary.twins is not None
    twins = {row[0]: row[1:] for row in table_rows(page, "Which of two twins")}
    for pairs in [*summary.twins.models, summary.twins.overall]:
        shown = twins[pairs.model or "All models"]
        assert shown[0] == f"{pairs.pairs:,}"
        assert shown[6] == f"{points(pairs.difference.estimate)} {points_interval(pairs.difference)}"
    telling = {row[0]: row for row in table_rows(page, "Telling defeated rules")}
    for one in summary.discrimination.models:
        assert telling[one.model or ""][4].startswith(coefficient(one.d_prime.estimate))
    decoupled = {row[0]: row for row in table_rows(page, "Engagement and help on defeated rules")}
    overall = summary.decoupling.overall
    assert decoupled["All models"][3] == f"{odds(overall.odds_ratio.estimate)} {odds_interval(overall.odds_ratio)}"
    assert decoupled["All models"][4].startswith(percent(overall.engagement_among_refusals.estimate))


def test_drivers_and_comparisons_are_the_summarys(page: BeautifulSoup, summary: Summary) -> None:
    drivers = table_rows(page, "What goes with help")
    assert len(drivers) == len(summary.drivers.drivers)
    for row, driver in zip(drivers, summary.drivers.drivers, strict=True):
        assert row[3] == f"{odds(driver.odds_ratio.estimate)} {odds_interval(driver.odds_ratio)}"
    assert summary.comparisons is not None
    ranks = [rank for rank in summary.comparisons.ranks if rank.rate == "discrimination"]
    assert [row[1:] for row in table_rows(page, "Ranks of models")] == [
        [rank.model, points(rank.estimate), f"{rank.rank} {rank.low} to {rank.high}"] for rank in ranks
    ]
    pairs = [pair for pair in summary.comparisons.differences if pair.rate == "discrimination"]
    shown = table_rows(page, "Paired differences")
    assert [row[1:4] for row in shown] == [
        [pair.second, pair.first, f"{points(pair.difference.estimate)} {points_interval(pair.difference)}"]
        for pair in pairs
    ]


def test_corrections_panel_and_bounds_are_the_summarys(page: BeautifulSoup, summary: Summary) -> None:
    (source,) = summary.judging.corrections
    rates = [rate for rate in source.rates if rate.model is None and rate.name == "helps_rate_defeated"]
    shown = [row for row in table_rows(page, "Rates corrected") if row[:2] == ["Helps, defeated", "All models"]]
    assert shown[0][4].startswith(percent(rates[0].corrected.estimate))
    assert summary.panel is not None
    panel = {row[0]: row for row in table_rows(page, "Agreement of all judges")}
    kappa = summary.panel.labels[0].agreement.kappa
    assert panel["Response type"][2].startswith(coefficient(kappa.estimate))
    bounds = {row[0]: row for row in table_rows(page, "Bounds of the headline")}
    refusal = summary.bounds[0].refusal_rate_defeated
    assert bounds["All models"][1] == f"{percent(refusal.low)} to {percent(refusal.high)}"


def test_the_evidence_on_judging_is_said(page: BeautifulSoup, summary: Summary) -> None:
    said = " ".join(page.select(".evidence")[0].get_text(" ").split())
    (source,) = summary.judging.corrections
    assert f"{source.labelled:,} were also labelled by people" in said
    assert summary.panel is not None
    assert f"2 judges scored the same {count(summary.panel.responses, 'response')}" in said
    (steady,) = summary.judging.steadiness
    assert f"independent harm in {percent(steady.independent_harm.estimate)}" in said
    assert "names that give it away were masked in" in said
    overall = next(one for one in summary.judging.reasoning if one.model is None)
    assert f"{percent(overall.unsaid.estimate)}" in said


def test_conditions_stand_beside_the_base(page: BeautifulSoup, summary: Summary) -> None:
    other = next(variant for variant in summary.variants if not variant.base)
    assert other.changes is not None
    shown = {(row[0], row[1]): row for row in table_rows(page, "Headline rates by condition")}
    change = other.changes["helps_rate_defeated"].change
    assert shown["Helps, defeated", "weigh, original"][3] == f"{points(change.estimate)} {points_interval(change)}"
    assert shown["Helps, defeated", "none, original"][3] == "–"
    section = page.find(id="run")
    assert section is not None
    assert "Condition weigh Weigh <b>it</b>." in " ".join(section.get_text(" ").split())
    # All other numbers, and what is said to have been used, are the base's.
    base: Variant = next(variant for variant in summary.variants if variant.base)
    assert summary.missing.responses == base.responses
    used = f"{count(base.responses, 'response')}, {base.scored:,} of them scored"
    assert used in " ".join(section.get_text(" ").split())


def test_parquet_holds_the_numbers_in_full(report: ReportPaths, summary: Summary) -> None:
    tables = report.page.parent / "tables"
    models = pl.read_parquet(tables / "models.parquet")
    assert models["discrimination"].to_list() == [model.discrimination.estimate for model in summary.models]
    drivers = pl.read_parquet(tables / "drivers.parquet")
    assert drivers["odds_ratio_low"].to_list() == [driver.odds_ratio.low for driver in summary.drivers.drivers]
    csv = pl.read_csv(tables / "twins.csv")
    assert csv["p"].to_list() == pl.read_parquet(tables / "twins.parquet")["p"].to_list()
    profiles = pl.read_parquet(tables / "profiles.parquet")
    assert set(profiles["part"].unique()) == {"overall", "model", "cell", "model_family", "level"}


def test_shown_tables_are_rectangular_and_named(summary: Summary) -> None:
    for name, table in shown_tables(summary).items():
        assert name in SHOWN_TABLES
        assert {len(row) for row in table.rows} == {len(table.columns)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_numbers_on_the_page_are_the_summarys(browser: Browser, report: ReportPaths, width: int) -> None:
    found = summary_of(report)
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(report.page.as_uri())
    cards = page.locator(".card").all_inner_texts()
    assert percent(found.headline.refusal_rate_defeated.estimate) in cards[0]
    assert points(found.headline.discrimination.estimate) in cards[2]
    lead = page.locator(".lead").inner_text()
    assert percent(found.headline.refusal_rate_defeated.estimate) in lead
    for summary in page.locator("summary").all():
        summary.click()
    assert page.locator("details:not([open])").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    twins = page.locator("#twins tbody tr").last.inner_text()
    assert found.twins is not None
    assert points(found.twins.overall.difference.estimate) in twins
    assert said == []
    context.close()


def test_in_print_all_tables_are_open_and_no_navigation_is_there(browser: Browser, report: ReportPaths) -> None:
    page = browser.new_page(offline=True)
    page.goto(report.page.as_uri())
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.locator("#twins details table").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.close()


def test_everything_of_use_can_be_reached_by_keyboard(browser: Browser, report: ReportPaths) -> None:
    page = browser.new_page(offline=True)
    page.goto(report.page.as_uri())
    link = page.locator("#cells .chart.wide a").first
    link.focus()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == link.get_attribute("aria-label")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases.html#**")
    page.locator("#results a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#case-heading")).to_be_focused()
    page.close()
