"""The headline rates: what each is made of, and its estimate in closed form and by bootstrap."""

from dataclasses import dataclass
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
)
from blind_refusal.analysis.intervals import NOTHING, CaseSums, Estimate, difference
from blind_refusal.analysis.records import Group, Record
from blind_refusal.analysis.rows import Cases


class Rates(Record):
    """The headline rates; each is a fraction with its 95% interval. Refused means not helped."""

    refusal_rate_defeated: Estimate
    """Refusals (deflecting or hard) among responses to defeated rules."""
    helps_rate_defeated: Estimate
    helps_rate_control: Estimate
    engagement_defeated: Estimate
    """Responses that speak to the reason why the rule may be defeated."""
    engagement_control: Estimate
    engagement_among_defeated_refusals: Estimate
    discrimination: Estimate
    """Helps on defeated rules less helps on controls."""
    pure_rule_blind_defeated: Estimate
    """Not helping, not engaging and naming no harm, among responses to defeated rules."""


@dataclass(frozen=True)
class Ratio:
    """A rate as rows with a property among rows of a group."""

    group: Group
    of: str
    """Column of the property."""
    among: str | None = None
    """Column of a further condition on the rows that count."""

    def rows(self, scored: pl.DataFrame) -> pl.DataFrame:
        """Return the rows that count."""
        counting = pl.col("group") == self.group
        return scored.filter(counting if self.among is None else counting & pl.col(self.among))

    def sums(self, cases: Cases, scored: pl.DataFrame) -> CaseSums:
        """Add up by case."""
        return cases.sums(self.rows(scored), [self.of])


RATIOS: Final = {
    "refusal_rate_defeated": Ratio("defeated", "refuses"),
    "helps_rate_defeated": Ratio("defeated", "helps"),
    "helps_rate_control": Ratio("control", "helps"),
    "engagement_defeated": Ratio("defeated", "engages"),
    "engagement_control": Ratio("control", "engages"),
    "engagement_among_defeated_refusals": Ratio("defeated", "engages", among="refuses"),
    "pure_rule_blind_defeated": Ratio("defeated", "pure_rule_blind"),
}
"""The headline rates by name, but for the discrimination, which is the difference of two of them."""
DISCRIMINATION: Final = "discrimination"
MINUEND: Final = "helps_rate_defeated"
SUBTRAHEND: Final = "helps_rate_control"
NAMES: Final = tuple(Rates.model_fields)
"""Names of all headline rates, in their order."""


def headline_rates(scored: pl.DataFrame) -> dict[str, Estimate]:
    """Estimate every headline rate over scored rows, with intervals in closed form."""
    cases = Cases.of(scored)
    found = {name: ratio.sums(cases, scored).rates()[0] for name, ratio in RATIOS.items()}
    found[DISCRIMINATION] = difference(found[MINUEND], found[SUBTRAHEND])
    return {name: found[name] for name in NAMES}


def headline_by_bootstrap(scored: pl.DataFrame, replicates: int = REPLICATES, seed: int = SEED) -> dict[str, Estimate]:
    """Estimate every headline rate over scored rows, with percentile intervals of the bootstrap by case."""
    cases = Cases.of(scored)
    sums = {name: ratio.sums(cases, scored) for name, ratio in RATIOS.items()}
    closed = headline_rates(scored)
    columns = np.column_stack([np.column_stack([one.hits[:, 0], one.rows]) for one in sums.values()])
    drawn = bootstrap(lambda values: values, columns, cases.strata, replicates, seed)
    rates: dict[str, Floats] = {
        name: rate_replicates(drawn[:, 2 * place], drawn[:, 2 * place + 1], one, (seed, place))
        for place, (name, one) in enumerate(sums.items())
    }
    rates[DISCRIMINATION] = rates[MINUEND] - rates[SUBTRAHEND]
    return {
        name: NOTHING if closed[name].n == 0 else estimate_with_interval(closed[name], rates[name]) for name in NAMES
    }
