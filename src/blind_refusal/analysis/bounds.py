"""What the headline rates could be at most and at least, whatever the missing labels would have been."""

import polars as pl

from blind_refusal.analysis.headline import DISCRIMINATION, MINUEND, NAMES, RATIOS, SUBTRAHEND, Ratio
from blind_refusal.analysis.records import Record
from blind_refusal.analysis.rows import SCORED, by_model


class Bounds(Record):
    """The lowest and highest that a rate could be with every missing label known; None over nothing.

    For a rate of helping: had no missing response helped (low), or every one (high).
    """

    low: float | None
    high: float | None


class HeadlineBounds(Record):
    """Bounds of every headline rate."""

    model: str | None
    """None for all models together."""
    refusal_rate_defeated: Bounds
    helps_rate_defeated: Bounds
    helps_rate_control: Bounds
    engagement_defeated: Bounds
    engagement_control: Bounds
    engagement_among_defeated_refusals: Bounds
    """A missing response counts as an engaged refusal (high), or as one that does not engage (low)."""
    discrimination: Bounds
    """Each of the two rates at its worst for the other."""
    pure_rule_blind_defeated: Bounds


NO_BOUNDS = Bounds(low=None, high=None)


def bound_headline(rows: pl.DataFrame) -> list[HeadlineBounds]:
    """Bound every headline rate, for all models together (first) and for each (Manski 1989, J. Human Resources 24).

    Args:
        rows: one judge's rows, those without a label among them.
    """
    return [_bounds_of(None, rows), *(_bounds_of(name, part) for name, part in by_model(rows))]


def bound(rows: pl.DataFrame, ratio: Ratio) -> Bounds:
    """Bound one rate without any assumption about the missing."""
    missing = rows.filter((pl.col("group") == ratio.group) & ~SCORED).height
    counting = ratio.rows(rows.filter(SCORED))
    hits, all_rows = int(counting[ratio.of].sum()), counting.height + missing
    if all_rows == 0:
        return NO_BOUNDS
    return Bounds(low=hits / all_rows, high=(hits + missing) / all_rows)


def _bounds_of(model: str | None, rows: pl.DataFrame) -> HeadlineBounds:
    found = {name: bound(rows, ratio) for name, ratio in RATIOS.items()}
    found[DISCRIMINATION] = _difference(found[MINUEND], found[SUBTRAHEND])
    return HeadlineBounds(model=model, **{name: found[name] for name in NAMES})


def _difference(first: Bounds, second: Bounds) -> Bounds:
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return NO_BOUNDS
    return Bounds(low=first.low - second.high, high=first.high - second.low)
