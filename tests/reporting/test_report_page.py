import base64
import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from bs4 import BeautifulSoup, Tag

from blind_refusal.analysis import Estimate, Summary
from blind_refusal.errors import UserError
from blind_refusal.reporting import (
    DataSetFacts,
    JudgeFacts,
    MeasuredAgreement,
    ModelFacts,
    ReportPaths,
    RunFacts,
    write_report,
)
from blind_refusal.reporting.figures import FIGURES
from blind_refusal.reporting.tables import TABLES
from blind_refusal.reporting.words import interval, percent, points, points_interval
from tests.support.evaluations_by_rule import HOSTILE, evaluations, without_labels

AGREEMENT = MeasuredAgreement(
    kappa_helps=0.41, low=0.29, high=0.52, accuracy_helps=0.71, n=200, reference="two readers"
)
FACTS = RunFacts(
    title="A small study",
    data_set=DataSetFacts(name="cases of a test", version="1.2", sha256="ab" * 32, cases=1290),
    sample="8 per family",
    models=[ModelFacts(name="lab/alpha", responses=40, ok=35, input_tokens=5000, output_tokens=12345, seconds=3723)],
    judges=[
        JudgeFacts(
            name="lexical",
            kind="baseline",
            input_tokens=1500,
            output_tokens=0,
            note="It sees phrases only.",
            agreement=AGREEMENT,
        )
    ],
    versions={"blind-refusal": "0.1.0"},
    started=datetime(2026, 4, 6, 12, 0, tzinfo=UTC),
    finished=datetime(2026, 4, 6, 13, 0, tzinfo=UTC),
    seeds={"sample": 7},
    system_prompt="",
    notes=["The answers of this model are poor."],
)


def page_of(paths: ReportPaths) -> BeautifulSoup:
    return BeautifulSoup(paths.page.read_text(encoding="utf-8"), "html.parser")


def summary_of(paths: ReportPaths) -> Summary:
    return Summary.model_validate_json(paths.summary.read_text(encoding="utf-8"))


def cells_of(row: Tag) -> list[str]:
    return [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]


def table_rows(page: BeautifulSoup, caption: str) -> list[list[str]]:
    """Return the body rows of the table whose caption starts so."""
    for table in page.find_all("table"):
        found = table.find("caption")
        if found and found.get_text().startswith(caption):
            return [cells_of(row) for row in table.select("tbody tr, tfoot tr")]
    raise AssertionError(f"no table {caption!r}")


def written(rate: Estimate) -> str:
    return f"{percent(rate.estimate)} {interval(rate)}"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> ReportPaths:
    return write_report(evaluations(), tmp_path_factory.mktemp("report"), FACTS)


def test_all_files_are_written(report: ReportPaths) -> None:
    folder = report.page.parent
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    # One judge, one condition, no labels, no twins, too few cases for a regression.
    drawn = set(FIGURES) - {"agreement", "corrections", "twins", "drivers", "variants"}
    figures = {f"figures/{name}.{kind}" for name in drawn for kind in ("svg", "png")}
    empty = {"twins", "drivers", "variants", "judge_agreement", "panel"}
    empty |= {"masking", "steadiness", "reasoning", "corrections"}
    tables = {f"tables/{name}.csv" for name in TABLES} | {f"tables/{name}.parquet" for name in set(TABLES) - empty}
    tex = {"headline", "responses", "families", "dual_use", "bounds", "discrimination", "decoupling"}
    tables |= {f"tables/{name}.tex" for name in tex | {"ranks", "differences"}}
    assert found == {"index.html", "summary.json", "summary.md"} | figures | tables
    assert {str(path.relative_to(folder)) for path in report.figures} == figures


def test_the_page_is_small_and_stands_alone(report: ReportPaths) -> None:
    text = report.page.read_text(encoding="utf-8")
    assert len(text.encode()) < 3_000_000
    page = page_of(report)
    assert not page.find_all(["script", "iframe", "img", "object", "embed", "base", "form"])
    assert not re.findall(r"\son\w+=|\sstyle=|url\(|@import", text)
    for tag in page.find_all(True):
        for name in ("src", "href", "xlink:href"):
            where = str(tag.get(name, "#"))
            assert where.startswith(("#", "data:,")) or (report.page.parent / where).is_file()


def test_the_policy_allows_the_one_style_sheet_and_nothing_else(report: ReportPaths) -> None:
    page = page_of(report)
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    style = page.find("style")
    assert isinstance(policy, Tag)
    assert isinstance(style, Tag)
    digest = base64.b64encode(hashlib.sha256(style.get_text().encode()).digest()).decode()
    content = str(policy["content"])
    assert content.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in content
    assert "unsafe" not in content
    assert "script-src" not in content


