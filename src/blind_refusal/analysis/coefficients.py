"""How far raters agree: raw agreement, Cohen's κ, Gwet's AC1 and Krippendorff's α for nominal labels, with intervals.

Every coefficient is 1 − (1 − a) / (1 − e) with a, the agreement observed, and e, that expected by chance; they differ
in e. All take any number of raters and missing labels.

- Raw agreement: per item with two labels or more, the share of pairs of raters who say the same; its mean over items.
- κ: chance is each rater's own use of the labels. Cohen (1960), Educational and Psychological Measurement 20, for two
  raters; for more, its generalisation by Conger (1980), Psychological Bulletin 88.
- AC1: chance is guessing on hard items only. Gwet (2008), British Journal of Mathematical and Statistical Psychology
  61.
- α: chance is the labels of all raters put together. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.

An item with one label says how often labels are used and so counts for the chance of κ and AC1 (Gwet 2014, Handbook of
Inter-Rater Reliability), for nothing else. Leave such items out to have Cohen's κ in the strict sense.

With weights, every sum over items is a weighted one. Items drawn with unequal probabilities are weighted by the inverse
of these, so that the coefficients are those of all items that could have been drawn.

Intervals are the percentiles of a bootstrap over items. The raw agreement of two raters is a share of items: its limits
are Wilson's, on the effective number of items (Σw)² / Σw². Where a bootstrap sees no variance (all items agree, or none
does, or there is one item; for κ, where a rater uses one label only), Wilson's limits of the raw agreement are carried
over to each coefficient at the chance agreement observed.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blind_refusal.analysis.intervals import CONFIDENCE, wilson
from blind_refusal.analysis.records import Record, Statistic, undetermined

MISSING: Final = -1
"""Code of a label that was not given."""

REPLICATES: Final = 2000
SEED: Final = 2026

_ROUNDING: Final = 1e-12

_Codes = NDArray[np.int64]
_Floats = NDArray[np.float64]


class AgreementCoefficients(Record):
    """Coefficients of agreement with 95% intervals; None over nothing, and where one is not defined."""

    items: int
    """Items with labels of two raters or more."""
    raters: int
    """Raters with at least one label."""
    raw: Statistic
    """In [0, 1]; the coefficients below are in [-1, 1]."""
    kappa: Statistic
    ac1: Statistic
    alpha: Statistic


@dataclass(frozen=True)
class _Parts:
    """Observed and expected agreement of each coefficient; scalars, or one value per replicate."""

    raw: _Floats
    kappa: _Floats
    ac1: _Floats
    alpha: _Floats


def codes(labels: Sequence[Sequence[Hashable]], categories: Sequence[Hashable]) -> _Codes:
    """Return labels as codes, items × raters.

    Args:
        labels: per item, one label per rater; None where there is none.
        categories: all labels that could be given.

    Raises:
        KeyError: if a label is not among the categories.
    """
    code: dict[Hashable, int] = {category: number for number, category in enumerate(categories)} | {None: MISSING}
    table = [[code[label] for label in item] for item in labels]
    return np.array(table, dtype=np.int64).reshape(len(table), len(table[0]) if table else 0)


def agreement_coefficients(
    ratings: _Codes,
    categories: int,
    weights: Sequence[float] | _Floats | None = None,
    *,
    replicates: int = REPLICATES,
    seed: int = SEED,
) -> AgreementCoefficients:
    """Compute all coefficients with their intervals.

    Args:
        ratings: items × raters: codes from 0 up to `categories`, or `MISSING`.
        categories: how many labels there are to choose from, used or not; AC1 depends on it.
        weights: of the items, above 0; None weighs them alike.
        replicates: of the bootstrap.
        seed: of the bootstrap.
    """
    items, item_weights = _labelled(ratings, weights)
    pairs, raters = (items != MISSING).sum(axis=1) >= 2, items.shape[1]
    n = int(pairs.sum())
    if n == 0:
        nothing = undetermined(0)
        return AgreementCoefficients(items=0, raters=raters, raw=nothing, kappa=nothing, ac1=nothing, alpha=nothing)
    observed, chance = _parts(_sums(items, categories, item_weights).sum(axis=0), raters, categories)
    alike = np.ptp(_agreement(items[pairs], categories)) < _ROUNDING
    spread = None if alike else _replicates(items, categories, item_weights, replicates, seed)
    weight = item_weights[pairs]
    raw = wilson(float(observed.raw), float(weight.sum() ** 2 / (weight**2).sum()))
    bootstrapped = _percentiles(spread[0].raw) if spread and raters > 2 else None
    return AgreementCoefficients(
        items=n,
        raters=raters,
        raw=_statistic(float(observed.raw), bootstrapped or raw, n),
        kappa=_coefficient("kappa", observed, chance, spread, raw, n),
        ac1=_coefficient("ac1", observed, chance, spread, raw, n),
        alpha=_coefficient("alpha", observed, chance, spread, raw, n),
    )


def _coefficient(
    name: str,
    observed: _Parts,
    chance: _Parts,
    spread: tuple[_Parts, _Parts] | None,
    raw: tuple[float, float],
    n: int,
) -> Statistic:
    """Correct the agreement observed for chance; `raw` are the limits to carry over where replicates say nothing."""
    a, e = float(getattr(observed, name)), float(getattr(chance, name))
    if not e < 1:
        return undetermined(n, "all labels are the same one, which chance explains")
    limits = _percentiles(_corrected(getattr(spread[0], name), getattr(spread[1], name))) if spread else None
    carried = (1 - (1 - raw[0]) / (1 - e), 1 - (1 - raw[1]) / (1 - e))
    return _statistic(1 - (1 - a) / (1 - e), limits or carried, n)


def kappa(ratings: _Codes, categories: int, weights: Sequence[float] | None = None) -> float | None:
    """Return κ alone, from arguments as above; None over nothing, and where chance explains all agreement."""
    items, item_weights = _labelled(ratings, weights)
    if not ((items != MISSING).sum(axis=1) >= 2).any():
        return None
    observed, chance = _parts(_sums(items, categories, item_weights).sum(axis=0), items.shape[1], categories)
    return None if chance.kappa >= 1 else float(1 - (1 - observed.kappa) / (1 - chance.kappa))


def _labelled(ratings: _Codes, weights: Sequence[float] | _Floats | None) -> tuple[_Codes, _Floats]:
    """Keep the items and raters with at least one label; weights get the mean 1."""
    given = ratings != MISSING
    chosen = np.ones(len(ratings)) if weights is None else np.asarray(weights, dtype=np.float64)
    if len(chosen) != len(ratings) or not (chosen > 0).all():
        raise ValueError("each item needs a weight above 0")
    own = chosen[given.any(axis=1)]
    return ratings[given.any(axis=1)][:, given.any(axis=0)], own / own.mean() if len(own) else own


def _agreement(items: _Codes, categories: int) -> _Floats:
    """Return per item the share of pairs of raters who say the same; 0 where there is no pair."""
    counts = _counts(items, categories)
    m = counts.sum(axis=1)
    shares: _Floats = (counts * (counts - 1)).sum(axis=1) / np.maximum(m * (m - 1), 1)
    return shares


def _counts(items: _Codes, categories: int) -> _Floats:
    return np.stack([(items == code).sum(axis=1) for code in range(categories)], axis=1).astype(np.float64)


def _sums(items: _Codes, categories: int, weights: _Floats) -> _Floats:
    """Return what each item adds to the sums that all coefficients are made of, items × sums.

    In this order: whether it is labelled, and by two or more; agreement; pairs of the same label, per label given and
    one less; for each label its share among the item's labels, and its count if there are two or more; for each rater
    and label whether they gave it.
    """
    counts = _counts(items, categories)
    m = counts.sum(axis=1, keepdims=True)
    pair = (m >= 2).astype(np.float64)
    same = (counts * (counts - 1)).sum(axis=1, keepdims=True) / np.maximum(m - 1, 1)
    by_rater = np.stack([items == code for code in range(categories)], axis=2).reshape(len(items), -1)
    agreement = _agreement(items, categories)[:, None]
    together = np.hstack([np.ones_like(m), pair, agreement, same, counts / m, counts * pair, by_rater])
    weighted: _Floats = together * weights[:, None]
    return weighted


def _parts(sums: _Floats, raters: int, categories: int) -> tuple[_Parts, _Parts]:
    """Return observed and expected agreement from sums (… × sums, as `_sums` orders them)."""
    q = categories
    labelled, paired, agreed, same = (sums[..., place] for place in range(4))
    shares, counts = sums[..., 4 : 4 + q], sums[..., 4 + q : 4 + 2 * q]
    own = sums[..., 4 + 2 * q :].reshape((*sums.shape[:-1], raters, q))
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = agreed / paired
        use = own / own.sum(axis=-1, keepdims=True)
        by_chance = (use.sum(axis=-2) ** 2 - (use**2).sum(axis=-2)).sum(axis=-1) / (raters * (raters - 1))
        share = shares / labelled[..., None]
        guessing = (share * (1 - share)).sum(axis=-1) / (q - 1) if q > 1 else np.ones_like(raw)
        total = counts.sum(axis=-1)
        together = ((counts**2).sum(axis=-1) - total) / (total * (total - 1))
        same = same / total
    chance = _Parts(raw=np.zeros_like(raw), kappa=_clean(by_chance), ac1=_clean(guessing), alpha=_clean(together))
    return _Parts(raw=raw, kappa=raw, ac1=raw, alpha=same), chance


def _clean(chance: _Floats) -> _Floats:
    """Call chance agreement 1 where it misses 1 by rounding only."""
    cleaned: _Floats = np.where(chance > 1 - _ROUNDING, 1.0, chance)
    return cleaned


def _replicates(items: _Codes, categories: int, weights: _Floats, replicates: int, seed: int) -> tuple[_Parts, _Parts]:
    """Draw items with replacement, many times; items with the same labels and weight are drawn as one."""
    patterns = np.column_stack([items, weights])
    _, first, counts = np.unique(patterns, axis=0, return_index=True, return_counts=True)
    sums = _sums(items[first], categories, weights[first])
    drawn = np.random.default_rng(seed).multinomial(len(items), counts / len(items), size=replicates)
    return _parts(drawn @ sums, items.shape[1], categories)


def _corrected(observed: _Floats, chance: _Floats) -> _Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        coefficient: _Floats = np.where(chance < 1, 1 - (1 - observed) / (1 - chance), np.nan)
    return coefficient


def _percentiles(values: _Floats) -> tuple[float, float] | None:
    """Return the limits; None where most replicates leave the coefficient undefined, or all give the same value."""
    defined = values[np.isfinite(values)]
    if len(defined) * 2 <= len(values) or np.ptp(defined) < _ROUNDING:
        return None
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return float(low), float(high)


def _statistic(estimate: float, limits: tuple[float, float], n: int) -> Statistic:
    inside = min(max(estimate, -1.0), 1.0)  # rounding of weighted sums can step over the edge by a hair
    low, high = max(min(limits[0], inside), -1.0), min(max(limits[1], inside), 1.0)
    return Statistic(estimate=inside, low=low, high=high, n=n)
