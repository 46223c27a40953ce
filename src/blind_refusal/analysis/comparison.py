"""Models against each other: paired differences case by case, and how sure their order is."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from blind_refusal.analysis.bootstrap import REPLICATES, SEED, Floats, bootstrap
from blind_refusal.analysis.headline import DISCRIMINATION, MINUEND, RATIOS, SUBTRAHEND
from blind_refusal.analysis.intervals import CONFIDENCE, NORMAL_QUANTILE, CaseSums, t_quantile
from blind_refusal.analysis.paired import Contrast, holm
from blind_refusal.analysis.records import Record, Statistic
from blind_refusal.analysis.rows import Cases, by_model

COMPARED: Final = (DISCRIMINATION, MINUEND, SUBTRAHEND, "engagement_defeated", "pure_rule_blind_defeated")
"""Headline rates by which models are compared and ranked."""
_PARTS: Final = tuple(name for name in COMPARED if name in RATIOS)
_LEAST_REPLICATES: Final = 20
"""With fewer usable replicates no model is told from another."""
SumsByModel = dict[str, dict[str, CaseSums]]
"""By model and headline rate, over the same cases in the same order."""


class ModelDifference(Record):
    """One headline rate of the second model less that of the first, over the cases that both have answered."""

    rate: str
    first: str
    second: str
    difference: Statistic
    p: float | None
    """Two-sided, of this pair alone; None where no case differs."""
    p_holm: float | None
    """Adjusted for all pairs of models by this rate."""
    cases: int
    """Cases that both have a scored response to."""


class Rank(Record):
    """A model's place by one headline rate, the highest rate being rank 1."""

    rate: str
    model: str
    estimate: float
    rank: int
    low: int
    """The best and the worst rank that the data do not rule out."""
    high: int


class Comparisons(Record):
    """Models against each other."""

    method_of_differences: str
    method_of_ranks: str
    differences: list[ModelDifference]
    ranks: list[Rank]


_METHOD_OF_DIFFERENCES: Final = (
    "Over the cases that both models have a scored response to. Limits: Newcombe's method 10 for paired data (1998) "
    "with cases as clusters, not adjusted. p: exact sign-flip test by case (McNemar's), or its normal approximation "
    "where the sums are large; a t test on the linearised variance where a case has more responses of one model. "
    "Adjusted for all pairs of models by Holm's method (1979)."
)
_METHOD_OF_RANKS: Final = (
    "A rank's limits leave room for every model that cannot be told from this one. Standard errors of the differences "
    "and the 95% quantile of their largest standardised deviation come from a joint bootstrap by case, stratified by "
    "family (Mogstad, Romano, Shaikh & Wilhelm 2024, Review of Economic Studies 91). Each model's limits hold 95% on "
    "their own."
)


def compare_models(scored: pl.DataFrame, replicates: int = REPLICATES, seed: int = SEED) -> Comparisons | None:
    """Compare all models over their scored rows; None if there is but one."""
    cases = Cases.of(scored)
    models = {name: _sums(cases, rows) for name, rows in by_model(scored)}
    if len(models) < 2:
        return None
    return Comparisons(
        method_of_differences=_METHOD_OF_DIFFERENCES,
        method_of_ranks=_METHOD_OF_RANKS,
        differences=[difference for rate in COMPARED for difference in _differences(rate, models)],
        ranks=_ranks(models, cases, replicates, seed),
    )


def _sums(cases: Cases, rows: pl.DataFrame) -> dict[str, CaseSums]:
    return {name: RATIOS[name].sums(cases, rows) for name in _PARTS}


def _differences(rate: str, models: SumsByModel) -> list[ModelDifference]:
    found = []
    for first, second in combinations(models, 2):
        pair = [restricted(models[name], shared_cases(models[first], models[second])) for name in (first, second)]
        contrast = Contrast.of(rate, *pair)
        parts = (MINUEND, SUBTRAHEND) if rate == DISCRIMINATION else (rate,)
        cases = sum(int((pair[0][part].rows > 0).sum()) for part in parts)
        found.append((first, second, contrast, cases))
    adjusted = holm([contrast.p for _, _, contrast, _ in found])
    return [
        ModelDifference(
            rate=rate, first=first, second=second, difference=contrast.change, p=contrast.p, p_holm=p, cases=cases
        )
        for (first, second, contrast, cases), p in zip(found, adjusted, strict=True)
    ]


def shared_cases(first: dict[str, CaseSums], second: dict[str, CaseSums]) -> dict[str, NDArray[np.bool_]]:
    """Say by rate which cases have rows on both sides."""
    return {name: (first[name].rows > 0) & (second[name].rows > 0) for name in first}


def restricted(sums: dict[str, CaseSums], keep: dict[str, NDArray[np.bool_]]) -> dict[str, CaseSums]:
    """Return the sums with nothing left of the cases that are not to be kept."""
    return {
        name: CaseSums(one.hits * keep[name][:, None], one.rows * keep[name], one.strata) for name, one in sums.items()
    }


