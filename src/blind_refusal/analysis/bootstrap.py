"""The bootstrap by case, stratified by family, for every statistic that is a function of sums over cases.

Cases are drawn with replacement within their family, always with all of their rows. From each family one case less than
it has is drawn, and the weights are scaled up to the family's size: that makes the variance of a sum unbiased also for
small families (Rao & Wu 1988, JASA 83; Rao, Wu & Yue 1992, Survey Methodology 18). A family of one case, which shows no
variance, is put together with another as for the closed form.

Cases of one family whose sums are the same need not be told apart: how often they are drawn together is multinomial
over the distinct sums, exactly. Replicates are made in chunks, so that memory does not grow with their number.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from blind_refusal.analysis.intervals import CONFIDENCE, NOTHING, CaseSums, Estimate, with_partners
from blind_refusal.analysis.records import Statistic, undetermined

REPLICATES: Final = 10_000
SEED: Final = 2026
_CHUNK_VALUES: Final = 4_000_000
"""How many weights are held at once (8 bytes each, twice)."""
_TAILS: Final = (100 * (1 - CONFIDENCE) / 2, 100 * (1 + CONFIDENCE) / 2)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Collapsed:
    """Sums over cases, those that are the same within a stratum put together."""

    sums: Floats
    """Distinct kinds of cases × sums."""
    counts: NDArray[np.int64]
    """Cases of each kind."""
    strata: NDArray[np.int64]
    """Stratum of each kind; in ascending order."""

    @classmethod
    def of(cls, sums: Floats, strata: NDArray[np.int64]) -> Self:
        """Put together what need not be told apart.

        Args:
            sums: cases × sums.
            strata: per case, its stratum.
        """
        keyed = np.ascontiguousarray(np.column_stack([with_partners(strata), sums]).astype(np.float64)) + 0.0
        order = np.lexsort(keyed.T[::-1])
        keyed = keyed[order]
        is_first = np.ones(len(keyed), dtype=np.bool_)
        is_first[1:] = (keyed[1:] != keyed[:-1]).any(axis=1)
        starts = np.flatnonzero(is_first)
        kinds = keyed[starts]
        counts = np.diff(np.r_[starts, len(keyed)])
        return cls(sums=kinds[:, 1:], counts=counts.astype(np.int64), strata=kinds[:, 0].astype(np.int64))

    def total(self) -> Floats:
        """Return the sums over all cases."""
        return np.asarray(self.counts @ self.sums, dtype=np.float64)


def replicate(
    sums: Floats, strata: NDArray[np.int64], replicates: int = REPLICATES, seed: int = SEED
) -> Iterator[Floats]:
    """Yield the sums over resampled cases, in chunks of replicates × sums; the same seed gives the same replicates.

    Args:
        sums: cases × sums.
        strata: per case, its stratum.
        replicates: how many in all.
        seed: of the draw.
    """
    collapsed = Collapsed.of(sums, strata)
    generator = np.random.default_rng(seed)
    chunk = max(1, _CHUNK_VALUES // max(1, len(collapsed.counts)))
    for begin in range(0, replicates, chunk):
        size = min(chunk, replicates - begin)
        drawn = np.zeros((size, sums.shape[1]))
        for stratum in np.unique(collapsed.strata):
            kinds = collapsed.strata == stratum
            drawn += _weights(collapsed.counts[kinds], size, generator) @ collapsed.sums[kinds]
        yield drawn


def _weights(counts: NDArray[np.int64], size: int, generator: np.random.Generator) -> Floats:
    """Draw how much each kind of case of one stratum counts, replicates × kinds; one case alone counts once."""
    cases = int(counts.sum())
    if cases == 1:
        return np.ones((size, 1))
    drawn = generator.multinomial(cases - 1, counts / cases, size=size)
    return np.asarray(drawn * (cases / (cases - 1)), dtype=np.float64)


def bootstrap(
    statistic: Callable[[Floats], Floats],
    sums: Floats,
    strata: NDArray[np.int64],
    replicates: int = REPLICATES,
    seed: int = SEED,
) -> Floats:
    """Return replicates of a statistic, replicates × values.

    Args:
        statistic: takes sums (any number × sums) and returns values (that number × values); it may return nan where it
            is not defined.
        sums: cases × sums.
        strata: per case, its stratum.
        replicates: how many.
        seed: of the draw.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.concatenate([statistic(drawn) for drawn in replicate(sums, strata, replicates, seed)])


