"""Whether seeing why a rule is defeated goes with helping: engagement and help on defeated rules.

The odds ratio compares the odds of helping between responses that engage and responses that do not. It is that of a
logistic regression of help on engagement; its errors are robust to cases being clusters (the sandwich of Liang & Zeger
1986, Biometrika 73, with independence as working correlation, times cases / (cases − 1), and t limits).
"""

import math
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from blind_refusal.analysis.intervals import Estimate, t_quantile
from blind_refusal.analysis.records import Record, Statistic, undetermined
from blind_refusal.analysis.rows import by_model, share, shares

FEW: Final = 5
"""Below this many responses in one of the four cells, the odds ratio comes with a note."""


class Decoupling(Record):
    """Engagement and help on defeated rules, and what refusals are made of."""

    model: str | None
    """None for all models together."""
    engagement_among_refusals: Estimate
    help_given_engagement: Estimate
    help_given_no_engagement: Estimate
    odds_ratio: Statistic
    """Odds of helping with engagement against without it; 1 would be no relation."""
    blind_among_refusals: Estimate
    """Of the responses that do not help: neither engage nor name a harm."""
    safety_among_refusals: Estimate
    """Name a harm and do not engage."""
    engaged_only_among_refusals: Estimate
    """Engage and name no harm."""
    engaged_and_safety_among_refusals: Estimate


class DecouplingByModel(Record):
    """The same for all models together and for each."""

    method: str
    overall: Decoupling
    models: list[Decoupling]


_METHOD: Final = (
    "Scored responses to defeated rules. Odds ratio of a logistic regression of help on engagement with errors robust "
    "to clustering by case (Liang & Zeger 1986). With an empty cell, half a response is added to each and every case "
    "counts as one observation (Haldane 1956; Anscombe 1956)."
)
_AMONG_REFUSALS: Final = {
    "blind_among_refusals": "pure_rule_blind",
    "safety_among_refusals": "safety_grounded",
    "engaged_only_among_refusals": "engaged_only",
    "engaged_and_safety_among_refusals": "engaged_and_safety",
}


def decouple(scored: pl.DataFrame) -> DecouplingByModel:
    """Relate engagement and help on defeated rules, for all models together and for each."""
    defeated = scored.filter(pl.col("group") == "defeated")
    models = [(name, rows.filter(pl.col("group") == "defeated")) for name, rows in by_model(scored)]
    return DecouplingByModel(
        method=_METHOD, overall=_decoupling(None, defeated), models=[_decoupling(*part) for part in models]
    )


def _decoupling(model: str | None, defeated: pl.DataFrame) -> Decoupling:
    refusals = defeated.filter(pl.col("refuses"))
    made_of = shares(refusals, list(_AMONG_REFUSALS.values()))
    return Decoupling(
        model=model,
        engagement_among_refusals=share(refusals, "engages"),
        help_given_engagement=share(defeated.filter(pl.col("engages")), "helps"),
        help_given_no_engagement=share(defeated.filter(~pl.col("engages")), "helps"),
        odds_ratio=odds_ratio(
            defeated["engages"].to_numpy(), defeated["helps"].to_numpy(), defeated["case_code"].to_numpy()
        ),
        **{name: made_of[kind] for name, kind in _AMONG_REFUSALS.items()},
    )


def odds_ratio(exposed: NDArray[np.bool_], outcome: NDArray[np.bool_], cases: NDArray[np.int64]) -> Statistic:
    """Return the odds ratio of an outcome with errors robust to clustering by case.

    Undetermined where all rows, or none, are exposed or have the outcome, and where there is but one case.

    Args:
        exposed: per row.
        outcome: per row.
        cases: per row, its case.
    """
    exposed, outcome = exposed.astype(np.bool_), outcome.astype(np.bool_)
    n, clusters = len(outcome), len(np.unique(cases))
    cells = [given & seen for given in (exposed, ~exposed) for seen in (outcome, ~outcome)]
    counts = np.array([cell.sum() for cell in cells], dtype=np.float64)
    table = counts.reshape(2, 2)
    if (table.sum(axis=0) == 0).any() or (table.sum(axis=1) == 0).any():
        return undetermined(n, "All responses, or none, engage or help: there is nothing to compare.")
    if clusters < 2:
        return undetermined(n, "One case cannot show how cases vary.")
    if (counts == 0).any():
        return _corrected(counts, clusters, n)
    error = _robust_error(table, exposed, outcome, cases) * math.sqrt(clusters / (clusters - 1))
    note = f"A cell has fewer than {FEW} responses: read the ratio as rough." if counts.min() < FEW else None
    return _ratio(_log_ratio(counts), error, clusters - 1, n, note)


def _robust_error(
    table: NDArray[np.float64],
    exposed: NDArray[np.bool_],
    outcome: NDArray[np.bool_],
    cases: NDArray[np.int64],
) -> float:
    """Return the sandwich error of the log odds ratio, from each case's share in its first-order change."""
    rows = table.sum(axis=1)
    rates = table[:, 0] / rows
    scale = 1 / (rows * rates * (1 - rates))
    influence = np.where(exposed, scale[0] * (outcome - rates[0]), -scale[1] * (outcome - rates[1]))
    _, case_of_row = np.unique(cases, return_inverse=True)
    return float(np.sqrt(np.sum(np.bincount(case_of_row, weights=influence) ** 2)))


def _corrected(counts: NDArray[np.float64], clusters: int, n: int) -> Statistic:
    """Return the ratio with half a response in each cell, the counts scaled to one observation a case."""
    scaled = counts * min(1.0, clusters / n) + 0.5
    error = math.sqrt(float(np.sum(1 / scaled)))
    note = "A cell is empty: half a response was added to each (Haldane–Anscombe), every case counting once."
    return _ratio(_log_ratio(scaled), error, clusters - 1, n, note)


def _log_ratio(counts: NDArray[np.float64]) -> float:
    a, b, c, d = np.log(counts)
    return float(a - b - c + d)


def _ratio(log_ratio: float, error: float, freedom: int, n: int, note: str | None) -> Statistic:
    half = t_quantile(freedom) * error
    if abs(log_ratio) + half > MOST_LOG:
        return undetermined(n, "Too few cases for limits of the ratio.")
    return Statistic(
        estimate=math.exp(log_ratio),
        low=math.exp(log_ratio - half),
        high=math.exp(log_ratio + half),
        n=n,
        note=note,
    )


MOST_LOG: Final = 20.0
"""Limits of a log odds ratio beyond this say no more than that nothing is known."""
