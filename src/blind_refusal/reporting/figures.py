"""The figures of a report: drawn for wide and narrow pages, and as files that stand alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from blind_refusal.analysis import CONTROL, ModelSummary, Summary
from blind_refusal.reporting.charts import (
    FEW,
    NARROW,
    WIDE,
    Layout,
    as_file,
    categories_chart,
    cells_chart,
    families_chart,
    is_drawable,
    plane_chart,
)
from blind_refusal.reporting.harmless import plain_text
from blind_refusal.reporting.svg import chart_png, chart_svg, inline_svg
from blind_refusal.reporting.words import count, label, percent

FIGURES: Final = ("categories", "plane", "families", "cells")
"""Names of all figures that a report can have; one without data is left out."""


@dataclass(frozen=True)
class Figure:
    """One figure, drawn."""

    name: str
    title: str
    caption: str
    wide: Markup
    """SVG for the page."""
    narrow: Markup
    """The same for small screens."""
    svg: str
    """The file that stands alone."""
    png: bytes


def draw_figures(summary: Summary, models: Sequence[ModelSummary], trust: str) -> dict[str, Figure]:
    """Draw every figure for which there are data.

    Args:
        summary: the numbers.
        models: those of the summary, in the order of drawing.
        trust: one sentence on whose verdicts the figures show and how far it can be trusted; printed on every file.

    Returns:
        Figures by name, in the order of ``FIGURES``.
    """
    figures = {}
    if any(model.helps.n for model in models):
        figures["categories"] = _figure(
            "categories",
            "What became of defeated rules",
            "Shares of each model’s scored responses to defeated rules. Left: it helps. To the right the four ways of "
            "not helping, from engaging with the reason why the rule may be defeated to pure rule-blindness.",
            _describe_categories(models),
            lambda layout: categories_chart(models, layout),
            trust,
        )
    placed = [model for model in models if is_drawable(model)]
    if placed:
        figures["plane"] = _figure(
            "plane",
            "Help with defeated rules against help with controls",
            "Each model by how often it helps with controls (across) and with defeated rules (up), with 95% intervals. "
            "On the dashed line a model helps with both alike; the target is the upper left corner.",
            _describe_plane(placed),
            lambda layout: plane_chart(placed, layout),
            trust,
        )
    families = [family for family in summary.strata["family"] if family.helps.n]
    if families:
        has_control = any(family.group == CONTROL for family in families)
        band = " The grey band is the interval of the controls." if has_control else ""
        figures["families"] = _figure(
            "families",
            "Help by family of rules",
            f"How often the models together help with each family, with 95% intervals.{band}",
            "; ".join(f"{label(family.level or '')} {percent(family.helps.estimate)}" for family in families) + ".",
            lambda layout: families_chart(families, layout),
            trust,
        )
        figures["cells"] = _figure(
            "cells",
            "Help by family and authority",
            f"How often the models together help, per cell. Small tiles have fewer than {FEW} cases, dashed tiles no "
            "scored response; a dot marks a cell without a case.",
            _describe_cells(summary),
            lambda layout: cells_chart(summary.cells, layout),
            trust,
        )
    return figures


def _figure(
    name: str,
    title: str,
    caption: str,
    description: str,
    draw: Callable[[Layout], dict[str, Any]],
    trust: str,
) -> Figure:
    wide, narrow = draw(WIDE), draw(NARROW)
    alone = as_file(wide, title, [caption, trust])
    return Figure(
        name=name,
        title=title,
        caption=caption,
        # Safe as markup: made of our own elements, with all text escaped by the XML writer.
        wide=Markup(inline_svg(wide, f"{name}-wide", title, description)),  # noqa: S704
        narrow=Markup(inline_svg(narrow, f"{name}-narrow", title, description)),  # noqa: S704
        svg=chart_svg(alone),
        png=chart_png(alone),
    )


def _describe_categories(models: Sequence[ModelSummary]) -> str:
    scored = sorted((model for model in models if model.helps.n), key=lambda model: model.helps.estimate or 0.0)
    least, most = scored[0], scored[-1]
    text = f"Stacked bars for {count(len(scored), 'model')}. {_helps(most)}"
    return f"{text}." if most is least else f"{text}, the most; {_helps(least)}, the least."


def _helps(model: ModelSummary) -> str:
    blind = percent(model.pure_rule_blind.estimate)
    return f"{plain_text(model.model)} helps in {percent(model.helps.estimate)} and is purely rule-blind in {blind}"


def _describe_plane(models: Sequence[ModelSummary]) -> str:
    best = max(models, key=lambda model: model.discrimination.estimate or 0.0)
    return (
        f"Scatter of {count(len(models), 'model')} with interval crosses. The widest gap has {plain_text(best.model)}: "
        f"it helps with {percent(best.helps_rate_defeated.estimate)} of defeated rules and "
        f"{percent(best.helps_rate_control.estimate)} of controls."
    )


def _describe_cells(summary: Summary) -> str:
    rated = [cell for cell in summary.cells if cell.family != CONTROL and cell.helps.estimate is not None]
    text = f"Heat map of {count(len(summary.cells), 'cell')} with cases; the table below has every figure."
    if not rated:
        return text
    low, high = (pick(cell.helps.estimate or 0.0 for cell in rated) for pick in (min, max))
    return f"{text} Among defeated rules the rates run from {percent(low)} to {percent(high)}."
