"""The figures of a report: drawn for wide and narrow pages, and as files that stand alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from blind_refusal.analysis import ModelSummary, Summary
from blind_refusal.reporting import sketches
from blind_refusal.reporting.charts import NARROW, WIDE, as_file
from blind_refusal.reporting.sketches import Sketch
from blind_refusal.reporting.svg import chart_png, chart_svg, inline_svg

FIGURES: Final = (
    "agreement",
    "corrections",
    "categories",
    "plane",
    "twins",
    "engagement",
    "families",
    "cells",
    "dual_use",
    "drivers",
    "ranks",
    "differences",
    "variants",
)
"""Names of all figures that a report can have, in its order; one without data is left out."""


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


def draw_figures(
    summary: Summary, models: Sequence[ModelSummary], trust: str, has_browser: bool = False
) -> dict[str, Figure]:
    """Draw every figure for which there are data.

    Args:
        summary: the numbers.
        models: those of the summary, in the order of drawing.
        trust: one sentence on whose verdicts the figures show and how far it can be trusted; printed on every file.
        has_browser: whether figures may lead to the case browser.

    Returns:
        Figures by name, in the order of ``FIGURES``.
    """
    possible = [
        sketches.agreement_sketch(summary.panel),
        sketches.corrections_sketch(summary.judging.corrections),
        sketches.categories_sketch(models),
        sketches.plane_sketch(models),
        sketches.twins_sketch(summary.twins),
        sketches.engagement_sketch(models),
        sketches.families_sketch(summary.strata["family"]),
        sketches.cells_sketch(summary, has_browser),
        sketches.dual_use_sketch(summary.profiles.levels.get("dual_use", [])),
        sketches.drivers_sketch(summary.drivers),
        sketches.ranks_sketch(summary.comparisons),
        sketches.differences_sketch(summary.comparisons),
        sketches.variants_sketch(summary.variants),
    ]
    return {sketch.name: _figure(sketch, trust) for sketch in possible if sketch is not None}


def _figure(sketch: Sketch, trust: str) -> Figure:
    wide, narrow = sketch.draw(WIDE), sketch.draw(NARROW)
    wide_links, narrow_links = (sketch.links(layout) if sketch.links else None for layout in (WIDE, NARROW))
    alone = as_file(wide, sketch.title, [sketch.caption, trust])
    told = sketch.title, sketch.description
    return Figure(
        name=sketch.name,
        title=sketch.title,
        caption=sketch.caption,
        # Safe as markup: made of our own elements, with all text escaped by the XML writer.
        wide=Markup(inline_svg(wide, f"{sketch.name}-wide", *told, wide_links)),  # noqa: S704
        narrow=Markup(inline_svg(narrow, f"{sketch.name}-narrow", *told, narrow_links)),  # noqa: S704
        svg=chart_svg(alone),
        png=chart_png(alone),
    )