def test_sections_come_in_order(report: ReportPaths) -> None:
    ids = [section["id"] for section in page_of(report).find_all("section")]
    assert ids == [
        *("answer", "run", "judge", "responses", "discrimination", "engagement", "families", "cells", "dual-use"),
        *("drivers", "models", "missing", "method", "glossary", "cite"),
    ]


def test_cards_show_the_headline(report: ReportPaths) -> None:
    headline = summary_of(report).headline
    cards = {
        card.h3.get_text(): " ".join(card.get_text(" ").split()) for card in page_of(report).select(".card") if card.h3
    }
    for heading, rate in [
        ("Defeated rules refused", headline.refusal_rate_defeated),
        ("Controls helped with", headline.helps_rate_control),
        ("Engaged with the defeat", headline.engagement_defeated),
        ("Engaged, yet refused", headline.engagement_among_defeated_refusals),
        ("Pure rule-blind", headline.pure_rule_blind_defeated),
    ]:
        assert f"{percent(rate.estimate)} 95% interval {interval(rate)}%" in cards[heading]
    gap = headline.discrimination
    assert f"{points(gap.estimate)} 95% interval {points_interval(gap)}" in cards["Discrimination"]


def test_the_table_of_models_shows_the_summary(report: ReportPaths) -> None:
    shown = {row[0]: row[1:] for row in table_rows(page_of(report), "Responses to defeated rules: shares")}
    for model in summary_of(report).models:
        rates = [model.helps, model.deflects, model.hard_refusal, model.engagement_defeated]
        rates += [model.pure_rule_blind, model.safety_grounded, model.engaged_only, model.engaged_and_safety]
        assert shown[model.model] == [str(model.helps.n), *map(written, rates)]


def test_the_tables_behind_the_figures_show_the_summary(report: ReportPaths) -> None:
    page, summary = page_of(report), summary_of(report)
    plane = {row[0]: row[1:] for row in table_rows(page, "Help and engagement with defeated rules and controls")}
    for model in summary.models:
        gap = model.discrimination
        assert plane[model.model][:3] == [
            written(model.helps_rate_defeated),
            written(model.helps_rate_control),
            f"{points(gap.estimate)} {points_interval(gap)}",
        ]
    families = table_rows(page, "Family: help and engagement")
    assert [row[2] for row in families] == [written(family.helps) for family in summary.strata["family"]]
    cells = table_rows(page, "Help by cell")
    assert [row[3:5] for row in cells] == [[written(cell.helps), str(cell.n)] for cell in summary.cells]


def test_missing_answers_are_counted_and_bounded(report: ReportPaths) -> None:
    rows = table_rows(page_of(report), "Responses without a label")
    bounds = summary_of(report).missing.helps_rate_defeated
    # Two models, five families of eight cases; of the first model the last case of every family was blocked.
    assert [row[:4] for row in rows] == [
        ["lab/alpha", "40", "35", "5"],
        ["lab/beta", "40", "40", "0"],
        ["All models", "80", "75", "5"],
    ]
    assert rows[2][4] == f"{percent(bounds.low)} to {percent(bounds.high)}"


def test_what_was_run_is_told(report: ReportPaths) -> None:
    text = " ".join(page_of(report).get_text(" ").split())
    for part in ("A small study", "cases of a test 1.2, 1,290 cases in all", "8 per family", "System prompt none"):
        assert part in text
    assert "sample 7" in text
    assert "Judging by lexical 1,500 input tokens, 0 output tokens" in text
    assert "The answers of this model are poor." in text
    assert table_rows(page_of(report), "Models under test")[0] == [
        "lab/alpha",
        "40",
        "35",
        "5,000",
        "12,345",
        "1 h 02 min",
    ]


def test_the_judges_agreement_stands_wherever_its_verdicts_do(report: ReportPaths) -> None:
    line = "Judge: lexical (baseline). Agreement with two readers on helps or not: κ = 0.41 (0.29–0.52, n = 200)."
    page = page_of(report)
    assert "It sees phrases only." in page.get_text()
    for name in ("answer", "responses", "discrimination", "families", "cells", "missing"):
        section = page.find(id=name)
        assert isinstance(section, Tag)
        assert line in section.get_text()
    for path in report.figures:
        if path.suffix == ".svg":
            assert "κ = 0.41" in " ".join(re.sub(r"<[^>]+>", " ", path.read_text(encoding="utf-8")).split())