def _ranks(models: SumsByModel, cases: Cases, replicates: int, seed: int) -> list[Rank]:
    drawn = _replicated_sums(models, cases, replicates, seed)
    freedom = max(len(cases.codes) - len(np.unique(cases.strata)), 1)
    found = []
    for rate in COMPARED:
        parts = (MINUEND, SUBTRAHEND) if rate == DISCRIMINATION else (rate,)
        ranked = [name for name, sums in models.items() if all(sums[part].rows.sum() for part in parts)]
        if len(ranked) < 2:
            continue
        signs = dict(zip(parts, (1, -1), strict=False))
        values = sum(sign * _rate_of(models, ranked, part) for part, sign in signs.items())
        replicated = sum(sign * _rates_of(drawn[part], models, ranked) for part, sign in signs.items())
        floor = sum(_least_variance(models, ranked, part) for part in parts)
        spread = _Spread(np.asarray(replicated), np.asarray(floor), t_quantile(freedom) / NORMAL_QUANTILE)
        found += _ranks_by(rate, ranked, np.asarray(values), spread)
    return found


def _replicated_sums(models: SumsByModel, cases: Cases, replicates: int, seed: int) -> dict[str, tuple[Floats, Floats]]:
    """Resample all models' sums together: per rate, replicates × models of hits and of rows."""
    columns = [
        column for part in _PARTS for sums in models.values() for column in (sums[part].hits[:, 0], sums[part].rows)
    ]
    drawn = bootstrap(lambda values: values, np.column_stack(columns), cases.strata, replicates, seed)
    by_part = np.split(drawn, len(_PARTS), axis=1)
    return {part: (block[:, ::2], block[:, 1::2]) for part, block in zip(_PARTS, by_part, strict=True)}


def _rate_of(models: SumsByModel, ranked: Sequence[str], part: str) -> Floats:
    return np.array([models[name][part].hits.sum() / models[name][part].rows.sum() for name in ranked])


def _rates_of(drawn: tuple[Floats, Floats], models: SumsByModel, ranked: Sequence[str]) -> Floats:
    places = [place for place, name in enumerate(models) if name in ranked]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(drawn[0][:, places] / drawn[1][:, places])


def _least_variance(models: SumsByModel, ranked: Sequence[str], part: str) -> Floats:
    """Return what variance a rate has at least where the bootstrap sees none: all rows agree, each case counts once."""
    found = []
    for name in ranked:
        sums = models[name][part]
        k, n, cases = float(sums.hits.sum()), float(sums.rows.sum()), int((sums.rows > 0).sum())
        smoothed = 0.5 / (cases + 1)
        found.append(smoothed * (1 - smoothed) / cases if k in (0, n) else 0.0)
    return np.array(found)


def _ranks_by(rate: str, names: Sequence[str], values: Floats, spread: "_Spread") -> list[Rank]:
    """Rank models by one rate, see ``_METHOD_OF_RANKS``."""
    ranks = []
    for place, name in enumerate(names):
        clear = spread.clear(values - values[place], place)
        above, below = int((clear & (values > values[place])).sum()), int((clear & (values < values[place])).sum())
        ranks.append(
            Rank(
                rate=rate,
                model=name,
                estimate=float(values[place]),
                rank=1 + int((values > values[place]).sum()),
                low=1 + above,
                high=len(names) - below,
            )
        )
    return sorted(ranks, key=lambda one: (one.rank, one.model))


@dataclass(frozen=True)
class _Spread:
    """How far rates of models could be off."""

    replicated: Floats
    """Replicates × models."""
    floor: Floats
    """Per model, a variance to add."""
    widening: float
    """What the critical value is multiplied by, to pay for few cases: a quotient of t-quantiles."""

    def clear(self, gaps: Floats, place: int) -> NDArray[np.bool_]:
        """Say which models can be told from one.

        Args:
            gaps: per model, its rate less that of the one.
            place: of the one among the models.
        """
        replicated = self.replicated[np.isfinite(self.replicated).all(axis=1)]
        if len(replicated) < _LEAST_REPLICATES:
            return np.zeros(len(gaps), dtype=np.bool_)
        deviations = replicated - replicated[:, [place]] - gaps
        errors = np.sqrt(deviations.var(axis=0) + self.floor + self.floor[place])
        errors[place] = 0.0
        seen = errors > 0
        if not seen.any():
            return np.zeros(len(gaps), dtype=np.bool_)
        largest = np.abs(deviations[:, seen] / errors[seen]).max(axis=1)
        critical = max(NORMAL_QUANTILE, float(np.quantile(largest, CONFIDENCE))) * self.widening
        return np.asarray(seen & (np.abs(gaps) > critical * errors))