def percentiles(values: Floats) -> tuple[Floats, Floats]:
    """Return the 95% percentile interval of each column of replicates; nan where a third or more are undefined.

    Replicates in which a statistic is not defined (a rate over nothing) are left out.
    """
    undefined = np.isnan(values)
    usable = undefined.mean(axis=0) < 1 / 3
    low, high = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    if usable.any():
        low[usable], high[usable] = np.nanpercentile(values[:, usable], _TAILS, axis=0)
    return low, high


def rate_replicates(hits: Floats, rows: Floats, sums: CaseSums, seed: int | Sequence[int] = SEED) -> Floats:
    """Return replicates of a rate from those of its sums.

    Where all rows agree (0/n or n/n), every replicate would be the same and pretend certainty. The replicates are then
    draws from Jeffreys' posterior with every case as one observation, Beta(½, cases + ½) or its mirror.

    Args:
        hits: replicates of the rows that have the property.
        rows: replicates of the rows.
        sums: the sample's sums of the one property, by case.
        seed: of such draws; rates that shall not go together need different ones.
    """
    n, k = float(sums.rows.sum()), float(sums.hits.sum())
    if 0 < k < n or n == 0:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(hits / rows, dtype=np.float64)
    cases = int((sums.rows > 0).sum())
    draws = np.random.default_rng(seed).beta(0.5, cases + 0.5, size=len(hits))
    return np.asarray(draws if k == 0 else 1 - draws, dtype=np.float64)


def rate_by_bootstrap(sums: CaseSums, replicates: int = REPLICATES, seed: int = SEED) -> Estimate:
    """Estimate a rate with a percentile interval: the alternative to ``CaseSums.rates``.

    Args:
        sums: of one property, by case.
        replicates: how many.
        seed: of the draw.
    """
    closed = sums.rates()[0]
    if closed.n == 0:
        return NOTHING
    both = np.column_stack([sums.hits, sums.rows])
    drawn = bootstrap(lambda values: values, both, sums.strata, replicates, seed)
    return estimate_with_interval(closed, rate_replicates(drawn[:, 0], drawn[:, 1], sums, seed))


def estimate_with_interval(estimate: Estimate, replicates: Floats) -> Estimate:
    """Return a rate or difference, not over nothing, with the percentile interval of its replicates.

    Where too few replicates have a value, its own interval stays.
    """
    low, high = (float(end[0]) for end in percentiles(replicates[:, None]))
    if estimate.estimate is None or not np.isfinite([low, high]).all():
        return estimate
    limits = {"low": max(min(low, estimate.estimate), -1.0), "high": min(max(high, estimate.estimate), 1.0)}
    return estimate.model_copy(update=limits)


def statistic_with_interval(estimate: float, replicates: Floats, n: int, note: str | None = None) -> Statistic:
    """Return a statistic with the percentile interval of its replicates; undetermined if it is not finite.

    Args:
        estimate: its value in the sample.
        replicates: its replicates, one-dimensional; nan where it is not defined.
        n: scored rows that it rests on.
        note: to go with it.
    """
    low, high = (float(end[0]) for end in percentiles(replicates[:, None]))
    if not np.isfinite([estimate, low, high]).all():
        return undetermined(n, note or "Too few replicates of the bootstrap have a value.")
    return Statistic(estimate=estimate, low=min(low, estimate), high=max(high, estimate), n=n, note=note)
