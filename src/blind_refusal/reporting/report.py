"""A report: summary, page, figures and tables from one table of evaluations."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from blind_refusal.analysis import check_evaluations, summarise
from blind_refusal.analysis.evidence import Evidence
from blind_refusal.files import write_atomically
from blind_refusal.reporting.casebook import Browsing, remove_browser, write_browser
from blind_refusal.reporting.facts import RunFacts
from blind_refusal.reporting.figures import draw_figures
from blind_refusal.reporting.findings import trust_in_short
from blind_refusal.reporting.model_card import model_card
from blind_refusal.reporting.outputs import outputs_of
from blind_refusal.reporting.page import in_drawing_order, page_title, render_page, tally


@dataclass(frozen=True)
class ReportPaths:
    """The files of a report."""

    summary: Path
    card: Path
    """The summary in words, for a model card."""
    page: Path
    figures: tuple[Path, ...]
    """SVG and PNG of every figure for which there were data."""
    tables: tuple[Path, ...]
    """Every table as CSV; with rows also as parquet, and, as the page shows it, as LaTeX."""
    browser: Path | None
    """The page of the case browser, if there is one."""


def write_report(
    evaluations: pl.DataFrame,
    out: Path,
    facts: RunFacts | None = None,
    judge: str | None = None,
    evidence: Evidence | None = None,
    browsing: Browsing | None = None,
) -> ReportPaths:
    """Write a report into a folder; the same input gives the same files.

    Every file is written whole or not at all, the page last. Figures and tables of an earlier report that are not part
    of this one are removed.

    Args:
        evaluations: one row per response × judge, see ``check_evaluations``.
        out: the folder; made if need be.
        facts: what else is known of the run.
        judge: whose verdicts count; by default the only judge, or the first by name.
        evidence: what else is known of the judging.
        browsing: cases and answers for the case browser; without them there is none, and one of an earlier report is
            removed.

    Raises:
        UserError: the table is faulty, the judge is not in it, or a file cannot be written.
    """
    facts = facts or RunFacts()
    checked = check_evaluations(evaluations)
    summary = summarise(checked, judge, evidence=evidence)
    trust = trust_in_short(facts.judge(summary.judge))
    has_browser = browsing is not None
    figures = draw_figures(summary, in_drawing_order(summary.models), trust, has_browser)
    outputs = outputs_of(summary, figures)
    page = render_page(summary, checked, figures, facts, outputs.links(), has_browser)
    counts, title = tally(checked, summary.judge), page_title(facts)
    card = model_card(summary, title, facts, (counts.cases, counts.cases_defeated, counts.cases_control))

    summary_path, card_path, page_path = out / "summary.json", out / "summary.md", out / "index.html"
    write_atomically(summary_path, summary.model_dump_json(indent=2) + "\n")
    write_atomically(card_path, card)
    outputs.write(out)
    browser = None
    if browsing is None:
        remove_browser(out)
    else:
        browser = write_browser(checked, browsing, out, summary.judge, title)
    write_atomically(page_path, page)
    return ReportPaths(
        summary=summary_path,
        card=card_path,
        page=page_path,
        figures=outputs.paths(out, "figures"),
        tables=outputs.paths(out, "tables"),
        browser=browser,
    )
