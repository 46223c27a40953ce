"""How many responses must be labelled by people, or by a better judge, for an interval of a given width."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from blind_refusal.analysis.drawing import Allocation, allocate
from blind_refusal.analysis.intervals import Estimate, wilson
from blind_refusal.analysis.rows import SCORED, share

ALLOCATION: Final[Allocation] = "root"
"""Between by size and even: rare verdicts get more labels than their number, without starving the common ones."""

TARGETS: Final = {
    "helps_rate_defeated": "helps",
    "helps_rate_control": "helps",
    "engagement_defeated": "engages",
    "engagement_control": "engages",
    "discrimination": "helps",
}
"""Rates that labels can be planned for, and what they are made of."""


@dataclass(frozen=True)
class JudgeErrors:
    """What is assumed of the judge."""

    sensitivity: float
    specificity: float


@dataclass(frozen=True)
class LabelNeed:
    """How many labels it takes."""

    target: str
    half_width: float
    """Wanted: half the width of the 95% interval."""
    labels: int | None
    """None if no number of labels suffices."""
    responses: int
    """That could be labelled."""
    half_width_without_limit: float
    """Half-width if every response were labelled: what is left then is that there are so many cases and no more."""
    half_width_uncorrected: float
    """Half-width of the uncorrected interval, which knows nothing of the judge's errors."""


def labels_needed(rows: pl.DataFrame, target: str, half_width: float, errors: JudgeErrors) -> LabelNeed:
    """Work out how many labels a corrected rate needs.

    The sample is drawn as `plan-labels` draws it: stratified by group and the judge's labels, shared out by the square
    roots of the strata's sizes. The width is that of `correction.correct` at the expected labels.

    Args:
        rows: one judge's rows with their properties (see ``with_properties``).
        target: one of ``TARGETS``.
        half_width: wanted half-width of the 95% interval.
        errors: what is known or assumed of the judge.
    """
    scored = rows.filter(SCORED)
    plan = _Plan(scored, target, errors)
    most = scored.height
    found: int | None = None
    if plan.half_width(most) <= half_width:
        low, high = 1, most
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if plan.half_width(middle) <= half_width else (middle + 1, high)
        found = low
    return LabelNeed(
        target=target,
        half_width=half_width,
        labels=found,
        responses=most,
        half_width_without_limit=plan.half_width(most),
        half_width_uncorrected=plan.half_width_uncorrected(),
    )


def strata_for_labels(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the stratum of each scored response: its group, and what the judge said of it.

    Args:
        rows: one judge's rows with their properties.
    """
    engages = pl.when(pl.col("engages_with_defeat")).then(pl.lit("engages")).otherwise(pl.lit("does not engage"))
    stratum = pl.concat_str("group", "response_type", engages, separator=", ")
    return rows.filter(SCORED).select("response_id", stratum=stratum)


@dataclass(frozen=True)
class _Cell:
    size: int
    expected: float
    """Expected share of true labels."""


class _Plan:
    """The expected width of one target's interval as a function of the number of labels."""

    def __init__(self, scored: pl.DataFrame, target: str, errors: JudgeErrors) -> None:
        self._property = TARGETS[target]
        names = ["defeated", "control"] if target == "discrimination" else [target.rpartition("_")[2]]
        self._groups = {name: scored.filter(pl.col("group") == name) for name in names}
        self._groups = {name: rows for name, rows in self._groups.items() if rows.height}
        strata = scored.join(strata_for_labels(scored), on="response_id")
        self._sizes: Mapping[str, int] = dict(strata.group_by("stratum").len().iter_rows())
        self._cells = {
            name: _cells(rows.join(strata.select("response_id", "stratum"), on="response_id"), self._property, errors)
            for name, rows in self._groups.items()
        }

    def half_width(self, labels: int) -> float:
        """Return half the width with so many labels in all strata together."""
        shares = allocate(self._sizes, labels, ALLOCATION)
        halves = [self._of_group(name, shares) for name in self._groups]
        return math.hypot(*halves) if halves else math.inf

    def half_width_uncorrected(self) -> float:
        """Return half the width of the judge's own interval."""
        estimates = [share(rows, self._property) for rows in self._groups.values()]
        return math.hypot(*map(_half, estimates))

    def _of_group(self, name: str, shares: Mapping[str, int]) -> float:
        cells, rows = self._cells[name], self._groups[name]
        parts = []
        for stratum, cell in cells.items():
            n = shares[stratum]
            if n == 0:
                return math.inf
            if n < cell.size:
                low, high = wilson(cell.expected, n / (1 - n / cell.size))
                parts.append(cell.size / rows.height * (high - low) / 2)
        return math.hypot(*parts, _half(share(rows, self._property)))


def _half(estimate: Estimate) -> float:
    return (estimate.high - estimate.low) / 2 if estimate.high is not None and estimate.low is not None else 0.0


def _cells(rows: pl.DataFrame, name: str, errors: JudgeErrors) -> dict[str, _Cell]:
    """Return the strata of one group, each with the share of true labels that the judge's errors let expect."""
    judged = float(np.mean(rows[name].to_numpy()))
    better = errors.sensitivity + errors.specificity - 1
    true = min(1.0, max(0.0, (judged + errors.specificity - 1) / better)) if better > 0 else judged
    among_yes = min(1.0, errors.sensitivity * true / judged) if judged else 0.0
    among_no = min(1.0, (1 - errors.sensitivity) * true / (1 - judged)) if judged < 1 else 1.0
    cells = {}
    for (stratum,), part in rows.partition_by("stratum", as_dict=True).items():
        says = float(np.mean(part[name].to_numpy()))  # 0 or 1: strata are made of the judge's labels
        cells[str(stratum)] = _Cell(part.height, says * among_yes + (1 - says) * among_no)
    return cells
