"""Tables as people read them, for the page and for LaTeX."""

from blind_refusal.analysis import Summary
from blind_refusal.reporting.shown import judging, models, outcomes
from blind_refusal.reporting.shown.table import Cell, Column, ShownTable

__all__ = ["SHOWN_TABLES", "Cell", "Column", "ShownTable", "shown_tables"]

SHOWN_TABLES = (
    "headline",
    "responses",
    "families",
    "dual_use",
    "bounds",
    "discrimination",
    "decoupling",
    "twins",
    "drivers",
    "ranks",
    "differences",
    "variants",
    "panel",
    "majority",
    "steadiness",
    "masking",
    "reasoning",
    "corrections",
)
"""Names of all tables that a report can have; one without rows is left out."""


def shown_tables(summary: Summary) -> dict[str, ShownTable]:
    """Return every table that has rows, by name."""
    possible = [
        outcomes.headline_table(summary),
        outcomes.responses_table(summary),
        outcomes.families_table(summary),
        outcomes.dual_use_table(summary),
        outcomes.bounds_table(summary),
        models.discrimination_table(summary),
        models.decoupling_table(summary),
        models.twins_table(summary),
        models.drivers_table(summary),
        models.ranks_table(summary.comparisons),
        models.differences_table(summary.comparisons),
        models.variants_table(summary),
        judging.panel_table(summary),
        judging.panel_headline_table(summary),
        judging.steadiness_table(summary),
        judging.masking_table(summary),
        judging.reasoning_table(summary),
        judging.corrections_table(summary),
    ]
    return {found.name: found for found in possible if found is not None and found.rows}
