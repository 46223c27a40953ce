"""Numbers and identifiers as people read them."""

import re
from typing import Final

from blind_refusal.analysis import Estimate, Statistic, Variant
from blind_refusal.reporting.harmless import plain_text

NO_VALUE = "–"
RATE_WORDS: Final = {
    "refusal_rate_defeated": "Refused, defeated",
    "helps_rate_defeated": "Helps, defeated",
    "helps_rate_control": "Helps, control",
    "engagement_defeated": "Engages, defeated",
    "engagement_control": "Engages, control",
    "engagement_among_defeated_refusals": "Engages among refusals, defeated",
    "discrimination": "Discrimination",
    "pure_rule_blind_defeated": "Pure rule-blind, defeated",
    "harm_defeated": "Names a harm, defeated",
    "harm_control": "Names a harm, control",
}
"""Rates by their names in the summary."""


def percent(fraction: float | None) -> str:
    """Write a fraction as a percentage with one decimal; rates that are not quite 0 or 1 never look as if they were."""
    if fraction is None:
        return NO_VALUE
    if 0 < fraction < 0.0005:
        return "<0.1%"
    if 0.9995 <= fraction < 1:
        return ">99.9%"
    return f"{100 * fraction:.1f}%"


def points(difference: float | None) -> str:
    """Write a difference of two rates in percentage points, with its sign."""
    if difference is None:
        return NO_VALUE
    rounded = round(100 * difference, 1)
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"


def interval(estimate: Estimate) -> str:
    """Write the 95% interval of a rate without the per-cent sign, such as ``22.5–26.8``."""
    if estimate.low is None or estimate.high is None:
        return NO_VALUE
    return f"{100 * estimate.low:.1f}–{100 * estimate.high:.1f}"


def points_interval(estimate: Estimate | Statistic) -> str:
    """Write the 95% interval of a difference, such as ``−1.2 to +3.4``."""
    if estimate.low is None or estimate.high is None:
        return NO_VALUE
    return f"{points(estimate.low)} to {points(estimate.high)}"


def label(identifier: str) -> str:
    """Write an identifier such as ``content_defeat`` as words."""
    words = re.sub(r"^(non|semi)_", r"\1-", identifier).replace("_", " ").strip()
    return words[:1].upper() + words[1:] if words else identifier


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Write a number with its noun, such as ``1 case`` or ``1,290 cases``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def level(variable: str, value: str) -> str:
    """Write a level of a variable; models keep their names."""
    if variable == "model":
        return value
    if variable == "dual_use" and value in ("true", "false"):
        return flag(value)
    return label(value)


def flag(value: str | None) -> str:
    """Write whether a case is flagged as dual use."""
    return {"true": "Flagged", "false": "Not flagged", None: "Not coded"}[value]


def variant_name(variant: Variant) -> str:
    """Write a combination of condition and wording, such as ``weigh, original``."""
    return plain_text(", ".join(part for part in (variant.condition, variant.wording) if part))


def p_value(p: float | None) -> str:
    """Write a p-value with three decimals at most."""
    if p is None:
        return NO_VALUE
    return "<0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def coefficient(value: float | None) -> str:
    """Write a coefficient such as κ or d′ with two decimals."""
    return NO_VALUE if value is None else f"{value:.2f}".replace("-", "−")


def coefficient_interval(statistic: Statistic) -> str:
    """Write the 95% interval of a coefficient, such as ``0.41 to 0.52``."""
    if statistic.low is None or statistic.high is None:
        return NO_VALUE
    return f"{coefficient(statistic.low)} to {coefficient(statistic.high)}"


def odds(ratio: float | None) -> str:
    """Write an odds ratio with three digits that count."""
    if ratio is None:
        return NO_VALUE
    if ratio >= 1000:
        return ">1,000"
    return (
        "<0.001"
        if ratio < 0.001
        else f"{ratio:.3f}"
        if ratio < 0.1
        else f"{ratio:.2f}"
        if ratio < 10
        else f"{ratio:.0f}"
    )


def odds_interval(statistic: Statistic) -> str:
    """Write the 95% interval of an odds ratio, such as ``0.41–1.52``."""
    if statistic.low is None or statistic.high is None:
        return NO_VALUE
    return f"{odds(statistic.low)}–{odds(statistic.high)}"