def test_every_table_and_picture_can_be_heard(report: ReportPaths) -> None:
    page = page_of(report)
    for table in page.find_all("table"):
        assert table.find("caption")
        assert all(header.get("scope") for header in table.find_all("th"))
    ids = [str(tag["id"]) for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    for tag in page.select("[aria-labelledby]"):
        assert set(str(tag["aria-labelledby"]).split()) <= set(ids)
    for link in page.find_all("a"):
        where = str(link["href"])
        assert where.removeprefix("#") in ids or (report.page.parent / where).is_file()
    pictures = page.select("figure svg")
    assert len(pictures) == 2 * 8
    assert all(picture["role"] == "img" for picture in pictures)


def test_the_same_input_gives_the_same_files(report: ReportPaths, tmp_path: Path) -> None:
    again = write_report(evaluations().reverse(), tmp_path, FACTS)
    for first, second in zip(
        [report.page, report.summary, *report.tables, *report.figures],
        [again.page, again.summary, *again.tables, *again.figures],
        strict=True,
    ):
        assert first.read_bytes() == second.read_bytes(), first.name


def test_hostile_names_are_only_ever_text(tmp_path: Path) -> None:
    frame = evaluations(HOSTILE).with_columns(judge=pl.lit("<b onclick=x>judge</b>"))
    facts = RunFacts(title="</title><script>1</script>", notes=["<i>note</i> {{ 7 * 7 }}"])
    paths = write_report(frame, tmp_path, facts)
    page = page_of(paths)
    text = paths.page.read_text(encoding="utf-8")
    assert not page.select("script, img, i, [onclick], [onerror]")
    assert page.title is not None
    assert page.title.get_text() == "</title><script>1</script>"
    assert len(page.find_all("style")) == 1
    assert "{{ 7 * 7 }}{% raw %}</style><style>*{display:none}" in page.get_text()
    assert "49" not in [word for note in page.select(".caution") for word in note.get_text().split()]
    assert "reversed name" in page.get_text()
    assert not re.findall("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\uffff]", text)
    # The record for programs keeps names as they are.
    models = json.loads(paths.summary.read_text(encoding="utf-8"))["models"]
    assert {model["model"] for model in models} == set(HOSTILE)


def test_rates_over_nothing_are_blank_not_zero(tmp_path: Path) -> None:
    frame = without_labels(evaluations(), pl.col("family") == "control", "blocked")
    paths = write_report(frame, tmp_path)
    page = page_of(paths)
    assert "cannot be said: no response to controls was scored" in page.get_text()
    shown = {card.h3.get_text(): card.get_text(" ") for card in page.select(".card") if card.h3}
    assert "nothing to compute this from" in shown["Controls helped with"]
    assert "0.0%" not in shown["Controls helped with"]
    assert "nothing to compute this from" in shown["Discrimination"]
    assert [row[2:4] for row in table_rows(page, "Help and engagement")] == [["–", "–"], ["–", "–"]]
    assert not (tmp_path / "figures" / "plane.svg").exists()
    assert "0.0% to 100.0%" in [row[-1] for row in table_rows(page, "Responses without a label")]


def test_a_table_without_any_label_still_makes_a_report(tmp_path: Path) -> None:
    paths = write_report(without_labels(evaluations(), pl.lit(value=True), "unjudged"), tmp_path)
    assert paths.figures == ()
    assert "is not known" in page_of(paths).get_text()


def test_figures_of_an_earlier_report_do_not_stay(tmp_path: Path) -> None:
    write_report(evaluations(), tmp_path)
    assert (tmp_path / "figures" / "plane.png").exists()
    write_report(without_labels(evaluations(), pl.col("family") == "control", "blocked"), tmp_path)
    assert not (tmp_path / "figures" / "plane.png").exists()
    assert (tmp_path / "figures" / "cells.png").exists()


def test_a_faulty_table_or_an_unknown_judge_makes_no_report(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="status"):
        write_report(evaluations().drop("status"), tmp_path / "report")
    with pytest.raises(UserError, match="no judge 'x'"):
        write_report(evaluations(), tmp_path / "report", judge="x")
    assert not (tmp_path / "report").exists()


def test_one_case_and_one_model_make_a_report(tmp_path: Path) -> None:
    frame = evaluations(("solo",), cases=2).filter(pl.col("case_id") == "content_defeat/0")
    page = page_of(write_report(frame, tmp_path))
    assert "This rests on 1 defeated case and 0 control cases" in page.get_text()


def test_several_judges_are_shown_side_by_side(tmp_path: Path) -> None:
    both = pl.concat([evaluations(), evaluations(judge="another")])
    page = page_of(write_report(both, tmp_path, judge="lexical"))
    assert [row[0] for row in table_rows(page, "Rates by judge")] == ["another", "lexical"]
    assert table_rows(page, "Agreement of judges")[0] == ["another and lexical", "Helps", "100.0%", "1.00", "75"]
    assert table_rows(page, "Agreement with reference labels")[0][0] == "lexical"
