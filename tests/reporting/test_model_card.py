"""The summary for a model card: short, right, and nothing in it that a Markdown reader would act on."""

import re
from pathlib import Path

import polars as pl
import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from blind_refusal.analysis import summarise
from blind_refusal.reporting import RunFacts, write_report
from blind_refusal.reporting.model_card import markdown_text, model_card
from blind_refusal.reporting.words import percent, points
from tests.support.evaluations_by_rule import HOSTILE, evaluations

NASTY = (
    "[a](javascript:alert(1))",
    "![x](https://example.invalid/x.png)",
    "<b>b</b>",
    "a|b",
    "`code`",
    "https://example.invalid",
)


def read(text: str) -> BeautifulSoup:
    return BeautifulSoup(MarkdownIt("gfm-like", {"linkify": False}).render(text), "html.parser")


def test_numbers_are_the_summarys() -> None:
    summary = summarise(evaluations())
    text = model_card(summary, "T", RunFacts(), (40, 32, 8))
    rows = {row.find("td").get_text(): row.get_text(" ") for row in read(text).select("tbody tr")}  # type: ignore[union-attr]
    headline = summary.headline
    assert percent(headline.refusal_rate_defeated.estimate) in rows["Refused, defeated"]
    assert points(headline.discrimination.estimate) in rows["Discrimination (points)"]
    for model in summary.models:
        assert percent(model.pure_rule_blind.estimate) in rows[model.model]
    assert "arXiv 2604.06233" in text


@pytest.mark.parametrize("models", [1, 3, 60])
def test_it_is_short(models: int, tmp_path: Path) -> None:
    names = tuple(f"lab/model-{number}" for number in range(models))
    facts = RunFacts(notes=["One.", "Two.", "Three.", "Four.", "Five."])
    missing = evaluations(names).with_columns(
        pl.when(pl.col("case_id").str.ends_with("1")).then(None).otherwise(pl.col(name)).alias(name)
        for name in ("response_type", "engages_with_defeat", "independent_harm")
    )
    frame = missing.with_columns(
        status=pl.when(pl.col("response_type").is_null()).then(pl.lit("blocked")).otherwise(pl.lit("ok"))
    )
    text = model_card(summarise(frame, replicates=50), "T", facts, (40, 32, 8))
    assert len(text.splitlines()) < 60
    assert ("and 35 more" in text) is (models == 60)


def test_hostile_names_are_text() -> None:
    names = (*HOSTILE, *NASTY)
    text = model_card(summarise(evaluations(names)), "](x) <script>1</script>", RunFacts(notes=[NASTY[0]]), (1, 1, 1))
    page = read(text)
    assert not page.select("a, img, script, code, b, style")
    cells = {cell.get_text() for cell in page.select("tbody td:first-child")}
    assert {"[a](javascript:alert(1))", "<b>b</b>", "a|b", "`code`", "https://example.invalid"} <= cells
    assert not re.search(r"(?<!\\)://", text)


@pytest.mark.parametrize(
    ("text", "written"),
    [("a_b*c", r"a\_b\*c"), ("87.0% (1–2)", "87.0% (1–2)"), ("a\nb", "a b"), ("www.x.org", "www\\.x.org")],
)
def test_markdown_text(text: str, written: str) -> None:
    assert markdown_text(text) == written


def test_the_file_is_written(tmp_path: Path) -> None:
    paths = write_report(evaluations(), tmp_path, RunFacts(title="A title"))
    assert paths.card == tmp_path / "summary.md"
    assert paths.card.read_text(encoding="utf-8").startswith("## Blind refusal: A title\n")
