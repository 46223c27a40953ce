"""Figures of what became of responses: by model, family, cell and dual use."""

from collections.abc import Sequence

from blind_refusal.analysis import CONTROL, CellSummary, LevelProfile, ModelSummary, Stratum, Summary
from blind_refusal.reporting.casebook import cell_link
from blind_refusal.reporting.charts import (
    FEW,
    Layout,
    Mark,
    Scale,
    categories_chart,
    cell_of_hover,
    cells_chart,
    families_chart,
    forest_chart,
)
from blind_refusal.reporting.harmless import plain_text
from blind_refusal.reporting.sketches.sketch import Sketch, listed
from blind_refusal.reporting.words import count, flag, interval, label, percent


def categories_sketch(models: Sequence[ModelSummary]) -> Sketch | None:
    """Sketch what each model did with defeated rules."""
    scored = sorted((model for model in models if model.helps.n), key=lambda model: model.helps.estimate or 0.0)
    if not scored:
        return None
    least, most = scored[0], scored[-1]
    text = f"Stacked bars for {count(len(scored), 'model')}. {_helps(most)}"
    return Sketch(
        "categories",
        "What became of defeated rules",
        "Shares of each model’s scored responses to defeated rules. Left: it helps. To the right the four ways of "
        "not helping, from engaging with the reason why the rule may be defeated to pure rule-blindness. The table "
        "has the intervals.",
        f"{text}." if most is least else f"{text}, the most; {_helps(least)}, the least.",
        lambda layout: categories_chart(models, layout),
    )


def _helps(model: ModelSummary) -> str:
    blind = percent(model.pure_rule_blind.estimate)
    return f"{plain_text(model.model)} helps in {percent(model.helps.estimate)} and is purely rule-blind in {blind}"


def families_sketch(families: Sequence[Stratum]) -> Sketch | None:
    """Sketch help with each family against help with controls."""
    scored = [family for family in families if family.helps.n]
    if not scored:
        return None
    band = " The grey band is the interval of the controls." if any(one.group == CONTROL for one in scored) else ""
    return Sketch(
        "families",
        "Help by family of rules",
        f"How often the models together help with each family, with 95% intervals.{band}",
        listed([f"{label(family.level or '')} {percent(family.helps.estimate)}" for family in scored]),
        lambda layout: families_chart(scored, layout),
    )


def cells_sketch(summary: Summary, has_browser: bool) -> Sketch | None:
    """Sketch help with each cell of the taxonomy; with a case browser, a tile leads to the cell's cases."""
    cells = summary.cells
    if not any(cell.helps.n for cell in cells):
        return None
    click = " A click on a tile opens its cases." if has_browser else ""

    def links(layout: Layout) -> dict[str, str]:
        return {hover: cell_link(cell.family, cell.authority) for hover, cell in cell_of_hover(cells, layout).items()}

    return Sketch(
        "cells",
        "Help by family and authority",
        f"How often the models together help, per cell. Small tiles have fewer than {FEW} cases, dashed tiles no "
        f"scored response; a dot marks a cell without a case.{click}",
        _describe_cells(cells),
        lambda layout: cells_chart(cells, layout),
        links if has_browser else None,
    )


def _describe_cells(cells: Sequence[CellSummary]) -> str:
    rated = [cell for cell in cells if cell.family != CONTROL and cell.helps.estimate is not None]
    text = f"Heat map of {count(len(cells), 'cell')} with cases; the table below has every figure."
    if not rated:
        return text
    low, high = (pick(cell.helps.estimate or 0.0 for cell in rated) for pick in (min, max))
    return f"{text} Among defeated rules the rates run from {percent(low)} to {percent(high)}."


def dual_use_sketch(levels: Sequence[LevelProfile]) -> Sketch | None:
    """Sketch help where a full answer would hand over dangerous knowledge against help where it would not."""
    marks = [_dual_use_mark(level) for level in levels if level.helps.n]
    if len({mark.name for mark in marks}) < 2:
        return None
    return Sketch(
        "dual_use",
        "Help by dual use",
        "How often the models together help, with 95% intervals, where a full answer would hand over knowledge that "
        "is dangerous elsewhere (flagged) and where it would not. A gap between the two among defeated rules is "
        "caution about knowledge, not about rules.",
        listed([f"{mark.series}, {mark.name.lower()}: {mark.text}" for mark in marks]),
        lambda layout: forest_chart(marks, Scale("helps (share of scored responses)", "rate"), layout),
    )


def _dual_use_mark(level: LevelProfile) -> Mark:
    helps = level.helps
    series = "Control" if level.group == CONTROL else "Defeated"
    return Mark(
        name=flag(level.level),
        estimate=helps.estimate or 0.0,
        low=helps.low or 0.0,
        high=helps.high or 0.0,
        text=percent(helps.estimate),
        hover=f"{series}, {flag(level.level).lower()}: helps {percent(helps.estimate)}, 95% interval "
        f"{interval(helps)}%, {count(helps.n, 'response')} to {count(level.cases, 'case')}",
        series=series,
    )
