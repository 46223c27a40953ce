"""The figure of what system prompts and other wordings change."""

from blind_refusal.analysis import Variant
from blind_refusal.analysis.changes import Change
from blind_refusal.reporting.charts import Mark, Scale, forest_chart
from blind_refusal.reporting.sketches.sketch import Sketch, listed
from blind_refusal.reporting.words import RATE_WORDS, p_value, percent, points, points_interval, variant_name

_DRAWN = ("helps_rate_defeated", "helps_rate_control", "discrimination", "engagement_defeated")
"""Headline rates that the figure shows; the table has all."""


def variants_sketch(variants: list[Variant]) -> Sketch | None:
    """Sketch how each condition and wording differs from the base."""
    base = next((one for one in variants if one.base), None)
    marks = [
        mark
        for rate in _DRAWN
        for one in variants
        if one.changes and rate in one.changes and (mark := _mark(one, one.changes[rate]))
    ]
    if base is None or not marks:
        return None
    return Sketch(
        "variants",
        "What system prompts and other wordings change",
        f"Change of headline rates against the base ({variant_name(base)}), in percentage points with 95% intervals, "
        "over what models have a scored response to both ways, case by case. On the dashed line nothing changes.",
        listed([f"{mark.heading}, {mark.name} {mark.text}" for mark in marks], most=12),
        lambda layout: forest_chart(marks, Scale("change in percentage points", "points", 0.0), layout),
    )


def _mark(one: Variant, found: Change) -> Mark | None:
    change = found.change
    if change.estimate is None or change.low is None or change.high is None:
        return None
    name = variant_name(one)
    return Mark(
        heading=RATE_WORDS[found.rate],
        name=name,
        estimate=change.estimate,
        low=change.low,
        high=change.high,
        text=points(change.estimate),
        hover=f"{RATE_WORDS[found.rate]}, {name}: {points(change.estimate)} points ({points_interval(change)}), "
        f"p = {p_value(found.p)}; {_shown(found.rate, found.first.estimate)} before, "
        f"{_shown(found.rate, found.second.estimate)} after",
    )


def _shown(rate: str, value: float | None) -> str:
    return points(value) if rate == "discrimination" else percent(value)
