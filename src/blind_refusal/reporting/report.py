"""A report: summary, page, figures and tables from one table of evaluations."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from blind_refusal.analysis import check_evaluations, summarise
from blind_refusal.analysis.evidence import Evidence
from blind_refusal.files import write_atomically
from blind_refusal.reporting.facts import RunFacts
from blind_refusal.reporting.figures import FIGURES, draw_figures
from blind_refusal.reporting.findings import trust_in_short
from blind_refusal.reporting.page import in_drawing_order, render_page
from blind_refusal.reporting.tables import csv_tables


@dataclass(frozen=True)
class ReportPaths:
    """The files of a report."""

    summary: Path
    page: Path
    figures: tuple[Path, ...]
    """SVG and PNG of every figure for which there were data."""
    tables: tuple[Path, ...]


def write_report(
    evaluations: pl.DataFrame,
    out: Path,
    facts: RunFacts | None = None,
    judge: str | None = None,
    evidence: Evidence | None = None,
) -> ReportPaths:
    """Write a report into a folder; the same input gives the same files.

    Every file is written whole or not at all, the page last. Figures of an earlier report that can no longer be drawn
    are removed.

    Args:
        evaluations: one row per response × judge, see ``check_evaluations``.
        out: the folder; made if need be.
        facts: what else is known of the run.
        judge: whose verdicts count; by default the only judge, or the first by name.
        evidence: what else is known of the judging.

    Raises:
        UserError: the table is faulty, the judge is not in it, or a file cannot be written.
    """
    facts = facts or RunFacts()
    checked = check_evaluations(evaluations)
    summary = summarise(checked, judge, evidence=evidence)
    figures = draw_figures(summary, in_drawing_order(summary.models), trust_in_short(facts.judge(summary.judge)))
    page = render_page(summary, checked, figures, facts)

    summary_path, page_path = out / "summary.json", out / "index.html"
    write_atomically(summary_path, summary.model_dump_json(indent=2) + "\n")
    tables = {out / "tables" / f"{name}.csv": text for name, text in csv_tables(summary).items()}
    for path, text in tables.items():
        write_atomically(path, text)
    drawn: dict[Path, str | bytes] = {}
    for name, figure in figures.items():
        drawn |= {_figure_path(out, name, "svg"): figure.svg, _figure_path(out, name, "png"): figure.png}
    for path, content in drawn.items():
        write_atomically(path, content)
    for outdated in {_figure_path(out, name, kind) for name in FIGURES for kind in ("svg", "png")} - drawn.keys():
        outdated.unlink(missing_ok=True)
    write_atomically(page_path, page)
    return ReportPaths(summary=summary_path, page=page_path, figures=tuple(drawn), tables=tuple(tables))


def _figure_path(out: Path, name: str, kind: str) -> Path:
    return out / "figures" / f"{name}.{kind}"
