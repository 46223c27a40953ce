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

from blind_refusal.analysis import CONTROL, MISSING_CAUSES, ModelSummary, Summary, rows_of_judge
from blind_refusal.reporting.charts import CATEGORIES, FEW
from blind_refusal.reporting.facts import JudgeFacts, RunFacts
from blind_refusal.reporting.figures import Figure
from blind_refusal.reporting.findings import answer, cautions, trust, trust_in_short
from blind_refusal.reporting.harmless import plain_text
from blind_refusal.reporting.palette import css_variables
from blind_refusal.reporting.tables import TABLES
from blind_refusal.reporting.words import NO_VALUE, count, interval, label, percent, points, points_interval

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
    """Count what a checked table of evaluations holds for one judge."""
    rows = rows_of_judge(evaluations, judge)
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
) -> str:
    """Render the page.

    Args:
        summary: the numbers.
        evaluations: the checked table that they were computed from.
        figures: the figures that could be drawn, by name.
        facts: what else is known of the run.
    """
    counts = tally(evaluations, summary.judge)
    style = css_variables() + _read("report.css")
    environment = _environment()
    return environment.get_template("report.html.j2").render(
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        title=plain_text(facts.title) if facts.title else "Blind refusal report",
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
        tables=TABLES,
    )


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
