"""Tables as people read them: rounded numbers with their intervals, for pages and for papers."""

from collections.abc import Sequence
from dataclasses import dataclass

from blind_refusal.analysis import Bounds, Estimate, Statistic
from blind_refusal.reporting.words import (
    NO_VALUE,
    coefficient,
    coefficient_interval,
    interval,
    odds,
    odds_interval,
    p_value,
    percent,
    points,
    points_interval,
)


@dataclass(frozen=True)
class Cell:
    """What stands in one place of a table."""

    value: str
    interval: str = ""
    """Its 95% interval; empty where there is none."""


@dataclass(frozen=True)
class Column:
    """One column."""

    heading: str
    numeric: bool = True


@dataclass(frozen=True)
class ShownTable:
    """One table. The first column names the rows."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    """How its numbers were come by."""


def table(
    name: str, caption: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]], note: str = ""
) -> ShownTable:
    """Make a table; a heading that starts with ``<`` is that of a column of text.

    Raises:
        ValueError: a row does not have one cell per heading.
    """
    if any(len(row) != len(headings) for row in rows):
        raise ValueError(f"{name}: a row does not fit {headings}")
    columns = tuple(Column(heading.removeprefix("<"), numeric=not heading.startswith("<")) for heading in headings)
    return ShownTable(name, caption, columns, tuple(tuple(row) for row in rows), note)


def text(value: str | None) -> Cell:
    """Show text."""
    return Cell(NO_VALUE if value is None else value)


def number(value: int) -> Cell:
    """Show a count."""
    return Cell(f"{value:,}")


def rate(estimate: Estimate) -> Cell:
    """Show a share in per cent."""
    return _with_interval(percent(estimate.estimate), interval(estimate))


def gap(estimate: Estimate | Statistic) -> Cell:
    """Show a difference of shares in percentage points."""
    return _with_interval(points(estimate.estimate), points_interval(estimate))


def plain(statistic: Statistic) -> Cell:
    """Show a coefficient."""
    return _with_interval(coefficient(statistic.estimate), coefficient_interval(statistic))


def odds_ratio(statistic: Statistic) -> Cell:
    """Show an odds ratio."""
    return _with_interval(odds(statistic.estimate), odds_interval(statistic))


def probability(p: float | None) -> Cell:
    """Show a p-value."""
    return Cell(p_value(p))


def share_bounds(bounds: Bounds) -> Cell:
    """Show the bounds of a share."""
    return Cell(NO_VALUE if bounds.low is None else f"{percent(bounds.low)} to {percent(bounds.high)}")


def gap_bounds(bounds: Bounds) -> Cell:
    """Show the bounds of a difference of shares."""
    return Cell(NO_VALUE if bounds.low is None else f"{points(bounds.low)} to {points(bounds.high)}")


def _with_interval(value: str, limits: str) -> Cell:
    return Cell(value, "" if limits == NO_VALUE else limits)
