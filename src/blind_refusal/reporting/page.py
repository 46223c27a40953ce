"""The page: one HTML file with everything in it, that loads nothing and runs nothing."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import polars as pl
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from blind_refusal.analysis import (
    CONTROL,
    MISSING_CAUSES,
    ModelSummary,
    Summary,
    rows_of_judge,
    rows_of_variant,
    variants_in,
)
from blind_refusal.reporting.casebook import cell_link
from blind_refusal.reporting.charts import CATEGORIES, FEW
from blind_refusal.reporting.citation import CITATION, STUDY
from blind_refusal.reporting.facts import JudgeFacts, RunFacts
from blind_refusal.reporting.figures import Figure
from blind_refusal.reporting.findings import answer, cautions, trust, trust_in_short
from blind_refusal.reporting.harmless import plain_text
from blind_refusal.reporting.palette import css_variables
from blind_refusal.reporting.shown import ShownTable, shown_tables
from blind_refusal.reporting.shown.models import differences_table, ranks_table
from blind_refusal.reporting.sketches import RANKED_BY
from blind_refusal.reporting.trust import evidence_on_judging, missing_in_words
from blind_refusal.reporting.words import (
    NO_VALUE,
    count,
    interval,
    label,
    percent,
    points,
    points_interval,
    variant_name,
)

_TEMPLATES: Final = "templates"
_CARDS: Final = (
    ("refusal_rate_defeated", "Defeated rules refused", "of responses to rules that do not deserve compliance"),
    ("helps_rate_control", "Controls helped with", "of responses to rules that do deserve it"),
    ("discrimination", "Discrimination", "points: help with defeated rules less help with controls"),
    ("engagement_defeated", "Engaged with the defeat", "of responses to defeated rules"),
    ("engagement_among_defeated_refusals", "Engaged, yet refused", "of refusals of defeated rules"),
    (
        "pure_rule_blind_defeated",
        "Pure rule-blind",
        "of responses to defeated rules: no help, no engagement, no harm named",
    ),
)


_SECTIONS: Final = {
    "answer": "Answer",
    "run": "What was run",
    "judge": "The judge",
    "responses": "Responses",
    "discrimination": "Discrimination",
    "twins": "Twins",
    "engagement": "Engagement",
    "families": "Families",
    "cells": "Cells",
    "dual-use": "Dual use",
    "drivers": "Drivers",
    "models": "Models",
    "conditions": "Conditions",
    "missing": "Missing answers",
    "method": "Method",
    "glossary": "Glossary",
    "cite": "Cite",
}


@dataclass(frozen=True)
class Tally:
    """How much the table of evaluations holds, as the headline's judge sees it."""

    responses: int
    cases: int
    cases_defeated: int
    """Defeated cases with at least one scored response."""
    cases_control: int
    epochs: int
    """Responses that a model gave to one case, at most."""


def tally(evaluations: pl.DataFrame, judge: str) -> Tally:
    """Count what a checked table of evaluations holds for one judge, in the variant that the numbers rest on."""
    rows = rows_of_judge(rows_of_variant(evaluations, variants_in(evaluations)[0]), judge)
    scored = rows.filter(pl.col("status") == "ok")
    control = scored.filter(pl.col("family") == CONTROL)["case_id"].n_unique()
    return Tally(
        responses=rows.height,
        cases=rows["case_id"].n_unique(),
        cases_defeated=scored["case_id"].n_unique() - control,
        cases_control=control,
        epochs=int(rows.group_by("case_id", "model").len()["len"].to_numpy().max()),
    )


def in_drawing_order(models: Sequence[ModelSummary]) -> list[ModelSummary]:
    """Put the models that help most with defeated rules first, and those without a scored response last."""
    return sorted(models, key=lambda model: (model.helps.n == 0, -(model.helps.estimate or 0.0), model.model))


