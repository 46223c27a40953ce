"""The difference of one headline rate between two sets of responses, with a test; the core of every comparison."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from blind_refusal.analysis.headline import DISCRIMINATION, MINUEND, SUBTRAHEND
from blind_refusal.analysis.intervals import (
    CaseSums,
    Estimate,
    correlation_of_rates,
    covariance,
    difference,
    difference_limits,
    with_partners,
)
from blind_refusal.analysis.records import Statistic, undetermined
from blind_refusal.analysis.sign_flip import sign_flip


@dataclass(frozen=True)
class Contrast:
    """A rate in two sets of responses, and the second's less the first's."""

    first: Estimate
    second: Estimate
    change: Statistic
    p: float | None
    """Two-sided; None where there is nothing to test."""

    @classmethod
    def of(cls, name: str, first: dict[str, CaseSums], second: dict[str, CaseSums], *, paired: bool = True) -> Self:
        """Contrast one headline rate.

        Args:
            name: of the rate.
            first: sums of the ratios that headline rates are made of, over cases in a fixed order.
            second: the same of the other set, over the same cases in the same order.
            paired: whether both have answered the same cases; otherwise no case may have rows in both.
        """
        if name == DISCRIMINATION:
            return cls(*_discriminations(first, second, paired))
        return cls(*_rates(first[name], second[name], paired))


_Parts = tuple[Estimate, Estimate, Statistic, float | None]


def _rates(first: CaseSums, second: CaseSums, paired: bool) -> _Parts:
    one, other = first.rates()[0], second.rates()[0]
    n = one.n + other.n
    if one.n == 0 or other.n == 0:
        return one, other, undetermined(n, "One side has no scored response."), None
    correlation = correlation_of_rates(second, first) if paired else 0.0
    estimate, low, high = difference_limits(other, one, correlation)
    change = Statistic(estimate=estimate, low=max(low, -1.0), high=min(high, 1.0), n=n)
    if paired and (first.rows == second.rows).all():
        p = sign_flip((second.hits - first.hits)[:, 0].astype(np.int64)).p
    else:
        p = wald_p(estimate, *_variance(first, second))
    return one, other, change, p


def _discriminations(first: dict[str, CaseSums], second: dict[str, CaseSums], paired: bool) -> _Parts:
    """Contrast two discriminations; defeated rules and controls share no case, so their changes are independent."""
    hits, alarms = (_rates(first[name], second[name], paired) for name in (MINUEND, SUBTRAHEND))
    one, other = difference(hits[0], alarms[0]), difference(hits[1], alarms[1])
    n = hits[2].n + alarms[2].n
    if one.n == 0 or other.n == 0:
        return one, other, undetermined(n, "One side lacks scored responses to defeated rules or to controls."), None
    estimate, low, high = difference_limits(_as_estimate(hits[2]), _as_estimate(alarms[2]))
    change = Statistic(estimate=estimate, low=max(low, -2.0), high=min(high, 2.0), n=n)
    balanced = all((first[name].rows == second[name].rows).all() for name in (MINUEND, SUBTRAHEND))
    if paired and balanced:
        differences = [(second[name].hits - first[name].hits)[:, 0] for name in (MINUEND, SUBTRAHEND)]
        weights = [first[name].rows.sum() for name in (SUBTRAHEND, MINUEND)]
        # Per case one number in proportion to its part in the change of the discrimination.
        p = sign_flip((differences[0] * weights[0] - differences[1] * weights[1]).astype(np.int64)).p
    else:
        variances = [_variance(first[name], second[name]) for name in (MINUEND, SUBTRAHEND)]
        p = wald_p(estimate, sum(one[0] for one in variances), min(one[1] for one in variances))
    return one, other, change, p


def _as_estimate(change: Statistic) -> Estimate:
    """Return a change of a rate as the estimate that limits can be combined from."""
    return Estimate(estimate=change.estimate, low=change.low, high=change.high, n=change.n, k=0)


def _variance(first: CaseSums, second: CaseSums) -> tuple[float, int]:
    """Return the linearised variance of the difference of two rates over cases, and its degrees of freedom."""
    present = (first.rows > 0) | (second.rows > 0)
    strata = with_partners(first.strata[present])
    influence = np.zeros(int(present.sum()))
    for sums, sign in ((first, -1), (second, 1)):
        rows = sums.rows[present]
        hits = sums.hits[present, 0]
        influence += sign * (hits - hits.sum() / rows.sum() * rows) / rows.sum()
    return covariance(influence, influence, strata), len(influence) - len(np.unique(strata))


def wald_p(estimate: float, variance: float, freedom: int) -> float | None:
    """Return the two-sided p-value of an estimate against zero; None where its variance cannot be seen."""
    from scipy.stats import t

    if freedom < 1 or variance <= 0:
        return None
    return float(2 * t.sf(abs(estimate) / np.sqrt(variance), freedom))


def holm(p_values: list[float | None]) -> list[float | None]:
    """Adjust p-values for being many (Holm 1979, Scandinavian Journal of Statistics 6); None stays None."""
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = list(p_values)
    highest = 0.0
    for rank, (p, place) in enumerate(known):
        highest = max(highest, min((len(known) - rank) * p, 1.0))
        adjusted[place] = highest
    return adjusted
