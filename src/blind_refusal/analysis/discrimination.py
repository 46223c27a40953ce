"""How well defeated rules are told from controls: difference of rates, Youden's J, d′ and criterion.

Helping with a defeated rule is a hit, helping with a control a false alarm. d′ = z(hits) − z(false alarms) says how far
apart the two are told, whatever the general readiness to help; the criterion −½ (z(hits) + z(false alarms)) says how
ready a model is: above 0 it rather does not help, below 0 it rather does (Green & Swets 1966). Rates of 0 and 1 have no
finite z, so both rates are taken with half a hit more among one row more (the log-linear correction, Hautus 1995,
Behavior Research Methods 27).
"""

from typing import Final

import numpy as np
import polars as pl

from blind_refusal.analysis.bootstrap import (
    REPLICATES,
    SEED,
    Floats,
    bootstrap,
    estimate_with_interval,
    rate_replicates,
    statistic_with_interval,
)
from blind_refusal.analysis.headline import MINUEND, RATIOS, SUBTRAHEND
from blind_refusal.analysis.intervals import NOTHING, Estimate, difference
from blind_refusal.analysis.records import Record, Statistic, undetermined
from blind_refusal.analysis.rows import Cases, by_model


class Discriminability(Record):
    """How well defeated rules are told from controls."""

    model: str | None
    """None for all models together."""
    helps_defeated: Estimate
    helps_control: Estimate
    difference: Estimate
    """Helps on defeated rules less helps on controls; interval in closed form."""
    youden_j: Estimate
    """Sensitivity + specificity − 1: in this setting the same number as the difference; interval by bootstrap."""
    d_prime: Statistic
    criterion: Statistic
    """Above 0: rather does not help; below 0: rather does."""


class Discrimination(Record):
    """How well defeated rules are told from controls, for all models together and for each."""

    method: str
    overall: Discriminability
    models: list[Discriminability]


_METHOD: Final = (
    "Difference: Newcombe's method 10 on cluster-adjusted Wilson limits. J, d′ and criterion: percentile interval of a "
    "bootstrap by case, stratified by family; d′ and criterion with the log-linear correction (Hautus 1995)."
)
_ONE_SIDED: Final = "Needs responses to both defeated rules and controls."


def discriminate(scored: pl.DataFrame, replicates: int = REPLICATES, seed: int = SEED) -> Discrimination:
    """Estimate how well defeated rules are told from controls, for all models together and for each."""
    return Discrimination(
        method=_METHOD,
        overall=discriminability(None, scored, replicates, seed),
        models=[discriminability(name, rows, replicates, seed) for name, rows in by_model(scored)],
    )


def discriminability(
    model: str | None, scored: pl.DataFrame, replicates: int = REPLICATES, seed: int = SEED
) -> Discriminability:
    """Estimate how well defeated rules are told from controls over scored rows, whose model is named."""
    cases = Cases.of(scored)
    defeated, control = RATIOS[MINUEND].sums(cases, scored), RATIOS[SUBTRAHEND].sums(cases, scored)
    hit, alarm = defeated.rates()[0], control.rates()[0]
    gap = difference(hit, alarm)
    if hit.n == 0 or alarm.n == 0:
        nothing = undetermined(hit.n + alarm.n, _ONE_SIDED)
        return Discriminability(
            model=model,
            helps_defeated=hit,
            helps_control=alarm,
            difference=gap,
            youden_j=NOTHING,
            d_prime=nothing,
            criterion=nothing,
        )
    sums = np.column_stack([defeated.hits, defeated.rows, control.hits, control.rows])
    drawn = bootstrap(lambda values: values, sums, cases.strata, replicates, seed)
    hits = rate_replicates(drawn[:, 0], drawn[:, 1], defeated, (seed, 0))
    alarms = rate_replicates(drawn[:, 2], drawn[:, 3], control, (seed, 1))
    estimates = _detection(np.array([hit.k / hit.n]), np.array([alarm.k / alarm.n]), hit.n, alarm.n)
    replicated = _detection(hits, alarms, hit.n, alarm.n)
    d_prime, criterion = (
        statistic_with_interval(float(estimate[0]), values, hit.n + alarm.n)
        for estimate, values in zip(estimates, replicated, strict=True)
    )
    return Discriminability(
        model=model,
        helps_defeated=hit,
        helps_control=alarm,
        difference=gap,
        youden_j=estimate_with_interval(gap, hits - alarms),
        d_prime=d_prime,
        criterion=criterion,
    )


def _detection(hits: Floats, alarms: Floats, rows_defeated: int, rows_control: int) -> tuple[Floats, Floats]:
    """Return d′ and the criterion of rates, after the log-linear correction."""
    from scipy.special import ndtri

    z_hits = ndtri((hits * rows_defeated + 0.5) / (rows_defeated + 1))
    z_alarms = ndtri((alarms * rows_control + 0.5) / (rows_control + 1))
    return np.asarray(z_hits - z_alarms), np.asarray(-(z_hits + z_alarms) / 2)