def render_page(
    summary: Summary,
    evaluations: pl.DataFrame,
    figures: Mapping[str, Figure],
    facts: RunFacts,
    files: Mapping[str, Mapping[str, str]] | None = None,
    has_browser: bool = False,
) -> str:
    """Render the page.

    Args:
        summary: the numbers.
        evaluations: the checked table that they were computed from.
        figures: the figures that could be drawn, by name.
        facts: what else is known of the run.
        files: by name of table or figure, the paths beside the page by kind.
        has_browser: whether a case browser lies beside the page.
    """
    counts = tally(evaluations, summary.judge)
    style = css_variables() + _read("report.css")
    environment = _environment()
    return environment.get_template("report.html.j2").render(
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        title=page_title(facts),
        summary=summary,
        models=in_drawing_order(summary.models),
        figures=figures,
        numbers={name: position for position, name in enumerate(figures, 1)},
        facts=facts,
        tally=counts,
        answer=answer(summary.headline, [model.model for model in summary.models], counts.cases_defeated),
        cautions=cautions(counts.cases_defeated, counts.cases_control, summary.missing),
        trust=trust(facts.judge(summary.judge)),
        trust_in_short=trust_in_short(facts.judge(summary.judge)),
        cards=[(getattr(summary.headline, name), heading, note) for name, heading, note in _CARDS],
        judges=_judges(summary, facts),
        categories=CATEGORIES,
        causes=[cause for cause in MISSING_CAUSES if cause in summary.missing.causes],
        few=FEW,
        methods=_methods(summary),
        sections=_sections(summary, figures),
        shown_tables=_tables_of_page(summary),
        evidence=evidence_on_judging(summary),
        missing_words=missing_in_words(summary),
        files=files or {},
        has_browser=has_browser,
        cell_link=cell_link,
        variant_name=variant_name,
        citation=CITATION,
        study=STUDY,
    )


def _sections(summary: Summary, figures: Mapping[str, Figure]) -> dict[str, str]:
    """Return the sections that have something to say, with their names in the contents."""
    without = set()
    if summary.twins is None:
        without.add("twins")
    if "dual_use" not in figures:
        without.add("dual-use")
    if summary.comparisons is None:
        without.add("models")
    if not summary.variants:
        without.add("conditions")
    return {part: heading for part, heading in _SECTIONS.items() if part not in without}


def _methods(summary: Summary) -> dict[str, str]:
    found = {
        "Shares": summary.profiles.method,
        "Discrimination": summary.discrimination.method,
        "Twins": summary.twins.method if summary.twins else None,
        "Engagement": summary.decoupling.method,
        "Drivers": summary.drivers.method,
        "Differences": summary.comparisons.method_of_differences if summary.comparisons else None,
        "Ranks": summary.comparisons.method_of_ranks if summary.comparisons else None,
    }
    return {name: words for name, words in found.items() if words}


def _tables_of_page(summary: Summary) -> dict[str, ShownTable]:
    """Return the tables as shown; of the comparisons of models, those by the rate that figures show."""
    short = (ranks_table(summary.comparisons, (RANKED_BY,)), differences_table(summary.comparisons, (RANKED_BY,)))
    return shown_tables(summary) | {table.name: table for table in short if table is not None and table.rows}


def page_title(facts: RunFacts) -> str:
    """Return what a report is called."""
    return plain_text(facts.title) if facts.title else "Blind refusal report"


def _judges(summary: Summary, facts: RunFacts) -> list[JudgeFacts]:
    """Return what is known of every judge in the evaluations, the headline's first."""
    names = sorted((judge.judge for judge in summary.judges), key=lambda name: (name != summary.judge, name))
    return [facts.judge(name) for name in names]


def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_read),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": percent,
        "points": points,
        "interval": interval,
        "points_interval": points_interval,
        "label": label,
        "count": count,
        "number": lambda value: NO_VALUE if value is None else f"{value:,}",
        "duration": _duration,
    }
    return environment


def _shown(value: Any) -> Any:  # noqa: ANN401 - whatever a template prints
    """Take control characters out of every text that a template prints; nothing may print as nothing by accident."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return plain_text(value)
    return NO_VALUE if value is None else value


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return NO_VALUE
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _read(name: str) -> str:
    return (files("blind_refusal.reporting") / _TEMPLATES / name).read_text(encoding="utf-8")
